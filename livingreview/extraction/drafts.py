"""A report before it has rows: the form and the pages of its sheet, with what is known filled in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from livingreview.checks.said import SEVERE
from livingreview.evidence import Evidence, records
from livingreview.extraction.layout import APPRAISALS, FORM, form_of, name_column, pages_of, words_of
from livingreview.surveillance.identity import SCHEMES
from livingreview.surveillance.readers import Found

# Table -> the columns that say what is counted there, and how many of the usual ones a sheet offers.
USUAL = {
    "characteristics": (("characteristic", "category"), 6),
    "outcomes": (("outcome",), 8),
    "survival": (("endpoint", "statistic"), 4),
    "adverse_events": (("term",), 8),
}
OF_DRUGS = ("adverse_events",)  # what is counted there goes with the drugs
EVERYONE = "all"  # the short name of the group of all patients
PROPOSED = "proposed_by"  # a page's last column: the tool that proposed the row


@dataclass
class Draft:
    """A sheet's contents, in words.

    Attributes
    ----------
    form : dict of str to str
        Field of the form -> text.
    rows : dict of str to list of dict
        Table -> rows: column of the page -> text.
    """

    form: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)


def start_draft(
    evidence: Evidence, found: Found | None = None, *, class_id: str = "", disease: str = ""
) -> Draft:
    """The draft of a new report, with the usual rows of its class to be filled.

    Parameters
    ----------
    found : Found, optional
        What a database says of it.
    class_id : str
        The class of regimens that it is about; '' where that is not known.
    disease : str
        The code of what its patients have; '' where that is not known.
    """
    draft = Draft(dict.fromkeys((line.name for line in form_of(evidence.package)), ""))
    if found:
        draft.form |= form_of_record(evidence, found)
    pages = pages_of(evidence.package)
    draft.rows = {name: [] for name in pages}
    draft.rows["regimens"].append({"regimen": "studied", **_usual_family(evidence, class_id)})
    draft.rows["cohorts"].append({"cohort": EVERYONE, "regimen": "studied"})
    if disease:
        draft.rows["cohorts"][0]["disease"] = evidence.package.field("cohorts", "disease").label(disease)
    for name, (columns, most) in USUAL.items():
        if name in pages:
            draft.rows[name] += [
                {"cohort": EVERYONE, **_in_words(evidence, name, columns, codes)}
                for codes in usual_codes(evidence, name, columns, class_id, disease)[:most]
            ]
    if APPRAISALS in pages:
        draft.rows[APPRAISALS] = usual_questions(evidence, draft.form)
    return draft


def usual_questions(evidence: Evidence, form: Mapping[str, str]) -> list[dict[str, str]]:
    """The questions of the tools by which reports of a design were judged; of every tool, where none was.

    Where the form tells neither the design nor a study that is here, the kind of publication stands for it.
    """
    reports, studies = evidence.tables["reports"], evidence.tables["studies"]
    told = evidence.package.field("studies", "design").labels.items()
    designs = {code for code, words in told if words == form.get("study_design")}
    designs |= set(studies.loc[studies["name"].eq(form.get("study", "")), "design"])
    if designs:
        alike = reports["study_id"].isin(studies.loc[studies["design"].isin(designs), "study_id"])
    else:
        kinds = evidence.package.field("reports", "kind").labels.items()
        alike = reports["kind"].isin({code for code, words in kinds if words == form.get("kind")})
    answers, items = evidence.tables[APPRAISALS], evidence.tables["appraisal_tools"]
    judged = answers.loc[answers["report_id"].isin(reports.loc[alike, "report_id"]), "item_id"]
    tools = set(items.loc[items["item_id"].isin(judged), "tool"]) or set(items["tool"])
    asked = items.loc[items["tool"].isin(tools)].sort_values(["tool", "position"])
    table = evidence.package.table("appraisal_tools")
    return [{"question": words_of(table, row)} for row in records(asked)]


def form_of_record(evidence: Evidence, found: Found) -> dict[str, str]:
    """What a database says of a record, as fields of the form."""
    told = {
        "title": found.title,
        "authors": "; ".join(map(_write_name, found.authors)),
        "year": found.year,
        "journal": found.container,
        "volume": found.volume,
        "issue": found.issue,
        "pages": found.pages,
        "registry": "; ".join(found.trials),
        **{scheme: getattr(found, scheme) for scheme in SCHEMES},
    }
    if found.kind != "registry":
        told["first_available"] = found.published or found.year
    kinds = evidence.package.field("reports", "kind")
    if found.kind in kinds.labels:
        told["kind"] = kinds.label(found.kind)
    numbers = evidence.tables["identifiers"]
    held = dict(zip(numbers["value"].str.lower(), numbers["report_id"], strict=True))
    studies = {evidence.report_studies[held[n.lower()]] for n in found.trials if n.lower() in held}
    names = dict(zip(*(evidence.tables["studies"][name] for name in ("study_id", "name")), strict=True))
    if len(studies) == 1:  # a trial whose report is here already
        told["study"] = names[studies.pop()]
    known = {line.name for line in form_of(evidence.package)}
    return {name: text for name, text in told.items() if name in known and text}


def _write_name(name: str) -> str:
    """A name as the form has it: 'Roe A' as 'Roe, A'; several words without initials are a group's."""
    if "," in name:
        return name
    family, _, given = name.rpartition(" ")
    if family and re.fullmatch(r"[A-Z]{1,3}(?:-[A-Z])?", given.replace(".", "")):
        return f"{family}, {given}"
    return f"{{{name}}}" if family else f"{name},"


def draft_more(evidence: Evidence, report_id: str) -> Draft:
    """The draft of more rows for a report that is here: its groups and regimens are known by their names."""
    draft = Draft(dict.fromkeys((line.name for line in form_of(evidence.package)), ""))
    draft.form[FORM] = report_id
    draft.rows = {name: [] for name in pages_of(evidence.package)}
    return draft


def usual_codes(
    evidence: Evidence, table: str, columns: Sequence[str], class_id: str = "", disease: str = ""
) -> list[tuple[str, ...]]:
    """What most included reports of a class count (of all classes, where this one has none), most first.

    Of a disease, first what reports of the class count in it, then what those of other classes do; harms go
    with the drugs more than with the disease.
    """
    name = f"usual_codes:{table}:{columns}:{class_id}:{disease}"
    if name not in evidence.memo:
        evidence.memo[name] = _rank_codes(evidence, table, columns, class_id, disease)
    return list(evidence.memo[name])


def _rank_codes(
    evidence: Evidence, table: str, columns: Sequence[str], class_id: str, disease: str
) -> list[tuple[str, ...]]:
    regimens = evidence.families.reset_index()
    own = set(regimens.loc[regimens["class_id"].eq(class_id), "regimen_id"]) if class_id else set()
    cohorts = evidence.tables["cohorts"].set_index("cohort_id")
    given, ill = cohorts["regimen_id"].to_dict(), cohorts["disease"].to_dict()
    alike = _within(evidence, disease)
    seen: dict[tuple[bool, bool], Counter[tuple[str, ...]]] = {}
    told: set[tuple] = set()
    for row in records(evidence.tables[table]):
        codes = tuple(plain_term(name, row[name]) for name in columns)
        whose = given.get(row["cohort_id"]) in own, ill.get(row["cohort_id"]) in alike
        if row["report_id"] in evidence.included and (row["report_id"], codes, whose) not in told:
            told.add((row["report_id"], codes, whose))
            seen.setdefault(whose, Counter())[codes] += 1
    of_disease = [seen.get((is_own, True), Counter()) for is_own in (True, False)]
    of_class = sum((found for whose, found in seen.items() if whose[0]), Counter())
    if any(of_disease):
        ranked = [of_disease[0], *([of_class] if table in OF_DRUGS else []), of_disease[1]]
    else:
        ranked = [of_class or sum(seen.values(), Counter())]
    if not any(ranked) and len(columns) == 1:
        ranked = [Counter(dict.fromkeys(((code,) for code in _declared(evidence, table, columns[0])), 1))]
    parts = (sorted(found.items(), key=lambda item: (-item[1], item[0])) for found in ranked)
    return list(dict.fromkeys(codes for part in parts for codes, _ in part))


def _within(evidence: Evidence, disease: str) -> set[str]:
    """A disease and what is part of it; nothing where none is told."""
    item = evidence.package.field("cohorts", "disease")
    codes = item.constraints.get("enum", ()) if disease else ()
    return {code for code in codes if code == disease or disease in item.wholes(code)}


def plain_term(column: str, code: str) -> str:
    """An adverse event without 'severe' behind it, as a sheet offers it beside its columns of grades."""
    return code.removesuffix(SEVERE) if column == "term" else code


def _declared(evidence: Evidence, table: str, column: str) -> Iterable[str]:
    """Codes of a column, what is good for a patient first: of a review that has no report yet."""
    item = evidence.package.field(table, column)
    codes = list(item.constraints.get("enum", ()))
    return sorted(codes, key=lambda code: item.direction(code) != "good")


def _in_words(
    evidence: Evidence, table: str, columns: Sequence[str], codes: Sequence[str]
) -> Mapping[str, str]:
    return {
        name: evidence.package.field(table, name).label(code)
        for name, code in zip(columns, codes, strict=True)
    }


def _usual_family(evidence: Evidence, class_id: str) -> dict[str, str]:
    """The regimen's family, where the class, or the whole review if none is told, has but one."""
    families = evidence.tables["families"]
    own = families.loc[families["class_id"].eq(class_id)] if class_id else families
    return {"family": own.iloc[0][name_column(evidence.package.table("families"))]} if len(own) == 1 else {}
