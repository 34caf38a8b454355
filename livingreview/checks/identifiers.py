"""Rules about what names a report: each identifier in its form, of one report, and as its record has it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.evidence.identifiers import IN_RECORDS

_MANY = "registry"  # a trial has many reports, and a report may tell of several trials


def check_identifier_forms(checked: Checked) -> Iterator[Problem]:
    """A value has a form that the schema declares for its scheme; another spelling stands beside it."""
    if "identifiers" not in checked.package.tables:
        return
    field = checked.package.field("identifiers", "value")
    for line, row in checked.rows_of("identifiers", "scheme", "value"):
        if field.forms and not field.form(row["scheme"], row["value"]):
            patterns = [form.pattern for form in field.forms if form.kind == row["scheme"]]
            expected = (
                f"a {row['scheme']} like " + " or ".join(patterns) if patterns else "a scheme with a form"
            )
            mend = "correct the value or the scheme; as it is printed stands in as_printed"
            place = ("identifiers", line, "value", "identifier-form")
            yield checked.problem(*place, quote(row["value"]), expected, mend)
        if row["as_printed"] == row["value"]:
            expected, mend = "another spelling than the value, or nothing", "empty the cell"
            place = ("identifiers", line, "as_printed", "printed-alike")
            yield checked.problem(*place, quote(row["as_printed"]), expected, mend)


def check_identifiers_once(checked: Checked) -> Iterator[Problem]:
    """An identifier names one report, and a report has one of each scheme; trials alone are many to many."""
    named: dict[tuple, str] = {}
    filled: dict[tuple, str] = {}
    for line, row in checked.rows_of("identifiers", "report_id", "scheme", "value"):
        scheme, value, report = row["scheme"], row["value"], row["report_id"]
        alike = (scheme, value.casefold(), *([report] if scheme == _MANY else []))
        if (other := named.setdefault(alike, report)) != report or (scheme == _MANY and alike in filled):
            place = ("identifiers", line, "value", "identifier-twice")
            expected = f"a {scheme} that does not stand for {other} already"
            mend = "correct one of the two, or put the two reports together"
            yield checked.problem(*place, quote(value), expected, mend)
        elif (report, scheme) in filled and scheme != _MANY:
            place = ("identifiers", line, "scheme", "second-identifier")
            found, expected = f"{value} beside {filled[report, scheme]}", f"one {scheme} a report"
            yield checked.problem(*place, found, expected, "delete the wrong one")
        filled[alike if scheme == _MANY else (report, scheme)] = value


def check_identifiers_of_records(checked: Checked) -> Iterator[Problem]:
    """What a record of the bibliography has for an identifier is that of its report."""
    if checked.records is None or "identifiers" not in checked.package.tables:
        return
    rows = {
        (row["report_id"], row["scheme"]): (line, row["value"])
        for line, row in checked.rows_of("identifiers", "report_id", "scheme", "value")
    }
    reports = set(checked.frames["reports"]["report_id"])
    for key, fields in checked.records.items():
        for scheme in IN_RECORDS if key in reports else ():
            line, value = rows.get((key, scheme), (0, ""))
            written = fields.get(scheme, "")
            if written and not line:
                mend = f"add the row {key}.{scheme} and say in basis where it was read"
                found, expected = f"{scheme} {quote(written)}", "the same in identifiers.csv"
                yield Problem(
                    "references.bib", 0, f"{key}.{scheme}", "identifier-left-out", found, expected, mend
                )
            elif written and written.casefold() != value.casefold():
                place = ("identifiers", line, "value", "identifier-differs")
                expected, mend = (
                    f"{written}, as the record in references.bib has it",
                    "correct one of the two",
                )
                yield checked.problem(*place, quote(value), expected, mend)


def check_identifier_ids(checked: Checked) -> Iterator[Problem]:
    """The id of a row says its report and scheme, so that it is found and merges."""
    for line, row in checked.rows_of("identifiers", "identifier_id", "report_id", "scheme"):
        begin = f"{row['report_id']}.{row['scheme'].replace('_', '-')}"
        if not (f"{row['identifier_id']}.").startswith(f"{begin}."):
            place = ("identifiers", line, "identifier_id", "id-prefix")
            mend = "correct the id, the report or the scheme"
            yield checked.problem(
                *place, quote(row["identifier_id"]), f"an id that starts with {begin}", mend
            )


def check_nameless(checked: Checked) -> Iterator[Problem]:
    """A report with neither an identifier of its own nor a title says why: else no search finds it held."""
    if checked.records is None or "identifiers" not in checked.package.tables:
        return
    named = {row["report_id"] for _, row in checked.lines("identifiers") if row["scheme"] != _MANY}
    for line, row in checked.rows_of("reports", "report_id"):
        titled = "title" in checked.records.get(row["report_id"], {"title": ""})
        if row["report_id"] not in named and not titled and row["note"] is None:
            place = ("reports", line, "note", "nameless")
            expected = "why it has neither an identifier nor a title"
            yield checked.problem(*place, "nothing", expected, "say so, or add one of the two")


def check_expected_identifiers(checked: Checked) -> Iterator[Problem]:
    """An expected report has numbers in their form, one report's alone, and those of its report here."""
    if not {"expected", "identifiers"} <= checked.package.tables.keys():
        return
    field = checked.package.field("identifiers", "value")
    held: dict[tuple[str, str], str] = {}
    owner: dict[tuple[str, str], str] = {}
    for _, row in checked.rows_of("identifiers", "report_id", "scheme", "value"):
        held[row["report_id"], row["scheme"]] = row["value"]
        owner[row["scheme"], row["value"].casefold()] = row["report_id"]
    for line, row in checked.lines("expected"):
        for scheme in ("doi", "pmid"):
            value = row[scheme]
            if pd.isna(value):
                continue
            own = None if pd.isna(row["report_id"]) else row["report_id"]
            other = owner.setdefault((scheme, value.casefold()), own or row["expected_id"])
            wanted = held.get((own or "", scheme), value)
            if field.forms and not field.form(scheme, value):
                expected = f"a {scheme} in its form"
            elif wanted.casefold() != value.casefold():
                expected = f"{wanted}, as identifiers.csv has it of {own}"
            elif other != (own or row["expected_id"]):
                expected = f"a {scheme} that does not stand for {other}"
            else:
                continue
            place = ("expected", line, scheme, "expected-identifier")
            yield checked.problem(*place, quote(value), expected, "correct one of the two")


IDENTIFIER_RULES = (
    check_expected_identifiers,
    check_identifier_forms,
    check_identifiers_once,
    check_identifiers_of_records,
    check_identifier_ids,
    check_nameless,
)
