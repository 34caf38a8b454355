"""Pieces of the pages that look over all classes: status, counts, agreement, glossary."""

from __future__ import annotations

import re

import pandas as pd
from markupsafe import Markup

from livingreview.citation.record import author_names
from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack, link
from livingreview.display.marks import legend
from livingreview.display.numbers import figures_in, fill_figures
from livingreview.evidence import Evidence, find_root, records, select_class, split_ids, split_levels
from livingreview.evidence.upkeep import BY_HAND, STATED, read_upkeep
from livingreview.pages.opening import review_record
from livingreview.tables.common import report_link, text
from livingreview.tables.readings import say_reading
from livingreview.tables.recall import say_recall


def say_status(review: Evidence) -> Fragment:
    """One line: version, what was searched to, how many reports, and how far they could be read."""
    reports, record = review.tables["reports"], review_record()
    draft = "Draft" if record["draft"] else "Version"
    searched = _searches(review)["date"].dropna()
    told = [
        f"{draft} {record['version']}",
        f"searched to {max(searched)}" if len(searched) else "",
        f"{_count(reports, 'status', 'included')} reports included and "
        f"{_count(reports, 'status', 'context')} kept as context; "
        f"only {_count(reports, 'text_seen', 'full_text')} of these {len(reports)} read in full text",
    ]
    line = "; ".join(part for part in told if part)
    return Fragment("paragraph.html.j2", {"text": f"{line}."}, line)


def show_makers() -> Fragment:
    """Who made the review, who paid, their interests as stated, and where a mistake is reported."""
    record, upkeep = review_record(), read_upkeep(find_root())
    stated = {name: getattr(upkeep, name, "") or "none stated" for name in STATED}
    contribute = link("how to report a mistake or a missing report", "contribute.html")
    address = upkeep.contact if upkeep else ""
    contact = link(address, address) if address.startswith("https://") else address
    facts = [
        ("Written by", ", ".join(author_names(record))),
        ("Funding", stated["funding"]),
        ("Competing interests", stated["interests"]),
        ("Contact", Markup("{}; {}").format(contact, contribute) if contact else contribute),
    ]
    plain = "; ".join(f"{name}: {value}" for name, value in facts)
    return Fragment("facts.html.j2", {"facts": facts, "note": ""}, plain)


def show_status(review: Evidence) -> Fragment:
    """Version, what was searched and when, and how much the review holds."""
    reports, cohorts = review.tables["reports"], review.tables["cohorts"]
    record = review_record()
    included = reports.loc[reports["status"].eq("included")]
    whole = cohorts.loc[cohorts["parent_cohort_id"].isna() & cohorts["report_id"].isin(included["report_id"])]
    draft = ", a draft: not released yet, so it may still change" if record["draft"] else ""
    seen = ", ".join(
        f"{_count(reports, 'text_seen', code)} {words.split(':')[0]}"
        for code, words in review.package.tables["reports"].field("text_seen").labels.items()
    )
    facts = [
        ("Version", f"{record['version']} of {record['date-released']}{draft}"),
        ("Searched to", _last_search(review)),
        ("Reports", f"{len(included)} included, {_count(reports, 'status', 'context')} as context"),
        ("Read of them", seen),
        ("Cohorts in included reports", f"{len(whole)}, their subgroups not counted"),
        (
            "Results and other entries",
            f"{len(review.row_tables)}, each with its wording and place in the report",
        ),
        ("Registered discrepancies", f"{len(review.tables['discrepancies'])}"),
        *([("Reports a reader would expect", expected)] if (expected := say_recall(review)) else []),
    ]
    plain = "; ".join(f"{name}: {value}" for name, value in facts)
    return Fragment("facts.html.j2", {"facts": facts, "note": ""}, plain)


def _searches(review: Evidence) -> pd.DataFrame:
    """Searches; a report that was found by hand is none."""
    searches = review.tables["searches"]
    return searches.loc[searches["source"].ne(BY_HAND)]


def _last_search(review: Evidence) -> str:
    searched = _searches(review)[["date", "source"]].dropna()
    if searched.empty:
        return "no search has been run"
    return f"{max(searched['date'])}: {', '.join(sorted(set(searched['source'])))}"


def _count(frame: pd.DataFrame, column: str, code: str) -> int:
    return int(frame[column].eq(code).sum())


def list_classes(review: Evidence) -> Fragment:
    """One entry per class: its question and its first conclusion, with certainty."""
    items, shown = [], []
    for row in records(review.tables["regimen_classes"].sort_values("position")):
        claims = select_class(review, row["class_id"]).tables["claims"].sort_values("position")
        item = {"class_id": row["class_id"], "title": row["title"], "question": row["question"]}
        if claims.empty:
            item |= {"text": "", "certainty": "", "certainty_label": "", "reading": ""}
        else:
            first = claims.iloc[0]
            shown += figures_in(review, first["text"])
            item |= {
                "text": fill_figures(review, first["text"]),
                "certainty": first["certainty"],
                "certainty_label": review.label("claims", "certainty", first["certainty"]),
                "reading": say_reading(review, first["claim_id"]),
            }
        items.append(item)
    values = {"items": items, "marks": legend(shown)}
    return Fragment("classes.html.j2", values, f"[{len(items)} classes]")


def tabulate_discrepancy_counts(review: Evidence, *, caption: str) -> HtmlTable:
    """Discrepancies by report and severity."""
    frame = review.tables["discrepancies"]
    severities = review.package.field("discrepancies", "severity").labels
    columns = [
        Column("Report"),
        *[Column(code.capitalize(), True) for code in severities],
        Column("All", True),
        Column("Cannot be settled", True),
    ]
    blocks = [(report_link(review, report), part) for report, part in frame.groupby("report_id")]
    rows = [
        Row(
            [
                name,
                *[str(_count(part, "severity", code)) for code in severities],
                str(len(part)),
                str(_count(part, "status", "unsettled")),
            ]
        )
        for name, part in [*blocks, ("All reports", frame)]
    ]
    notes = [f"{code.capitalize()}: {words.split(': ')[-1]}." for code, words in severities.items()]
    return HtmlTable(caption, columns, rows, notes)


def tabulate_verification(review: Evidence, *, caption: str) -> HtmlTable:
    """Evidence rows by table and how far they were checked."""
    tables = review.package.evidence_tables
    labels = tables[0].field("verification").labels
    columns = [
        Column("Table"),
        *[Column(words.capitalize(), True) for words in labels.values()],
        Column("All", True),
    ]
    rows = []
    for table in tables:
        frame = review.tables[table.name]
        counts = [str(_count(frame, "verification", code)) for code in labels]
        rows.append(Row([table.title, *counts, str(len(frame))]))
    return HtmlTable(caption, columns, rows)


def tabulate_agreement(review: Evidence, *, caption: str) -> HtmlTable:
    """Agreement of two independent extractions per report, before it was settled.

    Where the second reader entered nothing there is none to tell.
    """
    columns = [
        Column("Report"),
        Column("First reader's rows", True),
        Column("Second reader's rows", True),
        Column("Found by both", True),
        Column("Of these, same values", True),
    ]
    rows = [
        Row(
            [
                report_link(review, row["report_id"]),
                text(row["rows_first"]),
                *(
                    [text(row[name]) for name in ("rows_second", "rows_both", "rows_same_values")]
                    if row["rows_second"]
                    else ["none entered", "–", "–"]
                ),
            ]
        )
        for row in records(review.tables["extraction_agreement"])
    ]
    return HtmlTable(caption, columns, rows)


def tabulate_proposals(review: Evidence, *, caption: str) -> Stack:
    """Which rows a machine proposed, report by report and tool by tool; says so where it was none."""
    rows = records(review.tables["proposals"])
    if not rows:
        known = "proposals" in review.package.tables
        return Stack([], "No row was proposed by a machine." if known else "")
    total = sum(row["rows_taken"] for row in rows)
    line = (
        f"{total} of {len(review.row_tables)} rows were proposed by a machine; a person read and took each."
    )
    columns = [Column("Report"), Column("Proposed by"), Column("Rows taken", True)]
    cells = [
        Row([report_link(review, row["report_id"]), row["tool"], text(row["rows_taken"])]) for row in rows
    ]
    told = Fragment("paragraph.html.j2", {"text": line}, line)
    return Stack([told, HtmlTable(caption, columns, cells)])


def term_anchor(term: str) -> str:
    """The address of a term in the glossary's table."""
    return "term-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def tabulate_glossary(review: Evidence, *, caption: str) -> HtmlTable:
    """Terms and names of the book, each with an address."""
    rows = [
        Row([row["term"], row["meaning"]], anchor=term_anchor(row["term"]))
        for row in records(review.tables["glossary"])
    ]
    return HtmlTable(caption, [Column("Term"), Column("Meaning here")], rows)


def tabulate_rule_changes(review: Evidence, *, caption: str) -> HtmlTable:
    """What changed in the rules of pooling, when and why, and whether pools had been seen before."""
    names = ("made_on", "former", "now", "reason", "pools_seen")
    rows = [Row([row[name] for name in names]) for row in records(review.tables["rule_changes"])]
    columns = [Column(name) for name in ("Day", "Before", "Now", "Reason", "Pools seen before")]
    return HtmlTable(caption, columns, rows)


def tabulate_pooled_results(review: Evidence, *, caption: str) -> HtmlTable:
    """Which codes and terms are pooled under which name, and from which grade on."""
    rows = [
        Row(
            [
                row["name"],
                "; ".join(_words_of_code(review, row["table"], code) for code in split_ids(row["codes"])),
                " within ".join(
                    " or ".join(_words_of_code(review, row["table"], code) for code in level)
                    for level in split_levels(text(row["levels"]))
                ),
                "any" if pd.isna(row["grade_min"]) else f"{row['grade_min']} or more",
                text(row["note"]),
            ]
        )
        for row in records(review.tables["pooled_results"].sort_values("position"))
    ]
    columns = [
        Column("Result"),
        Column("Counted by"),
        Column("In one model, the strictest first"),
        Column("Grade"),
        Column("Note"),
    ]
    return HtmlTable(caption, columns, rows)


def _words_of_code(review: Evidence, table: str, code: str) -> str:
    column = {"outcomes": "outcome", "adverse_events": "term", "survival": "endpoint"}[table]
    return review.label(table, column, code)


def list_reports(review: Evidence) -> HtmlTable:
    """Every report with a page, its part and its number of rows."""
    printed = [review.tables[table.name]["report_id"] for table in review.package.evidence_tables]
    counts = pd.concat(printed).value_counts()
    ordered = review.tables["reports"].sort_values(["status", "report_id"], ascending=[False, True])
    rows = [
        Row(
            [
                report_link(review, row["report_id"]),
                review.label("reports", "kind", row["kind"]),
                review.label("reports", "status", row["status"]),
                str(counts.get(row["report_id"], 0)),
            ]
        )
        for row in records(ordered)
    ]
    columns = [Column("Report"), Column("Kind"), Column("Part in the review"), Column("Rows", True)]
    return HtmlTable("Reports", columns, rows)
