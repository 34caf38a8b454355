"""A hundred thousand records made of those of gold sets, and what taking them in costs.

Words of two titles, authors of a third work, one in eight again in other words: so names, years and titles
meet at least as often as in real exports.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOP = ("searches", "hits", "records", "pairs", "screening")


def make_records(works: Sequence[dict[str, str]], count: int) -> Iterator[tuple[dict[str, str], bool]]:
    """Records made of those of the gold sets, and whether each is a copy of one before."""
    rng, made = random.Random(18), []
    works = [work for work in works if len(work["title"].split()) > 3]
    for number in range(count):
        if number % 8 == 7:
            told = dict(rng.choice(made))
            told |= {"doi": "", "number": "", "title": told["title"].upper(), "abstract": ""}
            yield told, True
            continue
        one, two, three = rng.choices(works, k=3)
        words, others = one["title"].split(), two["title"].split()
        first = rng.randrange(1, 1500)
        told = {name: one.get(name, "") for name in ("journal", "year", "volume", "number")}
        told |= {
            "title": " ".join(words[: len(words) // 2 + 1] + others[len(others) // 2 :]),
            "author": three.get("author", ""),
            "pages": f"{first}-{first + rng.randrange(1, 12)}",
            "doi": f"10.9999/made.{number}" if number % 10 < 7 else "",
            # Of its own: works of two titles do not have one abstract.
            "abstract": f"Work {number}. {one['abstract']}" if one.get("abstract") else "",
        }
        made.append({name: told[name] for name in told if name != "abstract"})
        yield told, False


def as_ris(told: dict[str, str]) -> str:
    """A record as an export holds it."""
    tags = {"T1": "title", "PY": "year", "JO": "journal", "VL": "volume", "IS": "number", "SP": "pages"}
    tags |= {"DO": "doi", "AB": "abstract"}
    lines = [f"{tag}  - {' '.join(told[name].split())}" for tag, name in tags.items() if told.get(name)]
    authors = [f"AU  - {name}" for name in told["author"].split(" and ") if name]
    return "\n".join(["TY  - JOUR", *lines, *authors, "ER  - ", "", ""])


def lay_out(place: Path) -> str:
    """A copy of this review without anything that was searched for; returns a strategy of it."""
    shutil.copytree(ROOT / "data", place / "data")
    for name in ("review.yml", "_config.yml"):
        shutil.copy(ROOT / name, place)
    for name in LOOP:
        path = place / "data" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    with open(place / "data" / "strategies.csv", encoding="utf-8", newline="") as handle:
        return next(csv.DictReader(handle))["strategy_id"]


def import_many(works: Sequence[dict[str, str]], count: int, dask: str | None) -> list[str]:
    """Time and memory of `livingreview import` for so many records, and for 300 more a month later.

    Returns what falls short.
    """
    short = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        strategy = lay_out(place)
        copies = 0
        with open(place / "many.ris", "w", encoding="utf-8") as many, open(place / "more.ris", "w") as more:
            for number, (told, is_copy) in enumerate(make_records(works, count + 300)):
                (many if number < count else more).write(as_ris(told))
                copies += is_copy and number < count
        print(f"\n{count} records made, {copies} of them copies in other words; {os.cpu_count()} cores")
        for name, day in (("many.ris", "2026-05-02"), ("more.ris", "2026-06-01")):
            call = [sys.executable, "-m", "livingreview.cli", "--root", str(place), "import"]
            call += [str(place / name), "--strategy", strategy, "--date", day]
            wall, spent, most, text = run_measured([*call, *(["--dask", dask] if dask else [])])
            print("\n".join(f"  {line}" for line in text.splitlines()))
            busy = f"{os.getloadavg()[0]:.0f} programs at work" if hasattr(os, "getloadavg") else ""
            print(f"  {spent:.0f} s of processor time ({wall:.0f} s by the clock; {busy}),", end="")
            print(f" {most:.0f} MB at most in all processes")
            # By the clock a machine that does other things at the same time takes any time.
            if name == "many.ris" and (spent > 600 or most > 2_000):
                short.append(f"{count} records: {spent:.0f} s and {most:.0f} MB, asked for 600 s, 2,000 MB")
    return short


def run_measured(call: Sequence[str]) -> tuple[float, float, float, str]:
    """Seconds, seconds of processor time and megabytes of a command and all that it starts; its words."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        most = [0.0]
        watch = threading.Thread(target=watch_memory, args=(process, most), daemon=True)
        watch.start()
        text, _ = process.communicate()
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - wall, spent, max(most[0], after.ru_maxrss / 1024), text


def watch_memory(process: subprocess.Popen, most: list[float]) -> None:
    """Note the most memory that a process and its descendants hold at one time, where Linux tells it."""
    while process.poll() is None:
        parents, size = {}, {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                told = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(path.parent.name)], size[int(path.parent.name)] = int(told[1]), int(told[21])
        own = {process.pid}
        while more := {pid for pid, parent in parents.items() if parent in own} - own:
            own |= more
        pages = sum(size.get(pid, 0) for pid in own)
        most[0] = max(most[0], pages * resource.getpagesize() / 1e6)
        time.sleep(0.5)
