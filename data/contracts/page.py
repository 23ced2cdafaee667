"""Page geometry and furniture of a sample contract: paper, frames, running heads, line numbers.

All lengths are in PDF points. The options are the header lines of a source:

    paper letter | a4 | legal            margins 72 72 72 72 (left right top bottom)
    font times | helvetica | courier | vera      size, leading, space (after a paragraph), indent
    align justify | left                 columns 1 | 2
    numbers hang | inline                heading left | centre | caps
    captions bold | italic | underline   table ruled | shaded | open | aligned
    hyphenate, linenumbers, titlepage, scan, deep: yes
    head, headright, foot, footright: text with {page} and {pages}; rule head | foot | both
    stamp text on every page             password the owner password of an encrypted file

`title` and `subtitle` break lines at ` / `; `group`, `industry` and `tradition` are not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reportlab.lib.pagesizes import A4, LEGAL, LETTER
from reportlab.platypus import Frame, PageTemplate

PAPERS: dict[str, tuple[float, float]] = {"a4": A4, "letter": LETTER, "legal": LEGAL}
FONTS = {
    "times": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
    "courier": ("Courier", "Courier-Bold", "Courier-Oblique"),
    "vera": ("Vera", "VeraBd", "VeraIt"),
}
BLEED_PT = 42.0  # a cropped page: paper beyond the crop box on every side
GAP_PT = 18.0  # between columns
SHOW = ("head", "headright", "foot", "footright", "stamp")
KNOWN = {
    "group", "industry", "tradition", "title", "subtitle", "titlepage", "paper", "margins",
    "font", "size", "leading", "align", "columns", "hyphenate", "linenumbers", "numbers",
    "indent", "heading", "rule", "space", "deep", "table", "password", "scan", "captions", *SHOW,
}  # fmt: skip

Canvas = Any  # reportlab is untyped
Painter = Callable[[Canvas, Any], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """The options of one contract; `margins` are left, right, top, bottom."""

    options: Mapping[str, str]
    paper: tuple[float, float]
    margins: tuple[float, float, float, float]
    fonts: tuple[str, str, str]
    size: float
    leading: float
    columns: int

    def get(self, name: str, default: str = "") -> str:
        """An option as written, or the default."""
        return self.options.get(name, default)

    def on(self, name: str) -> bool:
        """Whether the option is set to yes."""
        return self.options.get(name) == "yes"


def layout_of(header: Mapping[str, str]) -> Layout:
    """Read the options; raises ValueError for one that is not known, KeyError for a wrong value."""
    if unknown := sorted(set(header) - KNOWN):
        raise ValueError(f"unknown option @{unknown[0]}; known are {', '.join(sorted(KNOWN))}")
    size = float(header.get("size", "10.5"))
    left, right, top, bottom = map(float, header.get("margins", "72 72 72 72").split())
    return Layout(
        options=header,
        paper=PAPERS[header.get("paper", "letter")],
        margins=(left, right, top, bottom),
        fonts=FONTS[header.get("font", "times")],
        size=size,
        leading=float(header.get("leading", str(round(size * 1.22, 1)))),
        columns=int(header.get("columns", "1")),
    )


def templates(layout: Layout, pages: int) -> list[Any]:
    """The page templates; `pages` is the page count that running feet print.

    `first` and `body` are upright, `rotated` is landscape by /Rotate 90, `cropped` has a crop box.
    """
    width, height = layout.paper
    upright = _upright(_painter(layout, pages, width, height))
    turned = _rotated(_painter(layout, pages, height, width), width)
    cropped = _cropped(_painter(layout, pages, width, height), width, height)
    body, wide = _frames(layout, width, height), _frames(layout, height, width)
    bled = _frames(layout, width, height, BLEED_PT)
    paper, lying = (width, height), (height, width)
    slug = (width + 2 * BLEED_PT, height + 2 * BLEED_PT)
    made = [
        PageTemplate("first", _first_frames(layout), onPage=upright, pagesize=paper),
        PageTemplate("body", body, onPage=upright, pagesize=paper),
        PageTemplate("rotated", wide, onPage=turned, pagesize=lying),
        PageTemplate("cropped", bled, onPage=cropped, pagesize=slug),
    ]
    made[2].rotation = 90  # the document template applies this when the page ends
    return made


def text_width(layout: Layout, *, rotated: bool = False) -> float:
    """The width of one column in points."""
    left, right, _, _ = layout.margins
    width = layout.paper[1] if rotated else layout.paper[0]
    columns = 1 if rotated else layout.columns
    return float((width - left - right - GAP_PT * (columns - 1)) / columns)


def _frames(layout: Layout, width: float, height: float, shift: float = 0.0) -> list[Any]:
    """The columns of a page as frames, moved right and up by `shift`."""
    left, right, top, bottom = layout.margins
    columns = layout.columns if width < height else 1
    wide = (width - left - right - GAP_PT * (columns - 1)) / columns
    return [_frame(left + shift + i * (wide + GAP_PT), bottom + shift, wide, height - top - bottom) for i in range(columns)]


def _first_frames(layout: Layout) -> list[Any]:
    """The first page: as the others, but with a band for the title above several columns."""
    width, height = layout.paper
    if layout.columns == 1:
        return _frames(layout, width, height)
    left, right, top, bottom = layout.margins
    band = 8 * layout.leading
    wide = text_width(layout)
    tall = height - top - bottom - band
    columns = [_frame(left + i * (wide + GAP_PT), bottom, wide, tall) for i in range(layout.columns)]
    return [_frame(left, bottom + tall, width - left - right, band), *columns]


def _frame(x: float, y: float, width: float, height: float) -> Any:
    """A frame without padding."""
    pads = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    return Frame(x, y, width, height, **pads)


def _upright(paint: Painter) -> Painter:
    """Draw as it stands."""

    def draw(canvas: Canvas, doc: Any) -> None:
        canvas.setCropBox(None)
        paint(canvas, doc)

    return draw


def _rotated(paint: Painter, width: float) -> Painter:
    """Draw lying on an upright page, and have the viewer turn it."""

    def draw(canvas: Canvas, doc: Any) -> None:
        canvas.setCropBox(None)
        canvas.translate(width, 0)
        canvas.rotate(90)
        paint(canvas, doc)

    return draw


def _cropped(paint: Painter, width: float, height: float) -> Painter:
    """Draw on paper that is larger than its crop box, with a printer's slug outside of it."""

    def draw(canvas: Canvas, doc: Any) -> None:
        box = (BLEED_PT, BLEED_PT, BLEED_PT + width, BLEED_PT + height)
        canvas.setCropBox(box)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(BLEED_PT + 20, BLEED_PT / 2, f"PRINTER'S PROOF 2 - sheet {doc.page}")
        canvas.saveState()
        canvas.translate(BLEED_PT, BLEED_PT)
        paint(canvas, doc)
        canvas.restoreState()

    return draw


def _painter(layout: Layout, pages: int, width: float, height: float) -> Painter:
    """What stands on every page besides the text: head, foot, stamp, line numbers."""

    def paint(canvas: Canvas, doc: Any) -> None:
        canvas.saveState()
        bare = doc.page == 1 and layout.on("titlepage")
        if not bare:
            _draw_furniture(canvas, layout, (width, height), doc.page, pages)
        if layout.on("linenumbers") and not bare:
            _draw_line_numbers(canvas, layout, height)
        canvas.restoreState()

    return paint


def _draw_furniture(canvas: Canvas, layout: Layout, paper: tuple[float, float], page: int, pages: int) -> None:
    """Running head (from page 2 on), foot and stamp."""
    width, height = paper
    left, right, _, _ = layout.margins
    roman, _, italic = layout.fonts
    text = {k: layout.get(k).format(page=page, pages=pages) for k in SHOW}
    canvas.setFont(italic, 8.5)
    if page > 1:
        canvas.drawString(left, height - 42, text["head"])
        canvas.drawRightString(width - right, height - 42, text["headright"])
        if layout.get("rule") in ("head", "both"):
            canvas.line(left, height - 47, width - right, height - 47)
    if layout.get("rule") in ("foot", "both"):
        canvas.line(left, 45, width - right, 45)
    canvas.setFont(roman, 8.5)
    if text["footright"]:
        canvas.drawString(left, 34, text["foot"])
        canvas.drawRightString(width - right, 34, text["footright"])
    else:
        canvas.drawCentredString(width / 2, 34, text["foot"])
    canvas.setFont("Helvetica-Bold", 7.5)
    canvas.drawRightString(width - right, height - 28, text["stamp"])


def _draw_line_numbers(canvas: Canvas, layout: Layout, height: float) -> None:
    """Number the lines of the text block in the left margin, as in pleadings."""
    left, _, top, bottom = layout.margins
    count = int((height - top - bottom) / layout.leading)
    canvas.setFont(layout.fonts[0], 7.5)
    for i in range(count):
        y = height - top - i * layout.leading - layout.size
        canvas.drawRightString(left - 16, y, str(i + 1))
    canvas.setLineWidth(0.4)
    canvas.line(left - 9, bottom - 6, left - 9, height - top + 6)
