"""A second review made from others' data: `python examples/azithromycin/make.py DIR`, then build it there.

The counts of fifteen trials stand in ``trials.csv``; the read-me says where they are from. `livingreview new`
begins the review, this script says what the field is called and enters the rows; the engine is not touched.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

from livingreview.cli import main
from livingreview.evidence import load_package
from livingreview.evidence.writing import save_tables

HERE = Path(__file__).parent
REPORT = "laopaiboon-2015"
PAGE = "https://wviechtb.github.io/metadat/reference/dat.laopaiboon2015.html"
NEW = (
    *("--title", "Azithromycin for acute lower respiratory tract infections: an example"),
    *("--condition", "acute lower respiratory tract infection"),
    *("--class", "azithromycin", "Azithromycin"),
    *("--outcome", "failure", "clinical failure", "Clinical failure", "bad"),
    *("--group", "Clinical failure", "once"),
    *("--author", "The living review contributors"),
)
# Codes of this field: table and column -> their words.
CODES = {
    ("cohorts", "disease"): {"lrti": "acute lower respiratory tract infection"},
    ("cohorts", "setting"): {"not_reported": "setting not reported"},
    ("cohorts", "age_group"): {"any": "adults or children"},
    ("studies", "design"): {
        "randomised": "randomised or quasi-randomised trial",
        "review": "review",
    },
}
SAID = {
    "what this review asks, in one or two sentences": (
        "How often does treatment fail with azithromycin, and with amoxycillin alone or with clavulanic acid?"
    ),
    "what this review asks, and of whom": (
        "How often does treatment of acute lower respiratory tract infections fail with azithromycin?"
    ),
    "what Azithromycin is, and what this chapter asks": (
        "Azithromycin is an antibiotic; it is compared with amoxycillin, alone or with clavulanic acid."
    ),
    "what this chapter cannot tell": (
        "The counts are those of a Cochrane review; no report of a trial was read. "
        "Adults and children, and three diagnoses, are taken together, as that review takes them."
    ),
    "the question of this chapter": "How often does treatment with azithromycin fail?",
    "which reports belong here": "This example is closed: it shows the engine on data of others.",
    "when these rules were fixed, and whether results were known then": (
        "They are those of the engine, and were fixed when the result of the Cochrane review was known."
    ),
    "population, interventions, comparators, outcomes": (
        "Patients with an acute lower respiratory tract infection, azithromycin against amoxycillin with or "
        "without clavulanic acid, clinical failure."
    ),
    "which reports are included, which are kept as context, and where they were looked for": (
        "The trials are those of the Cochrane review by Laopaiboon and colleagues, as the R package metadat "
        "holds them; nothing else was looked for."
    ),
    "who extracted, how many readers, and how differences were settled": (
        "A script took the counts over from the package; they were not held against the reports."
    ),
    "which tools, by whom, on what": "They were not appraised.",
    "what this review cannot tell": "It is an example, and gives no advice.",
}


def make_review(folder: Path) -> None:
    """Begin the review in a folder, say what its field is called, and enter the trials."""
    if main(["new", str(folder), *NEW]):
        sys.exit("the review could not be begun")
    _name_codes(folder / "data" / "datapackage.json")
    _fill_in(folder)
    with open(HERE / "trials.csv", newline="", encoding="utf-8") as handle:
        trials = list(csv.DictReader(handle))
    _write_reference(folder / "data" / "references.bib")
    save_tables(folder / "data", load_package(folder / "data"), _rows(trials))


def _name_codes(path: Path) -> None:
    package = json.loads(path.read_text(encoding="utf-8"))
    for table in package["resources"]:
        for field in table["schema"]["fields"]:
            if labels := CODES.get((table["name"], field["name"])):
                field["labels"], field["constraints"]["enum"] = labels, list(labels)
                for key in set(field) & {"groups", "broad"}:
                    field[key] = {code: name for code, name in field[key].items() if code in labels}
                for key in set(field) & {"synonyms", "within", "spans"}:  # of codes that are not kept
                    del field[key]
    path.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _fill_in(folder: Path) -> None:
    for path in (*folder.glob("chapters/*.md"), folder / "README.md", folder / "data/regimen_classes.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"\[to fill in: ([^\]]+)\]", lambda found: SAID[found[1]], text), encoding="utf-8"
        )


def _write_reference(path: Path) -> None:
    path.write_text(
        "@article{" + REPORT + ",\n"
        "  author = {Laopaiboon, M. and Panpanich, R. and Swa Mya, K.},\n"
        "  title = {Azithromycin for acute lower respiratory tract infections},\n"
        "  journal = {Cochrane Database of Systematic Reviews},\n"
        "  year = {2015},\n"
        "  volume = {3},\n"
        "  eid = {CD001954},\n"
        "  doi = {10.1002/14651858.CD001954.pub4}\n}\n",
        encoding="utf-8",
    )


def _rows(trials: list[dict]) -> dict[str, list[dict]]:
    """Rows of every table, by table: one report, a study a trial, a cohort and a count an arm."""
    drugs = {
        "azithromycin": ("Azithromycin", "studied", "core"),
        "amoxycillin": ("Amoxycillin", "comparator", "beside"),
        "amoxyclav": ("Amoxycillin and clavulanic acid", "comparator", "beside"),
    }
    tables: dict[str, list[dict]] = {
        name: [] for name in ("families", "regimens", "studies", "cohorts", "outcomes")
    }
    for place, (drug, (name, role, part)) in enumerate(drugs.items(), 1):
        family = {"family_id": drug, "class_id": "azithromycin", "name": name, "part": part}
        tables["families"].append(family | {"position": str(place)})
        regimen = {"regimen_id": f"{REPORT}-{drug}", "family_id": drug, "name": name, "role": role}
        row = _evidence(f"regimen.{drug}", drug, "column ctrl" if part == "beside" else "title")
        tables["regimens"].append(row | regimen)
    tables["studies"].append({"study_id": REPORT, "name": "Laopaiboon 2015", "design": "review"})
    for number, trial in enumerate(trials, 1):
        study = f"{trial['trial'].lower()}-{trial['year']}"
        name = f"{trial['trial']} {trial['year']}"
        tables["studies"].append({"study_id": study, "name": name, "design": "randomised"})
        for arm, drug in (("azithromycin", "azithromycin"), ("control", trial["control"])):
            events, total = trial[f"failures_{arm}"], trial[f"patients_{arm}"]
            cohort = {
                "cohort_id": f"{REPORT}.{study}-{drug}",
                "study_id": study,
                "regimen_id": f"{REPORT}-{drug}",
                "label": f"{name}, {trial['age']}, {drugs[drug][0].lower()}",
                "arm": "control" if arm == "control" else "experimental",
                "disease": "lrti",
                "setting": "not_reported",
                "age_group": "any",
                "age_statistic": "not_reported",
                "n_enrolled": total,
            }
            count = {
                "cohort_id": cohort["cohort_id"],
                "outcome": "failure",
                "events": events,
                "total": total,
                "denominator": "treated",
                "assessed_at": "not_reported",
                "definition": "not_reported",
            }
            place = f"row {number}"
            tables["cohorts"].append(_evidence(f"cohort.{study}-{drug}", f"{total}", place, name) | cohort)
            printed = f"{events} … {total}"
            tables["outcomes"].append(
                _evidence(f"outcome.{study}-{drug}.failure", printed, place, name) | count
            )
    return tables | _one_report()


def _one_report() -> dict[str, list[dict]]:
    report = {
        "report_id": REPORT,
        "study_id": REPORT,
        "kind": "article",
        "text_seen": "restated",
        "status": "included",
        "status_reason": "Its trials are those of this example",
        "page_read": PAGE,
        "note": "Read as dat.laopaiboon2015 of the R package metadat.",
    }
    search = {
        "search_id": "metadat",
        "source": "R package metadat",
        "query": "No query: one set of data was chosen",
        "hits": "1",
        "note": "Not a search of the literature.",
    }
    screened = {
        "record_id": REPORT,
        "search_id": "metadat",
        "report_id": REPORT,
        "stage": "full_text",
        "decision": "included",
        "reason": "Two arms of each trial, with a published pooled result",
        "basis": "before_log",
    }
    doi = {
        "identifier_id": f"{REPORT}.doi",
        "report_id": REPORT,
        "scheme": "doi",
        "value": "10.1002/14651858.CD001954.pub4",
        "basis": "the page of the package",
    }
    return {"reports": [report], "searches": [search], "screening": [screened], "identifiers": [doi]}


def _evidence(address: str, printed: str, place: str, source: str = "") -> dict:
    """Provenance of a row; `source` is the trial whose figure the report repeats."""
    return {
        "row_id": f"{REPORT}.{address}",
        "report_id": REPORT,
        "locator": f"dat.laopaiboon2015, {place}",
        "as_reported": printed,
        "basis": "restated" if source else "reported",
        "source_citation": source,
        "verification": "single_reading",
    }


if __name__ == "__main__":
    make_review(Path(sys.argv[1]))
