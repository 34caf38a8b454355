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
    fill_parts,
    format_number,
    format_percent,
    make_figure,
    short_interval,
    write_limits,
    write_printed,
)
from livingreview.evidence import Evidence, records, setting_codes, split_ids
from livingreview.evidence.schema import Shown
from livingreview.tables.common import capitalise, cohorts_by_id, group_by, short_name, study_name, text
from livingreview.tables.counts import EVERYONE, base_of, is_evaluable, pooled_results
from livingreview.tables.decision import Cell, pooled_cells
from livingreview.tables.option_counts import count_option, counted_with
from livingreview.tables.rated import rated_column, say_certainty

COUNTS = "{}: patients of 100 [exact 95% confidence interval]"
SURVIVAL = "{} as printed, its 95% interval in brackets unless another level is named"
CONTROL = "; a v stands before the comparator of the same report"
RANDOMISED = "; in bold: a randomised comparison, its arms counted whole, as the trial analysed them"
POOLED = (
    "Pooled: the typical rate, the median across studies, with its interval; then the 95% prediction "
    "interval, in which the rate of a new study elsewhere would be expected: it is wide because places and "
    "patients differ."
)
LINES = (
    "Each line shows the report named under Design, or with the result. Studies and patients are all those "
    "of the option in this setting; where an option belongs to a class of this review, those of included "
    "reports. Within a line each patient is counted once, as far as the reports tell. Certainty (GRADE) is "
    "that of the outcome named with it, in as many studies as are named. "
    "Lines are not to be compared with each other: the patients differ. Blank: the report shown does not "
    "give it in this form; under Studies: counted in another line, or no result could be read."
)
VERSUS = Markup(' <span class="lr-nowrap">v ')  # never left alone at a line's end
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
    jumps: dict[str, str] = {}  # of options with the same name the first
    by_setting = group_by(found, "setting_id")
    for name, place in settings.items():
        if name not in by_setting:
            continue
        options = [_finding_row(evidence, place, row, with_note=not on_start) for row in by_setting[name]]
        if setting:
            for row, one in zip(by_setting[name], options, strict=True):
                jumps.setdefault(row["option"].partition(",")[0], one.anchor)
        else:
            rows.append(Row([link(place["title"], f"{name}.html")], f"finding-{name}", heading=True))
            jumps[place["title"]] = rows[-1].anchor
        rows += options
    if not rows:
        return Stack([], "No summary of findings is entered.")
    shown = [shows.heading for shows in _shown(evidence).values()]
    names = ["Option", "Studies (patients)", *shown, "Design", "Certainty"]
    return HtmlTable(
        caption,
        [*map(Column, names)],
        rows,
        [_explain(evidence, rows)],
        kind="lr-sof",
        jumps=() if on_start else tuple(jumps.items()),  # the start page has its own, to pages
    )


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
    first += f"{CONTROL if VERSUS in parts else ''}{RANDOMISED if '<b>' in parts else ''}."
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
    return Row(
        [
            [name, _small(row["who"])],
            _link_count(row, count_option(evidence, setting, row)) or _say_counted(evidence, row, shown),
            *(
                _survival(evidence, row, name, main)
                if shows.table == "survival"
                else _with_pooled(evidence, row, name, main, _pooled(evidence, setting, row, name))
                for name, shows in columns.items()
            ),
            [row["design"], *([_small(study)] if study else [])],
            say_certainty(evidence, row, [name for name in columns if text(row[f"{name}_control"])]),
        ],
        anchor=f"finding-{row['finding_id'].replace('.', '-')}",
        kind=rated_column(evidence, row, list(columns)),
        below=_note(evidence, row["note"]) if with_note and text(row["note"]) else None,
    )


def _note(evidence: Evidence, words: str) -> Inline:
    """What a reader must know to read the line; a ``{row_id}`` in it becomes the row's figure."""
    return Inline([Markup("<small>"), *fill_parts(evidence, words), Markup("</small>")])


def _link_count(row: Mapping, count: str) -> Markup | str:
    """The count, with the way to the cohorts of the class from which it is made up."""
    if not count or pd.isna(row["class_id"]):
        return count
    return link(count, f"{row['class_id']}-evidence.html#which-cohorts-were-treated")


def _say_counted(evidence: Evidence, row: Mapping, shown: Sequence[str]) -> Markup | str:
    """That the patients of a line without studies of its own are counted on another."""
    other = counted_with(evidence, row, [evidence.row(row_id) for row_id in shown])
    where = "in another line" if other == row["option"] else f"with “{other}”"
    return _small(f"counted {where}") if other else ""


def _with_pooled(evidence: Evidence, row: Mapping, column: str, main: str, pooled: list) -> list:
    """Results of one kind with their pools; beside a pool the study is named that a number is of."""
    return _shares(evidence, row, column, main, alone=not pooled) + pooled


def _shares(evidence: Evidence, row: Mapping, column: str, main: str, *, alone: bool = True) -> list:
    """Results of one kind, each with its interval, its control after it, and what was counted of whom.

    A report other than the `main` one, which is named under Design, is named with its result; its study is
    where they do not stand `alone`. One outcome of the same patients that is told twice is told with its
    times.
    """
    controls = split_ids(row[f"{column}_control"])
    shown = [evidence.row(row_id) for row_id in split_ids(row[column])]
    counted = [(one["cohort_id"], one.get("outcome")) for one in shown]
    parts: list = []
    for place, one in enumerate(shown):
        against = place < len(controls)
        cell = _share(evidence, one, bold=against and is_randomised(evidence, one))
        if against:
            cell += _against(_share(evidence, evidence.row(controls[place])))
        again = counted.count(counted[place]) > 1
        words = (
            _counted(evidence, one, column),
            text(one.get("timepoint", pd.NA)) if again else "",
            _other_report(evidence, one, main) if alone else study_name(evidence, one["cohort_id"]),
        )
        parts += [Inline(cell), _small(", ".join(filter(None, words)))]
    return parts


def _other_report(evidence: Evidence, row: Mapping, main: str) -> str:
    return str(short_name(evidence, row["report_id"])) if row["report_id"] != main else ""


def _pooled(evidence: Evidence, setting: Mapping, row: Mapping, column: str) -> list[Inline | Markup]:
    """'49 [37–61]', 'CR or CRh, 5 studies pooled; 95% prediction interval 22–80': the primary pool.

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
        part
        for result in pooled_results(evidence)
        if code in result.codes
        for (family, *place), cell in pooled_cells(evidence, result).items()
        if family in names
        and all(part in allowed for part, allowed in zip(place, codes, strict=True))
        and cell.interval
        and cell.expected
        for part in _pool_lines(row["class_id"], cell)
    ]


def _pool_lines(class_id: str, cell: Cell) -> list[Inline | Markup]:
    """The pooled value as large as that of one study, then what was pooled and where a new study may lie."""
    value, least, most = (format_percent(end).removesuffix("%") for end in (cell.value, *cell.expected))
    words = Markup(
        '<small>{}, <a href="{}-evidence.html#what-can-be-pooled">{} studies pooled</a>; '
        '95% prediction interval <span class="lr-nowrap">{}–{}</span></small>'
    ).format(cell.said.partition(",")[0], class_id, cell.studies, least, most)
    return [Inline([value, _interval(short_interval(*cell.interval))]), words]


def _share(evidence: Evidence, row: Mapping, *, bold: bool = False) -> list:
    """'34 [28–40]' of a count, '76' where a percentage alone is printed; linked to its row."""
    interval: list = []
    if pd.isna(row["events"]) or pd.isna(row["total"]):
        share = text(row["percent_reported_pct"], "not reported")
    elif row["total"] == 1:
        share = f"{row['events']} of 1"
    else:
        share = format_percent(Fraction(int(row["events"]), int(row["total"]))).removesuffix("%")
        interval = [_interval(short_interval(*exact_interval(row["events"], row["total"])))]
    return [*_bold(make_figure(evidence, row, share), bold), *interval]


def _against(control: list) -> list:
    """A control behind its v, on one line with it; its interval may stand on the next."""
    number, *rest = control
    return [VERSUS, number, Markup("</span>"), *rest]


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
    what = "" if _shown(evidence)[column].brief else short
    if base == "unknown" or (base == "subgroup" and not count):
        if not count:
            return "; ".join(part for part in (what, "no interval: no count is reported") if part)
        whom = "number of patients not reported"
    told = (what, count, "" if count and base == EVERYONE else whom)
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
            cell += _against(_time(evidence, evidence.row(controls[place])))
        parts.append(Inline(cell))
        if other := _other_report(evidence, one, main):
            parts.append(_small(other))
    return parts


def _say_statistic(evidence: Evidence, row: Mapping) -> str:
    """'OS median', 'DFS at 24 months', 'OS HR'."""
    if row["statistic"] == "landmark":
        return f"{row['endpoint'].replace('/', ' and ')} at {format_number(row['time_months'])} months"
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
    cohort = cohorts_by_id(evidence)[row["cohort_id"]]
    if pd.isna(cohort["arm"]) or "term" in row:
        return False
    everyone = "denominator" not in row or (
        base_of(evidence, row["denominator"]) == EVERYONE and not is_evaluable(evidence, row)
    )
    told, size = row["total"], cohort["n_enrolled"]
    return everyone and (pd.isna(told) or pd.isna(size) or told >= size)
