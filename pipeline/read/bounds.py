"""What a file may ask of pdfminer, which knows no bounds of its own: how much a stream unpacks to, how long a page takes.

A few hundred bytes of nested filters can fill any memory, and a page of content can take hours. Both end here as
`TooMuch`, which is no error of the user's: the page is read by pdfium instead, or flagged.
"""

import signal
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import FrameType, SimpleNamespace
from typing import Final

from pdfminer import pdftypes
from pdfminer.lzw import LZWDecoder

# No stream that text needs (content, fonts, maps, objects) unpacks to more than this, and no page's content does.
STREAM_BYTES: Final = 32_000_000
CONTENT_BYTES: Final = 4_000_000
# Processor time that a page may take of pdfminer and pdfplumber: fifty times what a full page takes.
PAGE_S: Final = 5.0
END_OF_RUNS: Final = 128
# A damaged stream is unpacked in pieces of so many bytes, so that little before the damage is lost.
PIECE: Final = 64


class TooMuch(Exception):  # noqa: N818 (a bound, not an error)
    """A file asks for more than any contract needs."""


@contextmanager
def bounded_streams() -> Iterator[None]:
    """Within, pdfminer's streams unpack to `STREAM_BYTES` at most; what is more raises TooMuch."""
    bounded = {
        "zlib": SimpleNamespace(decompress=_inflated, error=zlib.error),
        "decompress_corrupted": _inflated_in_part,
        "lzwdecode": lambda data: _joined(LZWDecoder(BytesIO(data)).run()),
        "rldecode": lambda data: _joined(_runs(data)),
    }
    before = {name: getattr(pdftypes, name) for name in bounded}
    try:
        vars(pdftypes).update(bounded)
        yield
    finally:
        vars(pdftypes).update(before)


def _joined(parts: Iterable[bytes]) -> bytes:
    found, size = [], 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size > STREAM_BYTES:
            raise TooMuch(f"a stream of more than {STREAM_BYTES:,} bytes")
    return b"".join(found)


def _runs(data: bytes) -> Iterator[bytes]:
    """The runs of a RunLengthDecode filter (ISO 32000-1, 7.4.5)."""
    at = 0
    while at < len(data) and data[at] != END_OF_RUNS:
        length = data[at]
        copied = length < END_OF_RUNS
        yield data[at + 1 : at + 2 + length] if copied else data[at + 1 : at + 2] * (257 - length)
        at += length + 2 if copied else 2


def _inflated(data: bytes) -> bytes:
    packed = zlib.decompressobj()
    found = packed.decompress(data, STREAM_BYTES)
    if packed.unconsumed_tail:
        raise TooMuch(f"a stream of more than {STREAM_BYTES:,} bytes")
    if not packed.eof:
        raise zlib.error("incomplete or truncated stream")
    return found


def _inflated_in_part(data: bytes) -> bytes:
    """What a damaged stream unpacks to, up to the damage."""
    return _joined(_pieces(data))


def _pieces(data: bytes) -> Iterator[bytes]:
    packed = zlib.decompressobj()
    try:
        for start in range(0, len(data), PIECE):
            yield packed.decompress(data[start : start + PIECE], STREAM_BYTES)
    except zlib.error:
        return


@contextmanager
def bounded_time(seconds: float = PAGE_S) -> Iterator[None]:
    """Within, processor time of more than this raises TooMuch; only where signals can tell it (POSIX, the main thread)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _over_time)
    # The alarm rings again until it is heard: pdfminer lets some exceptions go.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


def _over_time(_: int, __: FrameType | None) -> None:
    raise TooMuch("more time than a page may take")
