"""The data package has the published layout, and R's meta reads it where it is."""

import csv
import io
import subprocess
import zipfile
from shutil import which

import pytest

from livingreview.exchange.folder import write_folder
from livingreview.tables.pooled_contrasts import contrast_pools

# What ``read.cdir`` of R's meta asks for by name.
ASKED_SETTINGS = {
    "Analysis group", "Analysis number", "Data type", "Statistical method", "Effect measure", "Study CI",
    "Estimate CI", "Unit of effect measure", "Analysis model", "Log-scale data", "Experimental group label",
    "Control group label", "Overall estimates", "Test for subgroup differences", "Subgroup estimates",
    "Swap event and non-event", "Analysis group name", "Analysis name", "Data source",
    "Data source eligibility",
}  # fmt: skip
ASKED_ROWS = {
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Study", "Study year", "GIV Mean",
    "GIV SE", "CI start", "CI end", "Experimental cases", "Experimental N", "Experimental mean",
    "Experimental SD", "Control cases", "Control N", "Control mean", "Control SD", "O-E", "Variance",
    "Weight", "Footnotes",
}  # fmt: skip


def table(files: dict[str, bytes], ending: str) -> list[dict[str, str]]:
    (name,) = [name for name in files if name.endswith(ending)]
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


@pytest.mark.slow
def test_the_package_holds_the_tables_under_their_names(exports):
    files = exports["cochrane"]
    (name,) = [name for name in files if name.endswith(".zip")]
    own = name.removesuffix(".zip")
    with zipfile.ZipFile(io.BytesIO(files[name])) as outer:
        assert outer.namelist() == [f"{own}-files/{own}-data.zip"]
        with zipfile.ZipFile(io.BytesIO(outer.read(f"{own}-files/{own}-data.zip"))) as inner:
            told = {path: inner.read(path) for path in inner.namelist()}
    assert told == {path: content for path, content in files.items() if path.startswith(f"{own}-")}
    assert set(table(files, "settings.csv")[0]) >= ASKED_SETTINGS
    assert set(table(files, "data-rows.csv")[0]) >= ASKED_ROWS


@pytest.mark.slow
def test_its_numbers_are_those_of_the_trials_and_of_the_pools(exports, review):
    files = exports["cochrane"]
    settings = {(row["Analysis group"], row["Analysis number"]): row for row in table(files, "settings.csv")}
    rows = table(files, "data-rows.csv")
    assert {(row["Analysis group"], row["Analysis number"]) for row in rows} == set(settings)
    for row in rows:
        first, *second = row["Footnotes"].split("; ")
        if row["GIV Mean"]:
            told = review.row(first)
            assert [float(row[name]) for name in ("Mean", "CI start", "CI end")] == [
                told[name] for name in ("estimate", "ci_low", "ci_high")
            ]
        else:
            one, other = review.row(first), review.row(second[0])
            cells = [row[f"{arm} {what}"] for arm in ("Experimental", "Control") for what in ("cases", "N")]
            assert [int(cell) for cell in cells] == [
                one["events"],
                one["total"],
                other["events"],
                other["total"],
            ]
    pooled = [float(row["Mean"]) for row in settings.values() if row["Overall estimates"] == "true"]
    assert pooled == [
        pool.pooled.effect for pool in contrast_pools(review) if pool.pooled and pool.kind == "HR"
    ]


@pytest.mark.slow
def test_meta_reads_it_and_pools_to_the_same(exports, review, tmp_path):
    if not which("Rscript"):
        pytest.skip("R is not on this machine")
    asked = 'library(meta); stopifnot(packageVersion("dplyr") >= "1.1", packageVersion("meta") >= "8.0")'
    if subprocess.run(["Rscript", "-e", asked], capture_output=True).returncode:
        pytest.skip("R has no meta 8.0 with dplyr 1.1, which read.cdir needs")
    write_folder(exports["cochrane"], tmp_path / "out")
    (package,) = (tmp_path / "out").glob("*.zip")
    script = (
        f'suppressMessages(library(meta)); d <- read.cdir("{package}", exdir = "{tmp_path}/in"); '
        "m <- metacr(d, 1, 1); cat(nrow(d$data), exp(m$TE.common), exp(m$lower.common), exp(m$upper.common))"
    )
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    rows, *values = map(float, done.stdout.split())
    assert rows == len(table(exports["cochrane"], "data-rows.csv"))
    first = next(pool for pool in contrast_pools(review) if pool.kind == "HR")
    assert values == pytest.approx([first.pooled.effect, *first.pooled.ci], abs=1e-6)
