"""Set the sample contracts: source/*.txt -> one PDF each, and labels.jsonl beside them.

Run from the repository root: python data/contracts/typeset.py
A second run gives the same bytes.
"""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pypdfium2
from markup import Source, Unit, cells, read_source, units_of
from page import Layout, layout_of, templates
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate
from story import story_of

HERE = Path(__file__).resolve().parent
UNIT_NAMES = {"row": "row", "sentence": "sentence", "lead": "sentence"}  # all others: item
SCAN_DPI = 200
SCAN_SEED = 20240229
SCAN_TILT_DEG = 0.9
SCAN_NOISE = 0.07  # share of the noise in the picture
SCAN_QUALITY = 38  # of the JPEG


def main() -> None:
    """Write every PDF and labels.jsonl, and say what was written."""
    for font in ("Vera", "VeraBd", "VeraIt"):  # these come with reportlab
        pdfmetrics.registerFont(TTFont(font, f"{font}.ttf"))
    lines: list[str] = []
    for path in sorted((HERE / "source").glob("*.txt")):
        source = read_source(path)
        pages = write_pdf(source, HERE / f"{source.name}.pdf")
        rows = label_lines(source)
        lines += rows
        print(f"{source.name}: {pages} pages, {len(rows)} units")
    (HERE / "labels.jsonl").write_text("".join(lines), encoding="utf-8")


def label_lines(source: Source) -> list[str]:
    """The JSON lines of a contract's units, in order."""
    return [json.dumps(_label(source.name, i, unit), ensure_ascii=False) + "\n" for i, unit in enumerate(units_of(source), 1)]


def _label(contract: str, number: int, unit: Unit) -> dict[str, Any]:
    """A unit as a record; the text of a row is its cells that are not empty, joined by bars."""
    is_row = unit.kind == "row"
    text = " | ".join(filter(None, cells(unit.text))) if is_row else unit.text
    return {
        "contract": contract,
        "id": f"{contract}:{number}",
        "label": unit.label,
        "unit": UNIT_NAMES.get(unit.kind, "item"),
        "text": text,
        **_present_fields(unit),
    }


def _present_fields(unit: Unit) -> dict[str, Any]:
    """The fields that the unit has, as JSON values."""
    fields = unit.fields
    found = {
        "amounts": list(fields.amounts),
        "percents": list(fields.percents),
        "trigger": fields.trigger,
        "interval": fields.interval,
        "due_days": fields.due_days,
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def write_pdf(source: Source, path: Path) -> int:
    """Typeset the contract, twice, since the foot tells the page count; gives that count."""
    layout = layout_of(source.header)
    _, pages = _typeset(source, layout, 0)
    data, pages = _typeset(source, layout, pages)
    path.write_bytes(_scanned(data, layout) if layout.on("scan") else data)
    return pages


def _typeset(source: Source, layout: Layout, pages: int) -> tuple[bytes, int]:
    """One pass: the PDF's bytes and its page count; `pages` is the count the feet print."""
    out = io.BytesIO()
    doc = BaseDocTemplate(
        out,
        pageTemplates=templates(layout, pages),
        title=layout.get("title").replace(" / ", " "),
        invariant=1,
        encrypt=_encryption(layout),
    )
    doc.build(story_of(source, layout))
    return out.getvalue(), int(doc.page)


def _encryption(layout: Layout) -> Any:
    """No encryption, or an owner password with an empty user password."""
    password = layout.get("password")
    return StandardEncryption("", password, canModify=0, strength=128) if password else None


def _scanned(data: bytes, layout: Layout) -> bytes:
    """The PDF as an office scanner gives it back: grey JPEG pages, askew and noisy, no text."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=layout.paper, invariant=1)
    dice = random.Random(SCAN_SEED)
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            picture = page.render(scale=SCAN_DPI / 72, grayscale=True).to_pil().convert("L")
            canvas.drawImage(_jpeg(_worn(picture, dice)), 0, 0, *layout.paper)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _worn(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Turn a little and blend in noise."""
    tilt = dice.uniform(-SCAN_TILT_DEG, SCAN_TILT_DEG)
    turned = picture.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=250)
    noise = Image.frombytes("L", turned.size, dice.randbytes(turned.width * turned.height))
    return Image.blend(turned, noise, SCAN_NOISE)


def _jpeg(picture: Image.Image) -> Any:
    """The picture as an image that reportlab embeds as JPEG."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=SCAN_QUALITY)
    data.seek(0)
    return ImageReader(data)


if __name__ == "__main__":
    main()
