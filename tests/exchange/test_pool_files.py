"""The exported tables alone give the review's figures again: in Python always, in R where it is."""

import csv
import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import which

import pytest

from livingreview.exchange.folder import write_folder
from livingreview.exchange.pools import PROPORTION, list_pools

pytestmark = pytest.mark.slow

CLOSE = 1e-4  # of a proportion, a ratio, a month
VALUES = ("estimate", "ci_low", "ci_high", "new_low", "new_high")


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture(scope="session")
def folder(exports, tmp_path_factory):
    target = tmp_path_factory.mktemp("exported") / "pools"
    write_folder(exports["pools"], target)
    return target


@cache
def lacking(package: str) -> str:
    """Why R cannot run a script with a package; '' where it can."""
    if not which("Rscript"):
        return "R is not on this machine (Debian: apt-get install r-base-core r-cran-metafor r-cran-lme4)"
    asked = f'library({package}); library(lme4); stopifnot(packageVersion("{package}") >= "3.8")'
    asked = asked.replace('"3.8"', '"8.0"') if package == "meta" else asked
    done = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"R has no {package} of that version: {done.stderr[-200:]}"


def compare(folder, told: str, asked=()) -> None:
    """What a script printed against the index of the export, of all pools or of some."""
    book = {row["file"].removeprefix("pools/"): row for row in read((folder / "pools.csv").read_bytes())}
    found = {row["file"]: row for row in csv.DictReader(io.StringIO(told))}
    pooled = {name for name, row in book.items() if row["decision"] == "pooled"}
    assert set(found) == (pooled & {Path(name).name for name in asked} if asked else pooled)
    assert found
    for name, row in found.items():
        assert row["studies"] == book[name]["studies"]
        for value in VALUES:
            assert bool(row[value]) == bool(book[name][value]), f"{name}: {value}"
            if row[value]:
                assert float(row[value]) == pytest.approx(float(book[name][value]), abs=CLOSE), (
                    f"{name}: {value}"
                )


def test_the_script_in_python_gives_every_figure_from_the_tables_alone(folder):
    done = subprocess.run([sys.executable, folder / "reproduce.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compare(folder, done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["metafor", "meta"])
def test_the_script_in_r_gives_the_figures_from_the_tables_alone(folder, one_of_each, package):
    """Of one table of each measure, and of every fourth: R takes a minute for all."""
    if why := lacking(package):
        pytest.skip(why)
    rows = read((folder / "pools.csv").read_bytes())
    tables = {*one_of_each, *[row["file"] for row in rows if row["decision"] == "pooled"][::4]}
    command = ["Rscript", folder / "reproduce.R", package, *(folder / name for name in sorted(tables))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compare(folder, done.stdout, tables)


@pytest.fixture(scope="session")
def one_of_each(folder):
    """A pooled table of each measure there is, by name."""
    rows = read((folder / "pools.csv").read_bytes())
    return sorted({row["measure"]: row["file"] for row in rows if row["decision"] == "pooled"}.values())


def hold_figures(folder, tables):
    for table in tables:
        drawn = folder / "figures" / Path(table).with_suffix(".pdf").name
        assert drawn.read_bytes().startswith(b"%PDF"), table
        assert drawn.stat().st_size > 3000, f"{drawn.name} is a blank page"
        drawn.unlink()


def test_the_script_in_python_draws_a_figure_of_each_measure(folder, one_of_each):
    pytest.importorskip("matplotlib")
    command = [sys.executable, folder / "reproduce.py", "--figure", *(folder / name for name in one_of_each)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    hold_figures(folder, one_of_each)


def test_the_script_in_r_draws_a_figure_of_each_measure(folder, one_of_each):
    if why := lacking("metafor"):
        pytest.skip(why)
    command = ["Rscript", folder / "reproduce.R", "--figure", *(folder / name for name in one_of_each)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    hold_figures(folder, one_of_each)


def test_the_script_in_r_says_what_to_install(folder, tmp_path):
    if not which("Rscript"):
        pytest.skip("R is not on this machine")
    places = {name: str(tmp_path) for name in ("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER")}
    command = ["Rscript", folder / "reproduce.R", "meta"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | places)
    if done.returncode == 0:
        pytest.skip("meta is in R's own library here")
    assert done.returncode == 2
    assert 'install.packages(c("metafor", "lme4", "meta"))' in done.stderr
    assert "Error" not in done.stderr


def test_the_script_in_python_says_what_to_install(folder):
    command = [sys.executable, "-S", folder / "reproduce.py"]  # without installed packages
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "python -m pip install numpy" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_script_tells_a_table_that_was_changed(folder, exports, tmp_path):
    files = dict(exports["pools"])
    name = next(row["file"] for row in read(files["pools.csv"]) if row["decision"] == "pooled")
    lines = files[name].decode().splitlines(keepends=True)
    files[name] = "".join([lines[0], *lines[2:]]).encode()  # one study less
    write_folder(files, tmp_path / "changed")
    command = [sys.executable, tmp_path / "changed" / "reproduce.py", tmp_path / "changed" / name]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "largest difference from pools.csv" in done.stderr


def test_the_tables_parse_back_to_the_same_counts(exports, review):
    files = exports["pools"]
    index = {row["pool"]: row for row in read(files["pools.csv"])}
    pools = list_pools(review)
    assert set(index) == {pool.key for pool in pools}
    assert len(files) == len(pools) + 4
    for pool in pools:
        rows = read(files[index[pool.key]["file"]])
        assert len(rows) == len(pool.studies)
        for row, study in zip(rows, pool.studies, strict=True):
            told = [None if row[name] == "" else int(row[name]) for name in ("events", "total")]
            assert told == [study.events, study.total]
            ends = [
                None if row[name] == "" else float(row[name]) for name in ("estimate", "ci_low", "ci_high")
            ]
            assert ends == [study.estimate, study.low, study.high]
            assert (row["pooled"] == "yes") == (study.reason == "" and pool.decision == "pooled")
            assert row["rows"].split("; ") == list(study.rows)
        if pool.measure == PROPORTION and pool.result:
            assert int(index[pool.key]["patients"]) == sum(study.total for study in pool.pooled)
