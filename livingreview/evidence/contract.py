"""What the engine asks of a review's data: tables, columns, types, keys; and what it can do without.

``datapackage.json`` says what a review has; this module says what the engine reads, and it is the only
place of the engine that does. A table of `REQUIRED` must be there. Any other may be left out: its rows
are then none, its words blank, and the pages show what they show where nothing is entered. A table that
is there has the columns asked for here, and may have more; tables of other names are carried along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from livingreview.evidence.schema import Field, ForeignKey, Package, Table, parse_package

# Reports belong to studies, cohorts to reports, and regimens lead from a cohort to the chapter of its class.
REQUIRED = ("reports", "studies", "regimen_classes", "families", "regimens", "cohorts")

# Of every row that is evidence, because a figure on a page says where it is from.
PROVENANCE = (
    "row_id! report_id! locator! as_reported basis! source_report_id source_citation derivation "
    "verification! note"
)
# Of each table: the columns that are read, the primary key first; of evidence those above come before them.
# `!`: no page can do without a value in every row. `:integer`, `:number`, `:date`: the type, if not text.
COLUMNS = {
    "reports": (
        "report_id! study_id! kind text_seen status! status_reason! first_available "
        "data_cutoff licence funding competing_interests note"
    ),
    "identifiers": "identifier_id! report_id! scheme! value! as_printed basis!",
    "former_ids": "former_id! report_id! renamed_on:date! reason!",
    "expected": (
        "expected_id! class_id! report! doi pmid why! named_by! named_in listed! fate! report_id tried"
    ),
    "studies": "study_id! name! design! overlaps_with",
    "regimen_classes": "class_id! title! short_title! question! position:integer!",
    "families": "family_id! class_id! name! part! position:integer!",
    "drugs": "drug_id! name! short_name! note",
    "regimens": "regimen_id! family_id name! role! cycle_length_days:integer",
    "regimen_components": "regimen_id! block drug_id! dose:number dose_unit frequency route days condition",
    "cohorts": (
        "cohort_id! study_id! regimen_id parent_cohort_id label! arm disease! setting! age_group! "
        "age_statistic age_centre_years:number age_min_years:number age_max_years:number "
        "n_enrolled:integer n_evaluable:integer follow_up_median_months:number follow_up_min_months:number "
        "follow_up_max_months:number"
    ),
    "characteristics": (
        "cohort_id characteristic! category! events:integer total:integer percent_reported_pct"
    ),
    "outcomes": (
        "cohort_id! outcome! events:integer total:integer percent_reported_pct denominator! assessed_at! "
        "timepoint definition! partition"
    ),
    "survival": (
        "cohort_id endpoint! statistic! time_months:number estimate:number! unit! ci_low:number "
        "ci_high:number ci_high_open ci_level:number range_low:number range_high:number "
        "plus_minus:number total:integer origin group modifier"
    ),
    "adverse_events": (
        "cohort_id term! group! grade_min:integer grade_max:integer events:integer total:integer "
        "percent_reported_pct attribution period"
    ),
    "patient_timeline": (
        "cohort_id! position:integer! start end date_basis! kind! regimen_id label! value:number unit "
        "response"
    ),
    "definitions": "",
    "figures": "cohort_id modifier value:number value_low:number value_high:number interval unit",
    "discrepancies": (
        "discrepancy_id! report_id! kind! severity! title! where_a value_a where_b value_b explanation! "
        "status! resolution! affects"
    ),
    "disjoint_cohorts": "cohort_id! set_id! reason!",
    "external_controls": "comparison_id! class_id! treated_row_id! control_row_id! unlike!",
    "source_problems": "problem_id! report_id! copy! kind! problem! done! status! affects",
    "appraisal_tools": "item_id! tool! tool_version! position:integer! topic!",
    "appraisals": "row_id! report_id! item_id! result judgement! second_judgement reason! locator!",
    "strategies": (
        "strategy_id! source! platform! kind! query! window_field valid_from:date valid_to:date note "
        "press_question press_operators press_headings press_words press_syntax press_limits"
    ),
    "searches": (
        "search_id! source date:date query hits:integer note strategy_id from_day:date to_day:date "
        "hits_told:integer retrieved:integer file_sha256 version"
    ),
    "records": (
        "record_id! pmid doi pmcid trials accession title authors n_authors:integer container year volume "
        "issue pages kind! flags entered:date same_as same_as_basis report_id report_basis study_id "
        "study_basis"
    ),
    "hits": "hit_id! search_id! record_id! copies:integer!",
    "reasons": "reason_id! stage! position:integer! decision! label! criterion!",
    "pairs": "pair_id! record_id! other_id! relation!",
    "screening": "record_id! search_id! report_id stage! decision! reason! reason_id basis!",
    "departures": "report_id! day:date! reason! version",
    "notices": (
        "notice_id! report_id! kind! source! notice! day:date seen_on:date! read_on:date effect note"
    ),
    "watches": "watch_id! report_id! source! number! day:date! answer!",
    "trials": (
        "trial_id! number! study_id title status completion completion_type enrolment:integer "
        "enrolment_type results_posted:date updated:date merged_into seen_on:date awaited! setting_id "
        "priority:integer overturns note"
    ),
    "trial_events": "event_id! trial_id! seen_on:date! what! before after",
    "claims": (
        "claim_id! class_id! position:integer! text! rests_on certainty! certainty_reason! overturned_by!"
    ),
    "certainty": (
        "certainty_id! class_id! position:integer! question! outcome! rests_on start! "
        "risk_of_bias:integer! inconsistency:integer! indirectness:integer! imprecision:integer! "
        "publication_bias:integer! certainty! reason!"
    ),
    "settings": "setting_id! position:integer! title! diseases! settings! age_groups!",
    "findings": (
        "finding_id! setting_id! position:integer! option! class_id families age_groups who! on_start! "
        "design! ratings note"
    ),
    "readings": "claim_id! read_on:date! digest! slice_digest! slice_reports",
    "rule_changes": "change_id! made_on:date! former! now! reason! pools_seen!",
    "pooled_results": (
        "result_id! position:integer! name! table! codes! levels attribution grade_min:integer "
        "time_months:number note"
    ),
    "published_syntheses": (
        "row_id! class_id! source! source_url! page_read! family_id! disease! setting! age_group! measure! "
        "code! time_months:number part against search_to:date model studies:integer patients:integer "
        "estimate! ci_low ci_high as_reported! difference!"
    ),
    "glossary": "term! meaning!",
    "questions": "question! position:integer! view!",
    "reporting_items": "item_id! guideline! position:integer! number! topic! asks! status! where note",
    "extraction_agreement": (
        "report_id! rows_first:integer rows_second:integer rows_both:integer rows_same_values:integer"
    ),
    "proposals": "proposal_id! report_id! tool! rows_taken:integer!",
}
EVIDENCE = (
    "regimens",
    "regimen_components",
    "cohorts",
    "characteristics",
    "outcomes",
    "survival",
    "adverse_events",
    "patient_timeline",
    "definitions",
    "figures",
)
# Keys that the engine follows from a row to another table's and must find there (table.column: table.column).
FOLLOWED = {
    "reports.study_id": "studies.study_id",
    "identifiers.report_id": "reports.report_id",
    "former_ids.report_id": "reports.report_id",
    "expected.class_id": "regimen_classes.class_id",
    "expected.report_id": "reports.report_id",
    "families.class_id": "regimen_classes.class_id",
    "regimens.family_id": "families.family_id",
    "regimen_components.regimen_id": "regimens.regimen_id",
    "regimen_components.drug_id": "drugs.drug_id",
    "cohorts.study_id": "studies.study_id",
    "cohorts.regimen_id": "regimens.regimen_id",
    "cohorts.parent_cohort_id": "cohorts.cohort_id",
    "characteristics.cohort_id": "cohorts.cohort_id",
    "outcomes.cohort_id": "cohorts.cohort_id",
    "survival.cohort_id": "cohorts.cohort_id",
    "adverse_events.cohort_id": "cohorts.cohort_id",
    "patient_timeline.cohort_id": "cohorts.cohort_id",
    "figures.cohort_id": "cohorts.cohort_id",
    "discrepancies.report_id": "reports.report_id",
    "appraisals.report_id": "reports.report_id",
    "appraisals.item_id": "appraisal_tools.item_id",
    "records.report_id": "reports.report_id",
    "records.study_id": "studies.study_id",
    "hits.search_id": "searches.search_id",
    "hits.record_id": "records.record_id",
    "pairs.record_id": "records.record_id",
    "screening.report_id": "reports.report_id",
    "departures.report_id": "reports.report_id",
    "notices.report_id": "reports.report_id",
    "watches.report_id": "reports.report_id",
    "trials.study_id": "studies.study_id",
    "trial_events.trial_id": "trials.trial_id",
    "claims.class_id": "regimen_classes.class_id",
    "certainty.class_id": "regimen_classes.class_id",
    "findings.setting_id": "settings.setting_id",
    "findings.class_id": "regimen_classes.class_id",
    "published_syntheses.class_id": "regimen_classes.class_id",
    "published_syntheses.family_id": "families.family_id",
    "extraction_agreement.report_id": "reports.report_id",
    "proposals.report_id": "reports.report_id",
}
# Groups into which the schema puts every code of a column: those that the engine goes by, ...
GROUPS = {
    ("outcomes", "assessed_at"): ("timed", "own", "unknown"),
    ("studies", "design"): ("trial", "routine", "secondary", "single", "unknown"),
}
# ... and those that a review declares itself (`rules` of the column). Of denominators three mean the same
# everywhere: `all` patients, a `subgroup` that a report picked out, an `unknown` number.
OWN_GROUPS = {("outcomes", "outcome"): (), ("outcomes", "denominator"): ("all", "subgroup", "unknown")}
# What the time of a count means: counts of each printed time share a pool of their own; it happens once,
# whenever; it depends on how long patients were followed, and is pooled only where `pooled_results` names it.
TIMES = ("point", "once", "follow_up")
# Where on a patient's way a code of a column stands, for charts of that way. A remission holds the complete
# and the incomplete ones, a response holds remissions and partial ones: what is told of both is a difference.
STEPS = {
    ("outcomes", "outcome"): (
        "complete", "incomplete", "remission", "partial", "response", "refractory", "early_death",
        "mrd_negative", "transplant", "alive", "event_free",
    ),
    ("outcomes", "denominator"): ("evaluable", "responders"),
    ("survival", "endpoint"): ("alive", "event_free"),
    ("patient_timeline", "response"): (
        "active", "refractory", "partial", "remission", "mrd_remains", "mrd_negative",
    ),
}  # fmt: skip
# Results in the summary of findings stand in columns that say so (`shows`), each with one for its control.
CONTROL = "_control"
# Ids by which rows of other tables are found, beside the primary keys: each once.
UNIQUE = ("regimens.regimen_id", "cohorts.cohort_id")


def _ask(name: str) -> Table:
    evidence = name in EVIDENCE
    words = f"{PROVENANCE} {COLUMNS[name]}".split() if evidence else COLUMNS[name].split()
    key = words[0].rstrip("!")
    links = [
        ForeignKey(column, *target.split("."))
        for table, column, target in ((*place.split("."), target) for place, target in FOLLOWED.items())
        if table == name
    ]
    if evidence:
        links += [ForeignKey(column, "reports", "report_id") for column in ("report_id", "source_report_id")]
    fields = tuple(_ask_column(name, key, word) for word in words)
    return Table(name, "", name.replace("_", " ").capitalize(), "", fields, key, tuple(links), evidence)


def _ask_column(table: str, key: str, word: str) -> Field:
    name, _, kind = word.rstrip("!").partition(":")
    constraints = {"required": True} if word.endswith("!") else {}
    if name == key or f"{table}.{name}" in UNIQUE:
        constraints["unique"] = True
    return Field(name, kind or "string", constraints=constraints)


# Every table the engine asks for, as it asks for it: without a file, with blank words.
ASKED: Mapping[str, Table] = {name: _ask(name) for name in COLUMNS}


def shown_columns(package: Package) -> tuple[str, ...]:
    """Columns of the summary of findings that name results, each followed by that of its controls."""
    names = [item.name for item in package.table("findings").fields if item.shows]
    return tuple(f"{name}{whose}" for name in names for whose in ("", CONTROL))


def parse_review(descriptor: dict) -> Package:
    """A Data Package descriptor as a `Package`, with a blank for each table that it lacks and may lack."""
    package = parse_package(descriptor)
    absent = {name: table for name, table in ASKED.items() if name not in package.tables}
    return replace(package, absent=absent)
