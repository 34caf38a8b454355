"""A small review whose strategies ask the loopback server, and a run of them."""

from __future__ import annotations

import datetime
from pathlib import Path

import yaml

from livingreview.evidence import load_package, read_cells
from livingreview.evidence.writing import save_tables
from livingreview.surveillance.asking import Client
from livingreview.surveillance.searching import Plan, plan_searches, run_searches
from livingreview.surveillance.tables import open_loop
from tests.surveillance.replies import Replies

FIRST, LATER = datetime.date(2026, 5, 2), datetime.date(2026, 6, 1)
QUERIES = {
    "PubMed": ("example[tiab]", "crdt"),
    "Europe PMC": ("example", "CREATION_DATE"),
    "ClinicalTrials.gov": ("query.cond=example&query.intr=a OR (b AND c)", "LastUpdatePostDate"),
    "Crossref": ("query.bibliographic=example&filter=prefix:10.9999", "created-date"),
    "OpenAlex": ("filter=title_and_abstract.search:example", "publication_date"),
}
IDS = {name: f"{''.join(filter(str.isalnum, name)).lower()}-example" for name in QUERIES}
KEY = {"OPENALEX_API_KEY": "a-made-up-key"}


def give_strategies(place: Path, replies: Replies, *names: str) -> Path:
    """Write strategies of some services (or all) into the review, and their addresses into review.yml."""
    package = load_package(place / "data")
    rows = read_cells((place / "data" / "strategies.csv").read_bytes())
    rows += [
        {"strategy_id": IDS[name], "source": name, "platform": name, "kind": "database"}
        | {"query": QUERIES[name][0], "window_field": QUERIES[name][1]}
        for name in names or QUERIES
    ]
    save_tables(place / "data", package, {"strategies": rows})
    path = place / "review.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + yaml.safe_dump({"endpoints": replies.endpoints}), encoding="utf-8")
    return place


def search(
    place: Path,
    *wanted: str,
    today: datetime.date = FIRST,
    environment: dict[str, str] | None = None,
    tries: int = 2,
    **days: str,
) -> Plan:
    """Run strategies as the command does, without long waits."""
    environment = environment or {}
    plan = plan_searches(open_loop(place), wanted, environment=environment, today=today, **days)
    client = Client(waits=0.01, tries=tries, longest=1.5, pace=0.0)
    run_searches(place, plan.runs, client=client, environment=environment, today=today)
    return plan


def tables_of(place: Path) -> dict[str, bytes]:
    """Every table, to see that none was touched."""
    return {path.name: path.read_bytes() for path in sorted((place / "data").iterdir())}
