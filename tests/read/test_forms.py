"""Values of form fields as words in place."""

from pathlib import Path

import pytest
from hostile import filled, widget

from pipeline.read.pdf import Word
from pipeline.read.sheets import Layout, read_sheets
from pipeline.read.text import read_contract

LONG = b"(the report is delivered and accepted in writing by the Buyer or thirty days have passed since)"


def words(tmp_path: Path, data: bytes, layout: Layout = Layout.FAST) -> list[Word]:
    path = tmp_path / "filled.pdf"
    path.write_bytes(data)
    return list(read_sheets(path, layout=layout)[0].words)


@pytest.mark.parametrize("layout", Layout)
def test_value_stands_in_its_box_and_line(tmp_path: Path, layout: Layout) -> None:
    (value,) = [word for word in words(tmp_path, filled(widget()), layout) if word.text == "$5,000"]
    assert (value.box.page, value.size_pt) == (1, 11)
    assert 128 <= value.box.x0 < value.box.x1 <= 176
    assert 792 - 712 <= value.box.top < value.box.bottom <= 792 - 696
    assert read_contract(tmp_path / "filled.pdf", layout=layout).text == "The fee of $5,000 is due on delivery"


def test_long_value_is_set_on_lines(tmp_path: Path) -> None:
    data = filled(widget(value=LONG, entries=b"/Ff 4096", rect=b"[72 500 300 560]"))
    found = [word for word in words(tmp_path, data) if word.box.top > 200]
    assert " ".join(word.text for word in found) == LONG.decode().strip("()")
    assert len({word.top for word in found}) > 1
    assert all(72 <= word.x0 < word.x1 <= 300 and 792 - 560 <= word.top < word.bottom <= 792 - 500 for word in found)


def test_long_value_on_one_line_keeps_to_its_box(tmp_path: Path) -> None:
    found = [word for word in words(tmp_path, filled(widget(value=LONG, rect=b"[72 500 200 515]"))) if word.box.top > 200]
    assert len({word.top for word in found}) == 1
    assert max(word.x1 for word in found) <= 200


def test_letters_of_no_said_size_fit_their_box(tmp_path: Path) -> None:
    data = filled(widget().replace(b"/F1 11 Tf", b"/F1 0 Tf"))
    (value,) = [word for word in words(tmp_path, data) if word.text == "$5,000"]
    assert 0 < value.size_pt <= 16


def test_page_of_nothing_but_values_is_read(tmp_path: Path) -> None:
    data = filled(widget(value=b"(The fee is due on delivery)", rect=b"[72 500 400 520]"))
    for line in (b"The fee of", b"is due on delivery"):
        data = data.replace(b"(%s) Tj" % line, b"()" + b" " * len(line) + b" Tj")
    path = tmp_path / "filled.pdf"
    path.write_bytes(data)
    reading = read_contract(path)
    assert reading.text == "The fee is due on delivery"
    assert reading.source.pages[0].text_from == "pdf"
    assert reading.source.pages[0].flags == ()
