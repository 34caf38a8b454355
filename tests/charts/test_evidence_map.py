"""Bubbles of evidence: each patient of a class once, the best design of a place."""

import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from livingreview.charts.evidence_map import (
    APART,
    CASE,
    DESIGNS,
    RANDOMISED,
    RINGED,
    SERIES,
    SHARED,
    SMALLEST,
    TRIAL,
    draw_map,
    find_places,
)
from livingreview.charts.sheet import COLOURS
from livingreview.tables.evidence_map import cohort_size
from tests.drawn import sheets_of, words_of


@pytest.fixture(scope="module")
def places(review):
    return find_places(review)


def test_no_patient_of_a_class_counts_twice(review, places):
    for class_id in {place.class_id for place in places}:
        own = [row for place in places if place.class_id == class_id for row in place.cohorts]
        assert len({row["cohort_id"] for row in own}) == len(own)
        for one, other in combinations(own, 2):
            assert other["study_id"] not in review.overlaps[one["study_id"]]


def test_both_randomisations_of_one_trial_count(places):
    first = next(
        place for place in places if place.class_id == "blinatumomab" and "first relapse" in place.population
    )
    sizes = {row["study_id"]: cohort_size(row) for row in first.cohorts}
    assert sizes == {"aall1331": 105, "aall1331-low-risk": 127, "nct02393859": 54}
    assert (first.patients, first.studies, first.design) == (286, 3, RANDOMISED)


def test_a_randomisation_of_something_else_is_no_randomisation_of_the_regimen(places):
    holding = [
        place for place in places if any(row["study_id"] == "kaspers-bortezomib" for row in place.cohorts)
    ]
    assert [place.design for place in holding] == [TRIAL]
    assert not any(place.design == RANDOMISED for place in places if place.class_id == "bortezomib")


def test_single_patients_are_told_from_series(places):
    case = next(
        place for place in places if place.class_id == "liposomal-mitoxantrone" and place.patients == 1
    )
    assert case.design == CASE
    assert any(place.design == SERIES for place in places)


def test_populations_are_few_and_of_unknown_age_last(review, places):
    populations = list(dict.fromkeys(place.population for place in places))
    assert len(populations) <= 15
    assert populations[-1] == ("age not reported",)
    figure = sheets_of(draw_map(review, title="Evidence"))[0]
    assert figure.table.rows
    assert f"n = {max(place.patients for place in places)}" in words_of(figure.sheets()[0])


def test_without_broad_words_the_strata_stand_for_themselves(review, places):
    table = review.package.table("cohorts")
    fields = tuple(replace(field, broad={}) for field in table.fields)
    package = replace(
        review.package, tables=review.package.tables | {"cohorts": replace(table, fields=fields)}
    )
    settings = {
        place.population[1] for place in find_places(replace(review, package=package)) if place.population[1:]
    }
    labels = table.field("setting").labels
    assert {labels["relapsed"], labels["refractory"], labels["relapsed_refractory"]} <= settings


def test_a_missing_number_is_explained_only_where_one_is_missing(review, places):
    """The note once explained a mark that no place had any more."""
    note = draw_map(review, title="Evidence").parts[0].note
    assert ("n = ?" in note) == any(not place.patients for place in places)


def test_a_disc_is_filled_as_randomised_only_by_the_share_that_was(review, places):
    """Of 1215 patients 271 had been randomised, and the whole disc was filled and described as such."""
    mixed = [place for place in places if place.design == RANDOMISED and len(place.by_design) > 1]
    assert mixed
    figure = draw_map(review, title="Evidence").parts[0]
    discs = [mark for mark in figure.sheets()[0].marks if "A" in mark["d"]]
    fill = COLOURS[DESIGNS[RANDOMISED][1]]
    solid = [_across(mark) for mark in discs if mark["f"] == fill]
    largest = max(places, key=lambda place: place.patients)
    assert largest in mixed
    share = largest.by_design[RANDOMISED] / largest.patients
    whole = max(map(_across, discs))
    assert whole not in solid
    assert any((across / whole) ** 2 == pytest.approx(share, rel=0.02) for across in solid)
    for place in mixed:
        told = f"{place.patients} patients, {place.studies} studies: {DESIGNS[RANDOMISED][0]} "
        assert f"{told}{place.by_design[RANDOMISED]}; " in figure.description
    assert all(sum(place.by_design.values()) == place.patients for place in places)


def _across(mark: dict) -> float:
    return 2 * float(re.match(r"M-([\d.]+),", mark["d"])[1])


def test_every_disc_shows_its_fill_and_only_large_ones_hold_others(review):
    """Rings ran together on a phone, and dots of five pixels had no fill."""
    for sheet in draw_map(review, title="Evidence").parts[0].sheets():
        discs: dict[tuple, list[dict]] = {}
        for mark in sheet.marks:
            if "A" in mark["d"] and mark["n"]:
                discs.setdefault((mark["x"], mark["y"]), []).append(mark)
        assert len(discs) == 24
        for marks in discs.values():
            sizes = sorted(map(_across, marks))
            assert sizes[-1] >= SMALLEST >= 12
            assert len(sizes) == 1 or sizes[-1] >= RINGED
            assert all(other - one >= 3 for one, other in pairwise(sizes))
        assert any(len(marks) > 1 for marks in discs.values())


def test_no_word_of_the_map_is_small(review):
    for sheet in draw_map(review, title="Evidence").parts[0].sheets():
        assert min(text["s"] for text in sheet.texts) >= 11


def test_the_disease_of_most_patients_leads_with_its_kinds(places):
    diseases = list(dict.fromkeys(place.population[0] for place in places))
    assert diseases == [
        "B-cell ALL",
        "Ph-positive B-cell ALL",
        "ALL of any lineage",
        "AML, mixed phenotype or several kinds",
        "age not reported",
    ]


def test_totals_count_every_patient_and_study_once(review, places):
    figure = draw_map(review, title="Evidence").parts[0]
    whole = f"n = {sum(place.patients for place in places)}"
    studies = {row["study_id"] for place in places for row in place.cohorts}
    wide, phone = figure.sheets()
    assert {whole, f"{len(studies)} studies"} <= set(words_of(wide))
    assert f"all: {whole}" in words_of(phone)
    assert APART in figure.more[1]


def test_populations_have_no_totals_where_a_study_stands_in_two_classes(review, places):
    one, other = (
        next(place.cohorts[0]["study_id"] for place in places if place.class_id == name)
        for name in ("bortezomib", "blinatumomab")
    )
    known = review.overlaps
    assert other not in known[one]
    together = known | {one: known[one] | {other}, other: known[other] | {one}}
    spoiled = replace(review)
    spoiled.__dict__["overlaps"] = together
    figure = draw_map(spoiled, title="Evidence").parts[0]
    assert SHARED in figure.more[1]
    assert not any(words.startswith("all: ") for words in words_of(figure.sheets()[1]))
    assert "All classes" not in words_of(figure.sheets()[0])


def test_the_classes_are_named_again_before_they_are_out_of_sight(review):
    """In the lower half of a long map "1 study" could be read under another regimen."""
    for sheet in draw_map(review, title="Map").parts[0].sheets():
        heads = sorted(text["y"] for text in sheet.texts if text["t"] == "Blinatumomab")
        assert len(heads) > 1
        assert all(after - before < 800 for before, after in pairwise([*heads, sheet.height]))
