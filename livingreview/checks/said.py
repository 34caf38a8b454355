"""What a row's words name must be what its codes say: the fragment, the definition, the label, the time.

An address is a second witness of codes only where it was made before the slip; that of a row entered from a
sheet is made of the cell itself. The words were copied from the report. A code is questioned only where they
name another of its column and neither it, nor what it is part of, nor a part of it (`within` of the column);
what the words mean all the same is said in the note, by its name.

What codes are called stands in the schema (labels, abbreviations in brackets, `synonyms`) and the glossary,
drugs in their table, adverse events in the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import (
    Names,
    cycles_in,
    numbers_in,
    people_in,
    quantities_in,
    without_asides,
    words_of,
)
from livingreview.evidence import split_ids
from livingreview.evidence.schema import Field

# Table, column of codes, the cells whose words may name another code.
_CODED = (
    ("survival", "statistic", ("as_reported",)),
    ("survival", "endpoint", ("as_reported",)),
    ("cohorts", "age_statistic", ("as_reported",)),
    ("cohorts", "disease", ("label", "as_reported")),
    ("cohorts", "setting", ("label", "as_reported")),
    ("cohorts", "age_group", ("label", "as_reported")),
)
# Where a row says that its words mean its code all the same.
_BESIDE = ("note", "derivation", "definition", "label", "timepoint", "group", "locator")
# What is put behind a term where a report calls an event so and gives no grade.
SEVERE = ", severe"
_WEB = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def names_of_codes(checked: Checked, field: Field) -> dict[str, set[str]]:
    """What each code of a column is called: by its label, abbreviation, synonyms, and in the glossary."""
    glossary = [
        {row["term"], *(() if pd.isna(row["synonyms"]) else split_ids(row["synonyms"]))}
        for _, row in checked.rows_of("glossary", "term")
        if "synonyms" in row
    ]
    found = {}
    for code in field.constraints.get("enum", ()):
        label = field.label(code)
        bare = re.sub(r" *\([^()]*\)", "", label)
        own = {label, bare, bare.partition(",")[0], *re.findall(r"\((\w+)\)", label)}
        own |= {name for name, meant in field.synonyms.items() if meant == code}
        known = {name.casefold() for name in (*own, code)}
        own |= {name for names in glossary if {term.casefold() for term in names} & known for name in names}
        found[code] = own
    return found


def _is_near(field: Field, code: str, named: set[str]) -> bool:
    """Whether some codes hold a code, are part of it, or make it up (one figure given of both)."""
    own = field.wholes(code)
    return any(
        other in own or code in field.wholes(other) or other in re.split(r"[/_]", code) for other in named
    )


def check_codes_said(checked: Checked) -> Iterator[Problem]:
    """No code stands beside words that name another of its column and not it.

    A part of a cohort may keep a code of its whole: its own words tell by what it was chosen.
    """
    cohorts = {row["cohort_id"]: row for _, row in checked.lines("cohorts")}
    for table, column, told in _CODED:
        field = checked.package.field(table, column)
        names = Names(names_of_codes(checked, field))
        for line, row in checked.rows_of(table, column, *told):
            code = row[column]
            named = names.among(without_asides(words_of(row, *told)))
            if cohorts.get(row.get("parent_cohort_id"), {}).get(column) == code:
                continue
            if named and not _is_near(field, code, named | names.among(words_of(row, *_BESIDE))):
                yield _tell(
                    checked, (table, line, column), field.label(code), field, named, words_of(row, *told)
                )


def _tell(
    checked: Checked, place: tuple[str, int, str], found: str, field: Field, named: set[str], words: str
) -> Problem:
    other = " or ".join(field.label(code) for code in sorted(named))
    expected = f"{other}, as in {quote(words)}"
    mend = f"look for a slip; if it is {found} all the same, say so in the note by that name"
    return checked.problem(*place, "code-of-words", quote(found), expected, mend)


def check_cohorts_said(checked: Checked) -> Iterator[Problem]:
    """Patients whom a fragment calls by a stratum are of a cohort of it, of a part or of a whole of it."""
    cohorts = {row["cohort_id"]: row for _, row in checked.lines("cohorts")}
    rows = [item for item in checked.rows("row_id", "cohort_id", "as_reported") if item[0] != "cohorts"]
    for column in ("disease", "setting", "age_group"):
        field = checked.package.field("cohorts", column)
        names = Names(names_of_codes(checked, field))
        for table, line, row in rows:
            own = cohorts.get(row["cohort_id"], {})
            named = names.among(people_in(row["as_reported"]))
            if not named or pd.isna(own.get(column)):
                continue
            # The cohort's own words may name more than its code: adults among children and adults.
            also = names.among(words_of(own, "label", "note", "as_reported")) - {own[column]}
            noted = names.among(words_of(row, *_BESIDE, "category"))
            if not named & also and not _is_near(field, own[column], named | noted):
                other = " or ".join(field.label(code) for code in sorted(named))
                found = f"{quote(own['label'])}, {field.label(own[column])}"
                expected = f"a cohort that is {other}, as in {quote(row['as_reported'])}"
                mend = "look whether the row is of another cohort; if not, say so in the note"
                place = (table, line, "cohort_id", "cohort-of-words")
                yield checked.problem(*place, found, expected, mend)


def check_outcomes_said(checked: Checked) -> Iterator[Problem]:
    """A definition that is an outcome's name is of that outcome; another is of none of its own kind.

    Of a kind are outcomes of one group and direction: a transplant in remission is no remission, and who is
    alive tells of deaths. A fragment is asked only where the definition names none.
    """
    field = checked.package.field("outcomes", "outcome")
    names = Names(names_of_codes(checked, field))
    for line, row in checked.rows_of("outcomes", "outcome", "definition", "as_reported"):
        code, said = row["outcome"], names.among(words_of(row, *_BESIDE))
        alike = {
            other
            for other in field.constraints.get("enum", ())
            if (field.group(other), field.direction(other)) == (field.group(code), field.direction(code))
        }
        for words in (row["definition"], row["as_reported"]):
            named = names.whole(words) or names.among(words) & alike
            if _is_near(field, code, named | (said & alike) | (said & {code})):
                break
            if named:
                place = ("outcomes", line, "outcome")
                yield _tell(checked, place, field.label(code), field, named, words)
                break


def check_cycles_said(checked: Checked) -> Iterator[Problem]:
    """The number of cycles in a row's words is one that its time of assessment stands for."""
    field = checked.package.field("outcomes", "assessed_at")
    for line, row in checked.rows_of("outcomes", "assessed_at"):
        texts = (words_of(row, "timepoint"), words_of(row, "as_reported", "definition"))
        words, cycles = next(((text, number) for text in texts if (number := cycles_in(text))), ("", None))
        code, noted = row["assessed_at"], cycles_in(words_of(row, "note"))
        if cycles is None or any(field.spans_number(code, each) for each in (cycles, noted) if each):
            continue
        fits = [field.label(other) for other in field.spans if field.spans_number(other, cycles)]
        expected = f"{' or '.join(fits) or 'another time'}, as in {quote(words)}"
        mend = "correct one of the two, or say in the note after which cycle it was"
        place = ("outcomes", line, "assessed_at", "cycles-said")
        yield checked.problem(*place, quote(field.label(code)), expected, mend)


_UNIT = re.compile(
    r"(?<=[\d\s])([a-zA-Z]{1,2})(?:\s?/\s?(?:(m)\s?(?:\^|\()?\s?2?\)?|(kg))(?![a-z])|/sq(m))?(?![a-zA-Z])"
    r"(\s?/\s?d(?:ay)?\b|\s?per day\b|\s*…)?"
)


def _units_in(words: str, known: set[str]) -> set[tuple[str, ...]]:
    """Units of dose in a fragment, of the masses that codes have: ('mg', 'm2', 'day') of '4 mg/m2/day'.

    Where the fragment leaves words out right behind a unit, these may have said that it is of a day.
    """
    plain = words.replace("\u00b5", "u").replace("\u03bc", "u").replace("mcg", "ug").replace("\u00b2", "2")
    plain = re.sub(r"(?<=[\d\s])gm(?=/)", "g", re.sub(r"\bUI\b", "IU", plain))
    return {
        tuple(filter(None, (mass, "m2" if metre or square else kilo, day)))
        for mass, metre, kilo, square, said in _UNIT.findall(plain)
        if mass in known
        for day in (("day",) if "d" in said else ("", "day") if said else ("",))
    }


def check_dose_units(checked: Checked) -> Iterator[Problem]:
    """A dose is in the unit that its fragment prints, or a derived one says from what it was converted."""
    field = checked.package.field("regimen_components", "dose_unit")
    codes = {tuple(code.split("/")) for code in field.constraints.get("enum", ())}
    masses = {code[0] for code in codes}
    for line, row in checked.rows_of("regimen_components", "dose", "dose_unit", "as_reported"):
        unit = tuple(row["dose_unit"].split("/"))
        # Of a unit that has no code by the day the one without stands for it.
        printed = {
            item if item in codes else item[:-1] if item[-1] == "day" else item
            for item in _units_in(row["as_reported"], masses)
        }
        said = {item[0] for item in _units_in(words_of(row, "note", "derivation"), masses)}
        if printed and unit not in printed and unit[0] not in said:
            expected = " or ".join(sorted(map("/".join, printed)))
            place = ("regimen_components", line, "dose_unit", "unit-printed")
            mend = "correct it; of a converted dose the note says both units"
            yield checked.problem(
                *place, field.label(row["dose_unit"]), f"{expected}, as in {quote(row['as_reported'])}", mend
            )


def _names_of_drugs(checked: Checked) -> Names:
    """What drugs are called; none where a review has no column for the names by which reports print them."""
    names = {}
    frame = checked.frames["drugs"]
    for _, row in checked.rows_of("drugs", "drug_id", "name", "short_name") if "synonyms" in frame else ():
        also, bare = row["synonyms"], re.sub(r" *\(.*", "", row["name"])
        names[row["drug_id"]] = {bare, row["short_name"], *(() if pd.isna(also) else split_ids(also))}
    return Names(names)


def check_drugs_said(checked: Checked) -> Iterator[Problem]:
    """A fragment that names a drug names that of its row; where it names none, a regimen of one drug does."""
    names = _names_of_drugs(checked)
    short = {
        row["drug_id"]: row["short_name"] for _, row in checked.rows_of("drugs", "drug_id", "short_name")
    }
    regimens = {
        row["regimen_id"]: row["name"] for _, row in checked.rows_of("regimens", "regimen_id", "name")
    }
    for line, row in checked.rows_of("regimen_components", "drug_id", "as_reported"):
        words, regimen = row["as_reported"], regimens.get(row["regimen_id"], "")
        named = names.among(words)
        if not named:
            words, named = regimen, names.whole(regimen)
        if named and row["drug_id"] not in named | names.among(words_of(row, "note")):
            expected = f"{' or '.join(sorted(short[drug] for drug in named))}, as in {quote(words)}"
            mend = "look for a slip; another name of the drug belongs into synonyms of drugs.csv or the note"
            place = ("regimen_components", line, "drug_id", "drug-of-words")
            yield checked.problem(*place, quote(row["drug_id"]), expected, mend)


def check_families_said(checked: Checked) -> Iterator[Problem]:
    """A regimen holds a drug that its family is named after; what a family is without names none."""
    names = _names_of_drugs(checked)
    families = {row["family_id"]: row["name"] for _, row in checked.rows_of("families", "family_id", "name")}
    held: dict[str, set[str]] = {}
    for _, row in checked.rows_of("regimen_components", "regimen_id", "drug_id"):
        held.setdefault(row["regimen_id"], set()).add(row["drug_id"])
    for line, row in checked.rows_of("regimens", "regimen_id", "family_id", "name"):
        family = families.get(row["family_id"], "")
        wanted = names.among(family.partition(" without ")[0])
        own = held.get(row["regimen_id"], set()) | names.among(words_of(row, "name", "as_reported", "note"))
        # A name that is an acronym tells no drug, and its components may not be entered.
        if wanted and names.among(row["name"]) and not wanted & own:
            found, expected = f"{quote(family)} of {quote(row['name'])}", "a family whose drug it holds"
            mend = "correct the family or the regimen's drugs, or name the drug in the note"
            place = ("regimens", line, "family_id", "family-of-drugs")
            yield checked.problem(*place, found, expected, mend)


def check_terms_said(checked: Checked) -> Iterator[Problem]:
    """A fragment that names an adverse event names that of its row, or one that shares a word with it.

    Terms of several reports are asked, and of the row's own: what one calls an event is no slip of another's.
    """
    users: dict[str, set[str]] = {}
    for _, row in checked.rows_of("adverse_events", "term", "report_id"):
        users.setdefault(row["term"], set()).add(row["report_id"])
    table = Names({term: {term, term.partition(",")[0]} for term in users})
    for line, row in checked.rows_of("adverse_events", "term", "as_reported"):
        own = row["term"]
        named = {
            term
            for term in table.among(row["as_reported"])
            if len(users[term]) > 1 or row["report_id"] in users[term]
        }
        said = named | table.among(words_of(row, "note", "period"))
        if named and not any(_words_of(own) & _words_of(term) for term in said):
            expected = f"{' or '.join(sorted(named))}, as in {quote(row['as_reported'])}"
            mend = "look for a slip; what is printed under another name is named in the note as well"
            place = ("adverse_events", line, "term", "term-of-words")
            yield checked.problem(*place, quote(own), expected, mend)


def check_graded_terms(checked: Checked) -> Iterator[Problem]:
    """An event with a grade has its plain term: how severe it was is said by the grade, and once."""
    for line, row in checked.rows_of("adverse_events", "term"):
        grades = {row[name] for name in ("grade_min", "grade_max") if not pd.isna(row.get(name))}
        if grades and row["term"].casefold().endswith(SEVERE):
            plain = row["term"][: -len(SEVERE)]
            expected = f"the plain term beside grade {' to '.join(str(grade) for grade in sorted(grades))}"
            place = ("adverse_events", line, "term", "term-graded")
            yield checked.problem(*place, quote(row["term"]), expected, f"write {plain!r}")


def _words_of(term: str) -> set[str]:
    """The words of a term that tell something of it: adverse event, adverse events."""
    return {word.removesuffix("s") for word in re.findall(r"\w+", term.casefold())}


def check_quantities_said(checked: Checked) -> Iterator[Problem]:
    """Days, months and limits of a definition or time are the printed ones, where the fragment has such."""
    for column in ("timepoint", "definition"):
        for line, row in checked.rows_of("outcomes", column, "as_reported"):
            printed = quantities_in(row["as_reported"])
            beside = numbers_in(words_of(row, "note", "derivation", "locator"))
            for kind, own in quantities_in(row[column]).items():
                if kind in printed and not own <= printed[kind] | beside:
                    place = ("outcomes", line, column, "not-as-reported")
                    expected = f"the {kind} of {quote(row['as_reported'])}"
                    mend = "look for a slip; what the fragment lacks is said in the note"
                    yield checked.problem(*place, quote(row[column]), expected, mend)


def check_locators(checked: Checked) -> Iterator[Problem]:
    """A locator says where in a report; the address of the page read is the report's."""
    for table in checked.package.evidence_tables:
        for line, row in checked.rows_of(table.name, "locator"):
            if _WEB.search(row["locator"]):
                place = (table.name, line, "locator", "locator-address")
                expected = "a place in the report: section and paragraph, table and row, or figure"
                mend = "say where; the address belongs into page_read of the report"
                yield checked.problem(*place, quote(row["locator"]), expected, mend)


SAID_RULES = (
    check_codes_said,
    check_cohorts_said,
    check_outcomes_said,
    check_cycles_said,
    check_dose_units,
    check_drugs_said,
    check_families_said,
    check_terms_said,
    check_graded_terms,
    check_quantities_said,
    check_locators,
)
