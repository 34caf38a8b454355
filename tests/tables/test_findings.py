"""The summary of findings: numbers of the data, controls of the same report only, everything linked."""

import re

import pandas as pd
import pytest

from livingreview.display.html import HtmlTable
from livingreview.display.marks import Figure
from livingreview.evidence import records, split_ids
from livingreview.tables.counts import pooled_results
from livingreview.tables.decision import pooled_cells
from livingreview.tables.findings import is_randomised, tabulate_findings
from livingreview.tables.option_counts import cohorts_in

IN_NOTE = re.compile(r"{([^}]*)}")
KINDS = ("remission", "mrd", "survival", "early_death")


@pytest.fixture(scope="module")
def findings(review) -> HtmlTable:
    """The summary of findings."""
    return tabulate_findings(review, caption="Findings")


def line(table: HtmlTable, finding_id: str) -> str:
    """One option's line in words, a bar between its cells."""
    anchor = f"finding-{finding_id.replace('.', '-')}"
    row = re.search(rf'<tr id="{anchor}"[^>]*>(.*?)</tr>', str(table.__html__()), re.DOTALL)[1]
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    marks = r'<sup class="lr-mark">.*?</sup>|<span class="lr-flag"[^>]*></span>'
    words = [re.sub(r"<[^>]+>", "", re.sub(r"<br>", "; ", re.sub(marks, "", cell))) for cell in cells]
    return " | ".join(" ".join(word.split()) for word in words)


def note(table: HtmlTable, finding_id: str) -> str:
    """What stands under an option's line, in words."""
    anchor = f"finding-{finding_id.replace('.', '-')}"
    (below,) = [row.below for row in table.rows if row.anchor == anchor]
    return " ".join(re.sub(r"<sup.*?</sup>|<[^>]+>", "", str(below.__html__())).split())


def test_a_line_tells_both_arms_of_a_trial(findings):
    told = line(findings, "adult-relapse.blinatumomab")
    assert (
        "| 34 [28–40] v 16; CR 91/271, TOWER; 49 [37–61]; CR or CRh, 5 studies pooled; "
        "95% prediction interval 22–80 |" in told
    )
    assert "| OS median 7.7 months v 4.0 months; OS HR 0.71 [0.55–0.93] |" in told
    assert told.endswith(
        "| Rate of CR (4 studies): ⨁⨁⨁◯ moderate; Rate of CR or CRh (5 studies): ⨁⨁◯◯ low; "
        "OS against chemotherapy: ⨁⨁⨁◯ moderate"
    )


def test_a_grade_stands_behind_the_outcome_that_it_is_of(findings):
    """Two outcomes and two grades once stood one under another, and the wrong two touched."""
    cells = [row.cells[-1] for row in findings.rows if not row.heading]
    graded = [part for cell in cells for part in cell if getattr(part, "parts", None)]
    assert len(graded) > 20
    assert all("</small>" in part.parts[0] and "lr-grade" in part.parts[-1] for part in graded)


def test_a_prediction_interval_is_that_of_the_page_it_leads_to(review, findings):
    """20–81, of the next hundred, once stood beside a link to 21.7–79.6, of a new study."""
    (pool,) = [
        cell
        for result in pooled_results(review)
        if result.result_id == "remission"
        for place, cell in pooled_cells(review, result).items()
        if place[3] == "adult" and cell.studies == 5
    ]
    least, most = (f"{100 * end:.0f}" for end in pool.expected)
    assert f"95% prediction interval {least}–{most}" in line(findings, "adult-relapse.blinatumomab")


def test_a_number_without_interval_says_why(findings):
    """ "68, CR of a subgroup the report defines" once told a reader nothing."""
    told = line(findings, "child-first-relapse.bortezomib")
    assert "| 68; CR; no interval: no count is reported |" in told


def test_an_option_counted_on_another_line_says_on_which(findings):
    told = line(findings, "child-later-relapse.vandevol")
    assert "| counted with “Mitoxantrone with clofarabine” | 58 [33–80]" in told
    assert "| counted in another line |" in line(findings, "child-first-relapse.block-one")


def test_a_limit_beyond_the_last_per_cent_is_no_arrow(findings):
    assert "96 [80 to &gt;99]" in line(findings, "ph-positive.blinatumomab-tki")
    assert "–&gt;" not in str(findings.__html__())


def test_a_note_s_figures_are_those_of_its_rows_and_lead_there(review, findings):
    """Children newly diagnosed were randomised to bortezomib; the row on AML once did not say so."""
    told = note(findings, "aml.bortezomib")
    assert "In newly diagnosed children and young adults, randomised," in told
    assert (
        "63.6% (± 4.5) alive at three years with it, 67.2% (± 4.3) without (conclusion; ± is not explained)."
        in told
    )
    html = str(findings.__html__())
    assert 'href="bortezomib.html#bortezomib.claim.first-line"' in html
    assert "reports/aplenc-2020.html#aplenc-2020.survival.bortezomib.os-36m" in html


def test_the_design_s_cell_holds_the_design_and_the_study_and_no_prose(findings):
    """Ten lines of small print once stood there while the other cells of the row were blank."""
    (place,) = [i for i, column in enumerate(findings.columns) if column.title == "Design"]
    rows = [row for row in findings.rows if not row.heading]
    assert all(len(row.cells[place]) <= 2 for row in rows)
    noted = [row for row in rows if row.below]
    assert len(noted) > 20
    assert str(findings.__html__()).count('<tr class="lr-below">') == len(noted)
    told = {figure.row_id for row in noted for figure in row.below.parts if isinstance(figure, Figure)}
    assert told <= {figure.row_id for figure in findings.figures}, "their marks are explained"


def test_a_remission_that_is_rated_stands_with_its_rating(review):
    """The start page once showed a remission beside the certainty of survival alone."""
    ratings = [row for row in records(review.tables["certainty"]) if row["question"] == "absolute"]
    for row in records(review.tables["findings"]):
        for shown in split_ids(row["remission"]):
            rated = {rating["certainty_id"] for rating in ratings if shown in split_ids(rating["rests_on"])}
            assert not rated or rated & set(split_ids(row["ratings"])), (row["finding_id"], rated)


def test_what_a_prediction_interval_is_is_said_under_the_table(findings):
    (note,) = findings.notes
    assert "95% prediction interval, in which the rate of a new study elsewhere would be expected" in note


def test_a_result_of_another_study_than_the_line_s_names_it(findings):
    told = line(findings, "adult-relapse.mitoxantrone")
    assert "| 23 [10–41]; CR 7/31; 50 [36–64]; CR 25/50, FLAM (Giebel 2006) |" in told
    assert "two largest of those reported as phase II; Rosen 2000" in told
    assert line(findings, "adult-relapse.blinatumomab").count("Kantarjian 2017") == 1


def test_the_start_page_shows_one_study_a_line(review):
    """The survival of one trial and the deaths of another once stood under the remissions of a third."""
    for row in records(review.tables["findings"]):
        if row["on_start"] == "yes":
            shown = (review.row(row_id) for kind in KINDS for row_id in split_ids(row[kind]))
            studies = {review.cohort_studies[one["cohort_id"]] for one in shown}
            assert len(studies) == 1, row["finding_id"]


def test_an_interval_without_upper_limit_is_shown(findings):
    told = line(findings, "mrd-positive.blinatumomab-adults")
    assert "| OS median 36.5 months [22.0 to not reached]; BLAST (Gökbuget 2020a) |" in told


def test_a_part_of_a_randomised_arm_is_not_called_randomised(review):
    part = review.row("hogan-2023.survival.blinatumomab-marrow.dfs-hr")
    assert not is_randomised(review, part)
    assert is_randomised(review, review.row("hogan-2023.survival.blinatumomab.dfs-hr"))


def test_what_is_randomised_is_bold_and_nothing_else(review, findings):
    html = str(findings.__html__())
    bold = set(re.findall(r'<b><a class="lr-figure" href="[^"]*#([^"]*)"', html))
    assert "kantarjian-2017.outcome.blinatumomab.cr" in bold
    assert "rambaldi-2020.outcome.trial.cr-crh" not in bold, "historical patients are no randomised control"
    assert all(is_randomised(review, review.row(row_id)) for row_id in bold)
    assert not bold & {
        "ash-table-6502810.outcome.blinatumomab.mrd-negative",  # of responders
        "kantarjian-2017.ae.blinatumomab.fatal-serious-adverse-event-g5",  # of those treated
        "locatelli-2021.outcome.blinatumomab.mrd-negative",  # of those evaluable, fewer than were randomised
    }, "randomisation does not protect a part of an arm"


def test_a_control_is_of_the_same_report_and_outcome(review):
    for row in records(review.tables["findings"]):
        for kind in KINDS:
            pairs = zip(split_ids(row[kind]), split_ids(row[f"{kind}_control"]), strict=False)
            for one, other in ((review.row(a), review.row(b)) for a, b in pairs):
                assert one["report_id"] == other["report_id"], row["finding_id"]
                for column in ("outcome", "endpoint", "statistic", "time_months", "term", "grade_min"):
                    same = one.get(column, pd.NA), other.get(column, pd.NA)
                    assert same[0] is same[1] or same[0] == same[1], (row["finding_id"], column)


def kind(row) -> tuple:
    """What a result is of: an outcome, a grade of an event, a statistic of survival."""
    return tuple(
        row[name] for name in ("outcome", "term", "grade_min", "endpoint", "statistic") if name in row
    )


def test_a_blank_cell_leaves_out_no_result_that_other_lines_show(review):
    """Fatal events of inotuzumab were once called absent, beside those of blinatumomab."""
    lines = records(review.tables["findings"])
    columns = {name: (name, f"{name}_control") for name in KINDS}
    shown = {
        name: {kind(review.row(row_id)) for row in lines for one in both for row_id in split_ids(row[one])}
        for name, both in columns.items()
    }
    assert ("Fatal adverse event", 5) in shown["early_death"]
    told = [
        row for name in ("outcomes", "adverse_events", "survival") for row in records(review.tables[name])
    ]
    for finding in lines:
        for arm in (0, 1):
            ids = [row_id for both in columns.values() for row_id in split_ids(finding[both[arm]])]
            cohorts = {review.row(row_id)["cohort_id"] for row_id in ids}
            blank = [name for name, both in columns.items() if not split_ids(finding[both[arm]])]
            left = [
                (name, row["row_id"])
                for name in blank
                for row in told
                if row["cohort_id"] in cohorts and kind(row) in shown[name]
            ]
            assert not left, finding["finding_id"]


def test_a_combination_that_counts_full_remissions_alone_says_how_many_responded(review, findings):
    """69 in remission and 75 MRD negative once stood side by side without a word."""
    told = line(findings, "adult-relapse.mini-hcvd")
    assert "CR 69/110" in told
    assert "75/91 of responders only" in told
    assert "91/110 (82.7%) responded" in note(findings, "adult-relapse.mini-hcvd")


def test_every_number_leads_to_its_row_and_marks_are_explained(review, findings):
    asked = {
        row_id
        for row in records(review.tables["findings"])
        for kind in KINDS
        for column in (kind, f"{kind}_control")
        for row_id in split_ids(row[column])
    }
    noted = {name for words in review.tables["findings"]["note"].dropna() for name in IN_NOTE.findall(words)}
    noted -= {*review.tables["claims"]["claim_id"], *review.tables["reports"]["report_id"]}
    assert {figure.row_id for figure in findings.figures} == asked | noted
    assert "worked out from what is printed" in str(findings.__html__())


def test_studies_and_patients_are_those_of_the_option_in_its_setting(review):
    settings = {row["setting_id"]: row for row in records(review.tables["settings"])}
    place = settings["mrd-positive"]
    every = cohorts_in(review, place, {"blinatumomab-alone"})
    adults = cohorts_in(review, {**place, "age_groups": "adult"}, {"blinatumomab-alone"})
    assert 0 < len(adults) < len(every)
    assert {row["setting"] for row in every} == {"mrd_positive"}
    assert all(row["report_id"] in review.included for row in every)
    assert cohorts_in(review, place, set()) == []


@pytest.mark.slow
def test_one_setting_stands_without_headings(review, findings):
    table = tabulate_findings(review, caption="Findings", setting="aml")
    assert not any(row.heading for row in table.rows)
    start = tabulate_findings(review, caption="Findings", on_start=True)
    assert len(start.rows) < len(findings.rows)


@pytest.mark.slow
def test_a_phone_jumps_to_each_option_and_each_setting(review, findings):
    """On a phone a line is a card, and the last option lay six screens down."""
    table = tabulate_findings(review, caption="Findings", setting="child-first-relapse")
    anchors = [row.anchor for row in table.rows]
    assert next(name for name, _ in table.jumps) == "Blinatumomab as third consolidation"
    assert len({name for name, _ in table.jumps}) == len(table.jumps) < len(table.rows), "twice mitoxantrone"
    assert all(anchor in anchors for _, anchor in table.jumps)
    assert dict(findings.jumps)["AML: relapsed or refractory"] == "finding-aml"
    assert '<tr id="finding-aml" class="lr-group">' in str(findings.__html__())
    assert not tabulate_findings(review, caption="Findings", on_start=True).jumps, "it leads to pages"


def test_an_unknown_setting_is_named(review):
    with pytest.raises(KeyError, match=r"no setting 'x'; there are .*adult-relapse"):
        tabulate_findings(review, caption="Findings", setting="x")


def test_no_adult_trial_is_counted_among_children(review):
    """Trials pooled, most of them in adults, once made two thirds of the children on the start page."""
    settings = {row["setting_id"]: row for row in records(review.tables["settings"])}
    finding = review.tables["findings"].set_index("finding_id").loc["child-later-relapse.blinatumomab"]
    setting = settings["child-later-relapse"] | {"age_groups": finding["age_groups"]}
    cohorts = cohorts_in(review, setting, set(split_ids(finding["families"])))
    assert {row["age_group"] for row in cohorts} == {"paediatric", "mixed"}, "children, some with adults"


def test_patients_whose_number_is_not_reported_make_the_sum_a_least_one(findings):
    told = line(findings, "aml.clag-m")
    assert "(at least 933)" in told


def test_patients_of_comparisons_alone_are_not_told_as_no_study(findings):
    """An external control of 55 patients once stood as "0 (not reported)" beside its own numbers."""
    assert "| 1 comparison (55) |" in line(findings, "ph-positive.standard")


def test_a_rating_of_a_rate_is_not_taken_for_one_of_a_difference(review, findings):
    """Beside two arms a rating of one arm's rate says so; where no control stands it does not."""
    assert "Rate of" not in line(findings, "adult-relapse.bortezomib")
    assert "CR (3 studies): ⨁◯◯◯ very low" in line(findings, "adult-relapse.bortezomib")
    assert "Rate of CR (4 studies): ⨁⨁⨁◯ moderate" in line(findings, "adult-relapse.blinatumomab")


@pytest.mark.slow
def test_the_note_explains_the_marks_that_are_there(review):
    notes = {
        name: tabulate_findings(review, caption="Findings", setting=name).notes[0]
        for name in ("adult-relapse", "aml", "mrd-positive")
    }
    told = ("a v stands", "in bold", "Pooled:")
    assert [[words in note for words in told] for note in notes.values()] == [
        [True, True, True],
        [True, False, False],
        [False, False, False],
    ]


@pytest.mark.slow
def test_one_outcome_told_twice_is_told_with_its_times(review):
    """The start page once showed two counts of MRD of the same patients without what parts them."""
    told = line(tabulate_findings(review, caption="Findings", on_start=True), "child-first-relapse.aall1331")
    assert "79/105, end of cycle 1;" in told
    assert "69/105, end of cycle 2 |" in told


def test_patients_counted_in_another_setting_are_not_counted_again(review):
    """A cohort of 140 adults once stood among the Ph-negative, its 34 Ph-positive on their own page too."""
    settings = {row["setting_id"]: row for row in records(review.tables["settings"])}
    family = {"blinatumomab-alone"}
    here, there = (
        {row["cohort_id"] for row in cohorts_in(review, settings[name], family)}
        for name in ("adult-relapse", "ph-positive")
    )
    assert "neuf-2023.rr-ph-negative" in here
    assert "neuf-2023.rr" not in here
    assert "neuf-2023.rr-ph-positive" in there
    mrd = {row["cohort_id"] for row in cohorts_in(review, settings["mrd-positive"], family)}
    assert "neuf-2023.mrd" in mrd, "no other page counts its parts"
