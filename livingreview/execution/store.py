"""Results of past runs, found again when everything they were made from is the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from livingreview.execution.notebooks import Chapter, Run, digest
from livingreview.files import keep, read_kept

ENDING = ".kept"
KEPT = 20  # past results a chapter; a reverted change finds its old one


class Store:
    """A folder of past results, one file each; it may be deleted at any time.

    A result is found by chapter and code, and holds good if every input it recorded has the same hash now.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def find(self, chapter: Chapter, hash_of: Callable[[str], str]) -> list | None:
        """Outputs of a past run whose inputs are unchanged; None where there is none.

        Parameters
        ----------
        hash_of : callable
            Current hash of an input as `Run.opened` names it.
        """
        for path in self._past(chapter):
            if (text := read_kept(path)) is None:
                continue
            inputs, outputs = text.splitlines()  # what it was made from, and what was made
            if all(hash_of(name) == value for name, value in json.loads(inputs).items()):
                os.utime(path)
                return json.loads(outputs)
        return None

    def keep(self, chapter: Chapter, run: Run, hash_of: Callable[[str], str]) -> None:
        """Keep a result; a killed process leaves no half-written file under a final name."""
        inputs = {name: hash_of(name) for name in ("engine", *run.opened)}
        folder = self.folder / chapter.name / chapter.code
        path = folder / f"{digest(json.dumps(inputs, sort_keys=True))}{ENDING}"
        keep(path, f"{json.dumps(inputs)}\n{json.dumps(run.outputs)}\n")
        for old in sorted(self.folder.glob(f"{chapter.name}/*/*.*"), key=lambda path: path.stat().st_mtime)[
            :-KEPT
        ]:
            old.unlink(missing_ok=True)

    def _past(self, chapter: Chapter) -> list[Path]:
        folder = self.folder / chapter.name / chapter.code
        return sorted(folder.glob(f"*{ENDING}"), key=lambda path: -path.stat().st_mtime)
