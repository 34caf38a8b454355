"""Parts of the evidence: classes, their own regimens and those beside them, clinical settings."""

import pytest

from livingreview.evidence import records, select_class, select_part, select_setting, split_ids


def test_a_class_holds_its_own_reports_only(review):
    part = select_class(review, "bortezomib")
    reports = set(part.tables["cohorts"]["report_id"])
    assert "ramos-2025" in reports
    assert "linder-2016" not in reports
    assert "kantarjian-2017" not in reports
    assert set(part.tables["outcomes"]["cohort_id"]) <= set(part.tables["cohorts"]["cohort_id"])
    assert part.row("ramos-2025.outcome.relapse.cr")["events"] == 10
    with pytest.raises(KeyError):
        part.row("linder-2016.cohort.patient")


def test_a_judgement_goes_with_the_result_that_it_judges(review):
    """One report has odds ratios in two classes; that of bortezomib alone was judged."""
    judged = "goto-2024.figure.or-failure-bortezomib"
    for class_id, there in (("bortezomib", True), ("mitoxantrone-clofarabine", False)):
        part = select_class(review, class_id)
        assert "goto-2024" in set(part.tables["reports"]["report_id"])
        assert (judged in set(part.tables["appraisals"]["result"])) is there
        assert all(part.row(row_id) for row_id in part.tables["appraisals"]["result"].dropna().unique())


def test_the_parts_of_a_class_share_no_cohort_and_lose_none(review):
    for class_id in review.tables["regimen_classes"]["class_id"]:
        whole = select_class(review, class_id)
        core, beside = (
            set(select_part(whole, part).tables["cohorts"]["cohort_id"]) for part in ("core", "beside")
        )
        assert not core & beside
        assert core | beside == set(whole.tables["cohorts"]["cohort_id"])
    with pytest.raises(ValueError, match="core"):
        select_part(review, "other")


def test_a_report_is_called_the_same_in_every_part(review):
    """Of two papers of one author and year, a part that held one once called it by the bare year."""
    classes = [select_class(review, class_id) for class_id in review.tables["regimen_classes"]["class_id"]]
    for whole in (review, *classes):
        for part in ("core", "beside"):
            names = select_part(whole, part).report_names
            assert names.items() <= review.report_names.items()


def test_classes_together_hold_every_cohort(review):
    parts = [
        set(select_class(review, class_id).tables["cohorts"]["cohort_id"])
        for class_id in review.tables["regimen_classes"]["class_id"]
    ]
    assert set().union(*parts) == set(review.tables["cohorts"]["cohort_id"])


def test_an_unknown_class_names_those_there_are(review):
    with pytest.raises(KeyError, match="bortezomib"):
        select_class(review, "bortezomb")


@pytest.mark.slow
def test_a_setting_holds_its_cohorts_of_every_class(review):
    for place in records(review.tables["settings"]):
        part = select_setting(review, place["setting_id"])
        cohorts = part.tables["cohorts"]
        assert len(cohorts) > 0
        assert set(cohorts["disease"]) <= set(split_ids(place["diseases"]))
        assert set(cohorts["age_group"]) <= set(split_ids(place["age_groups"]))
        for name in ("outcomes", "survival", "adverse_events"):
            assert set(part.tables[name]["cohort_id"]) <= set(cohorts["cohort_id"])
        assert part.report_names == review.report_names
    with pytest.raises(KeyError, match="no setting 'x'; there are"):
        select_setting(review, "x")


@pytest.mark.slow
def test_patients_of_two_settings_stand_with_their_part_alone(review):
    """MRD of seven, six of them in first relapse, once stood on the page of later relapse."""
    cohorts = {
        name: set(select_setting(review, name).tables["cohorts"]["cohort_id"])
        for name in ("child-first-relapse", "child-later-relapse")
    }
    assert "japan-bortezomib-2023.first-relapse" in cohorts["child-first-relapse"]
    assert "japan-bortezomib-2023.expansion" in cohorts["child-later-relapse"]
    assert not any("japan-bortezomib-2023.all" in found for found in cohorts.values())
    adult = set(select_setting(review, "adult-relapse").tables["cohorts"]["cohort_id"])
    assert "neuf-2023.rr" in adult, "parts by the Philadelphia chromosome: the whole is unselected"
