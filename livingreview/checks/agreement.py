"""Rules about what stands in two places, or in two cells of a row, and must agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import numbers_in, without_numbering, words_of
from livingreview.evidence import UNSAID, split_ids
from livingreview.evidence.lexical import is_plain, latest_day

# Table -> what its positions count within.
_POSITIONS = {
    "regimen_classes": None,
    "claims": "class_id",
    "families": "class_id",
    "certainty": "class_id",
    "appraisal_tools": "tool",
    "reporting_items": "guideline",
    "reasons": "stage",
    "patient_timeline": "cohort_id",
    "settings": None,
    "findings": "setting_id",
    "questions": None,
    "pooled_results": None,
}
_PAIRED = (
    ("adverse_events", "grade_min", "grade_max"),
    ("survival", "range_low", "range_high"),
    ("figures", "value_low", "value_high"),
)
# What a statistic of survival is measured in, whether it has a time, and whether it compares.
_STATISTICS = {
    "median": ({"months", "days"}, False, False),
    "mean": ({"months", "days"}, False, False),
    "landmark": ({"pct"}, True, False),
    "proportion": ({"pct"}, False, False),
    "not_labelled": ({"months", "days"}, False, False),
    "hazard_ratio": ({"ratio"}, False, True),
}
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "two": 2, "three": 3, "four": 4, "six": 6, "eight": 8}
_OFTEN = re.compile(
    rf"every (?P<hours>\d+) h|(?P<times>{'|'.join(_TIMES)}|\d+)(?: times)? (?:daily|a day|per day)"
)
_LAST_DAY = 100  # of a course; farther off stands a serial number, or a slip


def check_positions(checked: Checked) -> Iterator[Problem]:
    """Positions count from 1 without a gap: a slip makes one of them stand twice or far off."""
    for table, within in _POSITIONS.items():
        if table not in checked.package.tables or not len(checked.frames[table]):
            continue
        frame = checked.frames[table].dropna(subset=["position"])
        for _, part in frame.groupby(within) if within else [("", frame)]:
            seen: set[int] = set()
            for line, found in part["position"].items():
                if found in seen or not 1 <= found <= len(part):
                    expected = f"each number from 1 to {len(part)} once"
                    yield checked.problem(table, line, "position", "position", found, expected, "renumber")
                seen.add(found)


def check_both_arms(checked: Checked) -> Iterator[Problem]:
    """Where a report names arms of a study, both are there: an arm against its own kind is no comparison."""
    frame = checked.frames["cohorts"]
    arms = frame.loc[frame["arm"].notna(), ["report_id", "study_id", "arm"]]
    for (report, _), part in arms.groupby(["report_id", "study_id"]):
        if len(part) > 1 and len(set(part["arm"])) == 1:
            found = f"{len(part)} cohorts of {report}, all {part['arm'].iloc[0]}"
            expected = "an experimental arm and its control"
            line = part.index[-1]
            yield checked.problem("cohorts", line, "arm", "one-kind-of-arm", found, expected, "correct one")


def check_pairs_of_cells(checked: Checked) -> Iterator[Problem]:
    """Two limits come together; a count that is printed is not left out."""
    for table, low, high in _PAIRED:
        for line, row in checked.lines(table):
            if pd.isna(row[low]) != pd.isna(row[high]):
                column = low if pd.isna(row[low]) else high
                expected = f"both {low} and {high}, or neither"
                yield checked.problem(table, line, column, "half-a-pair", "nothing", expected, "fill it")
    for table, line, row in checked.rows("as_reported", "total"):
        if "events" in row and pd.isna(row["events"]) and _prints_count(row):
            found, mend = f"{quote(row['as_reported'])} and no count", "fill the events"
            yield checked.problem(table, line, "events", "count-left-out", found, "the events printed", mend)
    for table, line, row in checked.rows("as_reported", "events", "total"):
        if "percent_reported_pct" in row and pd.isna(row["percent_reported_pct"]) and _prints_percent(row):
            found, mend = f"{quote(row['as_reported'])} and no percentage", "fill it as printed"
            place = (table, line, "percent_reported_pct", "percent-left-out")
            yield checked.problem(*place, found, "the percentage printed", mend)


def _prints_count(row: dict) -> bool:
    """Whether the fragment holds a count that fits what else the row says."""
    total, percent = float(row["total"]), row.get("percent_reported_pct")
    if pd.isna(percent) or not is_plain("number", percent):
        return True
    words = without_numbering(words_of(row, "as_reported", "derivation"))
    counts = numbers_in(re.sub(r"[\d.]+ ?%", "", words)) - {total}
    return any(
        number % 1 == 0 and abs(100 * number / total - float(percent)) <= 0.5 for number in counts if total
    )


def _prints_percent(row: dict) -> bool:
    number = r"(\d+(?:\.\d+)?)"
    printed = re.findall(rf"{number} ?%", row["as_reported"]) or re.findall(
        rf"(?<![\d.]){row['events']} \({number}\)",
        row["as_reported"],  # 4 (7), under a heading n (%)
    )
    share = 100 * row["events"] / row["total"] if row["total"] else -1
    decimals = len(printed[0].partition(".")[2]) if printed else 0
    return len(printed) == 1 and abs(share - float(printed[0])) <= 0.5 * 10**-decimals + 1e-9


def check_sizes_given(checked: Checked) -> Iterator[Problem]:
    """A cohort whose fragment says how many it had has a size."""
    pattern = re.compile(
        r"\bn\s*=\s*\d|\b(?:\d+|[a-z-]*(?:teen|ty|one|two|three|four|five|six|seven|eight|nine|ten))"
        r"\s(?:patients|pts|children|adults|subjects)\b",
        re.IGNORECASE,
    )
    for line, row in checked.lines("cohorts"):
        if (
            pd.isna(row["n_enrolled"])
            and pd.isna(row["n_evaluable"])
            and pattern.search(row["as_reported"] or "")
        ):
            found, mend = quote(row["as_reported"]), "fill n_enrolled or n_evaluable"
            yield checked.problem("cohorts", line, "n_enrolled", "size-left-out", found, "its size", mend)


def check_something_said(checked: Checked) -> Iterator[Problem]:
    """A row counts something or says why not; a statistic of age has its value."""
    for table in ("outcomes", "characteristics", "adverse_events"):
        for line, row in checked.lines(table):
            if pd.isna(row["events"]) and pd.isna(row["percent_reported_pct"]) and pd.isna(row["note"]):
                expected, place = "events or a percentage", (table, line, "events", "nothing-counted")
                yield checked.problem(*place, "neither", expected, "fill one, or say in the note why not")
    for line, row in checked.rows_of("cohorts", "age_statistic"):
        if row["age_statistic"] != UNSAID and pd.isna(row["age_centre_years"]):
            expected, place = (
                f"the {row['age_statistic']} age",
                ("cohorts", line, "age_centre_years", "age-missing"),
            )
            yield checked.problem(*place, "nothing", expected, "fill it, or say not_reported")


def check_survival_units(checked: Checked) -> Iterator[Problem]:
    """A median is a time, a landmark a share of patients at a time, a hazard ratio compares."""
    for line, row in checked.lines("survival"):
        known = _STATISTICS.get(row["statistic"])
        if known is None or row["unit"] is None:
            continue
        units, timed, compares = known
        told = (row["statistic"], row["unit"])
        if row["unit"] not in units:
            found, expected = " in ".join(told), f"{' or '.join(sorted(units))} for a {told[0]}"
            yield checked.problem("survival", line, "unit", "statistic-unit", found, expected, "correct one")
        if not timed and not pd.isna(row["time_months"]):
            found, expected = f"a {told[0]} at {row['time_months']} months", "a time of landmarks only"
            yield checked.problem(
                "survival", line, "time_months", "statistic-time", found, expected, "empty it"
            )
        if compares and pd.isna(row["group"]):
            expected = "what is compared with what"
            yield checked.problem(
                "survival", line, "group", "comparison-missing", "nothing", expected, "fill it"
            )


def check_units_printed(checked: Checked) -> Iterator[Problem]:
    """Where a fragment names days or months, a time is in what it names."""
    for table in ("survival", "figures"):
        for line, row in checked.rows_of(table, "unit", "as_reported"):
            other = {"days": "month", "months": "day"}.get(row["unit"])
            named = set(re.findall(r"\b(day|month)s?\b", row["as_reported"].lower()))
            if other and named == {other} and "derived" not in (row["basis"] or ""):
                found, expected = row["unit"], f"{other}s, as in {quote(row['as_reported'])}"
                mend = "correct it; a converted figure is 'derived'"
                yield checked.problem(table, line, "unit", "unit-printed", found, expected, mend)


def check_doses_a_day(checked: Checked) -> Iterator[Problem]:
    """A frequency and the doses a day are one statement."""
    for line, row in checked.lines("regimen_components"):
        often, doses = row["frequency"] or "", row.get("doses_per_day")
        said = _OFTEN.search(often)
        if said is None or pd.isna(doses):
            continue
        if said["hours"]:
            wanted = 24 / max(int(said["hours"]), 1)
        else:
            wanted = _TIMES.get(said["times"]) or int(said["times"])
        if doses != wanted:
            found, expected = f"{doses} and {said[0]!r}", f"{wanted:g} doses a day"
            place = ("regimen_components", line, "doses_per_day", "doses-a-day")
            yield checked.problem(*place, found, expected, "correct one of the two")


def check_day_numbers(checked: Checked) -> Iterator[Problem]:
    """Days are written plainly, and none is farther off than a course lasts."""
    for line, row in checked.lines("regimen_components"):
        place = ("regimen_components", line, "days", "days-form")
        for sign, number in re.findall(r"(^-)?(\d+)", row["days"] or ""):
            far = int(number) > _LAST_DAY or (len(number) > 1 and number[0] == "0")
            said = words_of(row, "as_reported", "note") if sign else ""
            if far or (sign and not re.search(rf"(?<!\d)[-\u2212\u2013]{number}\b", said)):
                mend = (
                    "look for a date or serial number of a spreadsheet"
                    if far
                    else "say in the note that it is a day before treatment"
                )
                yield checked.problem(*place, quote(row["days"]), "days of a course, like 1-5,8", mend)
                break


def check_dates(checked: Checked) -> Iterator[Problem]:
    """Nothing was enrolled, cut off or published in the future; data are cut off before they appear."""
    latest = latest_day().isoformat()
    for table, columns in (
        ("reports", ("first_available", "data_cutoff")),
        ("studies", ("enrolment_start",)),
        ("searches", ("date",)),
        ("readings", ("read_on",)),
        ("rule_changes", ("made_on",)),
        ("patient_timeline", ("start", "end")),
    ):
        for line, row in checked.lines(table):
            for column in columns:
                value = row.get(column)
                if isinstance(value, str) and value > latest[: len(value)]:
                    yield checked.problem(
                        table, line, column, "in-future", value, f"a day up to {latest}", "correct it"
                    )
    for line, row in checked.lines("reports"):
        cut, seen = row["data_cutoff"], row["first_available"]
        if cut and seen and cut[: len(seen)] > seen[: len(cut)]:
            expected, mend = f"no later than first_available, {seen}", "look for swapped dates"
            yield checked.problem("reports", line, "data_cutoff", "cut-off-late", cut, expected, mend)


def check_parents(checked: Checked) -> Iterator[Problem]:
    """A cohort is part of another one of its report and study, at the end of which stands a whole."""
    rows = {row["cohort_id"]: row for _, row in checked.lines("cohorts")}
    for line, row in checked.lines("cohorts"):
        parent = rows.get(row["parent_cohort_id"])
        seen, above = {row["cohort_id"]}, row["parent_cohort_id"]
        while above in rows and above not in seen:
            seen.add(above)
            above = rows[above]["parent_cohort_id"]
        found = ""
        if above in seen:
            found, expected = f"{above} above itself", "a parent that is no part of it"
        elif parent and parent["report_id"] != row["report_id"]:
            found, expected = f"a cohort of {parent['report_id']}", f"a cohort of {row['report_id']}"
        elif parent and parent["study_id"] != row["study_id"]:
            found, expected = f"a cohort of {parent['study_id']}", f"a cohort of {row['study_id']}"
        if found:
            mend = "correct the id, or empty it"
            yield checked.problem("cohorts", line, "parent_cohort_id", "parent", found, expected, mend)


def check_studies_of_cohorts(checked: Checked) -> Iterator[Problem]:
    """A cohort is of its report's study; of another only where the figures are another's, restated."""
    reports = {row["report_id"]: row["study_id"] for _, row in checked.lines("reports")}
    owner = {row["regimen_id"]: row["report_id"] for _, row in checked.lines("regimens")}
    for line, row in checked.lines("cohorts"):
        own = reports.get(row["report_id"])
        if own and row["study_id"] != own and not (row["basis"] or "").startswith("restated"):
            found, expected = quote(row["study_id"]), f"{own}, the study of {row['report_id']}"
            mend = "correct it; figures of another study are 'restated'"
            yield checked.problem("cohorts", line, "study_id", "other-study", found, expected, mend)
        if row["regimen_id"] and owner.get(row["regimen_id"], row["report_id"]) != row["report_id"]:
            found, expected = f"a regimen of {owner[row['regimen_id']]}", f"a regimen of {row['report_id']}"
            yield checked.problem(
                "cohorts", line, "regimen_id", "other-report", found, expected, "correct the id"
            )


def check_one_name(checked: Checked) -> Iterator[Problem]:
    """One thing has one name: none differs in capitals only, and no term stands beside its abbreviation."""
    terms: dict[str, str] = {}
    for _, row in checked.rows_of("adverse_events", "term"):
        terms.setdefault(row["term"].casefold(), row["term"])
    short = {
        row["term"].casefold(): terms[name.casefold()]
        for _, row in checked.rows_of("glossary", "term", "synonyms")
        for name in split_ids(row["synonyms"])
        if name.casefold() in terms
    }
    for line, row in checked.rows_of("adverse_events", "term"):
        name = row["term"]
        same = short.get(name.casefold(), terms[name.casefold()])
        if same != name:
            mend, place = "write it as the others are", ("adverse_events", line, "term", "two-names")
            yield checked.problem(*place, quote(name), quote(same), mend)
    for table, column in (("drugs", "name"), ("drugs", "short_name"), ("settings", "title")):
        seen: set[str] = set()
        for line, row in checked.rows_of(table, column):
            if row[column].casefold() in seen:
                found, expected = f"{quote(row[column])} again", "each name once"
                place = (table, line, column, "two-names")
                yield checked.problem(*place, found, expected, "put the two together, or correct one")
            seen.add(row[column].casefold())
    owners: dict[str, str] = {}
    for _, row in checked.rows_of("drugs", "drug_id", "name", "short_name"):
        owners |= dict.fromkeys((row["name"].casefold(), row["short_name"].casefold()), row["drug_id"])
    for line, row in checked.lines("drugs"):
        for name in split_ids(row.get("synonyms")):
            if owners.setdefault(name.casefold(), row["drug_id"]) != row["drug_id"]:
                found, expected = quote(name), f"a name of {row['drug_id']}, not of {owners[name.casefold()]}"
                yield checked.problem("drugs", line, "synonyms", "two-names", found, expected, "correct it")


def check_addresses(checked: Checked) -> Iterator[Problem]:
    """Pages have their address; no study shares patients with itself."""
    for line, row in checked.lines("reports"):
        page = row.get("page_read")
        if page and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", page):
            expected, mend = "an address that begins with https://", "write the whole address"
            yield checked.problem("reports", line, "page_read", "no-address", quote(page), expected, mend)
    for line, row in checked.lines("studies"):
        if row["study_id"] in split_ids(row["overlaps_with"]):
            mend = "take it out"
            yield checked.problem(
                "studies", line, "overlaps_with", "overlap-itself", "itself", "other studies", mend
            )


def check_found_by_program(checked: Checked) -> Iterator[Problem]:
    """A text that a program looked rows up in is kept: it was extracted twice, and most rows stand in it."""
    compared = {row["report_id"] for _, row in checked.lines("extraction_agreement")}
    levels: dict[str, list[tuple[str, int, bool]]] = {}
    for table, line, row in checked.rows("verification", "report_id"):
        levels.setdefault(row["report_id"], []).append((table, line, row["verification"] == "source_text"))
    for report, rows in levels.items():
        by_program = [(table, line) for table, line, found in rows if found]
        if compared and report not in compared:
            expected = "a report whose text is kept and was extracted twice (extraction_agreement.csv)"
        elif len(by_program) <= len(rows) / 2:
            expected = "what the report's other rows say of themselves"
        else:
            continue
        for table, line in by_program:
            place = (table, line, "verification", "verification")
            yield checked.problem(*place, "source_text", expected, "lower the verification")


def check_text_seen(checked: Checked) -> Iterator[Problem]:
    """Nobody claims to have read a full text of which every row is from the abstract."""
    read: dict[Any, list[bool]] = {}
    for _, _, row in checked.rows("locator", "report_id", "basis"):
        read.setdefault(row["report_id"], []).append(row["locator"].startswith(("Abstract", "Title")))
    for line, row in checked.lines("reports"):
        places = read.get(row["report_id"], [])
        if row["text_seen"] == "full_text" and places and all(places):
            found, mend = "full_text, and every row is from the abstract", "say 'abstract'"
            yield checked.problem("reports", line, "text_seen", "text-seen", found, "what was read", mend)


AGREEMENT_RULES = (
    check_both_arms,
    check_positions,
    check_pairs_of_cells,
    check_sizes_given,
    check_something_said,
    check_survival_units,
    check_units_printed,
    check_doses_a_day,
    check_day_numbers,
    check_dates,
    check_parents,
    check_studies_of_cohorts,
    check_one_name,
    check_addresses,
    check_found_by_program,
    check_text_seen,
)
