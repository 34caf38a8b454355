"""Rules about the search for evidence: hits, records and decisions hang together, and every count adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.surveillance.decisions import DECISIONS, find_faults, on_standing, read_decisions
from livingreview.surveillance.flow import READ, as_text, count_flows
from livingreview.surveillance.settling import decide
from livingreview.surveillance.tables import UNLOGGED, LoopError

_SAID_HOW = (("same_as", "same_as_basis"), ("report_id", "report_basis"), ("study_id", "study_basis"))
_FROM = {"hits": ("hit_id", "search_id", "record_id"), "pairs": ("pair_id", "record_id", "other_id")}
_NEEDED = ("date", "retrieved", "file_sha256")  # of a search of a stored strategy


def text_rows(checked: Checked, table: str) -> list[dict[str, str]]:
    """Rows of a table as text, '' for an empty cell."""
    return as_text(row for _, row in checked.lines(table))


def check_made_ids(checked: Checked) -> Iterator[Problem]:
    """The id of a row that joins two things says which."""
    for table, (key, first, second) in _FROM.items():
        for line, row in checked.rows_of(table, key, first, second):
            wanted = f"{row[first]}.{row[second]}"
            if row[key] != wanted:
                place = (table, line, key, "id-of-two")
                yield checked.problem(*place, quote(row[key]), wanted, "correct the id, or what it joins")


def check_searches(checked: Checked) -> Iterator[Problem]:
    """A search of a stored strategy says what it retrieved, and its hits and files bear that out."""
    counted = Counter[str]()
    for _, row in checked.rows_of("hits", "search_id", "copies"):
        counted[row["search_id"]] += int(row["copies"])
    for line, row in checked.rows_of("searches", "search_id", "strategy_id"):
        for column in _NEEDED:
            if pd.isna(row[column]):
                expected, mend = (
                    "a value, as the search is logged",
                    "import its files again: livingreview import",
                )
                yield checked.problem(
                    "searches", line, column, "search-incomplete", "nothing", expected, mend
                )
        if not pd.isna(row["retrieved"]) and row["retrieved"] != counted[row["search_id"]]:
            found, expected = row["retrieved"], f"{counted[row['search_id']]}, the copies in hits.csv"
            mend = "restore both tables from version control; rows were lost or added by hand"
            yield checked.problem("searches", line, "retrieved", "hits-differ", found, expected, mend)
        told, got = row["hits_told"], row["retrieved"]
        if not pd.isna(told) and not pd.isna(got) and told != got and pd.isna(row["note"]):
            place, found = ("searches", line, "hits_told", "not-reconciled"), f"{told} told, {got} retrieved"
            mend = "import the rest, or say in the note why they differ"
            yield checked.problem(*place, found, "the same number, or a note", mend)
        if not pd.isna(row["from_day"]) and not pd.isna(row["to_day"]) and row["to_day"] < row["from_day"]:
            place, found = ("searches", line, "to_day", "days-swapped"), quote(row["to_day"])
            yield checked.problem(*place, found, f"a day from {row['from_day']} on", "swap the two")


def check_records(checked: Checked) -> Iterator[Problem]:
    """Each record was brought by a search; what it is a copy of, or a report, says how that is known."""
    brought = set(checked.frames["hits"]["record_id"])
    copies = {
        row["record_id"]: row["same_as"] for _, row in checked.rows_of("records", "record_id", "same_as")
    }
    known: dict[str, str] = {}
    for line, row in checked.rows_of("records", "record_id"):
        name = row["record_id"]
        if name not in brought:
            place = ("records", line, "record_id", "no-hit")
            mend = "delete it, or restore its row of hits.csv"
            yield checked.problem(*place, quote(name), "a record that a search brought", mend)
        for column, basis in _SAID_HOW:
            if pd.isna(row[column]) != pd.isna(row[basis]):
                place, found = ("records", line, basis, "basis-missing"), quote(row[basis])
                expected = f"how {column} is known, where there is one"
                yield checked.problem(*place, found, expected, "fill or empty both")
        if copies.get(copies.get(name, "")):
            place, found = ("records", line, "same_as", "copy-of-copy"), quote(row["same_as"])
            expected, mend = "a record that is no copy itself", f"name {copies[copies[name]]}"
            if copies[copies[name]] == name:
                mend = "empty one of the two"
            yield checked.problem(*place, found, expected, mend)
        number = row["pmid"]
        if not pd.isna(number) and name not in copies and (other := known.setdefault(number, name)) != name:
            place, mend = (
                ("records", line, "pmid", "record-twice"),
                f"livingreview pairs --same {name} {other}",
            )
            yield checked.problem(*place, quote(number), f"a number that {other} does not have", mend)


def check_settled(checked: Checked) -> Iterator[Problem]:
    """A settled decision is of a logged record, and fits its stage and its reason."""
    records = {row["record_id"]: row for _, row in checked.rows_of("records", "record_id")}
    reasons = {row["reason_id"]: row for _, row in checked.rows_of("reasons", "reason_id")}
    strategies = {row["search_id"] for _, row in checked.rows_of("searches", "search_id", "strategy_id")}
    leads = {"excluded": "exclude", "context": "context"}
    mend = "run: livingreview settle"
    for line, row in checked.rows_of("screening", "record_id", "search_id", "stage", "decision", "basis"):
        is_logged = row["basis"] not in UNLOGGED
        record = records.get(row["record_id"])
        if is_logged and (record is None or not pd.isna(record["same_as"])):
            expected = "a record of records.csv that is no copy"
            yield checked.problem(
                "screening", line, "record_id", "no-record", quote(row["record_id"]), expected, mend
            )
        elif is_logged and row["search_id"] not in strategies:
            expected = "a search of a stored strategy"
            yield checked.problem(
                "screening", line, "search_id", "no-log", quote(row["search_id"]), expected, mend
            )
        elif not is_logged and (record is not None or row["decision"] in ("sought", "not_retrieved")):
            expected = "the basis on which it was settled: the record is logged"
            yield checked.problem(
                "screening", line, "basis", "back-dated", quote(row["basis"]), expected, mend
            )
        if row["stage"] == "full_text" and row["decision"] == "sought":
            place = ("screening", line, "decision", "stage-of-decision")
            yield checked.problem(*place, "sought", "what became of it, or the stage before", mend)
        reason = None if pd.isna(row["reason_id"]) else reasons.get(row["reason_id"])
        if reason and (reason["stage"], reason["decision"]) != (row["stage"], leads.get(row["decision"])):
            place, expected = (
                ("screening", line, "reason_id", "reason-elsewhere"),
                "a reason of that stage and decision",
            )
            yield checked.problem(*place, quote(row["reason_id"]), expected, mend)


def check_flow(checked: Checked) -> Iterator[Problem]:
    """Every box of the flow is the sum of those that follow from it, in each version and in all."""
    if not {"records", "hits"} <= checked.package.tables.keys() or not len(checked.frames["hits"]):
        return
    tables = {name: text_rows(checked, name) for name in READ if name in checked.frames}
    for flow in count_flows(tables).values():
        for arm in flow.arms.values():
            for misfit in arm.misfits():
                mend = "run livingreview settle; restore hits.csv and records.csv if rows were lost"
                expected = "a flow of records that adds up"
                yield Problem("screening.csv", 0, "", "flow", misfit, expected, mend)


def check_decisions(root: Path, checked: Checked) -> Iterator[Problem]:
    """Readers' files under ``decisions/``, and the settled screening against them."""
    if not {"records", "reasons", "screening"} <= checked.package.tables.keys():
        return
    try:
        decisions = read_decisions(root)
    except LoopError as error:
        yield Problem(DECISIONS, 0, "", "decisions", str(error), "tables of decisions", "restore them")
        return
    records = {row["record_id"]: row for row in text_rows(checked, "records")}
    reasons = {row["reason_id"]: row for row in text_rows(checked, "reasons")}
    lines, ids = Counter[str](), set[str]()
    sound = []
    for row in sorted(decisions, key=lambda row: (row["reader"], row["decision_id"])):
        lines[row["reader"]] += 1
        told = list(find_faults(row, records, reasons))
        if row["decision_id"] in ids:
            told.append(("decision_id", "one decision of a reader at a stage", "delete one of the two"))
        ids.add(row["decision_id"])
        file, line = f"{DECISIONS}/{row['reader']}.csv", lines[row["reader"]] + 1
        for column, expected, mend in told:
            yield Problem(
                file, line, column, "decision", quote(row[column]), expected, mend, row["decision_id"]
            )
        if not told:
            sound.append(row)
    yield from _check_derived(checked, on_standing(sound, records), reasons)


def _check_derived(checked: Checked, decisions: list[dict], reasons: dict) -> Iterator[Problem]:
    """Each settled row follows from the decisions that are there, whatever number of readers was asked."""
    outcomes = [decide(decisions, reasons, readers=number).rows for number in (1, 2)]
    for line, row in checked.rows_of("screening", "record_id", "stage", "decision", "basis"):
        if row["basis"] in UNLOGGED:
            continue
        told = {
            (settled.decision, settled.reason_id, settled.basis)
            for outcome in outcomes
            for stage, settled in outcome.get(row["record_id"], {}).items()
            if stage == row["stage"]
        }
        reason = "" if pd.isna(row["reason_id"]) else row["reason_id"]
        if (row["decision"], reason, row["basis"]) not in told:
            expected = f"what {DECISIONS}/ comes to"
            mend = "run: livingreview settle; or restore the readers' files from version control"
            found = f"{row['decision']}, {row['basis']}"
            yield checked.problem("screening", line, "decision", "not-derived", found, expected, mend)


SURVEILLANCE_RULES = (check_made_ids, check_searches, check_records, check_settled, check_flow)
