"""The summary of findings: the options of each clinical setting, with the results that stand for them.

Which results these are stands in ``findings.csv``, which settings there are in ``settings.csv``. Rows of one
setting stand under each other to be found, not to be compared: only a control of the same report is written
into the same cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd
from markupsafe import Markup

from livingreview.display.html import Column, HtmlTable, Inline, Row, Stack, link
from livingreview.display.marks import Figure
from livingreview.display.numbers import (
    exact_interval,
    format_number,
    format_percent,
    make_figure,
    write_limits,
    write_printed,
)
from livingreview.evidence import Evidence, records, setting_codes, split_ids
from livingreview.evidence.schema import Shown
from livingreview.tables.choice import kinship
from livingreview.tables.common import capitalise, group_by, in_sentence, short_name, text
from livingreview.tables.counts import EVERYONE, base_of, is_evaluable, pooled_results
from livingreview.tables.decision import Cell, pooled_cells
from livingreview.tables.evidence_map import cohort_size, count_once
from livingreview.tables.reports import grade

COUNTS = "{}: patients of 100 [exact 95% confidence interval]"
SURVIVAL = "{} as printed, its 95% interval in brackets unless another level is named"
CONTROL = "; a v stands before the comparator of the same report"
RANDOMISED = "; in bold: a randomised comparison, its arms counted whole, as the trial analysed them"
POOLED = (
    "Pooled: the typical rate, the median across studies, with its interval; then, of the next 100 such "
    "patients treated elsewhere, how many it would be expected of. That range holds for 95 of 100 such "
    "groups and is wide because places and patients differ. A chart's “new study” is the same without the "
    "chance of 100 patients: the rate itself."
)
LINES = (
    "Each line shows the report named under Design, or with the result. Studies and patients are all those "
    "of the option in this setting; where an option belongs to a class of this review, those of included "
    "reports. Within a line each patient is counted once, as far as the reports tell. Certainty is that of "
    "the outcomes named with it. "
    "Lines are not to be compared with each other: the patients differ. Blank: the report shown has no such "
    "figure, or none that fits the column; a blank under Studies: counted in another line, "
    "or no result could be read."
)
ABBREVIATION = re.compile(r"\(([^()]*)\)$")


def tabulate_findings(
    evidence: Evidence, *, caption: str, setting: str = "", class_id: str = "", on_start: bool = False
) -> HtmlTable | Stack:
    """Summary of findings: one line an option, under headings of their settings where there are several.

    Parameters
    ----------
    caption : str
        What the table is called.
    setting, class_id : str
        The setting, or the class, whose options are shown; '' = all.
    on_start : bool
        Only the options that ``findings.csv`` puts on the start page.

    Raises
    ------
    KeyError
        If there is no such setting.
    """
    settings = {
        row["setting_id"]: row for row in records(evidence.tables["settings"].sort_values("position"))
    }
    if setting and settings and setting not in settings:
        msg = f"no setting {setting!r}; there are {', '.join(settings)}"
        raise KeyError(msg)
    found = [
        row
        for row in records(evidence.tables["findings"].sort_values(["setting_id", "position"]))
        if (not setting or row["setting_id"] == setting)
        and (not class_id or text(row["class_id"]) == class_id)
        and (not on_start or row["on_start"] == "yes")
    ]
    rows: list[Row] = []
    by_setting = group_by(found, "setting_id")
    for name, place in settings.items():
        if name not in by_setting:
            continue
        if not setting:
            rows.append(Row([link(place["title"], f"{name}.html")], heading=True))
        rows += [_finding_row(evidence, place, row, with_note=not on_start) for row in by_setting[name]]
    if not rows:
        return Stack([], "No summary of findings is entered.")
    shown = [shows.heading for shows in _shown(evidence).values()]
    names = ["Option", "Studies (patients)", *shown, "Design", "Certainty"]
    return HtmlTable(caption, [*map(Column, names)], rows, [_explain(evidence, rows)], kind="lr-sof")


def _shown(evidence: Evidence) -> dict[str, Shown]:
    """The columns of ``findings.csv`` that name results, and what each shows."""
    return {item.name: item.shows for item in evidence.package.table("findings").fields if item.shows}


def _join(names: Sequence[str]) -> str:
    """'remission, MRD and death'."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _explain(evidence: Evidence, rows: Sequence[Row]) -> str:
    """The table's note: each mark that is in it, and none that is not."""
    parts = [str(part) for row in rows for cell in row.cells for part in _parts(cell)]
    shown = _shown(evidence).values()
    told = [
        words.format(_join([shows.name for shows in shown if shows.table == table]))
        for table, words in (("outcomes", COUNTS), ("survival", SURVIVAL))
        if any(shows.table == table for shows in shown)
    ]
    first = capitalise("; ".join(told))
    first += f"{CONTROL if ' v ' in parts else ''}{RANDOMISED if '<b>' in parts else ''}."
    pooled = [POOLED] if any("studies pooled" in part for part in parts) else []
    return " ".join([first, *pooled, LINES])


def _parts(cell: object) -> list:
    """Every word and mark of a cell, those on one line among them."""
    inner = cell.parts if isinstance(cell, Inline) else cell
    return [part for one in inner for part in _parts(one)] if isinstance(inner, (list, tuple)) else [cell]


def _finding_row(evidence: Evidence, setting: Mapping, row: Mapping, *, with_note: bool) -> Row:
    option = row["option"]
    name = link(option, f"{row['class_id']}.html") if text(row["class_id"]) else option
    columns = _shown(evidence)
    good = [name for name, shows in columns.items() if shows.direction != "bad"]
    shown = [row_id for name in good for row_id in split_ids(row[name])]
    first = evidence.row(shown[0]) if shown else None
    study = short_name(evidence, first["report_id"]) if first else ""
    main = first["report_id"] if first else ""
    note = [_small(row["note"])] if with_note and text(row["note"]) else []
    return Row(
        [
            [name, _small(row["who"])],
            _link_count(row, _count(evidence, setting, row)),
            *(
                _survival(evidence, row, name, main)
                if shows.table == "survival"
                else _shares(evidence, row, name, main) + _pooled(evidence, setting, row, name)
                for name, shows in columns.items()
            ),
            [row["design"], *([_small(study)] if study else []), *note],
            _certainty(evidence, row, [name for name in columns if text(row[f"{name}_control"])]),
        ],
        anchor=f"finding-{row['finding_id'].replace('.', '-')}",
    )


def _link_count(row: Mapping, count: str) -> Markup | str:
    """The count, with the way to the cohorts of the class from which it is made up."""
    if not count or pd.isna(row["class_id"]):
        return count
    return link(count, f"{row['class_id']}-evidence.html#which-cohorts-were-treated")


def _count(evidence: Evidence, setting: Mapping, row: Mapping) -> str:
    """'13 (1202)': studies and patients of an option's families in a setting; '' where they are not told.

    '1 comparison (55)' where its patients are known from comparisons across studies alone.
    """
    narrower = setting if pd.isna(row["age_groups"]) else {**setting, "age_groups": row["age_groups"]}
    cohorts = cohorts_in(evidence, narrower, set(split_ids(row["families"])))
    if not cohorts:
        return ""
    studies, patients, all_told = count_once(evidence, cohorts)
    if not studies:  # patients of comparisons across studies alone, as an external control
        of_each: dict[str, int] = {}
        for cohort in cohorts:
            of_each[cohort["study_id"]] = max(cohort_size(cohort), of_each.get(cohort["study_id"], 0))
        told = sum(of_each.values()) or "not reported"
        return f"{len(of_each)} comparison{'s' if len(of_each) > 1 else ''} ({told})"
    return (
        f"{studies} ({'' if all_told else 'at least '}{patients})"
        if patients
        else f"{studies} (not reported)"
    )


def _certainty(evidence: Evidence, row: Mapping, compared: Sequence[str]) -> list:
    """'⊕⊕⊕◯ moderate' and what it is of, 'overall survival against chemotherapy'; one grade is said once.

    Beside numbers of two arms (`compared`: columns that show them) the rating of a rate is called that of a
    rate, so that it is not taken for one of the difference.
    """
    rated = evidence.tables["certainty"].set_index("certainty_id")
    graded: dict[str, list] = {}
    for rating in split_ids(row["ratings"]):
        words = rated["outcome"][rating].partition(",")[0]
        if compared and rated["question"][rating] == "absolute":
            words = f"rate of {in_sentence(words)}"
        graded.setdefault(grade(evidence, rating), []).append(_small(words))
    return [part for sign, told in graded.items() for part in (sign, *told)] or [grade(evidence, pd.NA)]


def cohorts_in(evidence: Evidence, setting: Mapping, families: set[str]) -> list[dict]:
    """Whole cohorts of some families of regimens in a setting; of a class's own those in included reports.

    Of a cohort whose report parts it between this setting and another its parts in this one: patients who are
    counted on another page are not counted here as well.
    """
    own = evidence.tables["regimens"]
    regimens = set(own.loc[own["family_id"].isin(families), "regimen_id"])
    core = evidence.families.index[evidence.families["part"].eq("core")]
    codes = setting_codes(setting)
    cohorts = {
        row["cohort_id"]: row
        for row in records(evidence.tables["cohorts"])
        if row["regimen_id"] in regimens
        and (row["regimen_id"] not in core or row["report_id"] in evidence.included)
        and _stands_in(row, codes)
    }
    kin = kinship(evidence)
    whole = [
        row for name, row in cohorts.items() if not any(above in cohorts for above in kin.line(name)[1:])
    ]
    elsewhere = [
        setting_codes(other)
        for other in records(evidence.tables["settings"])
        if other["setting_id"] != setting["setting_id"]
    ]
    parts = [row for row in records(evidence.tables["cohorts"]) if not pd.isna(row["parent_cohort_id"])]
    return [part for row in whole for part in _parts_here(parts, row, codes, elsewhere)]


def _parts_here(
    cohorts: Sequence[dict], whole: dict, codes: Mapping, elsewhere: Sequence[Mapping]
) -> list[dict]:
    """The parts of a cohort in a setting, where with parts of other settings they make the whole; else it."""
    parts = [row for row in cohorts if row["parent_cohort_id"] == whole["cohort_id"]]
    here = [row for row in parts if _stands_in(row, codes)]
    there = [row for row in parts if row not in here and any(_stands_in(row, other) for other in elsewhere)]
    makes_whole = sum(map(cohort_size, here + there)) == cohort_size(whole) > 0
    return here if here and there and makes_whole else [whole]


def _stands_in(cohort: Mapping, codes: Mapping[str, set[str]]) -> bool:
    return all(cohort[column] in allowed for column, allowed in codes.items())


def _shares(evidence: Evidence, row: Mapping, column: str, main: str) -> list:
    """Results of one kind, each with its interval, its control after it, and what was counted of whom.

    A report other than the `main` one, which is named under Design, is named with its result. One outcome of
    the same patients that is told twice is told with its times.
    """
    controls = split_ids(row[f"{column}_control"])
    shown = [evidence.row(row_id) for row_id in split_ids(row[column])]
    counted = [(one["cohort_id"], one.get("outcome")) for one in shown]
    parts: list = []
    for place, one in enumerate(shown):
        against = place < len(controls)
        cell = _share(evidence, one, bold=against and is_randomised(evidence, one))
        if against:
            cell += [" v ", *_share(evidence, evidence.row(controls[place]))]
        again = counted.count(counted[place]) > 1
        words = (
            _counted(evidence, one, column),
            text(one.get("timepoint", pd.NA)) if again else "",
            _other_report(evidence, one, main),
        )
        parts += [Inline(cell), _small(", ".join(filter(None, words)))]
    return parts


def _other_report(evidence: Evidence, row: Mapping, main: str) -> str:
    return str(short_name(evidence, row["report_id"])) if row["report_id"] != main else ""


def _pooled(evidence: Evidence, setting: Mapping, row: Mapping, column: str) -> list[Markup]:
    """'CR or CRh, 5 studies pooled: 49 [37–61], of the next 100 elsewhere 22–79': the primary pool.

    It is that of the same result of the option in its setting, and leads to where the pool stands with its
    studies.
    """
    shown = split_ids(row[column])
    if not shown or pd.isna(row["class_id"]):
        return []
    code = evidence.row(shown[0]).get("outcome")
    named = evidence.tables["families"].set_index("family_id")["name"]
    names = set(named.reindex(split_ids(row["families"])))
    codes = setting_codes(setting).values()
    return [
        _pool_line(row["class_id"], cell)
        for result in pooled_results(evidence)
        if code in result.codes
        for (family, *place), cell in pooled_cells(evidence, result).items()
        if family in names
        and all(part in allowed for part, allowed in zip(place, codes, strict=True))
        and cell.interval
        and cell.group
    ]


def _pool_line(class_id: str, cell: Cell) -> Markup:
    value, low, high = (format_percent(end).removesuffix("%") for end in (cell.value, *cell.interval))
    return Markup(
        '<small>{}, <a href="{}-evidence.html#what-can-be-pooled">{} studies pooled</a>: '
        '{} <span class="lr-nowrap">[{}–{}]</span>, of the next 100 elsewhere {}–{}</small>'
    ).format(
        cell.said.partition(",")[0],
        class_id,
        cell.studies,
        value,
        low,
        high,
        cell.group.low,
        cell.group.high,
    )


def _share(evidence: Evidence, row: Mapping, *, bold: bool = False) -> list:
    """'34 [28–40]' of a count, '76' where a percentage alone is printed; linked to its row."""
    interval: list = []
    if pd.isna(row["events"]) or pd.isna(row["total"]):
        share = text(row["percent_reported_pct"], "not reported")
    elif row["total"] == 1:
        share = f"{row['events']} of 1"
    else:
        exact = exact_interval(row["events"], row["total"])
        share, low, high = (
            format_percent(end).removesuffix("%")
            for end in (Fraction(int(row["events"]), int(row["total"])), *exact)
        )
        interval = [_interval(f"{low}–{high}")]
    return [*_bold(make_figure(evidence, row, share), bold), *interval]


def _interval(limits: str) -> Markup:
    return Markup(' <small class="lr-nowrap">[{}]</small>').format(limits)


def _counted(evidence: Evidence, row: Mapping, column: str) -> str:
    """'CR 91/271', '25/36 of responders': what was counted, and of whom where not of all treated."""
    count = "" if pd.isna(row["events"]) else f"{row['events']}/{row['total']}"
    if "outcome" not in row:
        return f"{row['term']} {count}"
    words = evidence.label("outcomes", "outcome", row["outcome"])
    short = found[1] if (found := ABBREVIATION.search(words)) else words
    whom = f"of {evidence.label('outcomes', 'denominator', row['denominator'])}"
    base = base_of(evidence, row["denominator"])
    whom = "number of patients not reported" if base == "unknown" else whom
    told = (
        "" if _shown(evidence)[column].brief else short,
        count,
        "" if count and base == EVERYONE else whom,
    )
    return " ".join(part for part in told if part)


def _survival(evidence: Evidence, row: Mapping, column: str, main: str) -> list:
    """'OS median 7.7 months v 4.0 months', 'OS HR 0.71 [0.55–0.93]'; a report not `main` is named."""
    controls = split_ids(row[f"{column}_control"])
    parts: list = []
    for place, row_id in enumerate(split_ids(row[column])):
        one = evidence.row(row_id)
        bold = is_randomised(evidence, one) and (place < len(controls) or one["statistic"] == "hazard_ratio")
        cell = [f"{_say_statistic(evidence, one)} ", *_time(evidence, one, bold=bold)]
        if place < len(controls):
            cell += [" v ", *_time(evidence, evidence.row(controls[place]))]
        parts.append(Inline(cell))
        if other := _other_report(evidence, one, main):
            parts.append(_small(other))
    return parts


def _say_statistic(evidence: Evidence, row: Mapping) -> str:
    """'OS median', 'DFS at 24 months', 'OS HR'."""
    if row["statistic"] == "landmark":
        return f"{row['endpoint']} at {format_number(row['time_months'])} months"
    short = {"hazard_ratio": "HR"}.get(row["statistic"])
    return f"{row['endpoint']} {short or evidence.label('survival', 'statistic', row['statistic'])}"


def _time(evidence: Evidence, row: Mapping, *, bold: bool = False) -> list:
    """'7.7 months [5.6–9.6]', '31.3%', '0.71 [0.55–0.93]', '0.75 [97.5% CI 0.57–0.99]'."""
    unit = {"pct": "%", "ratio": ""}.get(row["unit"], f" {row['unit']}")
    figure = make_figure(evidence, row, write_printed(row, row["estimate"]) + unit)
    limits = write_limits(evidence, row)
    return [*_bold(figure, bold), *([_interval(limits)] if limits else [])]


def _small(words: str) -> Markup:
    return Markup("<small>{}</small>").format(words)


def _bold(figure: Figure, bold: bool) -> list:
    return [Markup("<b>"), figure, Markup("</b>")] if bold else [figure]


def is_randomised(evidence: Evidence, row: Mapping) -> bool:
    """Whether a result is one of a randomised arm as a whole: randomisation does not protect a part of it.

    Not of responders, a subgroup or those who could be evaluated, and not of harms, which are counted of
    those who were treated.
    """
    cohorts = evidence.tables["cohorts"].set_index("cohort_id")
    cohort = cohorts.loc[row["cohort_id"]]
    if pd.isna(cohort["arm"]) or "term" in row:
        return False
    everyone = "denominator" not in row or (
        base_of(evidence, row["denominator"]) == EVERYONE and not is_evaluable(evidence, row)
    )
    told, size = row["total"], cohort["n_enrolled"]
    return everyone and (pd.isna(told) or pd.isna(size) or told >= size)
