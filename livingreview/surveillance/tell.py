"""What the commands of the loop say."""

from __future__ import annotations

from collections.abc import Sequence

from livingreview.surveillance.flow import Flow
from livingreview.surveillance.importing import Imported
from livingreview.surveillance.matching import Pair
from livingreview.surveillance.tables import Loop

_MOST = 12


def tell_import(done: Imported, day: str) -> str:
    """What became of every record of every file."""
    lines = []
    for name, export in done.files:
        lines.append(f"{name}: {export.dialect}; {len(export.records)} record(s)")
        if (lost := export.begun - len(export.records)) > 0:
            lines.append(
                f"  {lost} record(s) begun in the file could not be read: look for a missing end of record"
            )
        if untitled := sum(not record.title for record in export.records):
            lines.append(f"  {untitled} without a title, taken in all the same")
        if export.not_understood:
            told = sorted(export.not_understood.items(), key=lambda item: (-item[1], item[0]))
            more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
            fields = ", ".join(f"{tag} ({count})" for tag, count in told[:_MOST])
            lines.append(f"  not used: {fields}{more}")
    lines.append("abstracts, addresses, notes and such stay in the file; records/raw keeps a copy")
    if done.already:
        lines.append(f"taken in before, as search {done.already}: nothing is added")
        return "\n".join([*lines, *(f"  corrected: {text}" for text in done.told)])
    total = done.new + done.known + done.repeated
    lines += [
        f"search {done.search_id}, run on {day}: {total} record(s)",
        f"  {done.repeated} more than once in these files",
        f"  {done.known} brought by an earlier search",
        f"  {done.new} new; of these {done.merged} copies of another record by all that they say",
        f"  {done.held} are reports of this review; {done.linked} name the trial of a study in it",
    ]
    if done.doubtful:
        lines.append(f"  {len(done.doubtful)} pair(s) to look at: livingreview pairs")
    return "\n".join([*lines, *done.told, *(f"WARNING: {text}." for text in done.warnings)])


def tell_next_after_import(done: Imported, *, is_dry_run: bool) -> str:
    """What a person does next; '' where nothing came that is to be decided."""
    if is_dry_run:
        return "next: the same without --dry-run" if not done.already else ""
    pairs = "livingreview pairs (which of them are one), then " if done.doubtful else ""
    if not done.new - done.merged:
        return "next: nothing new is to be screened" + (
            "; look at the pairs: livingreview pairs" if pairs else ""
        )
    return f"next: {pairs}livingreview screen --reader NAME, each reader, then livingreview settle"


def tell_pairs(loop: Loop, pairs: Sequence[Pair]) -> str:
    """Each pair with what both say, and how to answer."""
    if not pairs:
        return "no pair waits for a judgement"
    rows = loop.held.rows | loop.index.rows
    lines = []
    for pair in pairs:
        lines.append(pair.why)
        for name in pair[:2]:
            row = rows[name]
            where = ", ".join(
                filter(
                    None,
                    (
                        row["authors"].split("; ")[0],
                        row["container"],
                        row["year"],
                        row["volume"],
                        row["pages"],
                    ),
                )
            )
            numbers = ", ".join(
                filter(None, (row["pmid"] and f"PMID {row['pmid']}", row["doi"], row["trials"]))
            )
            what = "report" if name in loop.held.rows else row["kind"]
            lines.append(f"  {name} ({what}): {row['title'] or 'no title'}. {where}. {numbers}")
    lines.append(
        f"{len(pairs)} pair(s). Answer each, several in one call: livingreview pairs --same ID OTHER "
        "--same-study ID OTHER --different ID OTHER"
    )
    return "\n".join(lines)


# Boxes that the PRISMA2020 tool's table has for neither arm; that it has for databases and registers alone.
_NOT_OF_TOOL = ("to be screened", "to be read in full")
_OF_DATABASES = ("duplicates removed", "screened or held before", "screened", "excluded")


def tell_flow(flow: Flow, *, is_of_tool: bool = False) -> str:
    """The boxes of the flow, line by line; of a table of the PRISMA2020 tool those that it has."""
    lines = [f"before: {flow.previous_studies} studies, {flow.previous_reports} reports included"]
    for name, arm in flow.arms.items():
        if not arm.identified:
            continue
        lines.append("databases and registers" if name == "databases" else "other methods")
        lines += [
            f"  identified: {arm.identified}",
            *(f"    {source}: {n}" for source, n in arm.sources.items()),
        ]
        for words, count in (
            ("duplicates removed", arm.duplicates),
            ("screened or held before", arm.known),
            ("to be screened", arm.unscreened),
            ("screened", arm.screened),
            ("excluded", arm.excluded),
            ("sought in full", arm.sought),
            ("not retrieved", arm.not_retrieved),
            ("to be read in full", arm.unread),
            ("assessed", arm.assessed),
        ):
            is_there = words not in _NOT_OF_TOOL and (name == "databases" or words not in _OF_DATABASES)
            if is_there or not is_of_tool:
                lines.append(f"  {words}: {count}")
        lines += [f"    excluded, {reason}: {n}" for reason, n in sorted(arm.excluded_for.items())]
        lines += [] if is_of_tool else [f"  kept as context: {arm.context}"]
        lines.append(f"  included: {arm.included}")
    lines += [] if is_of_tool else [f"included, not entered yet: {flow.waiting}"]
    lines += [
        f"new: {flow.new_studies} studies, {flow.new_reports} reports of these, "
        f"{flow.more_reports} reports of studies included before",
        f"left since: {flow.left_studies} studies, {flow.left_reports} reports",
        f"in all: {flow.total_studies} studies, {flow.total_reports} reports",
    ]
    return "\n".join(lines)
