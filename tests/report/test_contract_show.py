"""The report of one contract: its numbers are those of the JSON, its words are escaped, its links lead somewhere."""

import dataclasses
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from builders import Ran, contract, contracts, page, risk, term
from hypothesis import given
from hypothesis import settings as limits

from pipeline.contract import (
    Advance,
    Basis,
    Box,
    Contract,
    Finality,
    Interval,
    Kind,
    Money,
    Percent,
    Quote,
    Reason,
    Review,
    ReviewStatus,
    Schedule,
    Source,
    Span,
    Unit,
    Verdict,
    Verification,
)
from pipeline.report import contract_show
from pipeline.report.contract import One, one_of
from pipeline.report.contract_show import PAGES
from pipeline.report.notebooks import kernel, render

SHOWN: tuple[Callable[[One], Any], ...] = (
    contract_show.head,
    contract_show.money,
    contract_show.reasons,
    contract_show.schedules,
    contract_show.payments,
    contract_show.pages,
    contract_show.terms,
    contract_show.taken_out,
    contract_show.clauses,
    contract_show.odd_pages,
)
EVIL = "<img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}\u202e\x1b[31m"
AT = Span(0, 5)


class Page(HTMLParser):
    """What is found in a report: the rows of its tables, the values of its tiles, its ids, links, tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tables: dict[str, list[list[str]]] = {}
        self.tiles: dict[str, str] = {}
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.marked: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.boxes: dict[str, list[str]] = {}
        self._row: list[str] | None = None
        self._table = self._page = ""
        self._tile: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_ = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.marked += list(given_.items())
        if "id" in given_:
            self.ids[given_["id"]] += 1
        if tag == "a":
            self.links.append(given_["href"])
        if tag == "table":
            self._table = given_["data-name"]
            self.tables[self._table] = []
        if tag == "tr":
            self._row = []
        if tag == "td" and self._row is not None:
            self._row.append("")
        if given_.get("class") == "pt-tile":
            self._tile = []
        self._page = given_.get("data-page", self._page)
        if "data-tag" in given_:
            self.boxes.setdefault(self._page, []).append(given_["data-tag"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._row:
            self.tables[self._table].append(self._row)
            self._row = None
        if tag == "div" and self._tile is not None:
            value, name = self._tile[:2]
            self.tiles[name], self._tile = value, None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._row:
            self._row[-1] += data
        if self._tile is not None and data.strip():
            self._tile.append(data)


def whole(one: One) -> str:
    return "".join(str(show(one).data) for show in SHOWN)


@pytest.fixture(scope="module")
def rendered(ran: Ran, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a sample, as `payterms report` makes it."""
    path = tmp_path_factory.mktemp("report") / "one.html"
    given_ = {"OUT": str(ran.out), "CONTRACT": "milestone_table.pdf", "PDFS": str(ran.source)}
    with kernel() as on:
        render("contract", given_, path, on, title="milestone_table.pdf")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found(rendered: str) -> Page:
    return Page(rendered)


@pytest.fixture(scope="module")
def raw(ran: Ran) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((ran.out / "milestone_table.json").read_text(encoding="utf-8"))
    return held


def number(value: str) -> str:
    return f"{Decimal(value):,}"


def test_the_tiles_are_those_of_the_json(found: Page, raw: dict[str, Any]) -> None:
    kinds = Counter(one["label"] for one in raw["terms"])
    assert found.tiles == {
        "verdict": raw["verdict"]["advance"],
        "basis": raw["verdict"]["basis"],
        "milestone terms": str(kinds["milestone"]),
        "progress terms": str(kinds["progress"]),
        "terms in doubt": str(sum(bool(one["doubt"]) for one in raw["terms"])),
        "pages": str(len(raw["source"]["pages"])),
    }


def test_the_schedule_is_that_of_the_json_and_its_last_total_the_price(found: Page, raw: dict[str, Any]) -> None:
    (schedule,) = raw["schedules"]
    terms = {one["id"]: one for one in raw["terms"]}
    values = [terms[name]["amounts"][0]["value"] for name in schedule["terms"]]
    rows = found.tables["payments"]
    assert [row[4] for row in rows] == list(map(number, values))
    assert [row[2] for row in rows] == [terms[name]["trigger"]["text"] for name in schedule["terms"]]
    assert [row[1] for row in rows] == [str(terms[name]["page"]) for name in schedule["terms"]]
    assert rows[-1][6] == number(schedule["total"]) == number(schedule["price"]["value"]) == "4,800,000"
    assert found.tables["money"] == [["milestone terms", "USD", "4,800,000", str(len(values)), "0"]]


def test_all_terms_and_clauses_are_there_with_their_probabilities(found: Page, raw: dict[str, Any]) -> None:
    in_order = sorted(raw["terms"], key=lambda one: one["span"])
    assert [float(row[9]) for row in found.tables["terms"]] == [
        pytest.approx(one["probabilities"][one["label"]], abs=0.0006) for one in in_order
    ]
    assert [row[3] for row in found.tables["terms"]] == ["; ".join(each["text"] for each in one["amounts"]) for one in in_order]
    risks = sorted(raw["risks"], key=lambda one: one["span"])
    names = tomllib.loads((resources.files("pipeline.report") / "words.toml").read_text(encoding="utf-8"))
    called = names["threats"] | names["helps"]
    assert [row[2] for row in found.tables["clauses"]] == [called[one["code"]] for one in risks]
    assert "odd" not in found.tables


def test_every_term_and_clause_is_boxed_on_each_page_that_it_has_boxes_on(found: Page, raw: dict[str, Any]) -> None:
    expected = Counter(
        str(number_) for one in (*raw["terms"], *raw["risks"]) for number_ in {box["page"] for box in one["boxes"]}
    )
    assert {name: len(tags) for name, tags in found.boxes.items()} == expected
    assert [value for name, value in found.marked if name == "data-picture"] == ["yes"] * len(expected)
    assert [value for name, value in found.marked if name == "data-page"] == sorted(expected, key=int)


def test_the_reasons_stand_in_order_with_what_to_change(found: Page, raw: dict[str, Any]) -> None:
    reasons = raw["verdict"]["reasons"]
    assert [value for name, value in found.marked if name == "data-code"] == [one["code"] for one in reasons]
    for one in reasons:
        assert one["why"] in found.text
        assert one["remedy"] in found.text


def test_links_lead_somewhere_and_ids_stand_once(found: Page) -> None:
    assert found.ids.most_common(1)[0][1] == 1
    assert {link[1:] for link in found.links} <= set(found.ids)
    assert all(link.startswith("#") for link in found.links)
    assert found.tags.isdisjoint({"script", "iframe", "form", "object", "link"})


def test_the_report_is_small(rendered: str) -> None:
    assert len(rendered) < 1_500_000


def hostile() -> Contract:
    """A contract of which all words are markup."""
    quote, money = Quote(EVIL, AT), Money(EVIL, Decimal(5), EVIL, AT, per=EVIL, end="low")
    box = (Box(1, 72, 72, 300, 90), Box(1, 72, 92, 200, 110))
    one = term(
        Kind.MILESTONE,
        EVIL,
        id="t-1",
        section=EVIL,
        boxes=box,
        amounts=(money,),
        percents=(Percent(EVIL, Decimal(5), AT, of=EVIL),),
        trigger=quote,
        interval=Interval(EVIL, EVIL, AT),
        due_days=5,
        due_from=quote,
        verification=Verification(EVIL, EVIL, AT, days=3),
        finality=Finality(EVIL, EVIL, AT),
        payer=quote,
        payee=quote,
        doubt=(EVIL,),
        review=Review(ReviewStatus.PENDING, None, EVIL, EVIL, EVIL),
    )
    added = term(
        Kind.PROGRESS, EVIL, id="t-2", probabilities=None, review=Review(ReviewStatus.ACCEPTED, None, EVIL, EVIL, EVIL)
    )
    return dataclasses.replace(
        contract(one, added),
        source=Source(EVIL, "00", (dataclasses.replace(page(), flags=(EVIL,)),)),
        verdict=Verdict(Basis.MIXED, Advance.NO, (Reason(EVIL, ("t-1", "none"), EVIL, EVIL, Advance.NO),), 80, EVIL),
        risks=(dataclasses.replace(risk("set_off", EVIL), code=EVIL, boxes=box),),
        schedules=(Schedule(("t-1",), EVIL, Decimal(5), None, money, matches=False),),
    )


def test_the_words_of_a_contract_are_escaped_wherever_they_stand() -> None:
    html = whole(one_of(EVIL, hostile()))
    assert "<img" not in html
    assert html.count("{{ 7 * 7 }}") > 30
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") > 30
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert not [value for name, value in Page(html).marked if name.startswith("on")]


def test_blank_sheets_hold_their_words_and_say_why() -> None:
    box = (Box(1, 72, 72, 300, 90), Box(1, 72, 92, 300, 110))
    made = contract(term(Kind.MILESTONE, "Upon acceptance of the report a fee is due.", boxes=box))
    html = str(contract_show.pages(one_of("msa.pdf", made)).data)
    assert "blank sheets with the words in their boxes: it is not known where the PDF stands" in html
    assert re.findall(r"<text[^>]*>([^<]*)</text>", html) == ["Upon acceptance of the", "report a fee is due.", "M1"]
    assert Page(html).boxes == {"1": ["M1"]}


def test_a_term_on_two_pages_is_boxed_on_both_and_told_once() -> None:
    made = contract(term(Kind.PROGRESS, boxes=(Box(1, 72, 700, 300, 710), Box(2, 72, 72, 300, 90))))
    made = dataclasses.replace(made, source=Source("msa.pdf", "00", (page(), page(number=2))))
    html = str(contract_show.pages(one_of("msa.pdf", made)).data)
    assert Page(html).boxes == {"1": ["P1"], "2": ["P1"]}
    assert html.count('<p class="pt-said">') == 1
    assert 'Goes on from <a href="#P1">page 1</a>' in html


def test_a_clause_of_the_same_words_as_a_term_points_to_it() -> None:
    made = dataclasses.replace(contract(term(Kind.MILESTONE)), risks=(risk("set_off"),))
    html = str(contract_show.pages(one_of("msa.pdf", made)).data)
    assert 'The words of <a href="#M1">M1</a>.' in html


def test_a_row_is_boxed_as_a_whole_and_a_sentence_by_its_lines() -> None:
    boxes = (Box(1, 72, 72, 300, 90), Box(1, 400, 72, 500, 90))
    for unit, count in ((Unit.ROW, 1), (Unit.SENTENCE, 2)):
        html = str(contract_show.pages(one_of("msa.pdf", contract(term(Kind.MILESTONE, unit=unit, boxes=boxes)))).data)
        assert html.count('Z" fill=') == count


def test_with_too_many_pages_those_with_terms_are_shown_and_no_link_leads_nowhere() -> None:
    risks = tuple(
        dataclasses.replace(risk("set_off"), id=f"r-{number_}", page=number_, boxes=(Box(number_, 72, 72, 300, 90),))
        for number_ in range(1, PAGES + 10)
    )
    made = contract(term(Kind.MILESTONE, page=PAGES + 9, boxes=(Box(PAGES + 9, 72, 172, 300, 190),)))
    pages = tuple(page(number=number_) for number_ in range(1, PAGES + 10))
    made = dataclasses.replace(made, risks=risks, source=Source("msa.pdf", "00", pages))
    one = one_of("msa.pdf", made)
    shown = Page(whole(one))
    assert list(shown.boxes) == [*map(str, range(1, PAGES)), str(PAGES + 9)]
    assert f"{PAGES + 9} pages hold terms or clauses; {PAGES} are shown" in whole(one)
    assert {link[1:] for link in shown.links} <= set(shown.ids)


def test_amounts_that_are_blacked_out_are_shown_as_written() -> None:
    rows = [term(Kind.MILESTONE, id=name, amounts=(Money("$[***]", None, "USD", AT, redacted=True),)) for name in ("a", "b")]
    schedule = Schedule(("a", "b"), "USD", None, None, None, None)
    html = whole(one_of("msa.pdf", dataclasses.replace(contract(*rows), schedules=(schedule,))))
    assert [row[3:6] for row in Page(html).tables["payments"]] == [["$[***]", "", ""]] * 2
    assert "Schedule 1, 2 terms: not all of its amounts are told" in html


def test_a_contract_that_holds_nothing_is_told_in_sentences() -> None:
    html = whole(one_of("msa.pdf", contract()))
    for told in (
        "No term pays a sum that is named.",
        "The contract was not judged",
        "The contract has no schedule of payments.",
        "The contract has no payment term.",
        "No other clause was found",
        "No page holds a payment term",
        "Every page was read",
    ):
        assert told in html


@given(contracts())
@limits(max_examples=12)
def test_any_contract_can_be_shown(made: Contract) -> None:
    pages = tuple(dataclasses.replace(one, number=place) for place, one in enumerate(made.source.pages, 1))
    one = one_of(made.source.name, dataclasses.replace(made, source=dataclasses.replace(made.source, pages=pages)))
    assert len(Page(whole(one)).tables.get("terms", [])) == len(one.terms)


def test_pdfs_are_opened_with_the_password_of_the_environment(
    ran: Ran, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def prints_of(*_: Any, password: str) -> tuple[dict[int, Any], str]:
        asked.append(password)
        return {}, ""

    monkeypatch.setattr(contract_show, "prints_of", prints_of)
    monkeypatch.setenv("PAYTERMS_PASSWORD", "key")
    contract_show.pages(one_of("msa.pdf", contract()), str(tmp_path))
    assert asked == ["key"]


def test_what_a_reviewer_took_out_is_shown_with_what_was_said() -> None:
    said = Review(ReviewStatus.REJECTED, None, "a <b>deposit</b>", "a.reviewer", None)
    turned = Review(ReviewStatus.CORRECTED, Kind.NONE, "", "", None)
    made = contract(
        term(Kind.MILESTONE, id="kept"),
        term(Kind.PROGRESS, id="gone", review=said),
        term(Kind.MILESTONE, id="none", review=turned),
    )
    shown = contract_show.taken_out(one_of("msa.pdf", made)).data
    assert 'data-name="taken-out" data-rows="2"' in shown
    assert "a &lt;b&gt;deposit&lt;/b&gt;" in shown
    head = "".join(contract_show.head(one_of("msa.pdf", made)).data.split("`"))
    assert "payterms judge brings the verdict up to date" in head
    assert "payterms judge" not in contract_show.head(one_of("msa.pdf", contract(term(Kind.MILESTONE)))).data
