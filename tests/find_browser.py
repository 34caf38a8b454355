"""Finds a Chromium for the browser tests, and fetches one where there is none.

Run as a program it makes sure that there is one:
Debian's and Ubuntu's package where root may install it, else Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from livingreview.book import pdf


def find_browser() -> str | None:
    """Path of a Chromium or Chrome, Playwright's own among them; None where there is none."""
    if path := pdf.find_browser():
        return path
    with sync_playwright() as playwright:
        return pdf.find_browser(playwright)


def fetch_browser() -> None:
    """Install a browser by the first way that works."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        ways.insert(
            0,
            [
                "sh",
                "-c",
                "apt-get update -qq && "
                "apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null",
            ],
        )
    for way in ways:
        print("no browser found; installing one ...", flush=True)
        if subprocess.run(way).returncode == 0 and find_browser():
            return


if __name__ == "__main__":
    if not find_browser():
        fetch_browser()
    if not find_browser():
        sys.exit(
            "No Chromium could be found or installed; "
            "install Chromium or Chrome, or name it: CHROMIUM=/path make test"
        )
