"""What a tired maintainer does to a table, as small functions of a project folder.

Each returns (file, row, column) that the check must name; row 0 stands for the file as a whole, column ''
for the row as a whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

Place = tuple[str, int, str]
DAMAGES: dict[str, Callable[[Path], Place]] = {}


def damage(name: str):
    """Register a kind of damage under a name a maintainer would use."""

    def register(function):
        assert name not in DAMAGES, name
        DAMAGES[name] = function
        return function

    return register


def read(project: Path, table: str) -> list[list[str]]:
    """Header and rows."""
    with open(project / "data" / f"{table}.csv", newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


def write(project: Path, table: str, rows: list[list[str]]) -> None:
    """Write header and rows back."""
    with open(project / "data" / f"{table}.csv", "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def find(rows: list[list[str]], **wanted) -> int:
    """Index of the first row whose columns fit: a text means equal, True filled, False empty."""
    header = rows[0]
    for index, row in enumerate(rows[1:], 1):
        cells = dict(zip(header, row, strict=False))  # a row may be shifted
        if all(
            (bool(cells[name]) == value) if isinstance(value, bool) else cells[name] == value
            for name, value in wanted.items()
        ):
            return index
    msg = f"no row with {wanted}"
    raise LookupError(msg)


def set_cell(project: Path, table: str, column: str, value, **wanted) -> Place:
    """Overwrite a cell (or apply a function to it) in the first fitting row."""
    rows = read(project, table)
    index = find(rows, **{column: True} | wanted)
    place = rows[0].index(column)
    rows[index][place] = value(rows[index][place]) if callable(value) else value
    write(project, table, rows)
    return f"{table}.csv", index + 1, column


def cell_damage(name: str, table: str, column: str, value, **wanted) -> None:
    """Register the overwriting of one cell."""
    damage(name)(lambda project: set_cell(project, table, column, value, **wanted))


FLAT = {"basis": "reported"}
# What spreadsheets and keyboards do to a cell.
cell_damage("comma as decimal point", "regimen_components", "dose", "1,3")
cell_damage("thousands separator", "outcomes", "total", "1,043")
cell_damage("percent sign", "outcomes", "percent_reported_pct", lambda text: text + "%")
cell_damage("blank at the end", "outcomes", "locator", lambda text: text + " ")
cell_damage("blank at the start", "cohorts", "label", lambda text: " " + text)
cell_damage("two blanks", "studies", "name", "Two  blanks")
cell_damage("non-breaking space", "studies", "name", "Non\u00a0breaking")
cell_damage("tab in a cell", "reports", "status_reason", "tab\there")
cell_damage("bold mark-up", "discrepancies", "title", "<b>bold</b>")
cell_damage("script in a cell", "cohorts", "label", "<script>alert(1)</script>")
cell_damage("image with a handler", "cohorts", "label", '<img src=x onerror="alert(1)">')
cell_damage("entity instead of a character", "studies", "name", "A &amp; B")
cell_damage("line break in a cell", "discrepancies", "explanation", "first line\nsecond line")
cell_damage("zero-width character", "outcomes", "locator", "Table\u200b 2")
cell_damage("formula", "outcomes", "events", "=SUM(A1:A3)")
cell_damage("broken reference of a spreadsheet", "outcomes", "events", "#REF!")
cell_damage("N/A of a spreadsheet", "outcomes", "percent_reported_pct", "#N/A")
cell_damage("NA for missing", "cohorts", "age_centre_years", "NA")
cell_damage("n/a for missing", "outcomes", "timepoint", "n/a")
cell_damage("dash for missing", "outcomes", "events", "-")
cell_damage("question mark for missing", "cohorts", "n_enrolled", "?")
cell_damage("wrong encoding pasted", "reports", "status_reason", "RamosÃ±")
cell_damage("wrong encoding of a sign", "reports", "status_reason", "grade â‰¥3")
cell_damage("date in American order", "patient_timeline", "start", "7/6/2022")
cell_damage("date with points", "patient_timeline", "start", "06.07.2022")
cell_damage("date as serial number", "patient_timeline", "start", "44748")
cell_damage("days turned into a date", "regimen_components", "days", "3-Jan")
cell_damage("days turned into a month", "regimen_components", "days", "Jan-03")
cell_damage("day that does not exist", "patient_timeline", "start", "2022-02-30")
cell_damage("month that does not exist", "patient_timeline", "start", "2022-13")
cell_damage("year slip into another century", "patient_timeline", "start", "0202-07-06")
cell_damage("count with a decimal", "outcomes", "events", "10.5")
cell_damage("count in scientific notation", "outcomes", "total", "4.3E+01")
cell_damage("sign in a number", "outcomes", "events", ">10")
cell_damage("negative count", "outcomes", "events", "-3")
cell_damage("count in words", "outcomes", "events", "ten")
cell_damage("count with twenty digits", "outcomes", "total", "9" * 20)
cell_damage("number that is none of them", "survival", "estimate", "INF")
cell_damage("digits parted as programmers do", "outcomes", "total", "1_0")
cell_damage("count with leading zeros", "outcomes", "total", "0012")
cell_damage("digits of another script", "outcomes", "events", "\u0663")
cell_damage("soft hyphen in a cell", "outcomes", "locator", "Ta\u00adble 2")
cell_damage("word joiner in a cell", "outcomes", "locator", "Table\u20602")
cell_damage("next-line mark in a cell", "outcomes", "locator", "Table\u00852")
cell_damage("accent as a character of its own", "studies", "name", "Go\u0308ttingen")
cell_damage("step of certainty out of bounds", "certainty", "risk_of_bias", "100")
cell_damage("date without zeros", "searches", "date", "2026-1-5")
# Codes and ids.
cell_damage("typo in a code", "outcomes", "outcome", "refractry")
cell_damage("code in capitals", "outcomes", "outcome", "CR")
cell_damage("words instead of a code", "outcomes", "denominator", "all patients")
cell_damage("unknown unit", "regimen_components", "dose_unit", "mg/sqm")
cell_damage("grade 6", "adverse_events", "grade_max", "6")
cell_damage("required cell emptied", "outcomes", "locator", "")
cell_damage("row id with blanks", "outcomes", "row_id", "ramos 2025 cr")
cell_damage("row id of another report", "outcomes", "row_id", "nobody-1999.outcome.cr")
cell_damage("unknown cohort", "outcomes", "cohort_id", "ramos-2025.nobody")
cell_damage("unknown report", "discrepancies", "report_id", "ramos-2052")
cell_damage("unknown drug", "regimen_components", "drug_id", "bortezomip")
cell_damage("unknown regimen", "regimen_components", "regimen_id", "hyper-cvad-x")
cell_damage("unknown family", "regimens", "family_id", "bortezomb")
cell_damage("unknown study", "cohorts", "study_id", "ramos-study")
cell_damage("unknown source report", "outcomes", "source_report_id", "hochberg-2024")
cell_damage("unknown row in a discrepancy", "discrepancies", "affects", "ramos-2025.outcome.nothing")
cell_damage("ids separated by commas", "discrepancies", "affects", lambda text: text + ", " + text)
cell_damage("text far too long", "cohorts", "label", "x" * 200)
# Figures that cannot be.
cell_damage("more events than patients", "outcomes", "events", "9999", total=True)
cell_damage(
    "denominator larger than the cohort", "outcomes", "total", "5000", **FLAT, percent_reported_pct=False
)
cell_damage("lost decimal point in a percentage", "outcomes", "percent_reported_pct", "635")
cell_damage("estimate above 100%", "survival", "estimate", "850", unit="pct", ci_high=False)
cell_damage("grades the wrong way round", "adverse_events", "grade_min", "5", grade_max="4")
cell_damage("landmark without its time", "survival", "time_months", "", statistic="landmark")
cell_damage("derived figure without arithmetic", "outcomes", "derivation", "", basis="derived")
cell_damage("days in descending order", "regimen_components", "days", "8,1")
cell_damage("dose without unit", "regimen_components", "dose_unit", "", dose=True)
cell_damage(
    "value that is not in the fragment", "survival", "estimate", "12.34", **FLAT, unit="pct", ci_low=False
)
cell_damage("typed figure in a conclusion", "claims", "text", "In 10 of 23 patients it worked.")
cell_damage("unknown row in a conclusion", "claims", "text", "It worked in {ramos-2025.outcome.nothing}.")


@damage("wrong percentage")
def _(project):
    rows = read(project, "outcomes")
    flagged = " ".join(row[-1] for row in read(project, "discrepancies"))
    place = {name: i for i, name in enumerate(rows[0])}
    for line, row in enumerate(rows[1:], 2):
        if (
            row[place["percent_reported_pct"]]
            and row[place["events"]]
            and row[place["row_id"]] not in flagged
        ):
            row[place["percent_reported_pct"]] = "12.3"
            write(project, "outcomes", rows)
            return "outcomes.csv", line, "percent_reported_pct"
    raise LookupError


@damage("events and total swapped")
def _(project):
    rows = read(project, "outcomes")
    events, total = rows[0].index("events"), rows[0].index("total")
    index = next(
        i
        for i, row in enumerate(rows[1:], 1)
        if row[events] and row[total] and int(row[events]) < int(row[total])
    )
    rows[index][events], rows[index][total] = rows[index][total], rows[index][events]
    write(project, "outcomes", rows)
    return "outcomes.csv", index + 1, "events"


@damage("confidence limits swapped")
def _(project):
    rows = read(project, "survival")
    low, high = rows[0].index("ci_low"), rows[0].index("ci_high")
    index = find(rows, ci_low=True)
    rows[index][low], rows[index][high] = rows[index][high], rows[index][low]
    write(project, "survival", rows)
    return "survival.csv", index + 1, "ci_low"


@damage("half an interval")
def _(project):
    file, row, _ = set_cell(project, "survival", "ci_low", "")
    return file, row, "ci_level"


@damage("an upper limit and the word that there is none")
def _(project):
    return set_cell(project, "survival", "ci_high_open", "not_reached", ci_high=True, ci_high_open=False)


@damage("an interval of a share of patients without upper limit")
def _(project):
    file, row, _ = set_cell(project, "survival", "ci_high", "", statistic="landmark")
    rows = read(project, "survival")
    rows[row - 1][rows[0].index("ci_high_open")] = "not_reached"
    write(project, "survival", rows)
    return file, row, "ci_high_open"


@damage("restated figure turned into a count without the arithmetic")
def _(project):
    return set_cell(project, "outcomes", "derivation", "", basis="restated_derived")


@damage("ages the wrong way round")
def _(project):
    return set_cell(project, "cohorts", "age_min_years", "99", age_centre_years=True)


@damage("total without events' denominator")
def _(project):
    file, row, _ = set_cell(project, "outcomes", "total", "", events=True)
    return file, row, "total"


@damage("end before start")
def _(project):
    file, row, _ = set_cell(project, "patient_timeline", "end", "1999-01-01", start=True)
    return file, row, "start"


@damage("event out of order in a course")
def _(project):
    rows = read(project, "patient_timeline")
    start, end, position = (rows[0].index(name) for name in ("start", "end", "position"))
    cohort = rows[0].index("cohort_id")
    dated = [i for i, row in enumerate(rows) if i and row[start] and row[cohort] == rows[1][cohort]]
    index = max(dated, key=lambda i: int(rows[i][position]))
    rows[index][start], rows[index][end] = "1999-01-01", ""
    write(project, "patient_timeline", rows)
    return "patient_timeline.csv", index + 1, "start"


@damage("one position twice in a course")
def _(project):
    rows = read(project, "patient_timeline")
    place = rows[0].index("position")
    rows[2][place] = rows[1][place]
    write(project, "patient_timeline", rows)
    return "patient_timeline.csv", 3, "position"


@damage("category that no longer adds up")
def _(project):
    rows = read(project, "outcomes")
    flagged = " ".join(row[-1] for row in read(project, "discrepancies"))
    place = {name: i for i, name in enumerate(rows[0])}
    groups: dict[tuple, list[int]] = {}
    for index, row in enumerate(rows[1:], 1):
        if row[place["partition"]] and row[place["events"]]:
            groups.setdefault((row[place["cohort_id"]], row[place["partition"]]), []).append(index)
    group = next(
        g for g in groups.values() if len(g) > 1 and not any(rows[i][place["row_id"]] in flagged for i in g)
    )
    changed = rows[group[0]]
    changed[place["events"]] = str(int(changed[place["events"]]) - 1)
    changed[place["percent_reported_pct"]] = ""
    write(project, "outcomes", rows)
    return "outcomes.csv", group[0] + 1, "events"


@damage("restated figure without its source")
def _(project):
    rows = read(project, "outcomes")
    index = find(rows, basis="restated")
    for name in ("source_report_id", "source_citation"):
        rows[index][rows[0].index(name)] = ""
    write(project, "outcomes", rows)
    return "outcomes.csv", index + 1, "source_citation"


@damage("own figure with another source")
def _(project):
    rows = read(project, "outcomes")
    index = find(rows, basis="reported", source_citation=False)
    rows[index][rows[0].index("source_citation")] = "reference 3"
    write(project, "outcomes", rows)
    return "outcomes.csv", index + 1, "basis"


@damage("verified against the text without a fragment")
def _(project):
    return set_cell(project, "outcomes", "as_reported", "", verification="source_text")


@damage("row of a cohort of another report")
def _(project):
    rows = read(project, "cohorts")
    other = next(row[rows[0].index("cohort_id")] for row in rows[1:] if row[1] != "ramos-2025")
    return set_cell(project, "outcomes", "cohort_id", other, report_id="ramos-2025")


@damage("row id copied")
def _(project):
    rows = read(project, "outcomes")
    rows[2][0] = rows[1][0]
    write(project, "outcomes", rows)
    return "outcomes.csv", 3, "row_id"


@damage("row pasted twice")
def _(project):
    rows = read(project, "outcomes")
    rows.insert(2, list(rows[1]))
    write(project, "outcomes", rows)
    return "outcomes.csv", 3, "row_id"


@damage("row id taken by another table")
def _(project):
    taken = next(row[0] for row in read(project, "characteristics")[1:] if row[1] == "ramos-2025")
    rows = read(project, "survival")
    index = find(rows, report_id="ramos-2025")
    rows[index][0] = taken
    write(project, "survival", rows)
    return "survival.csv", index + 1, "row_id"


@damage("same fact under a new id")
def _(project):
    rows = read(project, "adverse_events")
    flagged = " ".join(row[-1] for row in read(project, "discrepancies"))
    copy = list(rows[1])
    copy[0] += "-b"
    assert copy[0] not in flagged
    rows.insert(2, copy)
    write(project, "adverse_events", rows)
    return "adverse_events.csv", 3, "term"


@damage("parent row deleted")
def _(project):
    used = {row[2] for row in read(project, "outcomes")[1:]}
    rows = read(project, "cohorts")
    gone = next(row for row in rows[1:] if row[2] in used)
    write(project, "cohorts", [row for row in rows if row is not gone])
    line = next(i for i, row in enumerate(read(project, "outcomes"), 1) if row[2] == gone[2])
    return "outcomes.csv", line, "cohort_id"


@damage("row deleted")
def _(project):
    rows = read(project, "adverse_events")
    tables = ("discrepancies", "claims", "certainty")
    used = " ".join(cell for table in tables for row in read(project, table) for cell in row)
    used += " ".join(path.read_text(encoding="utf-8") for path in (project / "chapters").glob("*.md"))
    gone = next(row for row in rows[1:] if row[0] not in used)
    write(project, "adverse_events", [row for row in rows if row is not gone])
    report = gone[rows[0].index("report_id")]  # how far its readings agree counts the row that is gone
    write(
        project,
        "extraction_agreement",
        [row for row in read(project, "extraction_agreement") if row[0] != report],
    )
    return "adverse_events.csv", 0, ""


@damage("rows out of order")
def _(project):
    rows = read(project, "glossary")
    rows[1], rows[2] = rows[2], rows[1]
    write(project, "glossary", rows)
    return "glossary.csv", 3, "term"


def replace_line(project: Path, table: str, number: int, change) -> None:
    """Change one line of a file as text."""
    path = project / "data" / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[number - 1] = change(lines[number - 1])
    path.write_text("\n".join(lines), encoding="utf-8")


@damage("surplus comma: row shifted")
def _(project):
    replace_line(project, "outcomes", 4, lambda line: line.replace(",", ",,", 1))
    return "outcomes.csv", 4, ""


@damage("comma lost: row too short")
def _(project):
    lines = (project / "data" / "studies.csv").read_text(encoding="utf-8").split("\n")
    number = next(place for place, line in enumerate(lines[1:], 2) if '"' not in line)
    replace_line(project, "studies", number, lambda line: line.replace(",", "", 1))
    return "studies.csv", number, ""


@damage("cells shifted by one, width kept")
def _(project):
    rows = read(project, "outcomes")
    index = find(rows, basis="reported")
    rows[index] = [rows[index][0], "", *rows[index][1:-1]]
    write(project, "outcomes", rows)
    return "outcomes.csv", index + 1, "report_id"


@damage("empty row")
def _(project):
    path = project / "data" / "studies.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines.insert(2, "," * lines[0].count(","))
    path.write_text("\n".join(lines), encoding="utf-8")
    return "studies.csv", 3, ""


@damage("column renamed")
def _(project):
    replace_line(project, "outcomes", 1, lambda line: line.replace("events", "Events"))
    return "outcomes.csv", 1, "events"


@damage("column deleted")
def _(project):
    rows = read(project, "outcomes")
    place = rows[0].index("timepoint")
    write(project, "outcomes", [row[:place] + row[place + 1 :] for row in rows])
    return "outcomes.csv", 1, "timepoint"


@damage("column added")
def _(project):
    write(
        project,
        "outcomes",
        [[*row, "comment" if i == 0 else ""] for i, row in enumerate(read(project, "outcomes"))],
    )
    return "outcomes.csv", 1, "comment"


@damage("column twice")
def _(project):
    rows = read(project, "outcomes")
    rows[0][rows[0].index("total")] = "events"
    write(project, "outcomes", rows)
    return "outcomes.csv", 1, "events"


@damage("columns in another order")
def _(project):
    write(project, "studies", [[row[1], row[0], *row[2:]] for row in read(project, "studies")])
    return "studies.csv", 1, "name"


def change_bytes(project: Path, table: str, change) -> str:
    """Change a file as bytes; returns its name."""
    path = project / "data" / f"{table}.csv"
    path.write_bytes(change(path.read_bytes()))
    return path.name


@damage("byte-order mark")
def _(project):
    return change_bytes(project, "outcomes", lambda data: b"\xef\xbb\xbf" + data), 0, ""


@damage("Windows line ends")
def _(project):
    return change_bytes(project, "outcomes", lambda data: data.replace(b"\n", b"\r\n")), 1, ""


@damage("Latin-1 encoding")
def _(project):
    set_cell(project, "reports", "status_reason", "Göttingen")
    rows = read(project, "reports")
    line = next(i for i, row in enumerate(rows, 1) if "Göttingen" in row)
    return (
        change_bytes(
            project,
            "reports",
            lambda data: data.decode().replace("Göttingen", "G@@ttingen").encode().replace(b"@@", b"\xf6"),
        ),
        line,
        "",
    )


@damage("UTF-16 encoding")
def _(project):
    return change_bytes(project, "studies", lambda data: data.decode().encode("utf-16")), 1, ""


@damage("semicolons between cells")
def _(project):
    write(project, "appraisal_tools", [[";".join(row)] for row in read(project, "appraisal_tools")])
    return "appraisal_tools.csv", 1, ""


@damage("stray quote")
def _(project):
    replace_line(project, "studies", 3, lambda line: line.replace(",", ',"', 1))
    return "studies.csv", 3, ""


@damage("file cut off")
def _(project):
    return change_bytes(project, "outcomes", lambda data: data[:-40]), 0, ""


@damage("file emptied")
def _(project):
    return change_bytes(project, "claims", lambda data: b""), 0, ""


@damage("file deleted")
def _(project):
    (project / "data" / "drugs.csv").unlink()
    return "drugs.csv", 0, ""


@damage("backup file left behind")
def _(project):
    (project / "data" / "outcomes (copy).csv").write_text("a,b\n")
    return "outcomes (copy).csv", 0, ""


@damage("schema broken")
def _(project):
    path = project / "data" / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace("{", "", 1), encoding="utf-8")
    return "datapackage.json", 2, ""


@damage("bibliography broken")
def _(project):
    path = project / "data" / "references.bib"
    text = path.read_text(encoding="utf-8")
    line = text[: text.index("@article{ramos-2025,")].count("\n") + 1
    path.write_text(text.replace("@article{ramos-2025,", "@article ramos-2025,"), encoding="utf-8")
    return "references.bib", line, ""


@damage("report without bibliography")
def _(project):
    path = project / "data" / "references.bib"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{ramos-2025,", "{ramos-2024,"), encoding="utf-8"
    )
    line = next(i for i, row in enumerate(read(project, "reports"), 1) if row[0] == "ramos-2025")
    return "reports.csv", line, "report_id"


@damage("bibliography without report")
def _(project):
    path = project / "data" / "references.bib"
    path.write_text(
        path.read_text(encoding="utf-8") + "\n@misc{nobody-1999, year = {1999}}\n", encoding="utf-8"
    )
    return "references.bib", 0, ""


@damage("overlap named on one side only")
def _(project):
    rows = read(project, "studies")
    rows[1][rows[0].index("overlaps_with")] = rows[2][0]
    write(project, "studies", rows)
    return "studies.csv", 2, "overlaps_with"


@damage("appraisal item unanswered")
def _(project):
    rows = read(project, "appraisals")
    second = find(rows, item_id="jbi-case-series.2")  # its first, jbi-case-series.10 between, comes before
    del rows[second]
    write(project, "appraisals", rows)
    return "appraisals.csv", second - 1, "item_id"


@damage("included report not appraised")
def _(project):
    rows = read(project, "appraisals")
    write(project, "appraisals", [row for row in rows if row[1] != "linder-2016"])
    line = next(i for i, row in enumerate(read(project, "reports"), 1) if row[0] == "linder-2016")
    return "reports.csv", line, "status"


@damage("report kept that was never screened")
def _(project):
    write(project, "screening", [row for row in read(project, "screening") if row[2] != "linder-2016"])
    return "reports.csv", find(read(project, "reports"), report_id="linder-2016") + 1, "report_id"


@damage("report screened twice")
def _(project):
    rows = read(project, "screening")
    place = find(rows, report_id="linder-2016")
    write(
        project,
        "screening",
        [*rows[: place + 1], [rows[place][0] + "-b", *rows[place][1:]], *rows[place + 1 :]],
    )
    return "screening.csv", place + 2, "report_id"


cell_damage("report kept that was screened out", "screening", "decision", "excluded", report_id="linder-2016")
cell_damage("record kept without a report", "screening", "report_id", "", report_id="linder-2016")


cell_damage("studied regimen without a family", "regimens", "family_id", "", role="studied")


@damage("included report on no chapter")
def _(project):
    rows = read(project, "regimens")
    report, family, role = (rows[0].index(name) for name in ("report_id", "family_id", "role"))
    for row in rows:
        if row[report] == "linder-2016":
            row[family], row[role] = "", "prior"
    write(project, "regimens", rows)
    return "reports.csv", find(read(project, "reports"), report_id="linder-2016") + 1, "status"


@damage("reporting item met nowhere")
def _(project):
    return set_cell(project, "reporting_items", "where", "", status="met")


@damage("reporting item not met, without a reason")
def _(project):
    return set_cell(project, "reporting_items", "note", "", status="not_met")


@damage("both arms of a trial of one kind")
def _(project):
    rows = read(project, "cohorts")
    rows[find(rows, cohort_id="kantarjian-2017.blinatumomab")][rows[0].index("arm")] = "control"
    write(project, "cohorts", rows)
    return "cohorts.csv", find(rows, cohort_id="kantarjian-2017.chemotherapy") + 1, "arm"


@damage("reading of a conclusion that is not there")
def _(project):
    header = read(project, "readings")[0]
    write(project, "readings", [header, ["no-such.claim.x", "2026-01-01", "0" * 12, "0" * 12, ""]])
    return "readings.csv", 2, "claim_id"


@damage("certainty that its steps do not give")
def _(project):
    return set_cell(
        project, "certainty", "certainty", lambda word: "moderate" if word != "moderate" else "low"
    )


cell_damage("unknown code of a pooled result", "pooled_results", "codes", "crx; cr", result_id="remission")
cell_damage("one code under two results", "pooled_results", "codes", "cr", result_id="transplant")
cell_damage("published value not in its fragment", "published_syntheses", "estimate", "55")
cell_damage("published value of no result", "published_syntheses", "code", "remissions", measure="proportion")
cell_damage("published value of no age group", "published_syntheses", "age_group", "adults")


@damage("grades counted one by one without their sum")
def _(project):
    rows = read(project, "adverse_events")
    place = find(rows, row_id="gokbuget-2018.ae.treated.neurotoxicity-g3")
    write(project, "adverse_events", rows[:place] + rows[place + 1 :])
    rows = read(project, "adverse_events")
    return (
        "adverse_events.csv",
        find(rows, row_id="gokbuget-2018.ae.treated.neurotoxicity-g3-only") + 1,
        "grade_max",
    )


def _add_former(project: Path, former: str, report_id: str) -> int:
    """One more former id; returns its line."""
    rows = [*read(project, "former_ids"), [former, report_id, "2026-01-02", "Its author was found"]]
    write(project, "former_ids", [rows[0], *sorted(rows[1:])])
    return sorted(rows[1:]).index([former, report_id, "2026-01-02", "Its author was found"]) + 2


@damage("former id of a report that is there")
def former_id_that_is_there(project: Path) -> Place:
    return "former_ids.csv", _add_former(project, "linder-2016", "hochberg-2026"), "former_id"


@damage("former id of a report that is gone")
def former_id_of_nothing(project: Path) -> Place:
    return "former_ids.csv", _add_former(project, "alpha-trial", "beta-trial"), "report_id"


@damage("note that goes by a former id")
def note_by_a_former_id(project: Path) -> Place:
    _add_former(project, "alpha-trial", "linder-2016")
    return set_cell(project, "reports", "note", "Same patients as alpha-trial.")
