"""Results of past runs, found again when everything they were made from is the same."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from livingreview.execution.notebooks import Chapter, Run, digest

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
            try:
                with path.open(
                    encoding="utf-8"
                ) as file:  # two lines: what it was made from, and what was made
                    if all(hash_of(name) == value for name, value in json.loads(file.readline()).items()):
                        outputs = json.loads(file.readline())
                        os.utime(path)
                        return outputs
            except (OSError, ValueError, AttributeError):
                continue  # half-written or of another version: as if it were not there
        return None

    def keep(self, chapter: Chapter, run: Run, hash_of: Callable[[str], str]) -> None:
        """Keep a result; a killed process leaves no half-written file under a final name."""
        inputs = {name: hash_of(name) for name in ("engine", *run.opened)}
        folder = self.folder / chapter.name / chapter.code
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{json.dumps(inputs)}\n{json.dumps(run.outputs)}\n")
        os.replace(name, folder / f"{digest(json.dumps(inputs, sort_keys=True))}.json")
        for old in sorted(
            self.folder.glob(f"{chapter.name}/*/*.json"), key=lambda path: path.stat().st_mtime
        )[:-KEPT]:
            old.unlink(missing_ok=True)

    def _past(self, chapter: Chapter) -> list[Path]:
        folder = self.folder / chapter.name / chapter.code
        return sorted(folder.glob("*.json"), key=lambda path: -path.stat().st_mtime)
