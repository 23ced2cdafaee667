"""Turn the blocks of a parsed contract into the flowables that reportlab sets on pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from markup import Block, Directive, Heading, Paragraph, Source, Table, Unit, cells
from page import Layout, text_width
from reportlab import platypus
from reportlab.lib.colors import black, lightgrey
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus.flowables import CallerMacro
from words import depth, rich, split_number

FIGURES = re.compile(r"(?:NOK|EUR|USD|GBP|JPY|KSh|[\d\s.,:%$€£¥\[\]*()-])*")
CELL_PAD_PT = 13.0  # left and right padding of a cell, and a hair
WIDEST_COLUMN = 46.0  # in the units of `_wanted`

Flowable = Any  # reportlab is untyped
Style = Any


@dataclass(slots=True)
class _Setting:
    """What directives have switched on."""

    table: str
    widths: str = ""
    sign: str = ""
    note: str = ""
    turned: bool = False
    parties: list[Paragraph] = field(default_factory=list)


def story_of(source: Source, layout: Layout) -> list[Flowable]:
    """All flowables of the contract, its title first."""
    story = _title(layout)
    setting = _Setting(layout.get("table", "ruled"))
    for block in source.blocks:
        if setting.sign and isinstance(block, Paragraph):
            setting.parties.append(block)
            continue
        story += _signatures(layout, setting)
        story += _flow(block, layout, setting)
    return story + _signatures(layout, setting)


def _flow(block: Block, layout: Layout, setting: _Setting) -> list[Flowable]:
    """The flowables of one block; a directive changes the setting."""
    if isinstance(block, Directive):
        return _obey(block, setting)
    if isinstance(block, Heading):
        return _heading(block, layout)
    if isinstance(block, Table):
        return _table(block, layout, setting)
    if setting.note:
        setting.note = ""
        return [_footnote(block, layout)]
    return [_paragraph(part, layout) for part in _split_at_numbers(block)]


def _obey(directive: Directive, setting: _Setting) -> list[Flowable]:
    """Follow a directive.

    `@page body|rotated|cropped|break` starts a page, `@table` sets the look and `@widths` the
    column parts of the next table, `@note yes` makes the next paragraph a footnote to the last,
    `@sign side|stack` makes the next paragraphs signature blocks.
    """
    name, value = directive.name, directive.value
    if name == "page":
        turn = [] if value == "break" else [platypus.NextPageTemplate(value)]
        setting.turned = value == "rotated" or (setting.turned and value == "break")
        return [*turn, platypus.PageBreak()]
    if name not in ("table", "widths", "note", "sign"):
        raise ValueError(f"unknown directive @{name}; use page, table, widths, note or sign")
    setattr(setting, name, value)
    return []


def _title(layout: Layout) -> list[Flowable]:
    """The title and, by option, a page of its own for it."""
    size, gap = layout.size, layout.leading
    tall = (gap, gap) if layout.on("linenumbers") else (size + 9, size + 5)
    big = _style(layout, bold=True, fontSize=size + 5, leading=tall[0], alignment=1)
    small = _style(layout, fontSize=size + 0.5, leading=tall[1], alignment=1)
    big.spaceAfter, small.spaceAfter = gap, gap if layout.on("linenumbers") else gap / 2
    parts = [platypus.Paragraph(escape(text), big) for text in layout.get("title").split(" / ")]
    lines = filter(None, layout.get("subtitle").split(" / "))
    parts += [platypus.Paragraph(escape(text), small) for text in lines]
    turn = platypus.NextPageTemplate("body")
    if layout.on("titlepage"):
        return [platypus.Spacer(1, layout.paper[1] * 0.22), *parts, turn, platypus.PageBreak()]
    return [turn, *parts, *([platypus.FrameBreak()] if layout.columns > 1 else [])]


def _heading(heading: Heading, layout: Layout) -> list[Flowable]:
    """A section heading, kept with some lines of what follows."""
    kind, gap = layout.get("heading"), layout.leading
    style = _style(layout, bold=True, alignment=0)
    style.alignment = int(kind == "centre" and heading.level == 1)
    style.spaceBefore, style.spaceAfter = gap * 0.5, gap * 0.35
    if layout.on("linenumbers"):
        style.spaceBefore, style.spaceAfter = gap, 0
    elif heading.level == 1 and layout.columns == 1:
        style.fontSize = layout.size + 1
    text = heading.text.upper() if kind == "caps" else heading.text
    return [platypus.CondPageBreak(4 * gap), platypus.Paragraph(escape(text), style)]


def _split_at_numbers(paragraph: Paragraph) -> list[Paragraph]:
    """Start a new paragraph at every unit that bears a number."""
    groups: list[list[Unit]] = []
    for unit in paragraph.units:
        if groups and not split_number(unit.text)[0]:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return [Paragraph(tuple(group)) for group in groups]


def _paragraph(paragraph: Paragraph, layout: Layout) -> Flowable:
    """A paragraph of units, its number hanging or inline."""
    number, text = split_number(" ".join(unit.text for unit in paragraph.units))
    step = float(layout.get("indent", "26"))
    left = step * depth(paragraph.units[0], number, deep=layout.on("deep"))
    style = _style(layout, leftIndent=left, bulletIndent=left)
    if not number or layout.get("numbers") == "inline":
        return platypus.Paragraph(f"{number} {rich(text, layout)}".lstrip(), style)
    style.leftIndent += step
    return platypus.Paragraph(rich(text, layout), style, bulletText=number)


def _footnote(paragraph: Paragraph, layout: Layout) -> Flowable:
    """A flowable without height that draws the note at the foot of the page it falls on."""
    size = layout.size - 2.5
    style = _style(layout, fontSize=size, leading=size * 1.15, spaceAfter=0)
    text = " ".join(unit.text for unit in paragraph.units)
    left, _, _, bottom = layout.margins

    def draw(flowable: Any) -> None:
        canvas, note = flowable.canv, platypus.Paragraph(rich(text, layout), style)
        _, height = note.wrap(text_width(layout), bottom)
        x, y = canvas.absolutePosition(0, 0)
        canvas.line(left - x, bottom - 6 - y, left + 120 - x, bottom - 6 - y)
        note.drawOn(canvas, left - x, bottom - 10 - height - y)

    return CallerMacro(drawCallable=draw)


def _signatures(layout: Layout, setting: _Setting) -> list[Flowable]:
    """The signature blocks collected so far, one a paragraph; empties the collection."""
    if not setting.parties:
        return []
    plain = _style(layout, alignment=0, spaceAfter=layout.leading * 0.5)
    name = _style(layout, bold=True, alignment=0, spaceAfter=layout.leading)
    blocks = [
        [platypus.Paragraph(escape(u.text), plain if i else name) for i, u in enumerate(p.units)] for p in setting.parties
    ]
    side, setting.sign, setting.parties = setting.sign == "side", "", []
    gap = platypus.Spacer(1, layout.leading)
    if side:
        return [gap, _side_by_side(blocks, text_width(layout)), gap]
    return [part for block in blocks for part in (gap, platypus.KeepTogether(block))] + [gap]


def _side_by_side(blocks: list[list[Flowable]], width: float) -> Flowable:
    """Blocks in two columns of `width` points together."""
    pairs = [[*blocks[i : i + 2], []][:2] for i in range(0, len(blocks), 2)]
    grid = platypus.Table(pairs, colWidths=[width / 2] * 2)
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return grid


def _table(table: Table, layout: Layout, setting: _Setting) -> list[Flowable]:
    """A table with its title; the header repeats on every page it runs over."""
    rows = [table.header, *(cells(unit.text) for unit in table.units)]
    figures = [i > 0 and all(map(FIGURES.fullmatch, column[1:])) for i, column in _columns(rows)]
    shown = [
        [platypus.Paragraph(escape(text), style) for text, style in zip(row, styles, strict=True)]
        for row, styles in _styled(rows, figures, layout)
    ]
    widths = _widths(rows, layout, setting)
    grid = platypus.LongTable(shown, colWidths=widths, repeatRows=1, hAlign="LEFT")
    grid.setStyle(_rules(setting.table))
    title = _style(layout, bold=True, alignment=0)
    above = [platypus.Paragraph(escape(table.title), title)] if table.title else []
    below = platypus.Spacer(1, layout.leading * 0.8)
    return [platypus.CondPageBreak(6 * layout.leading), *above, grid, below]


def _columns(rows: list[tuple[str, ...]]) -> list[tuple[int, tuple[str, ...]]]:
    """The columns of a table with their indices."""
    return list(enumerate(zip(*rows, strict=True)))


def _styled(rows: list[tuple[str, ...]], figures: list[bool], layout: Layout) -> list[tuple[tuple[str, ...], list[Style]]]:
    """Each row with the styles of its cells: the header bold, columns of figures flush right."""
    size = layout.size - 1
    small = {"fontSize": size, "leading": size * 1.2, "spaceAfter": 0}
    styled = []
    for i, row in enumerate(rows):
        left = _style(layout, bold=i == 0, alignment=0, **small)
        right = _style(layout, bold=i == 0, alignment=2, **small)
        styled.append((row, [right if numeric else left for numeric in figures]))
    return styled


def _rules(kind: str) -> list[tuple[Any, ...]]:
    """The look of a table: `ruled`, `shaded`, `open` (lines at the header) or `aligned`."""
    every, header = ((0, 0), (-1, -1)), ((0, 0), (-1, 0))
    style: list[tuple[Any, ...]] = [("VALIGN", *every, "TOP")]
    if kind in ("ruled", "shaded"):
        style.append(("GRID", *every, 0.5, black))
    if kind == "shaded":
        style.append(("BACKGROUND", *header, lightgrey))
    if kind == "open":
        style += [(place, *header, 0.8, black) for place in ("LINEABOVE", "LINEBELOW")]
    return style


def _widths(rows: list[tuple[str, ...]], layout: Layout, setting: _Setting) -> list[float]:
    """Column widths in points: by `@widths`, else by the text; header words always fit."""
    room = text_width(layout, rotated=setting.turned)
    parts = [float(part) for part in setting.widths.split()]
    setting.widths = ""
    if not parts:
        parts = [min(max(map(_wanted, column)), WIDEST_COLUMN) for _, column in _columns(rows)]
    widths = [room * part / sum(parts) for part in parts]
    needed = [_longest_word(text, layout) for text in rows[0]]
    fitted = [max(pair) for pair in zip(needed, widths, strict=True)]
    fitted[widths.index(max(widths))] -= sum(fitted) - room
    return fitted


def _wanted(text: str) -> float:
    """How wide a cell wants to be; long text may wrap."""
    return float(len(text) ** 0.8 + 3)


def _longest_word(text: str, layout: Layout) -> float:
    """The width in points that the longest word of a header cell needs, with padding."""
    words = [float(stringWidth(word, layout.fonts[1], layout.size - 1)) for word in text.split()]
    return max(words, default=0.0) + CELL_PAD_PT


def _style(layout: Layout, *, bold: bool = False, **changes: Any) -> Style:
    """The contract's paragraph style, with changes."""
    base: dict[str, Any] = {
        "fontName": layout.fonts[int(bold)],
        "bulletFontName": layout.fonts[0],
        "fontSize": layout.size,
        "bulletFontSize": layout.size,
        "leading": layout.leading,
        "alignment": 0 if layout.get("align") == "left" else 4,
        "spaceAfter": float(layout.get("space", str(layout.leading * 0.45))),
        "embeddedHyphenation": int(layout.on("hyphenate")),
    }
    return ParagraphStyle("text", **(base | changes))
