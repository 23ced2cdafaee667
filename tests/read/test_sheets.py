"""PDF files to sheets, good and bad: every file of the hostile corpus, and good ones spoiled at random, end as they should."""

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from builders import SAMPLES, locked_pdf, one_page_pdf
from hostile import CASES, Case, drawn, page, pages_of, say
from hypothesis import given, settings
from hypothesis import strategies as st
from pebble import ProcessPool

from pipeline.batch.one import annotate
from pipeline.contract import Contract, Span, TextFrom
from pipeline.errors import DamagedError, EncryptedError, InputError
from pipeline.read.sheets import Layout, read_sheets
from pipeline.read.text import Reading, read_contract
from pipeline.review.annotated import dumps
from pipeline.tag.model import Model

# What a process that reads may use, and how long it may take: no file of the corpus needs a tenth of either.
MEMORY_BYTES = 3_000_000_000
TIMEOUT_S = 60.0
# Files on which the two readers part, each of which must read them with the same result.
BY_BOTH = [name for name in CASES if not name.startswith(("a map of", "a million", "ten thousand", "a page of ten thousand"))]
# Flags that say how a page was read, not what is on it.
HOW = {"resaved", "pdfium_text", "over_budget"}


class Ended(NamedTuple):
    """How a file ended: its reading, or its error."""

    reading: Reading | None
    error: InputError | None


def read_to_end(path: Path, password: str, layout: Layout) -> Ended:
    try:
        return Ended(read_contract(path, password=password, layout=layout), None)
    except InputError as error:
        return Ended(None, error)


def annotated_or_error(path: Path, model: Model) -> Contract | InputError:
    try:
        return annotate(path, model)
    except InputError as error:
        return error


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPool]:
    """A process that reads, within bounds: a file that hangs or fills memory fails its own test only."""
    with ProcessPool(1, initializer=bound) as one:
        yield one


def ended(pool: ProcessPool, case: Case, path: Path, layout: Layout) -> Ended:
    path.write_bytes(case.make())
    how: Ended = pool.schedule(read_to_end, args=[path, case.password, layout], timeout=TIMEOUT_S).result()
    return how


def check(how: Ended, case: Case, ignored: set[str]) -> None:
    if case.error is not None:
        assert isinstance(how.error, case.error), how
        assert "case.pdf: " in str(how.error)
        assert ";" in str(how.error), "what to do"
        return
    assert how.reading is not None, how.error
    pages, text = how.reading.source.pages, " ".join(how.reading.text.split())
    assert [one.number for one in pages] == list(range(1, case.pages + 1))
    assert not [words for words in case.holds if words not in text], text[:500]
    assert not [words for words in case.lacks if words in text]
    for number, flags in {1: (), **case.flags}.items():
        assert set(pages[number - 1].flags) - ignored == set(flags) - ignored


@pytest.mark.parametrize("name", CASES)
def test_hostile_file_ends_as_it_should(pool: ProcessPool, name: str, tmp_path: Path) -> None:
    check(ended(pool, CASES[name], tmp_path / "case.pdf", Layout.FAST), CASES[name], set())


@pytest.mark.parametrize("name", BY_BOTH)
def test_hostile_file_ends_the_same_by_pdfplumber(pool: ProcessPool, name: str, tmp_path: Path) -> None:
    check(ended(pool, CASES[name], tmp_path / "case.pdf", Layout.ALL), CASES[name], HOW)


def test_words_of_every_reading_stand_on_their_pages(pool: ProcessPool, tmp_path: Path) -> None:
    for name in ("a page turned by 90", "a cropped page turned by 270", "a filled field", "mixed sizes", "no media box"):
        reading = ended(pool, CASES[name], tmp_path / "case.pdf", Layout.FAST).reading
        assert reading is not None
        assert reading.text
        for box in reading.boxes(Span(0, len(reading.text))):
            shown = reading.source.pages[box.page - 1]
            assert -1 <= box.x0 < box.x1 <= shown.width_pt + 1, name
            assert -1 <= box.top < box.bottom <= shown.height_pt + 1, name


def test_what_no_one_sees_changes_nothing(tmp_path: Path) -> None:
    plain, spoiled = tmp_path / "plain.pdf", tmp_path / "spoiled.pdf"
    plain.write_bytes(page(say() + say("and on acceptance", y=650)))
    spoiled.write_bytes(page(say() + say("Payable monthly", y=675, before="1 g") + say("and on acceptance", y=650)))
    for layout in Layout:
        assert read_contract(plain, layout=layout).text == read_contract(spoiled, layout=layout).text


def test_layer_of_a_scan_is_text_by_ocr(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(CASES["a scan with its words over it"].make())
    (only,) = read_contract(path).source.pages
    assert (only.text_from, only.flags) == (TextFrom.OCR, ("ocr_layer",))


@pytest.mark.parametrize("name", ["a scan", "a scan with a line of print and no words over it", "print of glyph numbers"])
def test_page_that_no_one_can_read_makes_the_verdict_unknown(name: str, model: Model, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(CASES[name].make())
    made = annotate(path, model)
    assert made.source.pages[0].text_from is TextFrom.NONE
    assert (made.verdict.basis, made.verdict.advance) == ("unknown", "unknown")


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_sheets(tmp_path / "missing.pdf")


def test_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="directory"):
        read_sheets(tmp_path)


@pytest.mark.parametrize(("password", "said"), [("", "--password"), ("wrong", "the password given")])
def test_locked_file_says_what_to_do(tmp_path: Path, password: str, said: str) -> None:
    with pytest.raises(EncryptedError, match=said):
        read_sheets(locked_pdf(tmp_path / "locked.pdf"), password=password)


def test_error_of_the_file_before_is_not_told_of_the_next(tmp_path: Path) -> None:
    with pytest.raises(EncryptedError):
        read_sheets(locked_pdf(tmp_path / "locked.pdf"))
    (tmp_path / "damaged.pdf").write_bytes(b"%PDF-1.7 and no more")
    with pytest.raises(DamagedError):
        read_sheets(tmp_path / "damaged.pdf")


def test_pages_on_which_the_readers_disagree_are_read_from_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(pages_of([say("one"), say("two")], boxes=[b"", b"/MediaBox [0 0 300 900]"]))
    sheets = read_sheets(path, layout=Layout.ALL)
    assert [sheet.page.flags for sheet in sheets] == [("resaved",), ("resaved",)]
    assert [(sheet.page.width_pt, sheet.page.height_pt) for sheet in sheets] == [(612, 792), (300, 900)]
    assert [[word.text for word in sheet.words] for sheet in sheets] == [["one"], ["two"]]


def test_good_file_is_not_flagged_by_either_reader() -> None:
    for layout in Layout:
        sheets = read_sheets(SAMPLES / "two_columns.pdf", layout=layout)
        assert {sheet.page.flags for sheet in sheets} == {()}


# Good files to spoil: plain, compressed with packed objects, and encrypted.
def _good() -> list[bytes]:
    first = drawn(lambda canvas: canvas.drawString(72, 700, "The fee is due"), lambda canvas: canvas.rect(72, 72, 200, 90))
    return [page(say()), first, CASES["objects packed in streams"].make(), CASES["encrypted with an empty password"].make()]


GOOD = _good()


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A good file with bytes flipped, pieces cut out, moved, or taken from another file."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        other = draw(st.sampled_from(GOOD))
        match draw(st.sampled_from(["flip", "cut", "splice", "double", "end"])):
            case "flip":
                for place in draw(st.lists(st.integers(0, max(0, len(data) - 1)), max_size=8)):
                    data[place : place + 1] = bytes([draw(st.integers(0, 255))])
            case "cut":
                del data[at:to]
            case "splice":
                data[at:at] = other[draw(st.integers(0, len(other))) :][: draw(st.integers(0, 400))]
            case "double":
                data[at:at] = data[at:to]
            case _:
                del data[to:]
    return bytes(data)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spoiled") / "spoiled.pdf"


@given(spoiled())
@settings(max_examples=150)
def test_spoiled_file_ends_as_json_or_as_an_error_to_act_on(place: Path, model: Model, data: bytes) -> None:
    place.write_bytes(data)
    made = annotated_or_error(place, model)
    if isinstance(made, InputError):
        assert str(made).startswith("spoiled.pdf: ")
        assert made.code in {"not_pdf", "damaged", "encrypted", "no_pages"}
    else:
        assert made.source.pages
        assert dumps(made)


def told(reading: Reading | None) -> object:
    return reading and (reading.source, reading.text, reading.boxes(Span(0, len(reading.text) or 1)))


@given(spoiled(), st.sampled_from(Layout))
@settings(max_examples=60)
def test_spoiled_file_is_read_the_same_twice(place: Path, data: bytes, layout: Layout) -> None:
    place.write_bytes(data)
    first, second = read_to_end(place, "", layout), read_to_end(place, "", layout)
    assert str(first.error) == str(second.error)
    assert told(first.reading) == told(second.reading)


def test_password_opens(tmp_path: Path) -> None:
    path = one_page_pdf(tmp_path / "one.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user="user"))
    for password in ("user", "owner"):
        assert read_contract(path, password=password).text.startswith("The fee of $5,000")
