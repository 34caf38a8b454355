"""Randomised comparisons as a Cochrane data package, version 1, which R's meta reads with ``read.cdir``.

Source
------
"Data package specification, version 1" (documentation.cochrane.org/revman-kb): packages of RevMan until
23 September 2024; ``read.cdir`` and ``inst/extdata/Fleiss1993.zip`` of R's meta (8.0-2), by which columns
are ordered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from livingreview.citation import entry_to_csl, items_to_ris
from livingreview.evidence import Evidence
from livingreview.exchange.folder import README, as_csv, write_readme
from livingreview.exchange.pools import first_years
from livingreview.files import make_zip
from livingreview.synthesis import two_by_two
from livingreview.tables.arms import Pair, best_pairs, name_treatments
from livingreview.tables.common import stratum_name
from livingreview.tables.contrasts import pair_arms
from livingreview.tables.pooled_contrasts import COMMON, ContrastPool, contrast_pools

SETTINGS = (
    "Analysis group", "Analysis number", "Analysis name", "Analysis group name", "Data source",
    "Data source eligibility", "Data type", "Log-scale data", "Outcome", "Intervention grouping",
    "Experimental intervention", "Control intervention", "Subgroup by", "Filter criteria",
    "Experimental group label", "Control group label", "Statistical method", "Effect measure",
    "Unit of effect measure", "Analysis model", "Subgroup estimates", "Overall estimates",
    "Test for subgroup differences", "Swap event and non-event", "Study CI", "Estimate CI",
    "Experimental cases", "Experimental N", "Control cases", "Control N", "Mean", "CI start", "CI end",
    "Heterogeneity Tau²", "Heterogeneity Chi²", "Heterogeneity df", "Heterogeneity P", "Heterogeneity I²",
    "Effect Z", "Effect P", "Subgroup Chi²", "Subgroup df", "Subgroup P", "Subgroup I²", "ID",
)  # fmt: skip
ROWS = (
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Applicability", "Study", "Study year",
    "GIV Mean", "GIV SE", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N",
    "Control mean", "Control SD", "Control cases", "Control N", "O-E", "Variance", "Weight", "Mean",
    "CI start", "CI end", "Footnotes",
)  # fmt: skip
SUBGROUPS = (
    "Analysis group", "Analysis number", "Subgroup", "Subgroup number", "Experimental cases",
    "Experimental N", "Control cases", "Control N", "Weight", "Mean", "CI start", "CI end",
    "Heterogeneity Tau²", "Heterogeneity Chi²", "Heterogeneity df", "Heterogeneity P", "Heterogeneity I²",
    "Effect Z", "Effect P", "ID",
)  # fmt: skip
STUDIES = ("Study", "Year", "Data source")
USE = """## Use

```r
library(meta) # 8.0 or later, with dplyr 1.1 or later
dat <- read.cdir("NAME.zip", title = "The review's title")
metacr(dat, comp.no = 1, outcome.no = 1)
```

To be installed first, in R: `install.packages(c("meta", "dplyr"))`.
The package is for reading only: nothing takes it back. Its `NAME-included.ris` comes back by
`livingreview import FILE.ris --strategy ID`.

`Overall estimates` is true where the review pools an analysis: its `Mean`, `CI start` and `CI end` hold the
pooled ratio. Elsewhere nothing is pooled.
`Footnotes` names the evidence rows. Columns that RevMan works out and the review does not (weights, tests)
are empty. Hazard ratios are of contrast level (`GIV Mean`: the log, `GIV SE`: its error, from the printed
interval), counts dichotomous. Studies of one arm have no place in this layout: export `pools` for them."""


@dataclass(frozen=True)
class Analysis:
    """One analysis: its comparison, what is measured, its settings, its rows as the layout names them."""

    comparison: str
    name: str
    settings: Mapping[str, object]
    rows: tuple[Mapping[str, object], ...]


def export(evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of the export ``cochrane``: the package as a zip, its tables beside it, a read-me."""
    analyses = [*_hazards(evidence), *_counts(evidence)]
    settings, rows = _number(analyses)
    studies = {row["Study"]: row["Study year"] for row in rows}
    name = re.sub(r"[^A-Za-z0-9]", "", evidence.package.name)  # read.cdir parts names at a hyphen
    tables = {
        f"{name}-analysis-data/{name}-overall-estimates-and-settings.csv": as_csv(SETTINGS, settings),
        f"{name}-analysis-data/{name}-data-rows.csv": as_csv(ROWS, rows),
        f"{name}-analysis-data/{name}-subgroup-estimates.csv": as_csv(SUBGROUPS, ()),
        f"{name}-study-data/{name}-study-information.csv": as_csv(
            STUDIES, ({"Study": study, "Year": year, "Data source": "PUB"} for study, year in studies.items())
        ),
        f"{name}-study-data/{name}-included.ris": _references(evidence, analyses),
    }
    inner = make_zip(tables)
    pooled = sum(row["Overall estimates"] == "true" for row in settings)
    what = (
        f"{len(analyses)} analyses of randomised trials, {pooled} of them pooled, as a Cochrane data "
        f"package (version 1): `{name}.zip`, and the tables in it."
    )
    readme = write_readme(record, "Cochrane data package", [what, USE.replace("NAME", name)])
    package = {f"{name}.zip": make_zip({f"{name}-files/{name}-data.zip": inner})}
    return {README: readme} | package | tables


def _hazards(evidence: Evidence) -> Iterator[Analysis]:
    """Hazard ratios of one population and endpoint, pooled where the review pools them."""
    for pool in contrast_pools(evidence):
        if pool.kind == "HR":
            rows = tuple(
                {
                    "Study": trial.name,
                    "Study year": first_years(evidence).get(trial.study_id, ""),
                    "GIV Mean": round(trial.log_ratio, 8),
                    "GIV SE": round(trial.se, 8),
                    **_ends(trial.ends),
                    "Footnotes": trial.row_ids[0],
                }
                for trial in pool.trials
            )
            told = {"Data type": "Contrast level", "Effect measure": "Hazard Ratio"}
            yield Analysis(pool.stratum, pool.endpoint, told | _pooled(pool), rows)


def _pooled(pool: ContrastPool) -> dict[str, object]:
    fit = pool.pooled
    is_random = fit is not None and pool.method != COMMON
    told = {"Analysis model": "Random effect" if is_random else "Fixed effect"}
    ends = _ends((fit.effect, *fit.ci)) if fit else {}
    return told | {"Overall estimates": "true" if fit else "false"} | ends


def _ends(values: Iterable[float]) -> dict[str, float]:
    return dict(zip(("Mean", "CI start", "CI end"), values, strict=True))


def _counts(evidence: Evidence) -> Iterator[Analysis]:
    """Counts of both arms of a trial, one an outcome, denominator and time; none of them pooled here."""
    counted = [pair for pair in pair_arms(evidence) if pair.counted]
    for pair in best_pairs(evidence, counted, _what):
        row = pair.experimental
        place = stratum_name(evidence, *(row[f"c_{name}"] for name in ("disease", "setting", "age_group")))
        treatments = " versus ".join(filter(None, name_treatments(evidence, pair.arms)))
        outcome, base, when = (
            evidence.label("outcomes", name, row[name]) for name in ("outcome", "denominator", "assessed_at")
        )
        told = {
            "Data type": "Dichotomous",
            "Effect measure": "Risk Ratio",
            "Analysis model": "Fixed effect",
            "Overall estimates": "false",
        }
        yield Analysis(
            f"{treatments}: {place}", f"{outcome}; of: {base}; {when}", told, (_count(evidence, pair),)
        )


def _what(pair: Pair) -> tuple:
    names = ("outcome", "denominator", "assessed_at", "c_disease", "c_setting", "c_age_group")
    return tuple(str(pair.experimental[name]) for name in names)


def _count(evidence: Evidence, pair: Pair) -> dict[str, object]:
    cells = [int(cell) for cell in pair.cells]
    table = two_by_two(*cells)
    names = ("Experimental cases", "Experimental N", "Control cases", "Control N")
    ratio = _ends((table.risk_ratio, *table.risk_ratio_ci)) if np.isfinite(table.risk_ratio) else {}
    return {
        "Study": evidence.study_names[pair.experimental["cohort_id"]],
        "Study year": first_years(evidence).get(pair.arms.study_id, ""),
        **dict(zip(names, cells, strict=True)),
        **ratio,
        "Footnotes": "; ".join(row["row_id"] for row in pair.rows),
    }


def _number(analyses: Iterable[Analysis]) -> tuple[list[dict], list[dict]]:
    """Settings and rows with the number of their comparison and of their analysis in it."""
    groups: dict[str, int] = {}
    settings: list[dict] = []
    rows: list[dict] = []
    for one in analyses:
        group = groups.setdefault(one.comparison, len(groups) + 1)
        number = 1 + sum(row["Analysis group"] == group for row in settings)
        place = {"Analysis group": group, "Analysis number": number, "Analysis name": one.name}
        settings.append(
            place
            | {"Analysis group name": one.comparison, "Data source": "Custom input", "Log-scale data": "true"}
            | {
                "Statistical method": "IV",
                "Subgroup estimates": "false",
                "Study CI": "95%",
                "Estimate CI": "95%",
            }
            | {"Test for subgroup differences": "false", "Swap event and non-event": "false"}
            | one.settings
            | {"ID": f"analysis:{group}.{number}"}
        )
        applies = "SUBGROUP_AND_OVERALL"
        rows += [place | {"Applicability": applies} | row for row in one.rows]
    return settings, rows


def _references(evidence: Evidence, analyses: Iterable[Analysis]) -> bytes:
    """The reports that the rows were taken from, as RIS."""
    ids = {row_id for one in analyses for row in one.rows for row_id in str(row["Footnotes"]).split("; ")}
    keys = sorted({evidence.row(row_id)["report_id"] for row_id in ids} & set(evidence.bibliography.entries))
    return items_to_ris(entry_to_csl(key, evidence.bibliography.entries[key]) for key in keys).encode()
