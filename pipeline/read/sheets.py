"""A PDF file to sheets by two readers, each checking the other: nothing is lost in silence, nothing raw is raised.

pdfium opens nearly everything and says what is seen on a page; pdfplumber lays out the pages that pdfium is no judge of
(sideways text), or all of them. What pdfplumber lays out is compared with pdfium's count of pages and characters. Where
they disagree, the file is saved anew by pdfium, in memory, and laid out again; where they still do, pdfium's words are
taken. The flags of a page (see `contract.Page`) say what happened.
"""

import dataclasses
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pypdfium2
from pdfminer.pdfdocument import PDFEncryptionError
from pdfminer.pdfpage import PDFPage
from pypdfium2 import raw

from pipeline.contract import Page, TextFrom
from pipeline.errors import DamagedError, EncryptedError, InputError, NoPagesError, NotPdfError
from pipeline.read import pdf, pdfium
from pipeline.read.bounds import TooMuch, bounded_streams, bounded_time
from pipeline.read.found import Found, found_on
from pipeline.read.pdf import Sheet
from pipeline.read.quiet import told_once

# Readers look for the signature in the first kilobyte, and for the end in the last (ISO 32000-1, notes 13 and 18).
SIGNATURE_WITHIN: Final = 1024
END_WITHIN: Final = 1024
# What stands after the end of many files.
PADDING: Final = b"\0 \t\r\n\f"
# Two readers agree on a page where their counts of characters differ by less than this share, or by a few.
AGREE: Final = 0.1
A_FEW: Final = 5
# A page of more characters than this takes pdfplumber minutes.
LETTERS: Final = 20_000
# No page takes less of a file than this, so that a count of pages beyond it is a lie.
PAGE_BYTES: Final = 8
# The paper of a page that does not say its size: what readers take.
LETTER: Final = (0.0, 0.0, 612.0, 792.0)
PAGE_MARK: Final = re.compile(rb"/Type\s*/Page\b")
CATALOG: Final = b"/Catalog"
OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}0\s{1,9}obj\b")
# How far before its type the catalogue may begin, and how many that look like one are tried.
CATALOG_BYTES: Final = 4000
CATALOGS: Final = 8
EMPTY_PAGE: Final = Page(0, 612.0, 792.0, 0, TextFrom.NONE, ("unreadable",))

log = logging.getLogger(__name__)


class Layout(StrEnum):
    """Which pages pdfplumber lays out: those that pdfium cannot give (`FAST`), or all of them."""

    FAST = "fast"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read: its name, its bytes, the password given, and whether it had to be mended to be opened."""

    name: str
    data: bytes
    password: str
    damaged: bool = False


def read_sheets(path: Path, *, password: str = "", layout: Layout = Layout.FAST) -> tuple[Sheet, ...]:
    """Every page of the PDF at `path`, in order.

    Raises NotPdfError, EncryptedError, NoPagesError or DamagedError, naming the file, and InputError if it cannot be read.
    A page that cannot be read does not raise: its sheet is empty and flagged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
    if b"%PDF-" not in data[:SIGNATURE_WITHIN]:
        raise NotPdfError(f"{path.name}: not a PDF (no %PDF- at its start); convert it to PDF first")
    with told_once(path.name):
        sheets = _sheets(_File(path.name, data, password), layout)
    if not sheets:
        raise NoPagesError(f"{path.name}: a PDF without pages; nothing to read")
    if all("unreadable" in sheet.page.flags for sheet in sheets):
        raise DamagedError(f"{path.name}: a damaged PDF (no page can be read); open it in a viewer and save it anew")
    return tuple(sheets)


@contextmanager
def opened_to_draw(path: Path, *, password: str = "") -> Iterator[pypdfium2.PdfDocument]:
    """The PDF at `path` as pdfium sees it, mended if it must be, to draw its pages.

    Raises EncryptedError, DamagedError or InputError, naming the file.
    """
    try:
        file = _File(path.name, path.read_bytes(), password)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}); check the path and its permissions") from error
    with ExitStack() as held:
        yield _opened(file, held)


def _opened(file: _File, held: ExitStack) -> pypdfium2.PdfDocument:
    for one in (file, *_mended(file)):
        try:
            return held.enter_context(pdfium.opened(one.data, password=one.password))
        except pypdfium2.PdfiumError as error:
            _refuse_locked(one, error)
    raise DamagedError(f"{file.name}: a damaged PDF, whose pages cannot be drawn; open it in a viewer and save it anew")


def _sheets(file: _File, layout: Layout) -> list[Sheet]:
    """The file's sheets by both readers, or by pdfplumber alone where pdfium cannot open it."""
    whole = b"%%EOF" in file.data.rstrip(PADDING)[-END_WITHIN:]
    for one in (dataclasses.replace(file, damaged=not whole), *_mended(file)):
        try:
            with pdfium.opened(one.data, password=one.password) as document:
                return [_flagged(sheet, *["damaged"] * one.damaged) for sheet in _checked(one, document, layout)]
        except pypdfium2.PdfiumError as error:
            _refuse_locked(one, error)
            log.info("%s: pdfium cannot open it: %r", file.name, error)
    return [_flagged(sheet, "unchecked") for sheet in _alone(file)]


def _mended(file: _File) -> Iterator[_File]:
    """The file with a new trailer, if its catalogue can be found: what is cut off has lost the one it had."""
    for root in islice(_catalogs(file.data), CATALOGS):
        trailer = b"\ntrailer\n<< /Root %d 0 R >>\nstartxref\n0\n%%%%EOF\n" % root
        yield dataclasses.replace(file, data=file.data + trailer, damaged=True)


def _catalogs(data: bytes) -> Iterator[int]:
    """The numbers of the objects that look like the file's catalogue, the last one first."""
    at = data.rfind(CATALOG)
    while at >= 0:
        if objects := OBJECT.findall(data, max(0, at - CATALOG_BYTES), at):
            yield int(objects[-1])
        at = data.rfind(CATALOG, 0, at)


def _refuse_locked(file: _File, error: pypdfium2.PdfiumError) -> None:
    """Raise EncryptedError if encryption is why pdfium cannot open a file; its code may be left over from another file."""
    if b"/Encrypt" not in file.data:
        return
    if error.err_code == raw.FPDF_ERR_SECURITY:
        raise EncryptedError(f"{file.name}: encrypted in an unknown way; save it without encryption first") from error
    if error.err_code == raw.FPDF_ERR_PASSWORD and file.password:
        raise EncryptedError(f"{file.name}: encrypted, and the password given does not open it; give another") from error
    if error.err_code == raw.FPDF_ERR_PASSWORD:
        raise EncryptedError(f"{file.name}: encrypted with a password; give it with --password") from error


def _checked(file: _File, document: pypdfium2.PdfDocument, layout: Layout) -> list[Sheet]:
    """The sheets of a file that pdfium has opened."""
    found = _found(document, file)
    listed = _listed(file, len(found))
    found += [None] * max(0, listed - len(found))
    asked = [number for number, one in enumerate(found, 1) if layout is Layout.ALL or one is None or one.unfit or one.blank]
    laid = _laid_out(file, document, found, asked) if asked else {}
    return [laid.get(number) or _by_pdfium(one, number, asked=number in asked) for number, one in enumerate(found, 1)]


def _found(document: pypdfium2.PdfDocument, file: _File) -> list[Found | None]:
    """What pdfium finds on each page, None where it finds no page."""
    most = len(file.data) // PAGE_BYTES
    found = [_found_on(document, index) for index in range(min(len(document), most))]
    return found or [None] * (len(document) > 0)


def _found_on(document: pypdfium2.PdfDocument, index: int) -> Found | None:
    try:
        return found_on(document, index)
    except Exception as error:
        log.warning("page %d cannot be read by pdfium: %r", index + 1, error)
        return None


def _listed(file: _File, counted: int) -> int:
    """How many pages pdfplumber finds, if the file's bytes do not already show that there are as many as pdfium counted."""
    if len(PAGE_MARK.findall(file.data)) == counted:
        return counted
    try:
        with bounded_streams(), bounded_time():
            document = pdf.document_of(BytesIO(file.data), password=file.password)
            return sum(1 for _ in islice(PDFPage.create_pages(document), len(file.data) // PAGE_BYTES))
    except Exception as error:
        log.info("%s: pdfplumber cannot list its pages: %r", file.name, error)
        return 0


def _laid_out(
    file: _File, document: pypdfium2.PdfDocument, found: Sequence[Found | None], asked: Iterable[int]
) -> dict[int, Sheet]:
    """The pages asked for as pdfplumber lays them out, by number: those on which it agrees with pdfium."""
    done = _agreed(BytesIO(file.data), file, found, [number for number in asked if not _is_heavy(found[number - 1])])
    left = [number for number in asked if number not in done and not _is_heavy(found[number - 1])]
    if left and (copy := _saved_anew(document, len(found))):
        again = _agreed(copy, dataclasses.replace(file, password=""), found, left)
        done |= {number: _flagged(sheet, "resaved") for number, sheet in again.items()}
    return done


def _is_heavy(found: Found | None) -> bool:
    return found is not None and (found.letters > LETTERS or "over_budget" in found.sheet.page.flags)


def _agreed(stream: BytesIO, file: _File, found: Sequence[Found | None], numbers: Sequence[int]) -> dict[int, Sheet]:
    """The sheets of these pages on which pdfplumber agrees with pdfium, if it lists as many pages."""
    try:
        with bounded_streams(), bounded_time():
            pages = pdf.pages_of(stream, password=file.password) if numbers else []
    except Exception as error:
        log.info("%s: pdfplumber cannot open it: %r", file.name, error)
        return {}
    if len(pages) != len(found):
        return {}
    sheets = {number: _agreed_sheet(pages[number - 1], found[number - 1]) for number in numbers}
    return {number: sheet for number, sheet in sheets.items() if sheet is not None}


def _agreed_sheet(page: Any, found: Found | None) -> Sheet | None:
    """A page as laid out by pdfplumber, None where it fails or disagrees with pdfium."""
    if found and found.blank and not pdf.has_content(page):
        return found.sheet
    try:
        with bounded_streams(), bounded_time():
            sheet, letters = pdf.laid_out(page, found.hidden if found else frozenset())
    except TooMuch as error:
        log.warning("page %d is left to pdfium: %s", page.page_number, error)
        return None if found is None or found.blank else _flagged(found.sheet, "over_budget", "pdfium_text")
    except Exception as error:
        # pdfminer raises nearly anything on bad content; one bad page must not cost the rest of the contract.
        log.warning("page %d cannot be read by pdfplumber: %r", page.page_number, error)
        return None
    if found is None or (found.blank and letters):
        return _flagged(sheet, "unchecked") if sheet.words else None
    if abs(letters - found.letters) > max(A_FEW, AGREE * max(letters, found.letters)):
        log.info("page %d: %d characters by pdfplumber, %d by pdfium", page.page_number, letters, found.letters)
        return None
    return _completed(sheet, found)


def _completed(sheet: Sheet, found: Found) -> Sheet:
    """A sheet by pdfplumber with what pdfium alone knows of the page."""
    return Sheet(dataclasses.replace(found.sheet.page), sheet.words + found.fields, sheet.grids)


def _by_pdfium(found: Found | None, number: int, *, asked: bool) -> Sheet:
    """A page with the words that pdfium finds; flagged if pdfplumber was asked and did not agree."""
    if found is None:
        return Sheet(dataclasses.replace(EMPTY_PAGE, number=number), (), ())
    if not asked:
        return found.sheet
    if found.blank:
        # It has content, of which neither makes anything.
        return Sheet(dataclasses.replace(found.sheet.page, flags=("unreadable",)), (), ())
    return _flagged(found.sheet, "pdfium_text", *["over_budget"] * _is_heavy(found))


def _flagged(sheet: Sheet, *flags: str) -> Sheet:
    """The sheet with more flags on its page."""
    if set(flags) <= set(sheet.page.flags):
        return sheet
    every = tuple(sorted({*sheet.page.flags, *flags}))
    return dataclasses.replace(sheet, page=dataclasses.replace(sheet.page, flags=every))


def _saved_anew(document: pypdfium2.PdfDocument, pages: int) -> BytesIO | None:
    """The document as pdfium saves it, each of so many pages with a media box; None if it cannot."""
    stream = BytesIO()
    try:
        for index in range(pages):
            _give_media_box(document, index)
        document.save(stream, flags=raw.FPDF_REMOVE_SECURITY)
    except Exception as error:
        log.info("pdfium cannot save it anew: %r", error)
        return None
    return stream


def _give_media_box(document: pypdfium2.PdfDocument, index: int) -> None:
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return
    left, bottom, right, top = page.get_mediabox(fallback_ok=False) or (0, 0, 0, 0)
    if left == right or bottom == top:
        page.set_mediabox(*LETTER)
    page.close()


def _alone(file: _File) -> list[Sheet]:
    """The sheets by pdfplumber, of a file that pdfium cannot open. Raises EncryptedError, NoPagesError or DamagedError."""
    try:
        with bounded_streams(), bounded_time():
            pages = pdf.pages_of(BytesIO(file.data), password=file.password)
    except Exception as error:
        if isinstance(error.args[0] if error.args else error, PDFEncryptionError):
            raise EncryptedError(f"{file.name}: encrypted in an unknown way; save it without encryption first") from error
        why = "too much of it is packed" if isinstance(error, TooMuch) else error
        raise DamagedError(f"{file.name}: a damaged PDF ({why}); open it in a viewer and save it anew") from error
    sheets = [_agreed_sheet(page, None) for page in pages]
    return [sheet or _by_pdfium(None, number, asked=True) for number, sheet in enumerate(sheets, 1)]
