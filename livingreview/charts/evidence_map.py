"""Where there is evidence: a bubble a population and class of regimen, its area the patients in it.

Of several designs each has its share of the area, the better further in: one randomised trial among a dozen
series once filled the whole bubble, as though all its patients had been randomised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livingreview.charts.sheet import FEWEST_MARKS, LEADING, QUIET, SMALL, Sheet, SheetFigure, wrap
from livingreview.charts.words import measure
from livingreview.display.html import Stack
from livingreview.display.numbers import make_figure
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.tables.choice import Kinship, kinship
from livingreview.tables.common import capitalise, group_by, say_studies
from livingreview.tables.counts import study_cares
from livingreview.tables.evidence_map import OTHER_COUNT, cohort_size, cohort_table, own_cohorts

STRATUM = ("disease", "setting", "age_group")
RANDOMISED, TRIAL, SERIES, CASE = "randomised", "trial", "series", "case"
# Design -> its words, and the fill and stroke of its bubble; the best first.
DESIGNS = {
    RANDOMISED: ("randomised for this regimen", "treated", "treated"),
    TRIAL: ("other trial", "treated-tint", "treated"),
    SERIES: ("cohort, series or design not reported", "paper", "treated"),
    CASE: ("single patients", "paper", "control"),
}
UNKNOWN = " n = ?: not reported."
# Pixels across: discs, the least that shows its fill, and from where on a disc holds others.
LARGEST, LARGEST_ON_PHONE, SMALLEST, RINGED = 42, 30, 12, 24
AGAIN, AGAIN_ON_PHONE = 620, 480  # pixels from which the classes are named again: a screen shows some 800
TALL, TALL_ON_PHONE = 44, 34  # pixels: a line, on a phone beneath its name
RING = 3  # pixels across by which a disc must be wider than the one in it: two strokes
NAMES, TOTAL = 250, 70  # pixels on a desk: room for populations, and for their totals
NOTE = (
    "Area: patients of included reports on the class's own regimens, of randomised trials those of its arm; "
    "the smallest discs are of one size. Within a large disc each design has its share of the area, the "
    "better ones further in; a small one has the fill of its best design, whatever its share.{} "
    "A blank means that no such report was included, not that none exists."
)
COUNTED = (
    "Each patient counts once in a class: of several reports of a study the largest, of studies that share "
    "patients the better design. Randomisations of one trial count as studies of their own. {} "
    f"{OTHER_COUNT}"
)
APART = "No study stands in two classes, so in totals, too, each patient counts once, as far as reports tell."
SHARED = "Populations have no totals: a study stands in two classes, and its patients would count twice."


@dataclass(frozen=True)
class Place:
    """What there is of one class in one population.

    Attributes
    ----------
    population : tuple of str
        Words for disease, setting and age, coarser than the strata.
    class_id : str
        The class.
    cohorts : tuple of dict
        Cohorts that share no patient.
    studies : int
        How many studies they are of.
    design : str
        The best design among them, a key of `DESIGNS`.
    """

    population: tuple[str, ...]
    class_id: str
    cohorts: tuple[dict, ...]
    studies: int
    design: str

    @property
    def patients(self) -> int:
        """Patients whose number is reported."""
        return sum(map(cohort_size, self.cohorts))

    @property
    def by_design(self) -> dict[str, int]:
        """Patients of each design that there is, the best first; 0 where their number is not reported."""
        parts = group_by(self.cohorts, "best")
        return {design: sum(map(cohort_size, parts[design])) for design in DESIGNS if design in parts}


def find_places(evidence: Evidence) -> list[Place]:
    """Populations, each with the classes that have patients of it: the disease of most patients first.

    After it come its kinds, then the others in declared order.

    A trial that randomised between other things than the class's regimen counts as a trial only: the data
    tell it by an experimental arm on the regimen and no control arm on it.
    """
    cohorts = own_cohorts(evidence)
    places = []
    for class_id, own in group_by(cohorts, "class_id").items():
        kept = _patients_once(evidence, own)
        populations: dict[tuple[str, ...], list[dict]] = {}
        for row in kept:
            populations.setdefault(_population(evidence, row), []).append(row)
        for population, rows in populations.items():
            best = min((row["best"] for row in rows), key=list(DESIGNS).index)
            places.append(Place(population, class_id, tuple(rows), len(group_by(rows, "study_id")), best))
    order = {words: number for number, words in enumerate(_populations(evidence))}
    ranks = _rank_diseases(evidence, places)
    return sorted(
        places,
        key=lambda place: (
            len(place.population) == 1,
            ranks.get(place.population[0], len(ranks)),
            order[place.population],
        ),
    )


def _rank_diseases(evidence: Evidence, places: Sequence[Place]) -> dict[str, int]:
    """Places of diseases, by their broad words: that of most patients, its kinds, the others as declared."""
    field = evidence.package.field("cohorts", "disease")
    patients: dict[str, int] = {}
    for place in places:
        if len(place.population) > 1:
            patients[place.population[0]] = patients.get(place.population[0], 0) + place.patients
    main = max(patients, key=lambda words: patients[words], default="")

    def rank(code: str) -> int:
        words = field.broad_label(code)
        return 0 if words == main else 1 if main in map(field.broad_label, field.wholes(code)) else 2

    words = (field.broad_label(code) for code in sorted(field.labels, key=rank))
    return {name: number for number, name in enumerate(dict.fromkeys(words))}


def _populations(evidence: Evidence) -> dict[tuple[str, ...], None]:
    """All populations there may be, in the order in which the schema declares their codes."""
    fields = [evidence.package.field("cohorts", column) for column in STRATUM]
    return {
        _population(evidence, dict(zip(STRATUM, codes, strict=True))): None
        for codes in (
            (disease, setting, age)
            for disease in fields[0].labels
            for setting in fields[1].labels
            for age in fields[2].labels
        )
    }


def _population(evidence: Evidence, row: Mapping) -> tuple[str, ...]:
    """Disease, setting and age in the schema's broad words; of unknown age all together."""
    if row["age_group"] == UNSAID:
        return ("age not reported",)
    fields = (evidence.package.field("cohorts", column) for column in STRATUM)
    return tuple(field.broad_label(row[field.name]) for field in fields)


def _patients_once(evidence: Evidence, cohorts: Sequence[dict]) -> list[dict]:
    """Cohorts of a class that share no patient, as far as the data tell.

    Of one study the largest cohort, and those known to be apart from it or told by the same report of another
    population; of studies that share patients the better design, then the larger.
    """
    kin = kinship(evidence)
    cares = study_cares(evidence)
    chosen = {
        study: _apart(kin, [row | {"best": _design(kin, row, rows, cares[study])} for row in rows])
        for study, rows in group_by(cohorts, "study_id").items()
    }
    rank = list(DESIGNS)

    def order(study: str) -> tuple:
        rows = chosen[study]
        return min(rank.index(row["best"]) for row in rows), -sum(map(cohort_size, rows)), study

    kept: list[str] = []
    for study in sorted(chosen, key=order):
        if not evidence.overlaps[study].intersection(kept):
            kept.append(study)
    return [row for study in kept for row in chosen[study]]


def _apart(kin: Kinship, rows: Sequence[dict]) -> list[dict]:
    taken: list[dict] = []
    for row in sorted(rows, key=lambda row: (cohort_size(row), row["row_id"]), reverse=True):
        if all(
            kin.apart(row["cohort_id"], other["cohort_id"])
            or (row["report_id"] == other["report_id"] and any(row[key] != other[key] for key in STRATUM))
            for other in taken
        ):
            taken.append(row)
    return taken


def _design(kin: Kinship, row: Mapping, own: Sequence[dict], group: str) -> str:
    """What a cohort is among the class's cohorts of its study, whose design is of a group of designs."""
    arms = {kin.arm(other["cohort_id"]) for other in own}
    if kin.arm(row["cohort_id"]) == "experimental" and "control" not in arms:
        return RANDOMISED
    if group == TRIAL:
        return TRIAL
    return CASE if cohort_size(row) == 1 else SERIES


def draw_map(evidence: Evidence, *, title: str, note: str = "") -> Stack:
    """Patients and studies by population and class: area is patients, fill the designs by their share.

    `note` is what a reader must know of the populations, as a sentence.
    """
    places = find_places(evidence)
    classes = {
        row["class_id"]: row["short_title"]
        for row in records(evidence.tables["regimen_classes"].sort_values("position"))
    }
    cells = [_cell(place, classes) for place in places]
    table = cohort_table(evidence, cells, f"{title}: the cohorts")
    if len(places) < FEWEST_MARKS:
        return Stack([table] if places else [], "No report is included.")
    apart = _classes_apart(evidence, places)
    note = NOTE.format(f" {note}" if note else "")
    counted = COUNTED.format(APART if apart else SHARED).strip()
    note += "" if all(place.patients for place in places) else UNKNOWN
    words = " ".join(
        f"{cell['name']}: {cell['what']}{_say_designs(place)}."
        for cell, place in zip(cells, places, strict=True)
    )
    layout = lambda sheet: _lay_out(sheet, evidence, places, classes, totals=apart)  # noqa: E731
    words += f" {_say_totals(places, classes)}"
    more = ("How patients and studies are counted", counted)
    return Stack([SheetFigure(title, layout, words, table, note, more=more)])


def _classes_apart(evidence: Evidence, places: Sequence[Place]) -> bool:
    """Whether no study, and no two that share patients, stand in two classes."""
    classes: dict[str, set[str]] = {}
    for place in places:
        for row in place.cohorts:
            for study in (row["study_id"], *evidence.overlaps[row["study_id"]]):
                classes.setdefault(study, set()).add(place.class_id)
    own = {row["study_id"] for place in places for row in place.cohorts}
    return all(len(classes[study]) == 1 for study in own)


def _count(places: Sequence[Place]) -> tuple[str, str]:
    """'43 studies' and 'n = 3028' of some places; a study in several populations is one."""
    studies = len({row["study_id"] for place in places for row in place.cohorts})
    patients = sum(place.patients for place in places)
    sign = "=" if all(place.patients for place in places) else "≥"
    return say_studies(studies), f"n {sign} {patients}" if patients else "n = ?"


def _say_totals(places: Sequence[Place], classes: Mapping[str, str]) -> str:
    told = [
        f"{name}, {', '.join(_count(own))}"
        for class_id, name in classes.items()
        if (own := [place for place in places if place.class_id == class_id])
    ]
    return f"In all populations: {'; '.join(told)}."


def _say_designs(place: Place) -> str:
    """The design of a place; of several how many patients are of each, the best first."""
    if len(place.by_design) == 1:
        return f", {DESIGNS[place.design][0]}"
    return ": " + "; ".join(f"{DESIGNS[design][0]} {n or '?'}" for design, n in place.by_design.items())


def _cell(place: Place, classes: Mapping[str, str]) -> dict:
    patients = (
        f"{place.patients} patient{'s' if place.patients != 1 else ''}"
        if place.patients
        else "number of patients not reported"
    )
    studies = f"{place.studies} {'study' if place.studies == 1 else 'studies'}"
    name = f"{classes[place.class_id]}; {', '.join(place.population)}"
    return {"name": name, "cohorts": place.cohorts, "what": f"{patients}, {studies}"}


def _lay_out(
    sheet: Sheet, evidence: Evidence, places: Sequence[Place], classes: Mapping[str, str], *, totals: bool
) -> None:
    """A line a population, the classes side by side; `totals`: of populations, too."""
    left = 0 if sheet.phone else NAMES
    column = (sheet.width - left - (0 if sheet.phone or not totals else TOTAL)) / len(classes)
    again = AGAIN_ON_PHONE if sheet.phone else AGAIN
    head = _draw_head(sheet, classes, left, column, totals=totals)
    most = max(place.patients for place in places)
    for population, row in _rows_of(places).items():
        if sheet.height - head > again:
            head = _draw_head(sheet, classes, left, column, totals=totals)
        name = capitalise(", ".join(population))
        summed = totals and (len(row) > 1 or not sheet.phone)  # a phone has no column for it
        middle, height = _draw_name(sheet, name, list(row.values()) if summed else [])
        for at, class_id in enumerate(classes):
            if cell := row.get(class_id):
                x = left + at * column
                figure = make_figure(evidence, max(cell.cohorts, key=cohort_size))
                with sheet.row(figure, middle - 17, 34, x=x, width=column):
                    _draw_bubble(sheet, cell, x, middle, most)
        sheet.height += height
        sheet.line(0, sheet.height, sheet.width, sheet.height, color="tint")
    sheet.line(0, sheet.height, sheet.width, sheet.height)
    if sheet.height - head > again / 2:
        _draw_head(sheet, classes, left, column, totals=totals)
    middle, height = _draw_name(sheet, "All populations", places if totals else [], bold=True)
    words = (LARGEST_ON_PHONE if sheet.phone else LARGEST) + 4
    for at, class_id in enumerate(classes):
        own = [place for place in places if place.class_id == class_id]
        _draw_count(sheet, left + at * column + words, middle, own)
    sheet.height += height
    _draw_key(sheet, places)


def _draw_name(
    sheet: Sheet, name: str, places: Sequence[Place], *, bold: bool = False
) -> tuple[float, float]:
    """A line's name with the total of its places, if any; returns the line's middle and its height."""
    total = f"all: {_count(places)[1]}" if places else ""
    beside = measure(total, size=SMALL) + 8 if sheet.phone and places else 0
    words = wrap(name, sheet.width - beside if sheet.phone else NAMES - 10, bold=bold)
    head = LEADING * len(words) + 4 if sheet.phone else 0
    height = head + TALL_ON_PHONE if sheet.phone else max(TALL, LEADING * len(words) + 8)
    middle = sheet.height + head + (height - head) / 2
    sheet.block(0, sheet.height + 10 if sheet.phone else middle, words, middle=not sheet.phone, bold=bold)
    if places and sheet.phone:  # one line: how many studies the cells beneath say
        sheet.text(sheet.width, sheet.height + 10, total, align="right", **QUIET)
    elif places:
        _draw_count(sheet, sheet.width - TOTAL + 4, middle, places)
    return middle, height


def _draw_count(sheet: Sheet, x: float, middle: float, places: Sequence[Place]) -> None:
    if places:
        studies, patients = _count(places)
        sheet.text(x, middle - 7, studies, size=SMALL)
        sheet.text(x, middle + 7, patients, **QUIET)


def _rows_of(places: Sequence[Place]) -> dict[tuple[str, ...], dict[str, Place]]:
    rows: dict[tuple[str, ...], dict[str, Place]] = {}
    for place in places:
        rows.setdefault(place.population, {})[place.class_id] = place
    return rows


def _draw_head(
    sheet: Sheet, classes: Mapping[str, str], left: float, column: float, *, totals: bool
) -> float:
    """The classes over their columns, below what is drawn; returns where the rows then begin."""
    size = SMALL if sheet.phone else 12
    titles = [wrap(name.replace("-", "- "), column - 4, size=size, bold=True) for name in classes.values()]
    tallest = max(map(len, titles))
    top, bottom = sheet.height + 8, sheet.height + 5 + LEADING * tallest
    for place, lines in enumerate(titles):
        down = top + LEADING * (tallest - len(lines))
        lines = [line.replace("- ", "-") for line in lines]
        sheet.block(left + place * column, down, lines, size=size, bold=True)
    if totals and not sheet.phone:
        sheet.text(sheet.width - TOTAL + 4, top + LEADING * (tallest - 1), "All classes", bold=True)
    sheet.line(0, bottom, sheet.width, bottom)
    sheet.height = bottom + 3
    return sheet.height


def _draw_bubble(sheet: Sheet, cell: Place, x: float, middle: float, most: int) -> None:
    """A bubble in the left of its field, studies and patients beside it."""
    largest = LARGEST_ON_PHONE if sheet.phone else LARGEST
    for design, across in _discs(cell, largest, most):
        _, fill, stroke = DESIGNS[design]
        sheet.point(x + largest / 2, middle, size=across, fill=fill, stroke=stroke)
    _draw_count(sheet, x + largest + 4, middle, [cell])


def _discs(cell: Place, largest: float, most: int) -> list[tuple[str, float]]:
    """Designs with the width of their discs, so that areas are shares; outermost first.

    A small disc, in which rings would run together, is of the best design alone, as is a place without any
    number. Of two discs that would touch, the better is left; a design without a number has no area.
    """
    whole = max(SMALLEST, largest * math.sqrt(cell.patients / most))
    if whole < RINGED:
        return [(cell.design, whole)]
    found: list[tuple[str, float]] = []
    within = 0
    for design, patients in cell.by_design.items():
        within += patients
        across = largest * math.sqrt(within / most)
        if patients and (not found or across - found[-1][1] >= RING):
            found.append((design, across))
    if found[-1][1] < whole:
        found[-1] = (found[-1][0], whole)
    return found[::-1]


def _draw_key(sheet: Sheet, places: Sequence[Place]) -> None:
    def bubble(fill: str, stroke: str):
        return lambda x, y: sheet.point(x, y, size=11, fill=fill, stroke=stroke)

    largest = LARGEST_ON_PHONE if sheet.phone else LARGEST
    most = max(place.patients for place in places)
    used = {design for place in places for design, _ in _discs(place, largest, most)}
    marks = [
        (bubble(fill, stroke), words) for design, (words, fill, stroke) in DESIGNS.items() if design in used
    ]
    sheet.height += 16
    sheet.height += sheet.key(sheet.height, marks)
