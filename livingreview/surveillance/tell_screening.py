"""What the commands of screening say: what was taken in, what is settled, what comes next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from livingreview.surveillance.decisions import STAGES
from livingreview.surveillance.desk import Desk
from livingreview.surveillance.panel import Panel
from livingreview.surveillance.settling import Agreement, Outcome
from livingreview.surveillance.sheets import Taken
from livingreview.surveillance.tables import Loop, to_screen
from livingreview.surveillance.waiting import list_waiting

STAGE_WORDS = {"title_abstract": "title and abstract", "full_text": "full text"}
_MOST = 12


def tell_taken(desk: Desk, taken: Taken) -> str:
    """What a sheet brought, and what is left to its reader."""
    counts = [
        f"{taken.new} decision(s) taken in",
        *([f"{len(taken.changes)} changed"] if taken.changes else []),
        *([f"{taken.same} as before"] if taken.same else []),
        f"{taken.empty} left empty",
    ]
    lines = [f"decisions/{desk.reader}.csv: {', '.join(counts)}"]
    lines += [f"  changed: {text}" for text in taken.changes]
    if left := len(set(desk.queue) - {row["record_id"] for row in taken.rows.values()}):
        lines.append(
            f"{left} still to be decided by {desk.reader}: fill the sheet further and take it in again, or "
            "decide them on the page"
        )
    return "\n".join([*lines, f"next, once each reader has decided: {desk.settle}"])


def tell_settled(loop: Loop, outcome: Outcome, agreements: Sequence[Agreement], panel: Panel) -> str:
    """Agreement, what is settled, what waits, and what readers differ on."""
    lines = [_tell_agreement(item) for item in agreements]
    due = to_screen(loop)
    for stage in STAGES:
        settled = [stages[stage] for stages in outcome.rows.values() if stage in stages]
        counts: dict[str, int] = {}
        for item in settled:
            counts[item.decision] = counts.get(item.decision, 0) + 1
        words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(counts.items()))
        lines.append(f"{STAGE_WORDS[stage]}: {len(settled)} settled" + (f" ({words})" if words else ""))
        short = [item for item in outcome.waiting if item[1] == stage]
        if stage == "title_abstract":
            open_ = len(due) - len(settled) - sum(place == stage for _, place, _ in outcome.conflicts)
        else:
            open_ = len(short)
        if open_:
            few = "no reader" if panel.readers == 1 else f"fewer than {panel.readers} readers"
            lines.append(f"  {open_} decided by {few} so far")
    for record_id, stage, rows in outcome.conflicts:
        said = "; ".join(f"{row['reader']}: {row['decision']} {row['reason_id']}".rstrip() for row in rows)
        lines.append(f"conflict at {STAGE_WORDS[stage]}: {record_id}: {said}")
    if outcome.conflicts:
        stages = sorted({stage for _, stage, _ in outcome.conflicts}, key=STAGES.index)
        for stage in stages:
            lines.append(f"settle them: livingreview screen --reader NAME --stage {stage} --conflicts")
    return "\n".join([*lines, "written: data/screening.csv", _tell_next(loop, outcome, panel.flag)])


def tell_undone(undone: Mapping[str, Sequence[str]], readers: int) -> str:
    """What was settled and would not be any more, and what a person may do about it."""
    lines = []
    for why, names in undone.items():
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        lines.append(f"{len(names)} settled record(s) {why}: {', '.join(sorted(names)[:_MOST])}{more}")
    return "\n".join(
        [
            *lines,
            f"nothing was written: {readers} reader(s) decide each record, and these would be taken out of "
            "data/screening.csv.",
            "If another number decides: livingreview settle --readers N, which review.yml keeps; to take "
            "them out: livingreview settle --reopen",
        ]
    )


def _tell_next(loop: Loop, outcome: Outcome, more: str) -> str:
    """The step that comes next for the records of a review, the first at which any waits."""
    asked = Counter(item.step for item in list_waiting(loop))
    differ = Counter(stage for _, stage, _ in outcome.conflicts)
    steps = []
    if asked["screen"] - differ["title_abstract"]:
        steps.append(f"livingreview screen --reader NAME{more}, each reader who has not decided yet")
    if count := asked["read"] - differ["full_text"]:
        steps.append(
            f"{count} to be read in full, by each reader: "
            f"livingreview screen --reader NAME --stage full_text{more}"
        )
    if steps:
        return f"next: {'; '.join(steps)}; then livingreview settle{more}"
    if outcome.conflicts:
        return f"next: what readers differ on, as above; then livingreview settle{more}"
    if asked["enter"]:
        return (
            f"next: {asked['enter']} to be entered: livingreview waiting lists them, livingreview add RECORD"
        )
    if asked["obtain"]:
        return (
            f"next: {asked['obtain']} whose text could not be had, which livingreview waiting lists; nothing "
            "else waits; livingreview check, and build the book"
        )
    return "next: nothing waits; livingreview check, and build the book"


def _tell_agreement(item: Agreement) -> str:
    kappa = "not defined" if math.isnan(item.kappa) else f"{round(item.kappa, 2) + 0:.2f}"
    positive = "not defined" if math.isnan(item.positive) else f"{item.positive:.2f}"
    share = item.alike / item.both
    return (
        f"{item.first} and {item.second}, {STAGE_WORDS[item.stage]}: {item.both} decided by both, "
        f"{item.alike} alike ({share:.0%}), kappa {kappa}, positive agreement {positive}"
    )
