"""Hostile, broken and odd PDFs, each built by code, and what reading it must end as.

A case is either read (its pages, words that the text must and must not hold, the pages' flags) or refused with one of
the errors of `pipeline.errors`. Most files are written byte by byte here, as no library would write them.
"""

import io
import random
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from pipeline.errors import DamagedError, EncryptedError, InputError, NoPagesError, NotPdfError

# The sentence that an honest page holds, and the words that no one sees.
SAID: Final = "The fee of $5,000 is due on delivery"
UNSEEN: Final = "Payable monthly in advance"
FONT: Final = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
LETTER: Final = b"[0 0 612 792]"


@dataclass(frozen=True)
class Case:
    """A file and what must come of it: an error, or so many pages, words, and the flags of pages (of the first: none)."""

    make: Callable[[], bytes]
    error: type[InputError] | None = None
    pages: int = 1
    holds: Sequence[str] = (SAID,)
    lacks: Sequence[str] = (UNSEEN,)
    flags: Mapping[int, Sequence[str]] = field(default_factory=dict)
    password: str = ""


CASES: dict[str, Case] = {}
DAMAGED: Final = {1: ("damaged",)}


def case(name: str, **expected: Any) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Put a file's maker among the cases under this name, with what is expected of it."""

    def add(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES[name] = Case(make, **expected)
        return make

    return add


def told(name: str, make: Callable[[], bytes], **expected: Any) -> None:
    """The same for a file that takes one line to make."""
    CASES[name] = Case(make, **expected)


# How files are made.


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object of this content."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def deflated(content: bytes, entries: bytes = b"") -> bytes:
    """A compressed stream object."""
    return stream(zlib.compress(content, 9), b"/Filter /FlateDecode " + entries)


def say(text: str = SAID, x: float = 72, y: float = 700, size: float = 11, before: str = "") -> bytes:
    """The operators that print a line of text, in the font F1."""
    shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q BT {before} /F1 {size} Tf {x} {y} Td ({shown}) Tj ET Q\n".encode("latin-1")


def body(objects: Sequence[bytes | None]) -> tuple[bytes, list[int]]:
    """The objects, numbered from 1, after a header; and where each begins. None leaves a number free."""
    out, places = io.BytesIO(b""), [0]
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, one in enumerate(objects, 1):
        places.append(out.tell() if one is not None else 0)
        if one is not None:
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    return out.getvalue(), places


def file_of(objects: Sequence[bytes | None], trailer: bytes = b"") -> bytes:
    """A file of objects, the first of which is the catalogue."""
    written, places = body(objects)
    rows = b"".join(b"%010d 00000 n \n" % at if at else b"0000000000 65535 f \n" for at in places)
    head = b"xref\n0 %d\n" % len(places)
    tail = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(places), trailer, len(written))
    return written + head + rows + tail


def page(
    content: bytes = b"",
    *,
    box: bytes = b"/MediaBox " + LETTER,
    resources: bytes = b"",
    entries: bytes = b"",
    more: Sequence[bytes | None] = (),
    packed: bytes | None = None,
    catalog: bytes = b"",
) -> bytes:
    """A file of one page: objects 1 to 5 are catalogue, page tree, page, content and font; `more` follow."""
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> %s >> %s >>"
            % (box, resources, entries),
            packed if packed is not None else stream(content),
            FONT,
            *more,
        ]
    )


def pages_of(contents: Iterable[bytes], *, boxes: Sequence[bytes] = (b"/MediaBox " + LETTER,)) -> bytes:
    """A file of a page for each content; the boxes are taken in turn."""
    parts = list(contents)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(parts)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(parts)), FONT]
    for index, content in enumerate(parts):
        objects += [
            b"<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (boxes[index % len(boxes)], 5 + 2 * index),
            stream(content),
        ]
    return file_of(objects)


def tree(kids: bytes, count: int, *more: bytes | None) -> bytes:
    """A file whose page tree is as given; object 3 is a good page."""
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>" % LETTER,
            stream(say()),
            FONT,
            *more,
        ]
    )


@cache
def plain() -> bytes:
    """An honest page by reportlab, the same bytes each time."""
    return drawn(lambda canvas: canvas.drawString(72, 700, SAID))


def drawn(*pages: Callable[[Any], object], **options: Any) -> bytes:
    """A file of letter pages, each drawn by a function of reportlab's canvas."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1, **options)
    for draw in pages:
        canvas.setFont("Helvetica", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed(data: bytes, change: Callable[[pikepdf.Pdf], object] = lambda pdf: None, **options: Any) -> bytes:
    """The file after a change by pikepdf."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out, static_id="encryption" not in options, **options)
    return out.getvalue()


def picture(samples: bytes, width: int, height: int, *, entries: bytes = b"") -> bytes:
    """A grey picture object."""
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 " % (width, height)
    return deflated(samples, head + entries)


def form(content: bytes, resources: bytes = b"/Font << /F1 5 0 R >>", *, entries: bytes = b"") -> bytes:
    """A form XObject of the size of a letter page."""
    return stream(content, b"/Type /XObject /Subtype /Form /BBox %s /Resources << %s >> %s" % (LETTER, resources, entries))


# Files that are none, and files that are cut or spoiled.

told("empty", lambda: b"", error=NotPdfError)
told("a letter", lambda: b"Dear Sirs, find the contract enclosed.", error=NotPdfError)
told("a web page", lambda: b"<html><body>Sign in to see the contract</body></html>", error=NotPdfError)
told("zeros", lambda: bytes(5000), error=NotPdfError)
told("header alone", lambda: b"%PDF-1.7\n", error=DamagedError)
told("noise", lambda: b"%PDF-1.7\n" + random.Random(4).randbytes(4000), error=DamagedError)
told("cut at a quarter", lambda: plain()[: len(plain()) // 4], error=DamagedError)
told("cut before the xref", lambda: plain()[: plain().rindex(b"xref\n0")], flags=DAMAGED)
told("cut in the trailer", lambda: plain()[: plain().rindex(b"startxref")], flags=DAMAGED)
told("cut in its last bytes", lambda: plain()[:-12], flags=DAMAGED)
told("startxref of nowhere", lambda: plain()[: plain().rindex(b"startxref")] + b"startxref\n99999999\n%%EOF")
told("no startxref value", lambda: plain()[: plain().rindex(b"startxref")] + b"startxref\n\n%%EOF")
told("bytes before the header", lambda: b"\n" * 50 + plain())
told("mail headers before the header", lambda: b"X-Mailer: none\r\n" * 40 + plain())
told("bytes after the end", lambda: plain() + b"\0" * 20_000)
told("lines ended the other way", lambda: page(say()).replace(b"endobj\n", b"endobj\r"))
told("every endobj gone", lambda: page(say()).replace(b"endobj", b"      "))
told("a stream without its end", lambda: page(say()).replace(b"endstream", b"         "))
told("length too short", lambda: page(packed=b"<< /Length 3 >>\nstream\n%s\nendstream" % say()))
told("length too long", lambda: page(packed=b"<< /Length 99999 >>\nstream\n%s\nendstream" % say()))
told("length of another kind", lambda: page(packed=b"<< /Length /Long >>\nstream\n%s\nendstream" % say()))
told("length that leads to itself", lambda: page(packed=b"<< /Length 4 0 R >>\nstream\n%s\nendstream" % say()))
told("no catalogue", lambda: page(say()).replace(b"/Root 1 0 R", b"/Toor 1 0 R"), flags=DAMAGED)
told("a catalogue of another kind", lambda: page(say()).replace(b"/Root 1 0 R", b"/Root 4 0 R"), flags=DAMAGED)


@case("xref rows that point anywhere")
def _() -> bytes:
    data = page(say())
    at = data.index(b"xref\n0")
    return data[:at] + data[at:].replace(b"00000 n", b"00000 n").replace(b"00000000", b"00000099")


@case("an xref that leads back to itself")
def _() -> bytes:
    data = page(say())
    return data.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % data.index(b"xref\n0"))


@case("an xref of a thousand million rows")
def _() -> bytes:
    return page(say()).replace(b"xref\n0 6\n", b"xref\n0 999999999\n").replace(b"/Size 6", b"/Size 999999999")


@case("a size below its objects")
def _() -> bytes:
    return page(say()).replace(b"/Size 6", b"/Size 2")


@case("a content revised", lacks=("cancelled",))
def _() -> bytes:
    data = page(say("The fee is cancelled"))
    new, at = b"4 0 obj\n%s\nendobj\n" % stream(say()), len(data)
    rows = b"xref\n4 1\n%010d 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\n" % (at, data.index(b"xref\n0"))
    return data + new + rows + b"startxref\n%d\n%%%%EOF\n" % (at + len(new))


@case("objects packed in streams")
def _() -> bytes:
    return changed(plain(), object_stream_mode=pikepdf.ObjectStreamMode.generate)


@case("an object stream that says less than it holds", flags={1: ("unchecked",)})
def _() -> bytes:
    data = changed(plain(), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return data.replace(b"/First ", b"/Fist  ")


@case("arrays in arrays")
def _() -> bytes:
    return page(say(), more=[b"[" * 50_000 + b"]" * 50_000], entries=b"/Deep 6 0 R")


@case("content of arrays in arrays")
def _() -> bytes:
    return page(say() + b"[" * 50_000 + b"]" * 50_000 + say("and on acceptance", y=650))


# Page trees.

told(
    "no pages",
    lambda: file_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]),
    error=NoPagesError,
)
told("a page that no tree holds", lambda: tree(b"", 0), flags={1: ("unchecked",)})
told("pages that are only counted", lambda: tree(b"", 5), error=DamagedError)
told("a million pages that are only counted", lambda: tree(b"", 1_000_000), error=DamagedError)
told("a tree that holds itself", lambda: tree(b"2 0 R 3 0 R", 2), pages=2, flags={2: ("unreadable",)})
told("a tree of nothing but itself", lambda: tree(b"2 0 R", 1), flags={1: ("unchecked",)})
told("a page listed twice", lambda: tree(b"3 0 R 3 0 R", 2), pages=2, holds=())
told("a page that is missing", lambda: tree(b"99 0 R 3 0 R", 2), pages=2, flags={1: ("unreadable",)})
told("a page that is null", lambda: tree(b"3 0 R 6 0 R", 2, b"null"), pages=2, flags={2: ("unreadable",)})
told("a page that is a number", lambda: tree(b"3 0 R 42", 2), pages=2, flags={2: ("unreadable",)})
told("more pages counted than listed", lambda: tree(b"3 0 R", 7), pages=7, flags={7: ("unreadable",)})
told(
    "fewer pages counted than listed",
    lambda: tree(b"3 0 R 6 0 R", 1, b"<< /Type /Page /Parent 2 0 R /MediaBox %s >>" % LETTER),
    pages=2,
    flags={2: ("unreadable",)},
)
told("a page without a type", lambda: page(say()).replace(b"/Type /Page ", b""))
told("a page of another type", lambda: page(say()).replace(b"/Type /Page ", b"/Type /Pega "), error=DamagedError)
told("a page that is its own parent", lambda: page(say()).replace(b"/Parent 2 0 R", b"/Parent 3 0 R"))


@case("a tree of two that hold each other", pages=2, holds=())
def _() -> bytes:
    return tree(b"3 0 R 6 0 R", 2, b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>")


@case("a tree too deep to walk", error=DamagedError)
def _() -> bytes:
    depth = 3000
    links = [b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (at - 1, at + 1) for at in range(7, 7 + depth)]
    last = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return tree(b"6 0 R", 1, b"<< /Type /Pages /Parent 2 0 R /Kids [7 0 R] /Count 1 >>", *links, last)


@case("ten thousand tiny pages", pages=10_000)
def _() -> bytes:
    count = 10_000
    kids = b" ".join(b"%d 0 R" % (5 + index + (index > 0)) for index in range(count))
    tiny = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 20] %s /Resources << /Font << /F1 3 0 R >> >> >>"
    head = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count), FONT]
    said, ruled = tiny % b"/Contents 4 0 R", tiny % b"/Contents 6 0 R"
    return file_of([*head, stream(say(x=5, y=8)), said, stream(b"5 8 m 99 8 l S"), *[ruled] * (count - 1)])


# The boxes of a page.

told("no media box", lambda: page(say(), box=b""))
told(
    "one of three pages without a media box",
    lambda: pages_of(
        [say(), *[say(f"Page of {word}") for word in ("works", "wares")]],
        boxes=[b"/MediaBox " + LETTER, b"", b"/MediaBox " + LETTER],
    ),
    pages=3,
)
told("a media box of two numbers", lambda: page(say(), box=b"/MediaBox [0 0]"))
told("a media box of words", lambda: page(say(), box=b"/MediaBox [/a /b /c /d]"))
told("a media box of nothing", lambda: page(say(), box=b"/MediaBox [0 0 0 0]"))
told("a media box upside down", lambda: page(say(), box=b"/MediaBox [612 792 0 0]"))
told("a media box off the origin", lambda: page(say(x=-500, y=-300), box=b"/MediaBox [-600 -900 12 -108]"))
told("a media box that leads to itself", lambda: page(say(), box=b"/MediaBox 3 0 R"))
told("two thousand million points high", lambda: page(say(), box=b"/MediaBox [0 0 612 2147483648]"))
told(
    "a crop box",
    lambda: page(say() + say(UNSEEN, y=20), box=b"/MediaBox %s /CropBox [0 100 612 792]" % LETTER),
    flags={1: ("hidden_text",)},
)
told("a crop box beside the page", lambda: page(say(), box=b"/MediaBox %s /CropBox [5000 5000 6000 6000]" % LETTER))
told("a crop box of nothing", lambda: page(say(), box=b"/MediaBox %s /CropBox [0 0 0 0]" % LETTER))
told(
    "mixed sizes",
    lambda: pages_of(
        [say(text, y=150, x=10) for text in (SAID, "on two", "on three", "on four")],
        boxes=[b"/MediaBox " + LETTER, b"/MediaBox [0 0 842 1191]", b"/MediaBox [0 0 300 200]", b"/MediaBox [0 0 5000 300]"],
    ),
    pages=4,
)
told("a page turned by 45 degrees", lambda: page(say(), entries=b"/Rotate 45"))
told("a page turned by a word", lambda: page(say(), entries=b"/Rotate /Left"))
for degrees in (90, 180, 270, -90, 450):
    told(f"a page turned by {degrees}", partial(page, say(), entries=b"/Rotate %d" % degrees))
    told(
        f"a cropped page turned by {degrees}",
        partial(
            page,
            say(x=200, y=400) + say(UNSEEN, y=20),
            box=b"/MediaBox [0 0 612 792] /CropBox [100 300 500 500]",
            entries=b"/Rotate %d" % degrees,
        ),
        flags={1: ("hidden_text",)},
    )


# Content that cannot be followed, or not at a price.

told("no content", lambda: page(say()).replace(b"/Contents 4 0 R", b""), holds=(), flags={1: ("no_text",)})
told(
    "content that is missing",
    lambda: page(say()).replace(b"/Contents 4 0 R", b"/Contents 9 0 R"),
    holds=(),
    flags={1: ("no_text",)},
)
told("content in pieces, one missing", lambda: page(say()).replace(b"/Contents 4 0 R", b"/Contents [9 0 R 4 0 R null]"))
told("operators without operands", lambda: page(b"Tj Td cm Do re Tf " + say()), flags={1: ("unchecked",)})
told(
    "operands of the wrong kind",
    lambda: page(b"/x /y Td (a) (b) (c) (d) (e) (f) cm [/n] TJ " + say()),
    flags={1: ("unchecked",)},
)
told("numbers beyond all measure", lambda: page(b"q " + b"9" * 400 + b" 0 0 1 0 0 cm Q " + say()))
told("states closed that were never opened", lambda: page(b"Q " * 500 + say()))
told("states opened by the thousand", lambda: page(b"q " * 20_000 + say()))
told("a picture among the operators, cut off", lambda: page(say() + b"BI /W 10 /H 10 /BPC 8 /CS /G ID abc"))
told("a font that is missing", lambda: page(say()).replace(b"/F1 5 0 R", b"/F1 9 0 R"))
told("a font of no kind", lambda: page(say()).replace(FONT, b"<< >>"))
told("no resources", lambda: page(say()).replace(b"/Resources", b"/Seruosecr"))
told("a filter that no one knows", lambda: page(packed=stream(say(), b"/Filter /Zip")))
told(
    "a filter after which there is noise",
    lambda: page(packed=stream(random.Random(4).randbytes(500), b"/Filter /FlateDecode")),
    holds=(),
    flags={1: ("no_text",)},
)
told(
    "half of a compressed stream",
    lambda: page(
        packed=stream(zlib.compress(say() + random.Random(4).randbytes(900).hex().encode())[:-300], b"/Filter /FlateDecode")
    ),
)
told("text in a form", lambda: page(b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(say())]))
told(
    "text in a form in a form",
    lambda: page(
        b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(b"/Y Do", b"/XObject << /Y 7 0 R >>"), form(say())]
    ),
)
told(
    "a form that draws itself",
    lambda: page(say() + b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(b"/X Do", b"/XObject << /X 6 0 R >>")]),
)
told(
    "a form without a box",
    lambda: page(b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(say()).replace(b"/BBox " + LETTER, b"")]),
)
told(
    "a form without its font",
    lambda: page(b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(say()).replace(b"/Resources", b"/Seruosecr")]),
)


def bomb() -> bytes:
    """Two hundred bytes of which each of nine RunLength filters makes sixty-four times as many."""
    return stream(b"\x81\x81" * 100 + b"\x80", b"/Filter [%s]" % (b"/RunLengthDecode " * 9))


@case("run lengths in run lengths", error=DamagedError)
def _() -> bytes:
    return page(packed=bomb())


@case("ten million spaces, deflated nine times")
def _() -> bytes:
    data = b" " * 10_000_000 + say()
    for _ in range(9):
        data = zlib.compress(data, 9)
    return page(packed=stream(data, b"/Filter [%s]" % (b"/FlateDecode " * 9)))


@case("a hundred million spaces, deflated", error=DamagedError)
def _() -> bytes:
    packer = zlib.compressobj(9)
    megabyte = b" " * 1_000_000
    data = b"".join(packer.compress(megabyte) for _ in range(100)) + packer.flush()
    return page(packed=stream(data, b"/Filter /FlateDecode"))


@case("a bomb beside the pages")
def _() -> bytes:
    return page(say(), more=[bomb()])


@case("a bomb in the map of a font")
def _() -> bytes:
    return page(say(), more=[bomb()]).replace(FONT, FONT[:-2] + b"/ToUnicode 6 0 R >>")


@case("a map of four thousand million characters")
def _() -> bytes:
    ranges = b"1 beginbfrange <00000000> <ffffffff> <0041> endbfrange\n1 begincidrange <00000000> <ffffffff> 0 endcidrange\n"
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts [7 0 R] >>"
    system = b"/CIDSystemInfo << /Registry (A) /Ordering (B) /Supplement 0 >>"
    descendant = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Odd %s >>" % system
    data = say() + b"BT /F2 11 Tf 72 600 Td <00410042> Tj ET"
    return page(data, resources=b"", more=[stream(ranges), descendant, font]).replace(b"/F1 5 0 R", b"/F1 5 0 R /F2 8 0 R")


@case("a predictor of a thousand million columns", pages=2)
def _() -> bytes:
    wide = stream(zlib.compress(say()), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 999999999 >>")
    return tree(b"3 0 R 6 0 R", 2, b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 7 0 R >>" % LETTER, wide)


@case("forms that draw ten of the next, four deep", flags={1: ("over_budget",)})
def _() -> bytes:
    deep = 4
    forms = [form(b"/X Do " * 10, b"/XObject << /X %d 0 R >>" % (7 + at)) for at in range(deep)]
    return page(say() + b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[*forms, form(b"0 0 m 1 1 l S 1 0 m 0 1 l S ")])


@case("a font specimen", holds=("specimen",))
def _() -> bytes:
    line = "specimen " * 60
    return page(packed=deflated(b"".join(say(line, x=5, y=785 - at * 3.2, size=2) for at in range(240))))


@case("numbers strewn over a page", holds=(), flags={1: ("hidden_text",)})
def _() -> bytes:
    strewn = (say(str(at), x=at * 7919 % 600, y=at * 104_729 % 780, size=8) for at in range(8000))
    return page(packed=deflated(b"".join(strewn)))


@case("a page of ten thousand rules", flags={1: ("over_budget",)})
def _() -> bytes:
    rules = [
        b"%.1f 50 m %.1f 700 l S\n50 %.1f m 560 %.1f l S\n" % (50 + n / 10, 50 + n / 10, 50 + n / 8, 50 + n / 8)
        for n in range(5000)
    ]
    return page(packed=deflated(say() + b"".join(rules)))


@case("a million strokes", flags={1: ("over_budget",)})
def _() -> bytes:
    return page(packed=deflated(say() + b"0 0 m 9 9 l S\n" * 1_000_000))


@case("a million numbers for one operator")
def _() -> bytes:
    return page(packed=deflated(say() + b"1 " * 1_000_000 + b"Td " + say("and on acceptance", y=600)))


# Text that no one sees, and text that is seen though it looks like it.

HIDDEN: Final = {1: ("hidden_text",)}
GREY: Final = bytes([128]) * 100


def beside(odd: bytes, **more: Any) -> bytes:
    """A page that says its sentence and holds odd content after it."""
    return page(say() + odd, **more)


def states(entries: bytes) -> bytes:
    """Resources with a graphics state GS of these entries."""
    return b"/ExtGState << /GS << %s >> >>" % entries


def layers(on: bytes, off: bytes) -> bytes:
    """A catalogue's layers: object 6 is the only one."""
    return b"/OCProperties << /OCGs [6 0 R] /D << /ON [%s] /OFF [%s] /Order [6 0 R] >> >>" % (on, off)


LAYER: Final = b"<< /Type /OCG /Name (Notes) >>"
LAYERED: Final = b"/OC /L BDC " + say(UNSEEN, y=600) + b" EMC"
told("invisible by its mode", lambda: beside(say(UNSEEN, y=600, before="3 Tr")), flags=HIDDEN)
told("invisible as a clip", lambda: beside(say(UNSEEN, y=600, before="7 Tr")), flags=HIDDEN)
told("invisible by its mode, within the line", lambda: beside(say(UNSEEN, x=300, before="3 Tr")), flags=HIDDEN)
told("invisible, over what is seen", lambda: beside(say(UNSEEN, before="3 Tr")), flags=HIDDEN)
told("white on white", lambda: beside(say(UNSEEN, y=600, before="1 g")), flags=HIDDEN)
told("white on white, by another colour space", lambda: beside(say(UNSEEN, y=600, before="0 0 0 0 k")), flags=HIDDEN)
told("nearly white on white", lambda: beside(say(UNSEEN, y=600, before="0.995 1 0.995 rg")), flags=HIDDEN)
told("white strokes alone", lambda: beside(say(UNSEEN, y=600, before="1 Tr 1 G")), flags=HIDDEN)
told(
    "blue on the same blue",
    lambda: beside(b"0 0 1 rg 60 590 400 30 re f " + say(UNSEEN, y=600, before="0 0 1 rg")),
    flags=HIDDEN,
)
told("black on black", lambda: beside(b"0 g 60 590 400 30 re f " + say(UNSEEN, y=600)), flags=HIDDEN)
told("below the page", lambda: beside(say(UNSEEN, y=-40)), flags=HIDDEN)
told("beside the page", lambda: beside(say(UNSEEN, x=700)), flags=HIDDEN)
told(
    "opacity of nothing",
    lambda: beside(b"q /GS gs " + say(UNSEEN, y=600) + b"Q", resources=states(b"/ca 0 /CA 0")),
    flags=HIDDEN,
)
told(
    "opacity of nearly nothing",
    lambda: beside(b"q /GS gs " + say(UNSEEN, y=600) + b"Q", resources=states(b"/ca 0.01 /CA 0.01")),
    flags=HIDDEN,
)
told("under a rectangle", lambda: beside(say(UNSEEN, y=600) + b"1 g 60 590 400 30 re f"), flags=HIDDEN)
told("under a black bar", lambda: beside(say(UNSEEN, y=600) + b"0 g 60 590 400 30 re f"), flags=HIDDEN)
told(
    "under a picture",
    lambda: beside(
        say(UNSEEN, y=600) + b"q 400 0 0 30 60 590 cm /I Do Q",
        resources=b"/XObject << /I 6 0 R >>",
        more=[picture(GREY, 10, 10)],
    ),
    flags=HIDDEN,
)
told("clipped away", lambda: beside(b"q 0 0 10 10 re W n " + say(UNSEEN, y=600) + b"Q"), flags=HIDDEN)
told("of no size", lambda: beside(say(UNSEEN, y=600, size=0.01)), flags=HIDDEN)
told(
    "in a layer that is off",
    lambda: beside(LAYERED, resources=b"/Properties << /L 6 0 R >>", more=[LAYER], catalog=layers(b"", b"6 0 R")),
    flags=HIDDEN,
)
told(
    "invisible in a form",
    lambda: beside(b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(say(UNSEEN, y=600, before="3 Tr"))]),
    flags=HIDDEN,
)
told(
    "white in a form",
    lambda: beside(b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[form(say(UNSEEN, y=600, before="1 g"))]),
    flags=HIDDEN,
)
told(
    "a form of no opacity",
    lambda: beside(
        b"q /GS gs /X Do Q", resources=states(b"/ca 0") + b"/XObject << /X 6 0 R >>", more=[form(say(UNSEEN, y=600))]
    ),
    flags=HIDDEN,
)
told(
    "invisible, with words beside it on a picture",
    lambda: beside(
        say(UNSEEN, y=600, before="3 Tr") + b"q 100 0 0 100 60 100 cm /I Do Q",
        resources=b"/XObject << /I 6 0 R >>",
        more=[picture(GREY, 10, 10)],
    ),
    flags=HIDDEN,
)
for degrees in (90, 180, 270):
    told(
        f"white on a page turned by {degrees}",
        partial(beside, say(UNSEEN, y=600, before="1 g"), entries=b"/Rotate %d" % degrees),
        flags=HIDDEN,
    )
told("nothing but the unseen", lambda: page(say(UNSEEN, before="3 Tr")), holds=(), flags={1: ("hidden_text", "no_text")})
told(
    "white on white, on a page off the origin",
    lambda: page(say(x=-500, y=-300) + say(UNSEEN, x=-500, y=-400, before="1 g"), box=b"/MediaBox [-600 -900 12 -108]"),
    flags=HIDDEN,
)
told(
    "white on white, on a page too high to draw",
    lambda: page(say() + say(UNSEEN, y=600, before="1 g"), box=b"/MediaBox [0 0 612 2147483648]"),
    flags=HIDDEN,
)

SEEN: Final = (SAID, "and on acceptance")
told("white on black", lambda: beside(b"0 g 60 590 400 30 re f " + say(SEEN[1], y=600, before="1 g")), holds=SEEN)
told(
    "white on a dark picture",
    lambda: beside(
        b"q 400 0 0 30 60 590 cm /I Do Q " + say(SEEN[1], y=600, before="1 g"),
        resources=b"/XObject << /I 6 0 R >>",
        more=[picture(GREY, 10, 10)],
    ),
    holds=SEEN,
)
told("grey on white", lambda: beside(say(SEEN[1], y=600, before="0.8 g")), holds=SEEN)
told("blue on white", lambda: beside(say(SEEN[1], y=600, before="0 0 1 rg")), holds=SEEN)
told(
    "over a picture",
    lambda: beside(
        b"q 400 0 0 30 60 590 cm /I Do Q " + say(SEEN[1], y=600),
        resources=b"/XObject << /I 6 0 R >>",
        more=[picture(GREY, 10, 10)],
    ),
    holds=SEEN,
)
told(
    "under a marker pen",
    lambda: beside(say(SEEN[1], y=600) + b"q /GS gs 1 1 0 rg 60 590 400 30 re f Q", resources=states(b"/BM /Multiply")),
    holds=SEEN,
)
told(
    "under a veil",
    lambda: beside(say(SEEN[1], y=600) + b"q /GS gs 1 1 0 rg 60 590 400 30 re f Q", resources=states(b"/ca 0.4")),
    holds=SEEN,
)
told(
    "under a stamp with a mask",
    lambda: beside(
        say(SEEN[1], y=600) + b"q 400 0 0 30 60 590 cm /I Do Q",
        resources=b"/XObject << /I 6 0 R >>",
        more=[picture(GREY, 10, 10, entries=b"/SMask 7 0 R"), picture(bytes(100), 10, 10)],
    ),
    holds=SEEN,
)
told("beside a rule drawn later", lambda: beside(say(SEEN[1], y=600) + b"0 g 60 597 400 1 re f"), holds=SEEN)
told(
    "in a layer that is on",
    lambda: beside(
        LAYERED.replace(UNSEEN.encode(), SEEN[1].encode()),
        resources=b"/Properties << /L 6 0 R >>",
        more=[LAYER],
        catalog=layers(b"6 0 R", b""),
    ),
    holds=SEEN,
)
told("drawn twice, once invisible", lambda: beside(say(SEEN[1], y=600, before="3 Tr") + say(SEEN[1], y=600)), holds=SEEN)
told(
    "drawn twice, once clipped away",
    lambda: beside(b"q 0 0 9 9 re W n " + say(SEEN[1], y=600) + b"Q " + say(SEEN[1], y=600)),
    holds=SEEN,
)
told("outlines alone", lambda: beside(say(SEEN[1], y=600, before="1 Tr")), holds=SEEN)
told("bold by an outline", lambda: beside(say(SEEN[1], y=600, before="2 Tr")), holds=SEEN)


def scan(hidden: bytes = b"", over: bytes = b"", said: str = SAID) -> bytes:
    """A page that is a picture of its sentence, with content under and over it."""
    width, height, samples = photographed(said)
    drawn_on = b"q 612 0 0 792 0 0 cm /I Do Q\n"
    return page(hidden + drawn_on + over, resources=b"/XObject << /I 6 0 R >>", more=[picture(samples, width, height)])


@cache
def photographed(said: str) -> tuple[int, int, bytes]:
    """Width, height and grey samples of the picture of a page that says this."""
    import pypdfium2  # noqa: PLC0415

    bitmap = pypdfium2.PdfDocument(page(say(said)))[0].render(scale=1, grayscale=True)
    rows = bytes(bitmap.buffer)
    return bitmap.width, bitmap.height, b"".join(rows[at * bitmap.stride :][: bitmap.width] for at in range(bitmap.height))


OCR: Final = {1: ("ocr_layer",)}
told("a scan", scan, holds=(), flags={1: ("image_only",)})
told("a scan with its words over it", lambda: scan(over=say(before="3 Tr")), flags=OCR)
told("a scan with its words under it", lambda: scan(say()), flags=OCR)
told("a scan with invisible words under it", lambda: scan(say(before="3 Tr")), flags=OCR)
told(
    "a scan with words that are not in it",
    lambda: scan(over=say(before="3 Tr") + say(UNSEEN, y=300, before="3 Tr")),
    flags={1: ("hidden_text", "ocr_layer")},
)
told(
    "a scan with a line of print",
    lambda: scan(over=say(before="3 Tr") + say("Initialled by both parties", y=340)),
    flags=OCR,
    holds=(SAID, "Initialled by both"),
)
told(
    "a scan with a line of print and no words over it",
    lambda: scan(over=say("Initialled by both parties", y=340)),
    flags={1: ("mostly_picture",)},
    holds=("Initialled by both",),
)


# Values that are filled into forms.

FILLED: Final = ("The fee of", "$5,000", "is due on delivery")


def filled(*fields: bytes, more: Sequence[bytes] = (), entries: bytes = b"", acroform: bytes = b"") -> bytes:
    """A page whose sentence leaves its amount to a field: the first of the fields is object 6."""
    refs = b" ".join(b"%d 0 R" % (6 + at) for at in range(len(fields)))
    return page(
        say("The fee of", x=72) + say("is due on delivery", x=180),
        entries=b"/Annots [%s] %s" % (refs, entries),
        catalog=b"/AcroForm << /Fields [%s] /DA (/F1 11 Tf 0 g) /DR << /Font << /F1 5 0 R >> >> %s >>" % (refs, acroform),
        more=[*fields, *more],
    )


def widget(kind: bytes = b"/Tx", value: bytes = b"($5,000)", entries: bytes = b"", rect: bytes = b"[128 696 176 712]") -> bytes:
    """A field of a form that is its own place on the page."""
    head = b"<< /Type /Annot /Subtype /Widget /FT %s /T (amount%d) /DA (/F1 11 Tf 0 g) /F 4" % (
        kind,
        zlib.crc32(value + entries),
    )
    return head + b" /Rect %s /V %s %s >>" % (rect, value, entries)


def appearance(text: str) -> bytes:
    """The appearance of a field that shows this text."""
    return stream(
        b"/Tx BMC " + say(text, x=2, y=4) + b" EMC", b"/Subtype /Form /BBox [0 0 48 16] /Resources << /Font << /F1 5 0 R >> >>"
    )


AS_SEEN: Final = ("The fee of $5,000 is due on delivery",)
told("a filled field", lambda: filled(widget(entries=b"/AP << /N 7 0 R >>"), more=[appearance("$5,000")]))
told("a filled field without an appearance", lambda: filled(widget()))
told("a filled field that asks for an appearance", lambda: filled(widget(), acroform=b"/NeedAppearances true"))
told(
    "a field filled in two-byte letters",
    lambda: filled(widget(value=b"<FEFF" + "$5,000".encode("utf-16-be").hex().encode() + b">")),
)
told("a chosen value", lambda: filled(widget(b"/Ch", entries=b"/Opt [($5,000) ($9,000)] /Ff 131072")))
told(
    "a chosen value with another name",
    lambda: filled(widget(b"/Ch", b"(a)", b"/Opt [[(a) ($5,000)] [(b) ($9,000)]] /Ff 131072")),
)
told(
    "a field of two places",
    lambda: filled(
        b"<< /Type /Annot /Subtype /Widget /Parent 7 0 R /F 4 /Rect [128 696 176 712] >>",
        more=[b"<< /FT /Tx /T (amount) /V ($5,000) /Kids [6 0 R] /DA (/F1 11 Tf 0 g) >>"],
    ),
)
told("a field on a turned page", lambda: filled(widget(), entries=b"/Rotate 90"), holds=("$5,000",))
told(
    "a field of two lines",
    lambda: filled(widget(value=b"(on delivery of the\\rfinal report)", entries=b"/Ff 4096", rect=b"[72 500 300 560]")),
    holds=("on delivery of the final report",),
)
told(
    "a field that is hidden",
    lambda: filled(widget(), widget(value=b"(%s)" % UNSEEN.encode(), rect=b"[72 500 300 520]").replace(b"/F 4", b"/F 2")),
)
told("a field off the page", lambda: filled(widget(), widget(value=b"(%s)" % UNSEEN.encode(), rect=b"[72 -500 300 -480]")))
told(
    "a field for a password",
    lambda: filled(widget(), widget(value=b"(%s)" % UNSEEN.encode(), rect=b"[72 500 300 520]", entries=b"/Ff 8192")),
)
told("an empty field", lambda: filled(widget(value=b"()")), holds=("The fee of is due on delivery",))
told("a field whose parent is itself", lambda: filled(widget(entries=b"/Parent 6 0 R")))
told(
    "a typewritten note",
    lambda: filled(b"<< /Type /Annot /Subtype /FreeText /F 4 /Rect [128 696 176 712] /Contents ($5,000) /DA (/F1 11 Tf) >>"),
)
told(
    "a comment in a bubble",
    lambda: filled(
        widget(), b"<< /Type /Annot /Subtype /Text /F 4 /Rect [300 500 320 520] /Contents (%s) >>" % UNSEEN.encode()
    ),
)
told(
    "a value that everyone sees beside what no one does",
    lambda: changed(filled(widget()), lambda pdf: pdf.pages[0].contents_add(say(UNSEEN, y=600, before="1 g"))),
    flags=HIDDEN,
)


# Encryption.

told("encrypted with an empty password", lambda: locked("", R=4))
told("encrypted in the old way with an empty password", lambda: locked("", R=3, aes=False, metadata=False))
told("encrypted in the new way with an empty password", lambda: locked("", R=6))
told("encrypted with a password", lambda: locked("key", R=6), error=EncryptedError)
told("encrypted with a password that is given", lambda: locked("key", R=6), password="key")
told("encrypted in the old way with a password that is given", lambda: locked("key", R=4), password="key")
told("encrypted with the owner's password that is given", lambda: locked("key", R=6), password="owner")
told("encrypted with a password that is not the one given", lambda: locked("key", R=6), password="lock", error=EncryptedError)
told("not encrypted, with a password given", plain, password="key")
told(
    "encrypted by a handler that no one knows",
    lambda: file_trailer(b"/Encrypt << /Filter /Vault /V 9 >>"),
    error=EncryptedError,
)
told("encrypted by nothing", lambda: file_trailer(b"/Encrypt << >>"), error=EncryptedError)
told("encrypted by an object that is missing", lambda: file_trailer(b"/Encrypt 99 0 R"))
told(
    "encrypted, and a field filled",
    lambda: changed(filled(widget()), encryption=pikepdf.Encryption(owner="owner", user="key")),
    password="key",
)


def locked(user: str, **how: Any) -> bytes:
    """An honest page, encrypted."""
    return changed(plain(), encryption=pikepdf.Encryption(owner="owner", user=user, **how))


def file_trailer(entries: bytes) -> bytes:
    """An honest page with more entries in its trailer."""
    return page(say()).replace(b"/Root 1 0 R", b"/Root 1 0 R " + entries)


# Print that does not tell its characters.

CID_FONT: Final = b"<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /Identity-H /DescendantFonts [7 0 R] >>"
DESCENDANT: Final = (
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Odd /DW 600"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
)


def garbled(content: bytes = b"") -> bytes:
    """A page in a font of bare glyph numbers, and more content."""
    line = (
        b"BT /F2 11 Tf 72 600 Td <"
        + b"".join(b"%04x" % (3 + at % 60) for at in range(40))
        + b"> Tj 0 -20 Td <"
        + b"0003" * 40
        + b"> Tj ET "
    )
    return page(line + content, more=[CID_FONT, DESCENDANT]).replace(b"/F1 5 0 R", b"/F1 5 0 R /F2 6 0 R")


told("print of glyph numbers", garbled, holds=(), lacks=("cid:",), flags={1: ("garbled",)})
told(
    "a line of glyph numbers",
    lambda: garbled(say() * 1 + b"".join(say(f"{SAID} {at}", y=500 - at * 12) for at in range(20))),
    lacks=("cid:",),
    flags={1: ("garbled",)},
)


@case("print of drawings", holds=(), lacks=("cid:", "ab"), flags={1: ("garbled",)})
def _() -> bytes:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 98"
    )
    names = b"/Encoding << /Type /Encoding /Differences [97 /square /triangle] >>"
    rest = b" /Widths [1000 1000] %s /CharProcs << /square 6 0 R >> >>" % names
    return page(say("ab" * 20), more=[stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")]).replace(FONT, font + rest)
