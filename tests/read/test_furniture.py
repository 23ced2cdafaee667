"""Running heads and feet, page numbers, line numbers and the page breaks of old filings."""

import pytest

from pipeline.contract import Box, Page, TextFrom
from pipeline.read.furniture import leaves_of
from pipeline.read.pdf import Sheet, Word

LETTER_PT = 5.0
HIGH_PT = 10.0
MIDDLE = 300.0
Print = tuple[float, float, str]


def words(x0: float, top: float, text: str) -> list[Word]:
    """The words of ten-point print, three points apart."""
    found: list[Word] = []
    for part in text.split():
        start = found[-1].x1 + 3 if found else x0
        end, bottom = start + LETTER_PT * len(part), top + HIGH_PT
        found.append(Word(part, start, top, end, bottom, HIGH_PT, False, Box(1, start, top, end, bottom)))
    return found


def sheet(*prints: Print) -> Sheet:
    """A letter page with these lines: left end, top, text."""
    page = Page(1, 612, 792, 0, TextFrom.PDF)
    return Sheet(page, tuple(word for line in prints for word in words(*line)), ())


def body(*texts: str, top: float = 100, pitch: float = 14) -> list[Print]:
    return [(72, top + pitch * at, text) for at, text in enumerate(texts)]


def prose(page: int, count: int = 12) -> list[Print]:
    """Lines that are not alike on any two pages."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return body(*[f"on page {letters[page]} the buyer accepts {letters[at]} in clause {letters[at]}" for at in range(count)])


def kept(sheets: list[Sheet]) -> list[str]:
    return [line.text for page in leaves_of(sheets) for leaf in page for line in leaf]


def is_left_out(lines: list[list[Print]]) -> bool:
    """Whether these lines, each page's added to its prose, are all left out and the prose is all kept."""
    sheets = [sheet(*prose(at), *extra) for at, extra in enumerate(lines)]
    return kept(sheets) == kept_prose(len(lines))


def kept_prose(pages: int) -> list[str]:
    return [text for at in range(pages) for _, _, text in prose(at)]


FURNITURE: dict[str, list[list[Print]]] = {
    "running head": [[(72, 40, "Supply Agreement")] for _ in range(4)],
    "foot with its page": [[(72, 750, f"Supply Agreement {at} of 4")] for at in range(4)],
    "heads of odd and even pages": [[(72, 40, ("The Seller", "Supply Terms")[at % 2])] for at in range(6)],
    "page number": [[(MIDDLE, 750, str(at + 7))] for at in range(4)],
    "page number between dashes": [[(MIDDLE, 750, f"- {at + 1} -")] for at in range(4)],
    "roman page number": [[(MIDDLE, 750, ("i", "ii", "iii")[at])] for at in range(3)],
    "page number with a word": [[(MIDDLE, 750, f"Page {at + 1} of 3")] for at in range(3)],
    "page number of a schedule": [[(MIDDLE, 750, f"A-{at + 1}")] for at in range(3)],
    "head and number above": [[(72, 30, "Supply Agreement"), (MIDDLE, 60, str(at))] for at in range(4)],
}


@pytest.mark.parametrize("lines", FURNITURE.values(), ids=FURNITURE)
def test_furniture_is_left_out(lines: list[list[Print]]) -> None:
    assert is_left_out(lines)


TEXT: dict[str, list[list[Print]]] = {
    "same words in another place": [[(72, top, "achieved.")] for top in (290, 60, 400, 330)],
    "words that stand once": [[(72, 40, "Annex")], [], [], []],
    "list marker on its own line": [[(72, 290, "(i)")], [], []],
    "numbers that do not count on": [[(72, 290, "12")], [(72, 350, "4")], [(72, 400, "9")]],
}


@pytest.mark.parametrize("lines", TEXT.values(), ids=TEXT)
def test_text_is_kept(lines: list[list[Print]]) -> None:
    marks = {text for page in lines for _, _, text in page}
    # A last line below the marks, so that none of them ends its page.
    sheets = [sheet(*prose(at), *extra, *body(f"end {'xyzw'[at]}", top=600)) for at, extra in enumerate(lines)]
    assert marks <= set(kept(sheets))


def test_numbers_down_the_margin_are_left_out() -> None:
    numbers: list[Print] = [(40, 100 + 14 * at, str(at + 1)) for at in range(12)]
    assert kept([sheet(*prose(0), *numbers)]) == kept_prose(1)


def test_numbered_list_keeps_its_numbers() -> None:
    found = kept([sheet(*body("1 delivery", "2 test", "3 acceptance"))])
    assert found == ["1 delivery", "2 test", "3 acceptance"]


def filing(*breaks: str) -> list[str]:
    """What is kept of one long page of a filing with these lines between its own pages."""
    texts = [text for at, line in enumerate([*breaks, ""]) for text in [*(text for _, _, text in prose(at, 24)), line]]
    (page,) = leaves_of([sheet(*body(*filter(None, texts)))])
    assert len(page) == len(breaks) + 1
    return [line.text for leaf in page for line in leaf]


BREAKS = {
    "page tags": ("<PAGE>", "<PAGE>"),
    "page tags with numbers": ("<PAGE> 2", "<PAGE> 3"),
    "numbers between dashes": ("-2-", "-3-"),
    "numbers that count on": ("2", "3", "4"),
}


@pytest.mark.parametrize("breaks", BREAKS.values(), ids=BREAKS)
def test_filing_is_parted_at_its_own_pages(breaks: tuple[str, ...]) -> None:
    assert filing(*breaks) == [text for at in range(len(breaks) + 1) for _, _, text in prose(at, 24)]


def test_text_before_a_page_tag_is_kept() -> None:
    (page,) = leaves_of([sheet(*body("as provided in <PAGE>", "Paragraph 12 below"))])
    assert [[line.text for line in leaf] for leaf in page] == [["as provided in"], ["Paragraph 12 below"]]


def test_tags_of_tables_are_left_out() -> None:
    assert kept([sheet(*body("<TABLE>", "<S> <C>", "Delivery $600", "</TABLE>"))]) == ["Delivery $600"]


def test_notice_repeated_in_bodies_is_left_out_with_what_it_ends_in() -> None:
    notice = ["Unlicensed photocopying of this form violates", "copyright laws."]
    sheets = [sheet(*prose(at, 6), *body(*notice, top=300 + 20 * at), *body(f"end {'abcde'[at]}", top=600)) for at in range(5)]
    assert not {*notice} & {*kept(sheets)}


def test_repeated_row_of_redactions_is_kept() -> None:
    sheets = [
        sheet(*prose(at, 8), *body("[***] [***]", top=300), *[(72, 400 + 14 * n, f"{'abcde'[at]}{n}") for n in range(6)])
        for at in range(5)
    ]
    assert kept(sheets).count("[***] [***]") == 5
