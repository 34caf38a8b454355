"""Every pool as a table that metafor and meta take as it is, with scripts that pool it again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from livingreview.evidence import Evidence
from livingreview.exchange.folder import README, as_csv, write_readme
from livingreview.exchange.pools import PROPORTION, Pool, Study, list_pools
from livingreview.tables.pool import SPREAD

SCRIPTS = {"reproduce.R": "reproduce.R", "reproduce.py": "reproduce.py.txt"}
DIGITS = 6  # of a pooled value after the point
COLUMNS = {
    "study": "study and cohort, as on the pages",
    "study_id": "the study in `studies.csv` of the review's data",
    "year": "year in which the study first became public; empty where not established",
    "arm": "the randomised arm; empty where there is none",
    "events": "patients with the event, as pooled (measure `proportion`)",
    "total": "patients counted from, as pooled; beside a survival figure its patients",
    "estimate": "the other measures: a ratio, months, or a share (0-1)",
    "ci_low": "lower limit of its 95% interval",
    "ci_high": "upper limit",
    "measure": "`proportion`, `hazard_ratio`, `risk_ratio`, `median_months` or `share_alive`, in all rows",
    "pooled": "`yes`, or `no`: the row is shown or was looked at, and is not pooled",
    "reason": "why it is not pooled",
    "derivation": "how a count came about that no row states as it is pooled",
    "rows": "ids of the evidence rows behind it, as in the review's data; several parted by `; `",
}
INDEX = {
    "pool": "stable name",
    "file": "its table",
    "measure": "as in its table",
    "population": "whose patients, under which treatment",
    "outcome": "what is pooled",
    "when": "time of assessment",
    "counted_from": "kind of denominator",
    "rule": "`primary`, or which rule of the protocol is changed",
    "decision": "`pooled`, or `listed`: shown and not pooled",
    "reason": "why",
    "method": "model, scale and interval",
    "studies": "studies pooled; of a listed pool 0",
    "events": "of them (measure `proportion`)",
    "patients": "of them (measure `proportion`)",
    "estimate": "pooled value: a proportion (the median study's), a ratio, months, or a share",
    "ci_low": "lower limit of its 95% interval",
    "ci_high": "upper limit",
    "new_low": "where a new study is expected with 95%: lower limit (measure `proportion`: Bayesian)",
    "new_high": "upper limit",
    "tau2": "variance between studies on the analysis scale",
}
USE = f"""## Use

`Rscript reproduce.R` pools every table again with metafor, `Rscript reproduce.R meta` with meta, and
`python reproduce.py` without R (numpy, scipy); each takes names of tables too. They read the tables alone,
and say how far they are from `pools.csv`. With `--figure` each also draws the forest plot of each pooled
table (`figures/NAME.pdf`), by the numbers of the book: studies with their 95% interval, the pooled value,
where a new study is expected.

To be installed first:

```r
install.packages(c("metafor", "lme4"))  # metafor 3.8 or later; it pools counts by lme4
install.packages("meta")                # 8.0 or later, for `reproduce.R meta` alone
```

On Debian and Ubuntu: `apt-get install r-base-core r-cran-metafor r-cran-lme4`.
For Python: `python -m pip install numpy scipy matplotlib` (the last for figures alone).

These files are for reading only: nothing takes them back. What is pooled changes with the review's data.

In R, one table by hand:

```r
library(metafor)
dat <- subset(read.csv("pools/NAME.csv"), pooled == "yes")
fit <- rma.glmm(measure = "PLO", xi = events, ni = total, slab = study, data = dat, test = "t", nAGQ = 25)
predict(fit, transf = transf.ilogit)
```

Ratios are pooled on the log; two trials by a common effect, three or more with random effects.
The interval of a new study is the Bayesian model's (uniform median proportion, half-normal({SPREAD}) \
spread)."""


def export(evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of the export ``pools``: an index, one table a pool, two scripts, a read-me."""
    here = Path(__file__).parent
    pools = list_pools(evidence)
    files = {f"pools/{pool.key}.csv": as_csv(list(COLUMNS), _table(pool)) for pool in pools}
    if len(files) != len(pools):
        keys = [pool.key for pool in pools]
        msg = f"two pools are both called {max(keys, key=keys.count)}; their tables would replace each other"
        raise ValueError(msg)
    columns = {f"pools/…: {name}": meaning for name, meaning in COLUMNS.items()}
    columns |= {f"pools.csv: {name}": meaning for name, meaning in INDEX.items()}
    told = sum(pool.decision == "pooled" for pool in pools)
    what = (
        f"{len(pools)} pools, {told} of them pooled: `pools.csv` lists them with their result, `pools/` "
        "holds a table of each, one row a study."
    )
    scripts = {name: (here / source).read_bytes() for name, source in SCRIPTS.items()}
    index = {"pools.csv": as_csv(list(INDEX), map(_line, pools))}
    readme = write_readme(record, "Pools for metafor, meta and Python", [what, USE, "## Columns"], columns)
    return {README: readme} | index | scripts | files


def _table(pool: Pool) -> list[dict]:
    return [_row(pool, study) for study in pool.studies]


def _row(pool: Pool, study: Study) -> dict:
    numbers = {
        "events": study.events,
        "total": study.total,
        "estimate": study.estimate,
        "ci_low": study.low,
        "ci_high": study.high,
    }
    return {
        "study": study.name,
        "study_id": study.study_id,
        "year": study.year,
        "arm": study.arm,
        "measure": pool.measure,
        "pooled": "no" if study.reason else "yes",
        "reason": study.reason,
        "derivation": study.derivation,
        "rows": "; ".join(study.rows),
    } | {name: value for name, value in numbers.items() if value is not None}


def _line(pool: Pool) -> dict:
    line = {
        name: getattr(pool, name)
        for name in (
            "measure", "population", "outcome", "when", "counted_from", "rule", "decision", "reason",
            "method",
        )
    }  # fmt: skip
    told = pool.pooled
    line |= {"pool": pool.key, "file": f"pools/{pool.key}.csv", "studies": len(told)}
    if pool.measure == PROPORTION and told:
        line |= {
            "events": sum(one.events or 0 for one in told),
            "patients": sum(one.total or 0 for one in told),
        }
    if pool.result is not None:
        values = dict(zip(("ci_low", "ci_high"), pool.result.ci, strict=True))
        values |= {"estimate": pool.result.estimate, "tau2": pool.result.tau2}
        values |= dict(zip(("new_low", "new_high"), pool.result.new_study or (), strict=False))
        line |= {name: f"{value:.{DIGITS}f}" for name, value in values.items()}
    return line
