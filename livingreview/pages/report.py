"""Pages made from the data alone: each report with every row it printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from livingreview.citation import cite_row, format_reference, name_reference
from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack, link, render
from livingreview.display.marks import FLAG
from livingreview.display.numbers import write_value
from livingreview.evidence import Evidence, records
from livingreview.evidence.schema import Table
from livingreview.pages.describe import describe_row
from livingreview.tables.appraisals import tabulate_appraisals, tabulate_risk_of_bias
from livingreview.tables.common import identifier_links, report_link, text
from livingreview.tables.notices import tell_notices
from livingreview.tables.register import list_discrepancies

NO_ROW = (
    "No figure of this report has been entered at first hand; "
    "what other reports restate of it stands on their pages."
)


def write_report_pages(evidence: Evidence, folder: Path, record: dict) -> list[Path]:
    """One MyST page per report in `folder`.

    Unchanged pages are left untouched, pages of reports that are gone are deleted.

    Parameters
    ----------
    record : dict
        The review's own bibliographic record: each row can be cited.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, printed, guide = [], group_rows(evidence), has_guide(folder.parent)
    for row in records(evidence.tables["reports"]):
        path = folder / f"{row['report_id']}.md"
        page = report_page(evidence, row, printed[row["report_id"]], record, guide=guide)
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")
        written.append(path)
    for path in set(folder.glob("*.md")) - set(written):
        path.unlink()
    return written


def has_guide(chapters: Path) -> bool:
    """Whether the book has a page that says how to cite it, to which reports' pages lead."""
    return (chapters / "how-to-cite.md").is_file()


def report_page(
    evidence: Evidence,
    row: Mapping,
    printed: Mapping[str, list[dict]],
    record: dict,
    *,
    guide: bool = True,
) -> str:
    """The page of one report as MyST Markdown; all tables are raw HTML, escaped by the template engine.

    Parameters
    ----------
    row : mapping
        The report's own row.
    printed : mapping of str to list of dict
        The evidence rows that it printed (key: name of their table).
    record : dict
        The review's own bibliographic record.
    guide : bool
        Whether the book has a page that says how to cite it.
    """
    report_id = row["report_id"]
    studies = evidence.tables["studies"]
    study = studies.loc[studies["study_id"].eq(row["study_id"])].iloc[0]
    facts = render(
        "facts.html.j2", facts=_report_facts(evidence, row, study), note=evidence.in_words(row["note"])
    )
    blocks = [f"# {plain_title(evidence.report_names[report_id])}", raw_block(facts)]
    if printed:
        blocks.append(
            raw_block(
                cite_row(record, report_id, name_reference(evidence, report_id), guide=guide).__html__()
            )
        )
    sections = _report_sections(evidence, report_id, printed)
    if not sections:
        blocks.append(NO_ROW)
    for title, content in sections:
        blocks += [f"## {title}", raw_block(content.__html__())]
    return "\n\n".join(blocks) + "\n"


def _report_sections(
    evidence: Evidence, report_id: str, printed: Mapping[str, list[dict]]
) -> list[tuple[str, HtmlTable | Fragment | Stack]]:
    sections: list = [
        (table.title, tabulate_rows(evidence, table, printed[table.name]))
        for table in evidence.package.evidence_tables
        if table.name in printed
    ]
    if evidence.tables["discrepancies"]["report_id"].eq(report_id).any():
        found = list_discrepancies(evidence, of=report_id, home="../discrepancies.html", reports="")
        sections.append(("What does not add up", found))
    if evidence.tables["appraisals"]["report_id"].eq(report_id).any():
        checklist = tabulate_appraisals(evidence, of=report_id, caption="Answers")
        judged = tabulate_risk_of_bias(evidence, of=report_id, caption="Risk of bias")
        sections.append(("Appraisal", Stack([*checklist.parts, *judged.parts])))
    return sections


def _report_facts(evidence: Evidence, row: Mapping, study: Mapping) -> list[tuple[str, str]]:
    part = evidence.label("reports", "status", row["status"])
    numbers = identifier_links(evidence, row["report_id"])
    return [
        ("Reference", format_reference(row["report_id"], evidence.bibliography.entries[row["report_id"]])),
        ("Study", f"{study['name']} ({evidence.label('studies', 'design', study['design'])})"),
        ("Kind", evidence.label("reports", "kind", row["kind"])),
        ("Text seen", evidence.label("reports", "text_seen", row["text_seen"])),
        ("Part in the review", f"{part}. {evidence.in_words(row['status_reason'])}"),
        ("Identifiers", Markup("; ").join(numbers) or "none established"),
        ("Retractions and corrections", tell_notices(evidence, row["report_id"])),
        ("First available", text(row["first_available"], "not established")),
        ("Data cut-off", text(row["data_cutoff"], "not reported")),
        ("Licence of the text", text(row["licence"], "not established")),
        ("Funding", text(row["funding"], "not declared in the text seen")),
        ("Competing interests", text(row["competing_interests"], "not declared in the text seen")),
    ]


def plain_title(words: str) -> str:
    """Words as Markdown that shows them as they are (CommonMark 2.4: a backslash before any punctuation).

    Without what could begin markup: the theme writes titles unescaped.
    """
    apostrophes = words.replace("'", "’")
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", re.sub(r"[<>&\"`]", "", apostrophes))


def raw_block(markup: str) -> str:
    """HTML as a block that MyST passes through untouched; the fence is longer than any in the content."""
    fence = "`" * 8
    return f"{fence}{{raw}} html\n{markup}\n{fence}"


def group_rows(evidence: Evidence) -> dict[str, dict[str, list[dict]]]:
    """The evidence rows that each report printed: report_id -> table -> rows; no table without a row."""
    printed: dict[str, dict[str, list[dict]]] = {
        report_id: {} for report_id in evidence.tables["reports"]["report_id"]
    }
    for table in evidence.package.evidence_tables:
        for row in records(evidence.tables[table.name]):
            printed[row["report_id"]].setdefault(table.name, []).append(row)
    return printed


def tabulate_rows(evidence: Evidence, table: Table, found: Iterable[Mapping]) -> HtmlTable:
    """Rows of one evidence table: what each is, its value, as printed, where, on what basis, how far checked.

    Rows are anchors.
    """
    columns = [
        Column("What"),
        Column("Value", True),
        Column("As printed"),
        Column("Where"),
        Column("Basis"),
        Column("Checked"),
    ]
    rows = [
        Row(
            [
                [
                    describe_row(evidence, table, row),
                    *([] if pd.isna(row["note"]) else [f"Note: {evidence.in_words(row['note'])}"]),
                ],
                write_value(evidence, row),
                "no fragment" if pd.isna(row["as_reported"]) else f"“{row['as_reported']}”",
                evidence.in_words(row["locator"]),
                _basis_parts(evidence, table, row),
                _checked_parts(evidence, table, row),
            ],
            anchor=row["row_id"],
        )
        for row in found
    ]
    return HtmlTable(f"{table.title}: every row", columns, rows)


def _basis_parts(evidence: Evidence, table: Table, row: Mapping) -> list:
    source = row["source_report_id"]
    return [
        evidence.label(table.name, "basis", row["basis"]),
        *([] if pd.isna(source) else [report_link(evidence, source, "")]),
        *(
            evidence.in_words(row[name])
            for name in ("source_citation", "derivation")
            if not pd.isna(row[name])
        ),
    ]


def _checked_parts(evidence: Evidence, table: Table, row: Mapping) -> list:
    return [
        evidence.label(table.name, "verification", row["verification"]),
        *(
            FLAG
            + " "
            + link(evidence.in_words(evidence.discrepancy_titles[item]), f"../discrepancies.html#{item}")
            for item in evidence.flags.get(row["row_id"], ())
        ),
    ]


def code(name: str) -> Markup:
    """A name as it stands in the files, set as such."""
    return Markup("<code>{}</code>").format(name)


def mark_codes(words: str) -> Markup:
    """Words in which the names of columns, and codes, are set as such."""
    parts = re.split(r"((?<![a-z])[a-z]+(?:_[a-z]+)+)", words)
    return Markup("").join(code(part) if i % 2 else escape(part) for i, part in enumerate(parts))
