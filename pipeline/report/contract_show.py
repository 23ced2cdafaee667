"""What the report of one contract shows that is more than a table: its head, its reasons, its pages with boxes and fields."""

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from pipeline.contract import Kind, Money, Reason, ReviewStatus, Risk, Term, TextFrom, Unit
from pipeline.report import contract as tables
from pipeline.report.boxes import STRIP_PX, TAG_HEIGHT_PX, TAG_WIDTH_PX, Tag, outlines, tags
from pipeline.report.contract import One
from pipeline.report.explain import QUOTES, advance_words, first_of, quotes_of
from pipeline.report.pages import PASSWORD, Picture, Print, Sides, placed, prints_of
from pipeline.report.show import NO_CURRENCY, TEMPLATES, by_currency, line, link, mark, table, tiles
from pipeline.report.style import KIND_COLOURS, PURPLE
from pipeline.report.words import clause_name

# How many pages are drawn, and how many reasons the head names.
PAGES: Final = 40
BRIEF: Final = 6
QUOTE_CHARS: Final = 300
TEXT_CHARS: Final = 900
EVENT_CHARS: Final = 140
WRITTEN_CHARS: Final = 60
# How outlines are dashed, so that colour is not all that tells them.
DASHES: Final = {"M": "", "P": "14 5", "R": "5 4"}
FILLED: Final = {"M": 0.1, "P": 0.12, "R": 0.05}
COLOURS: Final = {"M": KIND_COLOURS[Kind.MILESTONE], "P": KIND_COLOURS[Kind.PROGRESS], "R": PURPLE}
# How far outlines stand off their words: a clause may be a term as well, and both are to be seen.
PADS_PX: Final = {"M": 3.0, "P": 3.0, "R": 8.0}
# Whether a schedule adds up, as a mark.
SUMS: Final = {True: ("yes", "adds up"), False: ("no", "does not add up"), None: ("unknown", "not known if it adds up")}
# Of the height of a line on a blank sheet: its letters, and where they stand.
LETTER_HEIGHT: Final = 0.72
BASE_LINE: Final = 0.78
TEMPLATE: Final = TEMPLATES.get_template("contract.html.j2")


def _html(macro: str, *given: Any) -> HTML:
    return HTML(str(getattr(TEMPLATE.module, macro)(*given)))


def drawn_pages(one: One) -> list[int]:
    """The pages that are drawn, in order: those with terms come before those with other clauses if there are too many."""
    with_terms = {page for term in one.terms for page in tables.pages_with(term)}
    return sorted(sorted(one.pages, key=lambda page: (page not in with_terms, page))[:PAGES])


def head(one: One) -> HTML:
    """The contract's name, its verdict and what it rests on, in a screen."""
    verdict, reasons = one.contract.verdict, _reasons(one)
    told = (
        f"Judged by the policy “{line(verdict.policy) or 'not told'}”, tagged by the model “{line(one.contract.model.name)}”."
    )
    if any(map(tables.review_words, one.contract.terms)):
        told += " Terms were reviewed: `payterms judge` brings the verdict up to date with the reviews."
    return _html(
        "head",
        {
            "name": line(one.source),
            "told": told,
            "tiles": Markup(tiles(_tiles(one), name="contract").data),  # noqa: S704 (rendered with escapes)
            "reasons": [reason | {"why": line(reason["why"], 200)} for reason in reasons[:BRIEF]],
            "more": max(0, len(reasons) - BRIEF),
        },
    )


def _tiles(one: One) -> list[tuple[str, Any, str]]:
    verdict, pages = one.contract.verdict, one.contract.source.pages
    doubtful = sum(bool(term.doubt) for term in one.terms)
    done = [term.review.status for term in one.contract.terms if tables.review_words(term)]
    rejected = f", {done.count(ReviewStatus.REJECTED)} rejected" if ReviewStatus.REJECTED in done else ""
    unread = sum(page.text_from is TextFrom.NONE for page in pages)
    return [
        ("verdict", mark(verdict.advance), advance_words(verdict)),
        ("basis", mark(verdict.basis), "of its payments"),
        *(_kind_tile(one, kind) for kind in (Kind.MILESTONE, Kind.PROGRESS)),
        ("terms in doubt", str(doubtful), f"of {len(one.terms)}; {len(done)} reviewed{rejected}"),
        ("pages", f"{len(pages):,}", f"{unread} without text" if unread else "all read"),
    ]


def _kind_tile(one: One, kind: Kind) -> tuple[str, str, str]:
    count = sum(term.label is kind for term in one.terms)
    paid = tables.money(one)
    sums = paid[paid["kind"] == kind].set_index("currency")["value"]
    return f"{kind} terms", str(count), f"pay {by_currency(sums.to_dict())}" if len(sums) else "no sum is named"


def money(one: One) -> HTML:
    """What the terms pay, to the cent."""
    paid = tables.money(one)
    columns = {
        "paid by": paid["kind"].map(lambda kind: mark(kind, f"{kind} terms")),
        "currency": paid["currency"].replace("", "not told"),
        "sum": paid["value"],
        "terms": paid["terms"],
        "of them worked out from a share": paid["worked_out"],
    }
    return _table(pd.DataFrame(columns), "money", "No term pays a sum that is named.")


def reasons(one: One) -> HTML:
    """Why the verdict is what it is, with quotes, and what to change."""
    return _html("reasons", _reasons(one))


def _reasons(one: One) -> list[dict[str, Any]]:
    known, drawn = quotes_of(one.contract), set(drawn_pages(one))
    return [_reason(one, number, reason, known, drawn) for number, reason in enumerate(one.contract.verdict.reasons, 1)]


def _reason(one: One, number: int, reason: Reason, known: Any, drawn: set[int]) -> dict[str, Any]:
    quotes = [quoted for quoted in first_of(reason, known) if quoted.id in one.tags]
    return {
        "number": number,
        "code": line(reason.code),
        "title": line(clause_name(reason.code)),
        "mark": mark(reason.advance) if reason.advance else "",
        "why": line(reason.why, 1000),
        "remedy": line(reason.remedy, 3000),
        "quotes": [_quote(one, quoted, drawn) for quoted in quotes],
        "more": max(0, len(reason.terms) - QUOTES),
    }


def _quote(one: One, quoted: Term | Risk, drawn: set[int]) -> dict[str, Any]:
    return {
        "tag": one.tags[quoted.id],
        "drawn": quoted.page in drawn,
        "page": _page(quoted.page, drawn, "p. "),
        "text": line(quoted.text, QUOTE_CHARS),
    }


def _page(page: int, drawn: set[int], before: str = "") -> Markup | str:
    return link(f"#page-{page}", f"{before}{page}") if page in drawn else f"{before}{page}"


def _tagged(tag: str, page: int, drawn: set[int]) -> Markup:
    return Markup(str(TEMPLATE.module.to(tag, page in drawn)))  # type: ignore[attr-defined]  # noqa: S704


def payments(one: One) -> HTML:
    """The payments in order, schedule by schedule, with their running total."""
    paid, drawn = tables.payments(one), set(drawn_pages(one))
    written = {term.id: "; ".join(map(tables.amount_words, term.amounts)) for term in one.terms}
    columns: dict[str, Any] = {
        "schedule": paid["group"].map(lambda group: f"{group}" if group != tables.OUTSIDE else "none"),
        "no.": [_tagged(tag, page, drawn) for tag, page in zip(paid["tag"], paid["page"], strict=True)],
        "page": [_page(page, drawn) for page in paid["page"]],
        "event": [line(event, EVENT_CHARS) for event in paid["event"]],
        "as written": [line(written[term], WRITTEN_CHARS) for term in paid["term"]],
        "currency": paid["currency"],
        "amount": paid["value"],
        "percent": paid["percent"],
        "paid so far": paid["running"],
        "days to pay": paid["due_days"],
        "shown by": paid["verification"],
    }
    # What says nothing here is left out: one group's number, and words where every value is known.
    left_out = {"schedule": paid["group"].nunique() <= 1, "as written": paid["value"].notna().all()}
    kept = {name: column for name, column in columns.items() if not left_out.get(name)}
    return _table(pd.DataFrame(kept), "payments", "")


def _table(frame: pd.DataFrame, name: str, empty: str) -> HTML:
    """The frame as a table, or a sentence alone where it has no rows."""
    return table(frame, name=name) if len(frame) else _html("note", name, empty)


def schedules(one: One) -> HTML:
    """Whether the schedules add up to the price."""
    found = tables.schedules_of(one)
    marks = [SUMS[None if pd.isna(matches) else bool(matches)] for matches in found["matches"]]
    rows = zip(found["group"], marks, found["terms"], found["told"], strict=True)
    told = [{"number": number, "mark": mark(*words), "terms": count, "told": line(said)} for number, words, count, said in rows]
    return _html("schedules", told, bool(one.paid))


def terms(one: One) -> HTML:
    """All payment terms."""
    found, drawn = tables.terms_of(one), set(drawn_pages(one))
    columns = {
        "no.": [_tagged(tag, page, drawn) for tag, page in zip(found["tag"], found["page"], strict=True)],
        "page": [_page(page, drawn) for page in found["page"]],
        "kind": [mark(kind) for kind in found["kind"]],
        "amount": [line(said, 80) for said in found["amounts"]],
        "percent": [line(said, 60) for said in found["percents"]],
        "event": [line(said, 90) for said in found["event"]],
        "shown by": found["verification"],
        "days": found["due_days"],
        "in doubt, as": [line(said, 120) for said in found["doubts"]],
        "probability": found["probability"],
        "review": found["review"],
    }
    return _table(pd.DataFrame(columns), "terms", "The contract has no payment term.")


def taken_out(one: One) -> HTML:
    """What a reviewer took out, so that a slip can be seen."""
    terms = tables.taken_out(one)
    columns = {
        "page": [term.page for term in terms],
        "tagged": [mark(term.label) for term in terms],
        "words": [line(term.text) for term in terms],
        "by": [line(term.review.by) for term in terms],
        "note": [line(term.review.note) for term in terms],
    }
    return _table(pd.DataFrame(columns), "taken-out", "A reviewer has taken out no term.")


def clauses(one: One) -> HTML:
    """What else bears on the receivable."""
    found, drawn = tables.clauses_of(one), set(drawn_pages(one))
    columns = {
        "no.": [_tagged(tag, page, drawn) for tag, page in zip(found["tag"], found["page"], strict=True)],
        "page": [_page(page, drawn) for page in found["page"]],
        "clause": [line(clause_name(code)) for code in found["code"]],
        "words": found["text"],
    }
    return _table(pd.DataFrame(columns), "clauses", "No other clause was found that bears on the receivable.")


def odd_pages(one: One) -> HTML:
    """The pages that were not read, or that something is odd about."""
    found = tables.odd_pages(one)
    words = {"pdf": "the PDF", "ocr": "a picture of the page", "none": "nobody has read it"}
    columns = {
        "page": found["page"].astype(str),
        "its text is from": found["text_from"].map(words),
        "what is odd": found["flags"],
    }
    return _table(pd.DataFrame(columns), "odd", "Every page was read, and nothing is odd about any.")


def pages(one: One, pdfs: str = "") -> HTML:
    """Every page that holds a term or clause, its words boxed, with what was read beside it.

    `pdfs` is the folder of the PDFs ("" if it is not known); an encrypted one opens with the password in PAYTERMS_PASSWORD.
    """
    drawn = drawn_pages(one)
    folder, password = Path(pdfs) if pdfs else None, os.environ.get(PASSWORD, "")
    prints, why = prints_of(one.contract, drawn, folder, one.source, password=password)
    return _html("pages", [_sheet(one, number, prints[number], why) for number in drawn], list(_told(one, len(drawn), why)))


def _told(one: One, drawn: int, why: str) -> Iterator[str]:
    if not one.pages:
        yield "No page holds a payment term, or another clause that bears on the receivable."
    if drawn < len(one.pages):
        yield f"{len(one.pages)} pages hold terms or clauses; {drawn} are shown, those with payment terms first."
    if why:
        yield f"The pages are shown as blank sheets with the words in their boxes: {line(why)}."


def _sheet(one: One, number: int, on: Print, why: str) -> dict[str, Any]:
    every: list[Term | Risk] = [*one.terms, *one.contract.risks]
    here = [each for each in every if number in tables.pages_with(each)]
    here.sort(key=lambda each: int(one.tags[each.id][1:]))
    return {
        "number": number,
        "note": "" if on.picture or why else "could not be drawn: a blank sheet",
        "width": on.width_px,
        "height": on.height_px,
        "strip": STRIP_PX,
        "picture": _uri(on.picture) if on.picture else "",
        "marks": _marks(one, number, here, on),
        "entries": [_entry(one, number, each) for each in here],
    }


def _uri(picture: Picture) -> str:
    return f"data:{picture.media};base64,{base64.b64encode(picture.data).decode('ascii')}"


def _marks(one: One, number: int, here: Sequence[Term | Risk], on: Print) -> list[dict[str, Any]]:
    lines = [[side for box in each.boxes if box.page == number and (side := placed(box, on))] for each in here]
    known = [(each, sides) for each, sides in zip(here, lines, strict=True) if sides]
    places = tags([sides for _, sides in known], on.width_px, on.height_px)
    return [_mark(one.tags[each.id], each, sides, place, on) for (each, sides), place in zip(known, places, strict=True)]


def _mark(tag: str, each: Term | Risk, lines: Sequence[Sides], place: Tag, on: Print) -> dict[str, Any]:
    row = isinstance(each, Term) and each.unit is Unit.ROW
    edge = on.width_px + 4.0 if place.right else -4.0
    return {
        "tag": tag,
        "colour": COLOURS[tag[0]],
        "dashes": DASHES[tag[0]],
        "filled": FILLED[tag[0]],
        "paths": [_path(corners) for corners in outlines(lines, whole=row, pad_px=PADS_PX[tag[0]])],
        "words": [] if on.picture else list(_words(each.text, lines)),
        "line": f"M{edge:.0f} {place.middle:.0f}L{min(max(0.0, edge), on.width_px):.0f} {place.y:.0f}H{place.x:.0f}",
        "x": edge if place.right else edge - TAG_WIDTH_PX,
        "y": round(place.middle - TAG_HEIGHT_PX / 2, 1),
        "wide": TAG_WIDTH_PX,
        "high": TAG_HEIGHT_PX,
    }


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"


def _words(text: str, lines: Sequence[Sides]) -> Iterator[dict[str, Any]]:
    """The words of a passage, set into its lines on a blank sheet, as many as each line is wide for."""
    words = line(text, TEXT_CHARS * 4).split()
    whole, wide = len(" ".join(words)), sum(x1 - x0 for x0, _, x1, _ in lines)
    for number, (x0, y0, x1, y1) in enumerate(lines, 1):
        room = max(1, round(whole * (x1 - x0) / wide))
        said: list[str] = []
        while words and (number == len(lines) or not said or len(" ".join([*said, words[0]])) <= room):
            said.append(words.pop(0))
        size = LETTER_HEIGHT * (y1 - y0)
        yield {
            "x": round(x0, 1),
            "y": round(y0, 1),
            "width": round(x1 - x0, 1),
            "height": round(y1 - y0, 1),
            "line": round(BASE_LINE * (y1 - y0), 1),
            "size": round(size, 1),
            "text": " ".join(said),
        }


def _entry(one: One, number: int, each: Term | Risk) -> dict[str, Any]:
    first = tables.pages_with(each)[0]
    return {
        "tag": one.tags[each.id],
        "first": number == first,
        "from": first,
        "mark": mark(each.label) if isinstance(each, Term) else mark("clause", line(clause_name(each.code))),
        "note": "" if each.boxes else "its place on the page is not known",
        "text": line(each.text, TEXT_CHARS),
        "same": _term_of_the_same_words(one, each),
        "fields": list(_fields(each, one.contract.model.thresholds)) if isinstance(each, Term) else [],
    }


def _term_of_the_same_words(one: One, each: Term | Risk) -> str:
    """The tag of the term that a clause's words are as well; "" for none."""
    same = (term.id for term in one.terms if isinstance(each, Risk) and term.span == each.span)
    return one.tags.get(next(same, ""), "")


def _fields(term: Term, thresholds: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """All that was read from a term, by its name."""
    for amount in term.amounts:
        yield "amount", _amount(amount)
    for percent in term.percents:
        value = "no value" if percent.value is None else f"{percent.value:f}%"
        yield "share", _with(tables.percent_words(percent), "" if value in percent.text else value)
    if term.trigger:
        yield "falls due on", line(term.trigger.text)
    if term.interval:
        yield "interval", _with(term.interval.value.replace("-", " "), term.interval.text)
    if term.due_days is not None:
        yield "days to pay", f"{term.due_days}" + (f", from {line(term.due_from.text)}" if term.due_from else "")
    elif term.due_from:
        yield "counted from", line(term.due_from.text)
    yield from _proofs(term)
    for name, party in (("payer", term.payer), ("payee", term.payee)):
        if party:
            yield name, line(party.text)
    if term.section:
        yield "section", line(term.section, 160)
    yield from _sureness(term, thresholds)


def _amount(amount: Money) -> str:
    value = f"{amount.currency or f'{NO_CURRENCY},'} {amount.value:,f}" if amount.value is not None else "no value"
    notes = [value, f"the {amount.end} end of a range" if amount.end else "", "redacted" if amount.redacted else ""]
    return _with(tables.amount_words(amount), ", ".join(filter(None, notes)))


def _with(words: str, more: str) -> str:
    return line(words) + (f" ({line(more)})" if more else "")


def _proofs(term: Term) -> Iterator[tuple[str, str]]:
    if term.verification:
        days = f", after {term.verification.days} days" if term.verification.days is not None else ""
        yield "shown by", _with(term.verification.value.replace("_", " ") + days, term.verification.text)
    if term.finality:
        yield "finality", _with(term.finality.value.replace("_", "-"), term.finality.text)


def _sureness(term: Term, thresholds: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for doubt in tables.doubt_words(term):
        yield "in doubt", line(doubt)
    if term.probabilities:
        least = thresholds.get(term.label)
        told = f" (tagged from {least:.2f})" if least is not None else ""
        yield "probability", f"{getattr(term.probabilities, term.label):.3f}{told}"
    if review := tables.review_words(term):
        by = f" by {line(term.review.by, 60)}" if term.review.by else ""
        at = f", {line(term.review.at, 40)}" if term.review.at else ""
        note = f": {line(term.review.note)}" if term.review.note else ""
        yield "review", f"{review}{by}{at}{note}"
