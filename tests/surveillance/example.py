"""A review of two reports with a strategy and reasons, in a folder of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from livingreview.checks.cells import read_raw
from livingreview.checks.checked import Checked
from livingreview.checks.tables import tolerant_frame
from livingreview.evidence import load_package
from livingreview.evidence.writing import save_tables, write_rows
from livingreview.surveillance.decisions import COLUMNS, write_decisions
from livingreview.surveillance.importing import import_files
from livingreview.surveillance.settling import settle
from livingreview.surveillance.tables import Loop, open_loop
from tests.conftest import ROOT
from tests.surveillance import exports

DAY = "2026-05-02"
REPORTS = [
    {"report_id": "able-2019", "study_id": "first-study", "kind": "article", "status": "included"},
    {
        "report_id": "baker-2020-abstract",
        "study_id": "second-study",
        "kind": "abstract",
        "status": "included",
    },
]
HELD = [
    exports.make_works(1, 900)[0] | {"title": "What was held before, a first report", "pmid": "80000001"},
    exports.make_works(1, 901)[0]
    | {"title": "A meeting tells of a second study", "pmid": "", "kind": "abstract"},
]
TABLES = {
    "strategies": [
        {
            "strategy_id": "main",
            "source": "Scopus",
            "platform": "Scopus",
            "kind": "database",
            "query": "example*",
        },
        {
            "strategy_id": "trials",
            "source": "A register",
            "platform": "x",
            "kind": "register",
            "query": "example",
        },
        {
            "strategy_id": "sites",
            "source": "A website",
            "platform": "x",
            "kind": "website",
            "query": "example",
        },
    ],
    "reasons": [
        {
            "reason_id": f"{short}-{name}",
            "stage": stage,
            "position": str(place),
            "decision": leads,
            "label": name,
        }
        | {"criterion": f"Is it {name}?"}
        for short, stage in (("ta", "title_abstract"), ("ft", "full_text"))
        for place, (name, leads) in enumerate(
            (("wrong", "exclude"), ("old", "exclude"), ("near", "context")), 1
        )
        if (short, name) != ("ta", "near")
    ],
    "reports": REPORTS,
    "studies": [{"study_id": "first-study", "name": "First"}, {"study_id": "second-study", "name": "Second"}],
    "identifiers": [
        {"identifier_id": "able-2019.pmid", "report_id": "able-2019", "scheme": "pmid", "value": "80000001"},
        {"identifier_id": "able-2019.registry.nct08888888", "report_id": "able-2019", "scheme": "registry"}
        | {"value": "NCT08888888"},
    ],
    "searches": [
        {"search_id": "start", "source": "Hand", "query": "given", "hits": "2", "date": "2026-01-01"}
    ],
    "screening": [
        {
            "record_id": row["report_id"],
            "search_id": "start",
            "report_id": row["report_id"],
            "stage": "full_text",
        }
        | {"decision": "included", "reason": "Core", "basis": "before_log"}
        for row in REPORTS
    ],
}
UPKEEP = "# By hand.\nmode: living\nsources:\n  - name: Hand\n    last_searched: 2026-01-01\n\nnext_due:\n"


def lay_out(folder: Path) -> Path:
    """The review, without anything that was searched for."""
    data = folder / "data"
    data.mkdir(parents=True)
    shutil.copy(ROOT / "data" / "datapackage.json", data)
    package = load_package(data)
    for table in package.tables.values():
        write_rows(data / table.path, table.columns, [])
    save_tables(data, package, TABLES)
    entries = [
        exports.bibtex([work]).replace(f"key{work['pmid']}", row["report_id"]).replace("pmid={}, ", "")
        for work, row in zip(HELD, REPORTS, strict=True)
    ]
    (data / "references.bib").write_text("\n".join(entries), encoding="utf-8")
    (folder / "review.yml").write_text(UPKEEP, encoding="utf-8")
    return folder


def bring(place: Path, text: str, strategy: str = "main", *, day: str = DAY, name: str = "x.ris", **more):
    """Import a text as an exported file."""
    file = place.parent / name
    file.write_text(text, encoding="utf-8")
    return import_files(open_loop(place), [file], strategy, day=day, **more)


def say(
    place: Path, reader: str, decisions: dict[str, str], stage: str = "title_abstract", **more: str
) -> None:
    """Write a reader's decisions: record -> decision, or reason that leads to it."""
    reasons = {row["reason_id"]: row["decision"] for row in TABLES["reasons"]}
    rows = [
        dict.fromkeys(COLUMNS, "")
        | {"decision_id": f"{record}.{stage}.{reader}", "record_id": record, "stage": stage, "reader": reader}
        | {
            "role": "reader",
            "decision": reasons.get(told, told),
            "reason_id": told if told in reasons else "",
        }
        | {"day": DAY}
        | more
        for record, told in decisions.items()
    ]
    path = place / "decisions" / f"{reader}.csv"
    if path.exists():
        from livingreview.evidence import read_cells

        rows = read_cells(path.read_bytes()) + rows
    write_decisions(place, reader, rows)


def settle_all(place: Path, readers: int = 2) -> Loop:
    """Settle what is there and write it."""
    from livingreview.surveillance.decisions import read_decisions

    loop = open_loop(place)
    _, loop.tables["screening"] = settle(loop, read_decisions(place), readers=readers)
    loop.changed |= {"screening", "records"}
    loop.save()
    return open_loop(place)


def ids(count: int) -> list[str]:
    """Ids of the first works that `exports.make_works` makes."""
    return [f"pmid-{work['pmid']}" for work in exports.make_works(count)]


def work_through(folder: Path) -> Path:
    """Two searches, two readers, every fate there is, settled."""
    place = lay_out(folder)
    works = exports.make_works(8)
    bring(place, exports.scopus([*works, works[0], HELD[0]]), name="a.ris")
    bring(place, exports.trials_json(["NCT08888888"]), "trials", name="b.json")
    bring(place, exports.ris(works[6:7] + exports.make_works(1, 9), DO="{doi}"), "sites", name="c.ris")
    one, two, three, four, five, six, seven, _ = ids(8)
    first = dict.fromkeys((one, two, three, four), "include") | {
        five: "ta-old",
        six: "include",
        seven: "ta-old",
    }
    say(place, "ab", first)
    say(place, "cd", first | {one: "unclear", five: "ta-wrong", seven: "include"})
    say(place, "ab", {one: "include", two: "ft-wrong", three: "ft-near", four: "not_retrieved"}, "full_text")
    say(place, "cd", {one: "include", two: "ft-old", three: "ft-near", four: "not_retrieved"}, "full_text")
    settle_all(place)
    return place


def check(place: Path) -> Checked:
    """The tables of the loop as they are checked."""
    package = load_package(place / "data")
    raws = {
        name: read_raw(place / "data" / package.tables[name].path, package.tables[name])[0]
        for name in (
            "strategies",
            "searches",
            "records",
            "hits",
            "reasons",
            "pairs",
            "screening",
            "reports",
            "studies",
        )
    }
    return Checked(package, {name: tolerant_frame(raw) for name, raw in raws.items()})


def descriptor(place: Path) -> dict[str, int]:
    """Rows on record, by table."""
    told = json.loads((place / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return {item["name"]: item["rows"] for item in told["resources"]}
