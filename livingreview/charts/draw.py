"""Draws figures in a process of its own.

``python -m livingreview.charts.draw`` reads ``[[key, sheets], ...]`` and writes ``[[key, html], ...]``.
The renderer's engine runs in threads that do not survive a fork, so it is kept out of the process that forks.
"""

from __future__ import annotations

import json
import sys

from livingreview.charts.drawn import draw_sheets


def main() -> None:
    """Draw what stands on standard input."""
    json.dump([[key, draw_sheets(sheets)] for key, sheets in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
