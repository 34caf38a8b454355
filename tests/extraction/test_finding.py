"""A row is found by its id, and with it all that depends on it."""

import pytest

from livingreview.display.numbers import row_href
from livingreview.extraction.finding import Dependents, columns_of, find_row
from livingreview.extraction.workbook import SheetError

ROW = "lipomit-clag-2025.outcome.all.crc"


def depend(root, review, row_id, table=""):
    return Dependents(root, review, find_row(root, review.package, row_id, table))


def test_a_row_is_found_by_its_address_and_by_the_id_by_which_others_name_it(root, review):
    held = find_row(root, review.package, ROW)
    assert (held.table.name, held.key, held.cells["outcome"]) == ("outcomes", ROW, "crc")
    lines = (root / "data" / "outcomes.csv").read_text(encoding="utf-8").splitlines()
    assert lines[held.line - 1].startswith(f"{ROW},")
    cohort = find_row(root, review.package, held.cells["cohort_id"])
    assert (cohort.table.name, cohort.cells["cohort_id"]) == ("cohorts", held.cells["cohort_id"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "table", ["reports", "studies", "claims", "certainty", "findings", "discrepancies", "drugs", "glossary"]
)
def test_rows_of_every_kind_of_table_are_found_with_what_names_them(root, review, table):
    key = review.package.tables[table].primary_key
    row_id = review.tables[table][key].iloc[0]
    found = depend(root, review, row_id, table)
    assert found.held.key == row_id
    assert all(
        review.tables[item.table][review.package.tables[item.table].primary_key].eq(item.key).any()
        for item in (*found.namers, *found.through)
    )


def test_an_id_of_several_tables_is_that_of_the_one_whose_own_it_is_or_is_asked_for(root, review):
    assert find_row(root, review.package, "linder-2016").table.name == "reports"
    assert find_row(root, review.package, "linder-2016", "screening").table.name == "screening"
    with pytest.raises(SheetError, match=r"stands in regimen_classes, drugs.*--table regimen_classes"):
        find_row(root, review.package, "bortezomib")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row_id", "table", "words"),
    [
        ("lipomit-clag-2025.outcome.all.crx", "", ROW),
        ("clag-2025.outcome.all.crc", "", ROW),
        ("lipomit-clag-2025.outcome.al", "outcomes", ROW),
        ("", "", "none is near"),
        (ROW, "survival", r"survival\.csv"),
        (ROW, "outcome", "no such table; there are: reports"),
    ],
)
def test_for_an_id_that_is_none_the_nearest_are_offered(root, review, row_id, table, words):
    with pytest.raises(SheetError, match=words):
        find_row(root, review.package, row_id, table)


@pytest.mark.slow
def test_all_that_names_a_row_is_found(root, review):
    found = depend(root, review, ROW)
    named = columns_of(found.namers)
    for table, column in (("claims", "rests_on"), ("certainty", "rests_on"), ("findings", "remission")):
        frame = review.tables[table]
        key = review.package.tables[table].primary_key
        own = frame.loc[frame[column].fillna("").str.contains(rf"{ROW}(?:;|$)"), key].tolist()
        assert own
        assert named[table, column] == own
    assert ("claims", "text") in named
    assert set(named["discrepancies", "affects"]) == set(review.flags[ROW])
    assert found.glued == [("chapters/liposomal-mitoxantrone.md", "crc")]


@pytest.mark.slow
def test_under_a_study_stand_its_reports_cohorts_and_their_results(root, review):
    study = review.report_studies["lipomit-clag-2025"]
    found = depend(root, review, study, "studies")
    own = {row_id for row_id in review.row_tables if row_id.startswith("lipomit-clag-2025.")}
    assert own <= found.under
    assert "claims" in {item.table for item in found.through}
    assert found.namers
    assert not {"claims", "certainty"} & {item.table for item in found.namers}


def test_a_cohort_has_those_that_are_part_of_it_under_it(root, review):
    cohorts = review.tables["cohorts"].dropna(subset=["parent_cohort_id"])
    part = cohorts.iloc[0]
    found = depend(root, review, part["parent_cohort_id"])
    assert part["row_id"] in found.under
    assert part["row_id"] in columns_of(found.namers)["cohorts", "parent_cohort_id"]


@pytest.mark.slow
def test_pools_that_hold_a_row_and_those_that_leave_it_out_are_told(root, review, pooled):
    inside = depend(root, review, pooled.entries[0].row_ids[0])
    assert (pooled.key, "") in [(pool.key, reason) for pool, reason in inside.pools]
    row_id, _, why = pooled.left_out[0]
    outside = {pool.key: reason for pool, reason in depend(root, review, row_id).pools}
    assert why in outside[pooled.key]


@pytest.mark.slow
def test_pages_of_the_built_book_that_lead_to_a_row_are_told(project, review):
    book = project / "_build" / "html" / "chapters"
    (book / "reports").mkdir(parents=True)
    (book / "aml.html").write_text(f'<a href="{row_href("lipomit-clag-2025", ROW)}">17</a>', encoding="utf-8")
    (book / "other.html").write_text(f'<a href="x#{ROW}-2">17</a>', encoding="utf-8")
    (book / "reports" / "lipomit-clag-2025.html").write_text(f'<tr id="{ROW}">', encoding="utf-8")
    assert depend(project, review, ROW).pages == [
        "chapters/aml.html",
        "chapters/reports/lipomit-clag-2025.html",
    ]
    report = depend(project, review, "lipomit-clag-2025")
    assert report.pages == ["chapters/aml.html", "chapters/reports/lipomit-clag-2025.html"]
