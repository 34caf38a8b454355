"""Results of one study as ClinicalTrials.gov gives them (JSON, version 2 of its interface).

Source: ClinicalTrials.gov API 2.0.5, one study of GET /studies: ``resultsSection``. Its values are text;
groups are FG000 in the flow, BG000 at baseline, OG000 in outcomes, EG000 in events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from livingreview.extraction.posted import STARTED, TOTALS, Cell, Group, Measure, Posted, ProtocolArm
from livingreview.surveillance.readers import read_export
from livingreview.surveillance.readers.found import tidy

NAME = "ClinicalTrials.gov"
ROOT = "resultsSection"
_PARTICIPANTS = "participants"


def read_ctgov(data: bytes) -> Posted | None:
    """The posted results of a file that holds one study of ClinicalTrials.gov; None where it holds none.

    Raises
    ------
    ValueError
        If the results are not in the form of version 2.
    """
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    studies = told.get("studies", [told]) if isinstance(told, dict) else []
    if len(studies) != 1 or not isinstance(studies[0], dict) or not studies[0].get(ROOT):
        return None
    try:
        return _read_study(studies[0], data)
    except (AttributeError, TypeError) as error:
        msg = f"{ROOT} is not in the form of ClinicalTrials.gov's version 2 ({error}): fetch it again"
        raise ValueError(msg) from None


def _read_study(study: Mapping, data: bytes) -> Posted:
    protocol, results = study.get("protocolSection") or {}, study[ROOT]
    events = results.get("adverseEventsModule") or {}
    design = (protocol.get("designModule") or {}).get("designInfo") or {}
    status = protocol.get("statusModule") or {}
    posted = Posted(
        NAME,
        _text(protocol.get("identificationModule") or {}, "nctId"),
        read_export(data, NAME).records[0],
        is_randomised=design.get("allocation") == "RANDOMIZED",
        posted_on=_text(status.get("resultsFirstPostDateStruct") or {}, "date"),
        threshold=_text(events, "frequencyThreshold"),
        event_time=_text(events, "timeFrame"),
    )
    module = protocol.get("armsInterventionsModule") or {}
    for where, arm in _many(module, "armGroups", "protocolSection.armsInterventionsModule"):
        given = "; ".join(map(str, arm.get("interventionNames") or ()))
        posted.arms.append(ProtocolArm(_text(arm, "label"), _text(arm, "type"), given, where))
    _read_flow(results.get("participantFlowModule") or {}, posted)
    _read_baseline(results.get("baselineCharacteristicsModule") or {}, posted)
    _read_events(events, posted)
    _read_outcomes(results.get("outcomeMeasuresModule") or {}, posted)
    return posted


def _text(told: Mapping, name: str) -> str:
    """A value as text on one line; '' where it is missing."""
    value = told.get(name)
    return "" if value is None else tidy(str(value))


def _many(told: Mapping, name: str, path: str) -> Iterator[tuple[str, dict]]:
    """The items of a list, each with its path."""
    for number, item in enumerate(told.get(name) or ()):
        yield f"{path}.{name}[{number}]", item


def _read_groups(told: Mapping, name: str, path: str, part: str, posted: Posted) -> dict[str, Group]:
    found = {}
    for where, item in _many(told, name, path):
        group = Group(part, _text(item, "id"), _text(item, "title"), _text(item, "description"), where)
        found[group.id] = group
    posted.groups += found.values()
    return found


def _read_flow(told: Mapping, posted: Posted) -> None:
    path = f"{ROOT}.participantFlowModule"
    groups = _read_groups(told, "groups", path, "flow", posted)
    for where, period in _many(told, "periods", path):
        began: dict[str, str] = {}
        rows = [
            (_text(item, "type"), at, item, "achievements") for at, item in _many(period, "milestones", where)
        ]
        rows += [
            (f"Not completed: {_text(item, 'type')}", at, item, "reasons")
            for at, item in _many(period, "dropWithdraws", where)
        ]
        for what, at, item, name in rows:
            for place, count in _many(item, name, at):
                number, value = _text(count, "groupId"), _text(count, "numSubjects")
                if what == STARTED:
                    began.setdefault(number, value)
                units = _text(count, "numUnits")
                comment = [_text(count, "comment"), f"{units} units" if units else "", _text(item, "comment")]
                posted.cells.append(
                    Cell(
                        place,
                        "flow",
                        groups.get(number),
                        what,
                        value,
                        began.get(number, ""),
                        comment="; ".join(filter(None, comment)),
                        within=(_text(period, "title"),),
                    )
                )


def _read_baseline(told: Mapping, posted: Posted) -> None:
    path = f"{ROOT}.baselineCharacteristicsModule"
    groups = _read_groups(told, "groups", path, "baseline", posted)
    for where, item in _many(told, "measures", path):
        item = {**item, "denoms": item.get("denoms") or told.get("denoms")}
        _read_measurements(item, where, "baseline", groups, posted)


def _read_outcomes(told: Mapping, posted: Posted) -> None:
    path = f"{ROOT}.outcomeMeasuresModule"
    for where, item in _many(told, "outcomeMeasures", path):
        groups = _read_groups(item, "groups", where, "outcomes", posted)
        before = len(posted.cells)
        _read_measurements(item, where, "outcomes", groups, posted)
        if len(posted.cells) == before:
            posted.unposted.append(_text(item, "title"))
        for place, analysis in _many(item, "analyses", where):
            _read_analysis(item, analysis, place, groups, posted)


def _measure_of(item: Mapping) -> Measure:
    return Measure(
        title=_text(item, "title"),
        description=_text(item, "description"),
        population=_text(item, "populationDescription"),
        time_frame=_text(item, "timeFrame"),
        param=_text(item, "paramType"),
        dispersion=_text(item, "dispersionType"),
        unit=_text(item, "unitOfMeasure"),
    )


def _read_measurements(
    item: Mapping, where: str, part: str, groups: Mapping[str, Group], posted: Posted
) -> None:
    measure = _measure_of(item)
    for at, row in _many(item, "classes", where):
        totals = _totals(item.get("denoms")) | _totals(row.get("denoms"))
        for above, category in _many(row, "categories", at):
            for place, told in _many(category, "measurements", above):
                number = _text(told, "groupId")
                posted.cells.append(
                    Cell(
                        place,
                        part,
                        groups.get(number),
                        measure.title,
                        _text(told, "value"),
                        totals.get(number, ""),
                        _text(told, "lowerLimit"),
                        _text(told, "upperLimit"),
                        _text(told, "spread"),
                        _text(told, "comment"),
                        (_text(row, "title"), _text(category, "title")),
                        measure,
                    )
                )


def _totals(denoms: Any) -> dict[str, str]:
    """Group -> number counted from, of participants where other units are counted too."""
    rows = sorted(denoms or (), key=lambda item: _text(item, "units").lower() != _PARTICIPANTS)
    counts = rows[0].get("counts") or () if rows else ()
    return {_text(count, "groupId"): _text(count, "value") for count in counts}


def _read_analysis(
    item: Mapping, analysis: Mapping, place: str, groups: Mapping[str, Group], posted: Posted
) -> None:
    titles = [groups[number].title for number in analysis.get("groupIds") or () if number in groups]
    level = _text(analysis, "ciPctValue")
    measure = _measure_of(item)._replace(
        param=_text(analysis, "paramType"),
        dispersion=f"{level}% Confidence Interval" if level else "",
        unit="",
        description=_text(analysis, "statisticalMethod"),
        population=" and ".join(titles),
    )
    posted.cells.append(
        Cell(
            place,
            "analyses",
            None,
            measure.title,
            _text(analysis, "paramValue"),
            low=_text(analysis, "ciLowerLimit"),
            high=_text(analysis, "ciUpperLimit"),
            spread=_text(analysis, "pValue"),
            comment=_text(analysis, "estimateComment") or _text(analysis, "pValueComment"),
            measure=measure,
            whole=True,
        )
    )


def _read_events(told: Mapping, posted: Posted) -> None:
    path = f"{ROOT}.adverseEventsModule"
    groups = _read_groups(told, "eventGroups", path, "events", posted)
    at_risk: dict[tuple[str, str], str] = {}
    for where, item in _many(told, "eventGroups", path):
        for kind in TOTALS:
            value, total = _text(item, f"{kind}NumAffected"), _text(item, f"{kind}NumAtRisk")
            at_risk[kind, _text(item, "id")] = total
            if value:
                at, group = f"{where}.{kind}NumAffected", groups[_text(item, "id")]
                posted.cells.append(Cell(at, "event totals", group, kind, value, total, within=(kind,)))
    for kind in ("serious", "other"):
        for where, item in _many(told, f"{kind}Events", path):
            for place, count in _many(item, "stats", where):
                number = _text(count, "groupId")
                # A term's own number is asked for only where it is not that of its group.
                total = _text(count, "numAtRisk") or at_risk.get((kind, number), "")
                posted.cells.append(
                    Cell(
                        place,
                        f"{kind} events",
                        groups.get(number),
                        _text(item, "term"),
                        _text(count, "numAffected"),
                        total,
                        comment=_text(item, "notes"),
                        occurrences=_text(count, "numEvents"),
                        system=_text(item, "organSystem"),
                        vocabulary=_text(item, "sourceVocabulary"),
                    )
                )
