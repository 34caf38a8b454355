"""What a register says of trials: their course, when they ended, whether results are posted.

Source: ClinicalTrials.gov API 2.0.5: GET /studies (filter.ids), GET /studies/{number}, which sends a merged
number on to the one that stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livingreview.surveillance.asking import Refused, Request, SourceError
from livingreview.surveillance.notices import Get
from livingreview.surveillance.readers.found import tidy
from livingreview.surveillance.sources import trials
from livingreview.surveillance.sources.pages import parse_json, take, text_of

OURS = re.compile(r"NCT\d{8}")  # the numbers of the register that can be asked
# Columns of ``trials.csv`` of which a change is kept as an event.
FOLLOWED = ("status", "completion", "enrolment", "results_posted", "merged_into")
_BATCH = 50
_CODES = {"UNKNOWN": "UNKNOWN_STATUS"}  # a bare "unknown" would read as a cell that nobody filled
_FIELDS = (
    "NCTId,BriefTitle,OverallStatus,PrimaryCompletionDate,PrimaryCompletionDateType,EnrollmentCount,"
    "EnrollmentType,ResultsFirstPostDate,LastUpdatePostDate"
)


@dataclass(frozen=True)
class Entry:
    """What the register says of one trial, as cells of ``trials.csv``."""

    number: str
    cells: Mapping[str, str]


def ask_register(numbers: Sequence[str], get: Get) -> dict[str, Entry]:
    """What the register says of some trials (key: the number that was asked for).

    A number that it does not know is left out.

    Raises
    ------
    SourceError
        If any answer is missing or cannot be read.
    """
    found: dict[str, Entry] = {}
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        params = (("filter.ids", ",".join(batch)), ("fields", _FIELDS), ("pageSize", str(_BATCH)))
        told = _parse(get(Request("studies", (*params, ("format", "json")))))
        for study in _studies(told):
            entry = _read_entry(study)
            if entry.number in batch:
                found[entry.number] = entry
    for number in numbers:
        if number not in found:
            try:
                told = _parse(get(Request(f"studies/{number}", (("fields", _FIELDS), ("format", "json")))))
            except Refused as error:
                if error.status != 404:
                    raise
                continue
            found[number] = _read_entry(told)
    return found


def _parse(data: bytes) -> dict:
    try:
        told = parse_json(data)
    except ValueError as error:
        raise _broken(error) from None
    if not isinstance(told, dict):
        why = "the answer is no object"
        raise _broken(why)
    return told


def _studies(told: dict) -> list:
    try:
        return take(told, "studies", kind=list)
    except ValueError as error:
        raise _broken(error) from None


def _broken(why: ValueError | str) -> SourceError:
    return SourceError(f"{trials.NAME}: {why}. Nothing was written. To mend: run the command again")


def _read_entry(study: Mapping) -> Entry:
    section = study.get("protocolSection") or {}
    number = text_of(section, "identificationModule", "nctId")
    if not OURS.fullmatch(number):
        why = "an entry without its number"
        raise _broken(why)
    status = section.get("statusModule") or {}
    cells = {
        "title": tidy(text_of(section, "identificationModule", "briefTitle"))[:400].strip(),
        "status": _CODES.get(course := text_of(status, "overallStatus"), course),
        "completion": text_of(status, "primaryCompletionDateStruct", "date"),
        "completion_type": text_of(status, "primaryCompletionDateStruct", "type"),
        "enrolment": text_of(section, "designModule", "enrollmentInfo", "count"),
        "enrolment_type": text_of(section, "designModule", "enrollmentInfo", "type"),
        "results_posted": text_of(status, "resultsFirstPostDateStruct", "date"),
        "updated": text_of(status, "lastUpdatePostDateStruct", "date"),
    }
    return Entry(number, cells)


def compare_entry(row: Mapping[str, str], entry: Entry, day: str) -> tuple[dict, list[dict]]:
    """A trial's row with what the register says today, and an event for each change.

    The first look is no change. What a person entered (study, setting, conclusions) stays.
    """
    merged = entry.number if entry.number != row["number"] else ""
    cells = {**entry.cells, "merged_into": merged}
    if row["title"]:
        cells.pop("title")
    fresh = dict(row) | cells | {"seen_on": day}
    events = [
        {"event_id": f"{row['trial_id']}.{day}.{what.replace('_', '-')}", "trial_id": row["trial_id"]}
        | {"seen_on": day, "what": what, "before": row[what][:60], "after": fresh[what][:60]}
        for what in FOLLOWED
        if row["seen_on"] and fresh[what] != row[what]
    ]
    return fresh, events
