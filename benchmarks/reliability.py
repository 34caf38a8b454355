"""What becomes of the book when builds are killed, files are damaged, disks are full and clocks go back.

    .venv/bin/python benchmarks/reliability.py                  # all of it: about an hour on two cores
    .venv/bin/python benchmarks/reliability.py --trials 5 --only "random moments" "damaged files"

Works on a copy of the project with a few reports. Each trial changes a row of the data,
disturbs a build of it (`livingreview build` or plain ``jupyter-book build .``, in turn), looks whether the
published book is still whole, builds again by either command, and compares every file with a clean build's.
Prints a table, and every trial that went wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.copies import JUPYTER_BOOK, Copy, differing, heed_modes, read_only, tree
from tests.killed import STATIONS

KILLED = Path(__file__).resolve().parent.parent / "tests" / "killed.py"
ROW = ("data/outcomes.csv", "after up to 6 cycles", "after up to 6 long cycles")
PLAIN = ["-c", JUPYTER_BOOK, "build", ".", "-W", "-n", "--keep-going", "-q"]
COMMANDS = {"build": ["-m", "livingreview.cli", "build"], "plain": PLAIN}
GARBAGE = b"\x00\xff not what stood here \xf0\x28"


@dataclass
class Trial:
    """One disturbance and what became of it."""

    what: str
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Bench:
    """A project in one of two states, and the book of each as a clean build makes it."""

    def __init__(self, folder: Path, seed: int):
        self.copy, self.lots, self.turn = Copy(folder), random.Random(seed), 0
        self.books: dict[bool, dict[str, str]] = {}
        self.state, self.seconds = False, 0.0
        for _ in range(2):
            shutil.rmtree(folder / "_build", ignore_errors=True)
            self.seconds = max(self.seconds, self.build("build"))
            self.books[self.state] = tree(self.copy.published)
            self.flip()
        self.build("plain")

    def flip(self) -> None:
        """Change the row, or change it back."""
        path, old, new = self.copy.folder / ROW[0], *ROW[1:]
        text = path.read_text(encoding="utf-8")
        self.state = not self.state
        path.write_text(text.replace(old, new) if self.state else text.replace(new, old), encoding="utf-8")

    def command(self) -> str:
        """The one of the two commands whose turn it is."""
        self.turn += 1
        return ("build", "plain")[self.turn % 2]

    def start(self, command: str, **options) -> subprocess.Popen:
        """Start a build."""
        return subprocess.Popen(
            [sys.executable, *COMMANDS[command]],
            cwd=self.copy.folder,
            env=self.copy.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def build(self, command: str) -> float:
        """Build, which must go through; seconds it took."""
        start, process = time.monotonic(), self.start(command)
        told = process.communicate()[0]
        if process.returncode:
            msg = f"{command} ended with {process.returncode}:\n{told[-1500:]}"
            raise RuntimeError(msg)
        return time.monotonic() - start

    def is_whole(self) -> bool:
        """Whether the published book is one of the two, and no mixture."""
        return tree(self.copy.published) in self.books.values()

    def finish(self, trial: Trial, *, whole: bool = True) -> Trial:
        """Look whether the book is whole, build again, and compare with a clean build."""
        if whole and not self.is_whole():
            trial.wrong.append("the published book was mixed")
        command = self.lots.choice(list(COMMANDS))
        try:
            trial.seconds = self.build(command)
        except RuntimeError as problem:
            trial.wrong.append(str(problem))
        if stale := differing(tree(self.copy.published), self.books[self.state]):
            trial.wrong.append(f"after {command}: {len(stale)} files wrong, {', '.join(stale[:5])}")
        return trial

    def forget(self) -> None:
        """Have every chapter run again."""
        shutil.rmtree(self.copy.folder / "_build" / ".chapters", ignore_errors=True)


def at_stations(bench: Bench, trials: int) -> Iterator[Trial]:
    """Killed at each named station, both commands, by kill -9 and SIGTERM in turn."""
    for number, (station, command) in enumerate((s, c) for s in STATIONS for c in COMMANDS):
        bench.flip()
        if "chapter" in station:
            bench.forget()
        name = ("SIGKILL", "SIGTERM")[number % 2]
        done = bench.copy.run("-P", str(KILLED), station, name, command)
        trial = Trial(f"{command} killed by {name}: {station}")
        if done.returncode != -getattr(signal, name):
            trial.wrong.append(f"it did not come to its station (exit {done.returncode})")
        yield bench.finish(trial, whole=station != "folder half exchanged")


def at_random(bench: Bench, trials: int) -> Iterator[Trial]:
    """Killed at any moment; only the process itself, its children are left to themselves."""
    for number in range(trials):
        bench.flip()
        if number % 3 == 0:
            bench.forget()
        command, after = bench.command(), bench.lots.uniform(0, bench.seconds)
        name = bench.lots.choice(("SIGKILL", "SIGTERM"))
        process = bench.start(command)
        time.sleep(after)
        process.send_signal(getattr(signal, name))
        process.communicate()
        yield bench.finish(Trial(f"{command} killed by {name} after {after:.2f} s"))


def damaged(bench: Bench, trials: int) -> Iterator[Trial]:
    """Eight files under _build cut, emptied or overwritten, or a stray one laid there."""
    base = bench.copy.folder / "_build"
    for number in range(trials):
        if number % 2:
            bench.flip()
        files = [path for path in sorted(base.rglob("*")) if path.is_file()]
        files = [path for path in files if path.relative_to(base).parts[0] not in ("html", ".lock")]
        if number % 4 == 3:  # notes are few among many files
            files = [path for path in files if len(path.relative_to(base).parts) < 3]
        chosen = bench.lots.sample(files, min(8, len(files)))
        for path in chosen:
            data = path.read_bytes()
            ways = (data[: len(data) // 2], b"", GARBAGE, data[:-1] + b"?", None)
            if (put := bench.lots.choice(ways)) is None:
                path.with_name(f"stray{path.suffix}").write_bytes(GARBAGE)
            else:
                path.write_bytes(put)
        names = ", ".join(path.relative_to(base).as_posix() for path in chosen[:3])
        yield bench.finish(Trial(f"damaged: {names}, …"))


def at_once(bench: Bench, trials: int) -> Iterator[Trial]:
    """Two builds at once: one waits for the other."""
    for first, second in (("build", "build"), ("build", "plain"), ("plain", "build"), ("plain", "plain")):
        bench.flip()
        both = [bench.start(first), bench.start(second)]
        told = [process.communicate()[0] for process in both]
        trial = Trial(f"{first} and {second} at once")
        if any(process.returncode for process in both):
            trial.wrong.append("one of them failed:\n" + "\n".join(text[-500:] for text in told))
        if not any("waiting for it" in text for text in told):
            trial.wrong.append("neither waited")
        yield bench.finish(trial)


def set_back(bench: Bench, trials: int) -> Iterator[Trial]:
    """A file put back from elsewhere is older than the pages, or the pages seem to be from next year."""
    for command in COMMANDS:
        for year, where in ((-1, ("data", "chapters")), (1, ("_build/.staging", "_build/.chapters"))):
            bench.flip()
            then = time.time() + year * 365 * 86400
            for path in (path for name in where for path in (bench.copy.folder / name).rglob("*")):
                os.utime(path, (then, then))
            trial = Trial(f"{command}, {' and '.join(where)} a year {'old' if year < 0 else 'ahead'}")
            trial.seconds = bench.build(command)
            yield bench.finish(trial)


def unwritable(bench: Bench, trials: int) -> Iterator[Trial]:
    """Nobody may write into the data, which no build needs; or into _build, without which there is none."""
    for command in COMMANDS:
        bench.flip()
        trial = Trial(f"{command}, data read-only")
        with read_only(bench.copy.folder / "data"):
            start, process = time.monotonic(), bench.start(command, preexec_fn=heed_modes)
            told = process.communicate()[0]
            trial.seconds = time.monotonic() - start
        if process.returncode:
            trial.wrong.append(f"it ended with {process.returncode}: {told[-500:]}")
        yield bench.finish(trial)
    for command in COMMANDS:
        bench.flip()
        trial = Trial(f"{command}, _build read-only")
        with read_only(bench.copy.folder / "_build"):
            process = bench.start(command, preexec_fn=heed_modes)
            told = process.communicate()[0]
        if not process.returncode or "Traceback" in told:
            trial.wrong.append(f"it ended with {process.returncode}: {told[-500:]}")
        yield bench.finish(trial)


def full(bench: Bench, trials: int) -> Iterator[Trial]:
    """No file may grow beyond a size, as on a full disk; then _build on a small disk of its own."""
    for command in COMMANDS:
        for size in (2_000, 20_000, 150_000, 1_000_000):
            bench.flip()
            bench.forget()

            def limit(size: int = size) -> None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

            process = bench.start(command, preexec_fn=limit)
            process.communicate()
            trial = Trial(f"{command}, files up to {size:,} bytes")
            if not process.returncode and size < 150_000:
                trial.wrong.append("it ended with 0")
            yield bench.finish(trial)
    for command in COMMANDS:
        yield from small_disk(bench, command)


def small_disk(bench: Bench, command: str) -> Iterator[Trial]:
    """_build on a memory disk with a few free megabytes; nothing where mounting is not permitted."""
    base, aside = bench.copy.folder / "_build", bench.copy.folder.parent / "aside"
    base.rename(aside)
    base.mkdir()
    used = sum(path.stat().st_blocks * 512 for path in aside.rglob("*")) // 1_000_000
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={used + 4}m", "tmpfs", str(base)], capture_output=True
    ).returncode
    try:
        if mounted:
            shutil.copytree(aside, base, dirs_exist_ok=True)
            bench.flip()
            bench.forget()
            bench.start(command).communicate()
            trial = Trial(f"{command}, 4 MB left on the disk")
            if not bench.is_whole():
                trial.wrong.append("the published book was mixed")
            subprocess.run(["mount", "-o", f"remount,size={used + 400}m", str(base)], check=True)
            yield bench.finish(trial)
    finally:
        if mounted:
            subprocess.run(["umount", str(base)], check=True)
        shutil.rmtree(base)
        aside.rename(base)


KINDS: dict[str, Callable[[Bench, int], Iterator[Trial]]] = {
    "named stations": at_stations,
    "random moments": at_random,
    "damaged files": damaged,
    "two at once": at_once,
    "clock set back": set_back,
    "read-only folders": unwritable,
    "full disk": full,
}


def main() -> int:
    """Run the kinds asked for and print a table; 1 if any trial went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=50, help="of the kinds that draw lots (default: 50)")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows, failed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "project", options.seed)
        print(f"a clean build takes {bench.seconds:.1f} s", flush=True)
        for kind in options.only:
            trials = []
            for trial in KINDS[kind](bench, options.trials):
                trials.append(trial)
                print(f"  {'WRONG' if trial.wrong else 'right'}  {trial.what}", *trial.wrong, flush=True)
            wrong = sum(bool(trial.wrong) for trial in trials)
            times = [trial.seconds for trial in trials] or [0.0]
            failed += wrong
            rows.append((kind, len(trials), wrong, statistics.median(times), max(times)))
    print("\n| disturbed by | trials | wrong | next build, median s | longest |\n|---|---|---|---|---|")
    for kind, count, wrong, median, longest in rows:
        print(f"| {kind} | {count} | {wrong} | {median:.1f} | {longest:.1f} |")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
