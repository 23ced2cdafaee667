"""Streams that unpack without end, and pages that take for ever."""

import contextlib
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer import pdftypes
from pdfminer.psparser import LIT

from pipeline.read import bounds
from pipeline.read.bounds import TooMuch, bounded_streams, bounded_time


def unpacked(data: bytes, *filters: str) -> bytes:
    """What pdfminer makes of a stream, within bounds."""
    with bounded_streams():
        stream = pdftypes.PDFStream({"Filter": [LIT(name) for name in filters]}, data)
        return bytes(stream.get_data())


BOMBS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "deflate": (lambda: zlib.compress(bytes(40_000_000)), ("FlateDecode",)),
    "deflate in deflate": (lambda: zlib.compress(zlib.compress(bytes(40_000_000))), ("FlateDecode",) * 2),
    "run lengths": (lambda: b"\x81\x81" * 200, ("RunLengthDecode",) * 5),
    "deflate, cut off": (lambda: zlib.compress(bytes(40_000_000))[:-9], ("FlateDecode",)),
}


@pytest.mark.parametrize(("make", "filters"), BOMBS.values(), ids=BOMBS)
def test_stream_without_end_is_too_much(make: Callable[[], bytes], filters: tuple[str, ...]) -> None:
    with pytest.raises(TooMuch, match="bytes"):
        unpacked(make(), *filters)


def test_lzw_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "STREAM_BYTES", 2)
    with pytest.raises(TooMuch):
        unpacked(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "LZWDecode")


def test_lzw_is_unpacked_as_the_standard_says() -> None:
    # The example of ISO 32000-1, 7.4.4.2.
    assert unpacked(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "LZWDecode") == b"-----A---B"


@given(st.binary(max_size=300))
def test_deflated_stream_is_unpacked_as_ever(data: bytes) -> None:
    assert unpacked(zlib.compress(data), "FlateDecode") == data


@given(st.binary(min_size=200, max_size=3000))
def test_what_comes_before_the_damage_is_kept(data: bytes) -> None:
    packed = zlib.compress(data)
    assert data.startswith(unpacked(packed[: len(packed) // 2], "FlateDecode"))


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.integers(1, 128)), max_size=20), st.binary(max_size=128))
def test_run_lengths_are_unpacked(runs: list[tuple[bytes, int]], copied: bytes) -> None:
    packed = b"".join(bytes([257 - times if times > 1 else 0]) + byte for byte, times in runs)
    packed += bytes([len(copied) - 1]) + copied if copied else b""
    assert unpacked(packed + b"\x80ignored", "RunLengthDecode") == b"".join(byte * times for byte, times in runs) + copied


def test_bounds_end_with_their_block() -> None:
    before = dict(vars(pdftypes))
    with pytest.raises(ValueError, match="ours"), bounded_streams():
        raise ValueError("ours")
    assert vars(pdftypes) == before


def work() -> None:
    while True:
        pass


def deaf_work() -> None:
    with contextlib.suppress(TooMuch):
        work()
    work()


def test_work_without_end_is_too_much() -> None:
    started = time.process_time()
    with pytest.raises(TooMuch, match="time"), bounded_time(0.1):
        work()
    assert time.process_time() - started < 5


def test_work_that_lets_an_exception_go_is_told_again() -> None:
    with pytest.raises(TooMuch), bounded_time(0.1):
        deaf_work()


def test_work_within_time_is_left_alone() -> None:
    with bounded_time(0.2):
        pass
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
