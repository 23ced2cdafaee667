"""The command, as it is typed."""

import csv
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import SAMPLES, Answer, Command, Ran, contract, locked_pdf, one_page_pdf, shell, term, write_jsonl

from pipeline import __version__, cli
from pipeline.batch.journal import alone
from pipeline.contract import Kind
from pipeline.review.annotated import write
from pipeline.review.columns import COLUMNS

LABELLED = SAMPLES / "labels.jsonl"
COMMANDS = ["run", "summary", "judge", "export", "explain", "report", "tag", "train", "evaluate", "measure", "gains", "schema"]
PLAIN = "Licensee shall pay a milestone payment of $500,000 upon first commercial sale of the Product."
GIVEN: dict[str, Any] = {"id": 7, "text": "(a) 30% on delivery of the turbine;", "lead": "The Price is payable as follows:"}
STDIN_FAULTS = {
    "not JSON": ('{"text": ', "line 2: not JSON (Expecting value); one object a line, or plain sentences"),
    "no text": ('{"lead": "x"}', 'line 2: no text; give the sentence as a string under "text"'),
    "an empty text": ('{"text": " "}', 'line 2: no text; give the sentence as a string under "text"'),
    "a text that is a list": ('{"text": ["x"]}', 'line 2: no text; give the sentence as a string under "text"'),
    "a lead-in that is a number": ('{"text": "x", "lead": 3}', "line 2: lead: 3; expected a string"),
    "another unit": ('{"text": "x", "unit": "page"}', "line 2: unit: 'page'; expected sentence, item, row"),
}
USAGE = {
    "no such command": ["read"],
    "no output folder": ["run", "in"],
    "an option that there is not": ["tag", "--fast"],
    "no file to export to": ["export", "out"],
    "no workers": ["run", "in", "out", "--workers", "0"],
    "a number that is none": ["evaluate", "--worst", "many"],
}
TOLD = {
    "no such input": (["run", "nowhere", "out"], "nowhere: no such file or folder; name a PDF or a folder of PDFs"),
    "an input without PDFs": (["run", ".", "out"], ".: no PDF in this folder or below; name a folder that holds some"),
    "an output that is a file": (["run", "a.pdf", "file"], "file: cannot be written to (File exists); name another folder"),
    "no such model": (["run", "a.pdf", "out", "--model", "none"], "none/model.skops: no model there (No such file"),
    "no such model to tag with": (["tag", "--model", "none"], "none/model.skops: no model there (No such file"),
    "no labels": (["train", "--labels", "none"], "none: no *.jsonl there; name the folder that holds the labels"),
    "no labels to evaluate by": (["evaluate", "--labels", "none"], "none: no *.jsonl there; name the folder"),
    "no run to judge": (["judge", "none"], "none/run.json: no record of a run"),
    "no policy": (["judge", ".", "--policy", "none.toml"], "none.toml: cannot be read ([Errno 2] No such file or directory"),
    "a policy to run by that is none": (["run", "a.pdf", "out", "--policy", "a.pdf"], "a.pdf: cannot be read ("),
    "no record to explain": (["explain", "none.json"], "none.json: cannot be read ("),
    "no run to export": (["export", "none", "--to", "a.csv"], "none/run.json: no record of a run"),
    "no run to report on": (["report", "none", "--to", "reports"], "none/run.json: no record of a run"),
    "no run to sum up": (["summary", "none"], "none/run.json: no record of a run"),
}


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_an_example_of_the_command(command: str, payterms: Command) -> None:
    answer = payterms(command, "--help")
    assert answer.code == 0
    assert re.search(rf"Example: [^\n]*payterms {command}\b[^\n]*$", re.sub(r"\n\s+(?=\S)", " ", answer.out.rstrip()))


def test_help_names_every_command_the_limit_and_an_example(payterms: Command) -> None:
    answer = payterms("--help")
    assert re.findall(r"^  (\w+) {2,}\w", answer.out.split("Commands:")[1], re.MULTILINE) == COMMANDS
    assert "not legal advice" in answer.out
    assert answer.out.rstrip().endswith("Example: payterms run contracts/ review/")


def test_reports_without_their_extra_say_what_to_install(monkeypatch: pytest.MonkeyPatch, payterms: Command) -> None:
    monkeypatch.setitem(sys.modules, "nbclient", None)
    for name in ("notebooks", "reports"):
        monkeypatch.delitem(sys.modules, f"pipeline.report.{name}", raising=False)
    answer = payterms("report", "out", "--to", "reports")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "payterms: reports need more packages (nbclient); install them with: pip install 'payterms[report]'\n"


def test_version(payterms: Command) -> None:
    assert payterms("--version").out == f"payterms {__version__}\n"


@pytest.mark.parametrize("args", USAGE.values(), ids=USAGE)
def test_wrong_usage_is_2(args: list[str], payterms: Command) -> None:
    answer = payterms(*args)
    assert (answer.code, answer.out) == (2, "")
    assert "Usage: payterms" in answer.err


@pytest.mark.parametrize(("args", "told"), TOLD.values(), ids=TOLD)
def test_what_cannot_be_done_is_told_in_a_line(
    args: list[str], told: str, payterms: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    if "a.pdf" in args:
        one_page_pdf(tmp_path / "a.pdf")
    monkeypatch.chdir(tmp_path if "." not in args else folder)
    answer = payterms(*args)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"payterms: {told}")
    assert answer.err.count("\n") == 1


def test_a_run_with_failures_is_1_and_lists_them(ran: Ran) -> None:
    assert ran.answer.code == 1
    told = ran.answer.err.splitlines()
    assert len(told) == ran.run["failed"] == 7
    assert all(line.startswith("not read: ") for line in told)
    assert ran.answer.out.endswith(f"4 read, 7 not read; results in {ran.out}\n")


def test_a_file_name_reaches_the_screen_as_text(ran: Ran) -> None:
    assert "\x1b" not in ran.answer.out + ran.answer.err
    assert r"[bold]\u001b[31mred" in ran.answer.out
    assert r"[bold]\u001b[31mred.pdf: not a PDF" in ran.answer.err


def test_a_summary_says_what_the_run_said(ran: Ran, payterms: Command) -> None:
    answer = payterms("summary", ran.out)
    assert answer.code == 0
    assert answer.out.split() == ran.answer.out.split()
    assert answer.err == ran.answer.err


def test_a_quiet_run_without_failures_prints_nothing(tmp_path: Path, payterms: Command) -> None:
    one_page_pdf(tmp_path / "a.pdf")
    assert payterms("run", tmp_path / "a.pdf", tmp_path, "--quiet", "--workers", "1") == Answer(0, "", "")
    assert (tmp_path / "a.json").exists()


def test_a_password_opens_what_is_encrypted(tmp_path: Path, payterms: Command) -> None:
    locked_pdf(tmp_path / "a.pdf")
    assert payterms("run", tmp_path / "a.pdf", tmp_path, "--quiet", "--workers", "1", "--password", "key").code == 0


def test_a_run_that_goes_on_says_what_it_skips_and_why(tmp_path: Path, payterms: Command) -> None:
    source, out, log = tmp_path / "in", tmp_path / "out", tmp_path / "log.jsonl"
    source.mkdir()
    one_page_pdf(source / "a.pdf")
    first = payterms("run", source, out, "--log-json", log)
    assert (first.err, first.out.splitlines()[-1]) == ("", f"1 read, 0 not read; results in {out}")
    one_page_pdf(source / "two\nlines.pdf")
    (source / "c\nd.pdf").write_text("no PDF", encoding="utf-8")
    again = payterms("run", source, out, "--log-json", log)
    assert again.err.splitlines() == [
        f"{out} holds the records of 1 inputs; what has not changed since is not read again",
        r"not read: c\nd.pdf: not a PDF (no %PDF- at its start); convert it to PDF first",
    ]
    assert again.out.splitlines()[-1] == f"1 read, 1 not read, 1 kept (1 unchanged); results in {out}"
    events = objects(log.read_text(encoding="utf-8"))
    assert [event["event"] for event in events] == ["run", "contract", "end", "run", *["contract"] * 3, "end"]
    assert {event["source"]: event["why"] for event in events[4:7]} == {
        "a.pdf": "unchanged",
        "c\nd.pdf": "new",
        "two\nlines.pdf": "new",
    }
    assert [events[-1][key] for key in ("found", "read", "kept", "failed")] == [3, 1, 1, 1]
    forced = payterms("run", source, out, "--force", "--quiet")
    assert (forced.code, forced.out, forced.err.count("\n")) == (1, "", 1)


def test_a_long_run_gets_on_in_lines_where_there_is_no_terminal(
    tmp_path: Path, payterms: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "SAID_EVERY_S", 0.0)
    monkeypatch.setattr(cli, "LISTED", 0)
    one_page_pdf(tmp_path / "a.pdf")
    answer = payterms("run", tmp_path / "a.pdf", tmp_path / "out")
    assert re.fullmatch(r"1/1  \S+/s \S+ pages/s  0:00:00 left  1 read, 0 failed, \d in doubt\n", answer.err)
    assert answer.out.split()[:6] == ["contracts", "basis", "advance", "1", "milestone", "conditional"]


def test_many_reasons_are_told_in_part(tmp_path: Path, payterms: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "TOLD", 1)
    for name in "abc":
        (tmp_path / f"{name}.pdf").write_text("no PDF", encoding="utf-8")
    told = payterms("run", tmp_path, tmp_path / "out").err.splitlines()
    assert told[1:] == [f"… and 2 more; {tmp_path / 'out' / 'run.json'} has all of them"]


def test_a_second_run_into_a_folder_is_refused(tmp_path: Path, payterms: Command) -> None:
    one_page_pdf(tmp_path / "a.pdf")
    with alone(tmp_path / "out"):
        answer = payterms("run", tmp_path / "a.pdf", tmp_path / "out")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"payterms: {tmp_path / 'out'}: another run is writing there (process ")


def test_a_run_is_measured_against_labelled_contracts(ran: Ran, payterms: Command) -> None:
    answer = payterms("measure", ran.out, LABELLED, "--worst", "3")
    assert answer.code == 0
    assert re.search(r"^milestone +\d\.\d{3} +\d\.\d{3} +\d\.\d{3} +160 +\d+$", answer.out, re.MULTILINE)
    assert re.search(r"macro F1 0\.\d{3}, basis right 0\.\d{3}, of 14 contracts", answer.out)
    assert re.search(r"calibration error 0\.\d{3}", answer.out)
    # Of fourteen labelled contracts, twelve were not run: their terms are missed.
    assert answer.out.count("\nmissed ") == 3


def test_gains_and_losses_between_two_runs_are_listed(ran: Ran, tmp_path: Path, payterms: Command) -> None:
    record = json.loads((ran.out / "milestone_table.json").read_text(encoding="utf-8"))
    record["terms"] = []
    record["verdict"]["basis"] = "none"
    (tmp_path / "milestone_table.json").write_text(json.dumps(record), encoding="utf-8")
    answer = payterms("gains", tmp_path, ran.out, LABELLED)
    assert answer.code == 0
    assert re.search(r"^\+ found +milestone_table +milestone +", answer.out, re.MULTILINE)
    assert re.search(r"^\+ basis +milestone_table +milestone +none -> milestone *$", answer.out, re.MULTILINE)
    assert re.search(r"^won \d+, lost 0$", answer.out, re.MULTILINE)


def test_plain_lines_are_tagged(payterms: Command) -> None:
    answer = payterms("tag", stdin=f"{PLAIN}\n\n  The weather is fine.\n")
    assert answer.code == 0
    first, second = objects(answer.out)
    assert first["text"] == PLAIN
    assert first["probabilities"]["milestone"] > 10 * second["probabilities"]["milestone"]
    assert (second["text"], second["label"]) == ("The weather is fine.", "none")
    for one in (first, second):
        assert list(one) == ["text", "label", "probabilities"]
        assert sum(one["probabilities"].values()) == pytest.approx(1.0, abs=0.001)


def test_jsonl_keeps_what_it_brings_and_its_context_counts(payterms: Command) -> None:
    lines = [GIVEN, {"text": GIVEN["text"]}, {"text": GIVEN["text"], "section": None, "unit": "item"}]
    led, bare, item = objects(payterms("tag", stdin="\n".join(map(json.dumps, lines))).out)
    assert {key: led[key] for key in GIVEN} == GIVEN
    assert led["probabilities"] != bare["probabilities"] == item["probabilities"]


def test_many_lines_are_tagged_in_their_order(payterms: Command) -> None:
    answer = payterms("tag", stdin="".join(f"Line {number} is short.\n" for number in range(1203)))
    assert [one["text"] for one in objects(answer.out)] == [f"Line {number} is short." for number in range(1203)]


def test_nothing_to_tag_is_nothing(payterms: Command) -> None:
    assert payterms("tag", stdin="\n\n").out == ""


def test_tagged_text_cannot_command_a_terminal(payterms: Command) -> None:
    text = "Pay $5 \x1b[2J\x9b31m\u202e on delivery."
    answer = payterms("tag", stdin=text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", answer.out)
    assert objects(answer.out)[0]["text"] == text


@pytest.mark.parametrize(("line", "told"), STDIN_FAULTS.values(), ids=STDIN_FAULTS)
def test_a_fault_on_standard_input_names_its_line(line: str, told: str, payterms: Command) -> None:
    answer = payterms("tag", stdin=f"{PLAIN}\n{line}\n")
    assert (answer.code, answer.err) == (2, f"payterms: standard input, {told}\n")


def test_standard_input_that_is_not_utf8_is_told(payterms: Command) -> None:
    answer = payterms("tag", stdin=b"caf\xe9\n")
    assert (answer.code, answer.err) == (
        2,
        "payterms: standard input: not UTF-8 (invalid continuation byte); convert it first\n",
    )


def test_a_reader_that_leaves_is_no_error() -> None:
    answer = shell(["bash", "-c", "set -o pipefail; yes 'Rent is due.' | head -n 60000 | payterms tag | head -n 1"])
    assert answer.out.count("\n") == 1
    assert "Traceback" not in answer.err


def test_another_policy_judges_a_run_again(ran: Ran, tmp_path: Path, payterms: Command) -> None:
    out = Path(shutil.copytree(ran.out, tmp_path / "out"))
    policy = tmp_path / "never.toml"
    policy.write_text(
        'name = "never"\n[reasons.x]\nwhen = ["otherwise"]\nadvance = "no"\nwhy = "No."\nremedy = "None."\n', encoding="utf-8"
    )
    answer = payterms("judge", out, "--policy", policy)
    assert answer.code == 0
    told = {line.split()[0]: line.split() for line in answer.out.splitlines() if line.startswith("milestone_table")}
    assert "no" in told["milestone_table.pdf"]
    assert json.loads((out / "milestone_table.json").read_text("utf-8"))["verdict"]["policy"] == "never"


def test_a_policy_may_be_given_to_a_run(tmp_path: Path, payterms: Command) -> None:
    one_page_pdf(tmp_path / "a.pdf")
    answer = payterms("run", tmp_path / "a.pdf", tmp_path / "out", "--policy", "certified_progress", "--quiet")
    assert answer.code == 0
    assert json.loads((tmp_path / "out" / "a.json").read_text("utf-8"))["verdict"]["policy"] == "certified progress"


def test_explain_prints_a_page_and_a_memo(ran: Ran, payterms: Command) -> None:
    path = ran.out / "below" / "million_by_month.json"
    told = payterms("explain", path)
    assert told.code == 0
    assert "no (do not advance)" in told.out
    assert re.search(r"p\. 2: “3\.\d [A-Z]", told.out)
    memo = payterms("explain", path, "--format", "markdown")
    assert memo.out.startswith("# Memo: million\\_by\\_month.pdf\n")
    assert "**Proposed change:** Re-cut the price into separately priced deliverables" in memo.out
    assert all("not legal advice" in answer.out for answer in (told, memo))


def term_count(ran: Ran) -> int:
    return sum(record["milestone_terms"] + record["progress_terms"] for record in ran.run["inputs"])


def test_an_export_has_a_row_for_each_term(ran: Ran, tmp_path: Path, payterms: Command) -> None:
    terms = term_count(ran)
    for name in ("terms.csv", "TERMS.CSV", "terms.parquet"):
        answer = payterms("export", ran.out, "--to", tmp_path / "deep" / name)
        told = f"{terms} terms of 2 contracts; 2 without terms, 7 not read; written to {tmp_path / 'deep' / name}\n"
        assert answer == Answer(0, told, "")
    with (tmp_path / "deep" / "terms.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == terms
    assert {(row["contract"], row["result"]) for row in rows} == {
        ("below/million_by_month.pdf", "below/million_by_month.json"),
        ("milestone_table.pdf", "milestone_table.json"),
    }


def test_an_export_that_is_too_long_for_a_sheet_says_so(
    ran: Ran, tmp_path: Path, payterms: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = term_count(ran)
    monkeypatch.setattr(cli, "SHEET_ROWS", terms)
    answer = payterms("export", ran.out, "--to", tmp_path / "terms.csv")
    assert answer.code == 0
    assert answer.err.startswith(f"payterms: Excel shows {terms} rows of a file, with the head")
    assert payterms("export", ran.out, "--to", tmp_path / "terms.parquet").err == ""
    monkeypatch.setattr(cli, "SHEET_ROWS", terms + 1)
    assert payterms("export", ran.out, "--to", tmp_path / "terms.csv").err == ""


def test_the_columns_of_an_export_are_told_without_a_run(payterms: Command) -> None:
    answer = payterms("export", "--columns")
    assert (answer.code, answer.err) == (0, "")
    assert re.findall(r"^(\w+) +(?:text|decimal|whole number|number|true or false|time) ", answer.out, re.MULTILINE) == [
        column.name for column in COLUMNS
    ]


def test_schema_is_what_records_are_checked_by(payterms: Command) -> None:
    printed = json.loads(payterms("schema").out)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    with pytest.raises(jsonschema.ValidationError, match="is a required property"):
        jsonschema.validate({"schema_version": "1.0"}, printed)


def test_a_fault_in_a_reviewed_record_names_file_and_field(tmp_path: Path, payterms: Command) -> None:
    write_jsonl(tmp_path / "labels" / "a.jsonl", [{"group": "a", "label": "none", "text": "A fee is due."}])
    path = tmp_path / "review" / "msa.json"
    write(contract(term(Kind.MILESTONE)), path)
    path.write_text(path.read_text(encoding="utf-8").replace('"pending"', '"done"'), encoding="utf-8")
    answer = payterms("train", "--labels", tmp_path / "labels", "--reviewed", tmp_path / "review", "--model", tmp_path / "new")
    assert answer.code == 2
    assert answer.err.startswith(f"payterms: {path}: terms.0.review.status: Input should be 'pending', 'accepted'")
