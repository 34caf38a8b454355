"""References by status go out as RIS and come back through the importer as the same records."""

import csv
import io

import pytest
import rispy

from livingreview.citation import entry_to_csl
from livingreview.evidence import load_evidence
from livingreview.exchange.references import export
from livingreview.surveillance.identity import as_row
from livingreview.surveillance.readers import read_export
from livingreview.surveillance.tables import open_loop
from tests.cited import RECORD
from tests.surveillance.example import bring, lay_out

STATUSES = ("included", "context")


def as_told(item: dict) -> dict[str, str]:
    """What `records` keeps of an item, worked out from its CSL-JSON."""
    names = []
    for name in item.get("author", []):
        family = " ".join(filter(None, (name.get("non-dropping-particle"), name.get("family"))))
        parts = (family, name.get("given"), name.get("suffix"))
        names.append(name.get("literal") or ", ".join(filter(None, parts)))
    year = str(item["issued"]["date-parts"][0][0]) if "issued" in item else ""
    return {
        "title": item.get("title", ""),
        "authors": "; ".join(names[:20]),
        "n_authors": str(len(names)) if names else "",
        "year": year,
        "doi": item.get("DOI", "").lower(),
        "pmid": item.get("PMID", ""),
        "pmcid": item.get("PMCID", ""),
        "container": item.get("container-title", ""),
    }


@pytest.mark.parametrize("status", STATUSES)
def test_every_report_of_a_status_comes_back_as_it_was(review, exports, status):
    content = exports["ris"][f"{status}.ris"]
    reports = review.tables["reports"]
    ids = sorted(reports.loc[reports["status"].eq(status), "report_id"])
    assert [entry["id"] for entry in rispy.loads(content.decode())] == ids
    read = read_export(content, f"{status}.ris")
    assert (len(read.records), read.begun, read.not_understood) == (len(ids), len(ids), {})
    for key, found in zip(ids, read.records, strict=True):
        row, told = as_row(found), as_told(entry_to_csl(key, review.bibliography.entries[key]))
        assert {name: row[name] for name in told} == told, key


@pytest.mark.slow
def test_the_importer_takes_it_in_record_by_record(exports, review, tmp_path):
    place = lay_out(tmp_path / "review")
    done = bring(place, exports["ris"]["included.ris"].decode(), name="included.ris")
    assert done.new + done.repeated == len(review.included)
    rows = open_loop(place).tables["records"]
    dois = {entry.fields["doi"].lower() for key, entry in review.bibliography.entries.items()
            if key in review.included and "doi" in entry.fields}  # fmt: skip
    assert dois <= {row["doi"] for row in rows}


def test_every_decision_stands_with_its_reason_and_the_file_of_its_reference(review, exports):
    rows = list(csv.DictReader(io.StringIO(exports["ris"]["decisions.csv"].decode(), newline="")))
    assert len(rows) == len(review.tables["screening"])
    for row in rows:
        if row["decision"] in STATUSES and row["report_id"]:  # else included, and not entered yet
            assert row["file"] == f"{row['decision']}.ris"
        if row["decision"] == "excluded":
            assert row["reason"]


@pytest.mark.slow
def test_an_excluded_record_goes_out_as_the_database_told_it_and_comes_back(worked):
    evidence = load_evidence(worked)
    files = export(evidence, RECORD)
    screened, kept = evidence.tables["screening"], evidence.tables["records"].set_index("record_id")
    left = screened.loc[screened["decision"].eq("excluded") & screened["report_id"].isna(), "record_id"]
    ids = [entry["id"] for entry in rispy.loads(files["excluded.ris"].decode())]
    assert ids == sorted(left)
    assert ids
    for key, found in zip(ids, read_export(files["excluded.ris"], "excluded.ris").records, strict=True):
        row = as_row(found)
        for name in ("title", "authors", "year", "doi", "pmid", "pages", "container"):
            told = kept.loc[key, name]
            assert row[name] == ("" if told is None or told != told else str(told)), f"{key}: {name}"


def test_an_excluded_record_of_which_no_reference_is_kept_goes_out_with_its_reason(review, exports):
    screened = review.tables["screening"]
    left = screened[screened["decision"].eq("excluded") & screened["report_id"].isna()]
    unknown = left[~left["record_id"].isin(review.tables["records"]["record_id"])].set_index("record_id")
    assert len(unknown), "this review was begun before records were kept"
    entries = {entry["id"]: entry for entry in rispy.loads(exports["ris"]["excluded.ris"].decode())}
    assert set(entries) == set(left["record_id"])
    for key, row in unknown.iterrows():
        told = entries[key]
        assert told["type_of_reference"] == "GEN"
        assert told["notes"][0].endswith(f": {row['reason']}"), key
        assert not {"title", "authors"} & told.keys(), "nothing is invented"
    readme = exports["ris"]["README.md"].decode()
    assert f"`excluded.ris`: {len(left)}" in readme
    decided = csv.DictReader(io.StringIO(exports["ris"]["decisions.csv"].decode(), newline=""))
    assert all(row["file"] == "excluded.ris" for row in decided if row["decision"] == "excluded")
