"""How a command ends that cannot go on: with what a person must put right."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def told(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A command that says what a person must put right, and ends with 2."""

    def tell(options: argparse.Namespace) -> int:
        from livingreview.surveillance.readers import ReadError
        from livingreview.surveillance.tables import LoopError

        try:
            return run(options)
        except (LoopError, ReadError) as error:
            print(error, file=sys.stderr)
            return 2

    return tell
