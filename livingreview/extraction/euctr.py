"""Results of one trial as the EU Clinical Trials Register gives them (XML of EudraCT).

Source: EudraCT, schema ``clinical_trial_result``: the XML of results that the register offers for download.
Paths are XPaths by the elements' local names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from livingreview.extraction.posted import STARTED, Cell, Group, Measure, Posted, ProtocolArm
from livingreview.surveillance.readers.found import make_found, tidy
from livingreview.surveillance.readers.markup import parse_xml

NAME = "EU Clinical Trials Register"
_SCHEMA = "{http://eudract.ema.europa.eu/schema/clinical_trial_result}result"
# Organ systems of MedDRA by their numbers in the register's dictionary (EUTCT).
_FIRST_SYSTEM = 100000004848
_SYSTEMS = (
    "Investigations",
    "Cardiac disorders",
    "Congenital, familial and genetic disorders",
    "Blood and lymphatic system disorders",
    "Nervous system disorders",
    "Eye disorders",
    "Ear and labyrinth disorders",
    "Respiratory, thoracic and mediastinal disorders",
    "Gastrointestinal disorders",
    "Renal and urinary disorders",
    "Skin and subcutaneous tissue disorders",
    "Musculoskeletal and connective tissue disorders",
    "Endocrine disorders",
    "Metabolism and nutrition disorders",
    "Infections and infestations",
    "Injury, poisoning and procedural complications",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "Surgical and medical procedures",
    "Vascular disorders",
    "General disorders and administration site conditions",
    "Pregnancy, puerperium and perinatal conditions",
    "Social circumstances",
    "Immune system disorders",
    "Hepatobiliary disorders",
    "Reproductive system and breast disorders",
    "Psychiatric disorders",
)
_SYSTEM_OF = {str(_FIRST_SYSTEM + number): name for number, name in enumerate(_SYSTEMS)} | {
    "100000167503": "Product issues"
}
_ARM_KINDS = {
    "experimental": "EXPERIMENTAL",
    "activeComp": "ACTIVE_COMPARATOR",
    "placeboComp": "PLACEBO_COMPARATOR",
}
_PARAMS = {"median": "MEDIAN", "arithmetic": "MEAN", "number": "NUMBER"}
_PEOPLE = re.compile(r"\b(?:subject|participant|patient)s?\b", re.IGNORECASE)
_TOTALS = {
    "deaths": "deathsAllCauses",
    "fatal": "deathsResultingFromAdverseEvents",
    "serious": "subjectsAffectedBySeriousAdverseEvents",
    "other": "subjectsAffectedByNonSeriousAdverseEvents",
}
_OF_GROUPS = ("reportingGroups/reportingGroup", "subjectAnalysisSets/subjectAnalysisSet")
_OF_ARMS = (
    "armReportingGroups/armReportingGroup",
    "subjectAnalysisSetReportingGroups/subjectAnalysisSetReportingGroup",
)
_LONGEST = 150
_Node = etree._Element


def read_euctr(data: bytes) -> Posted | None:
    """The posted results of a file of the register; None where it is another file.

    Raises
    ------
    ValueError
        If it is such a file and cannot be read.
    """
    if b"eudract.ema.europa.eu/schema/clinical_trial_result" not in data[:2000]:
        return None
    root = parse_xml(data)
    if root.tag != _SCHEMA:
        return None
    posted = _start(root)
    groups = _read_flow(root, posted)
    sets = _read_sets(root, posted)
    _read_baseline(root, posted, groups, sets)
    _read_events(root, posted)
    _read_outcomes(root, posted, groups | sets)
    return posted


def _start(root: _Node) -> Posted:
    number = tidy(root.get("eudractNumber", ""))
    told = root.find("{*}trialInformation")
    others = [_text(told, name) for name in ("usctnIdentifier", "isrctnIdentifier")]
    found = make_found(
        title=_text(told, "fullTitle"),
        authors=[tidy(root.get("sponsor", ""))],
        container=NAME,
        trials=[number, *others],
        accession=number,
        kind="registry",
    )
    events = root.find("{*}adverseEvents")
    kinds = [_code(period, "allocation") for period in root.iter("{*}postAssignmentPeriod")]
    return Posted(
        NAME,
        number,
        found,
        is_randomised=any(kind.startswith("rand") for kind in kinds),
        threshold=_text(events, "nonSeriousEventFrequencyThreshold"),
        event_time=_text(events, "timeFrame"),
    )


def _text(node: _Node | None, path: str) -> str:
    """The text of an element below, on one line; '' where it is missing or empty."""
    found = None if node is None else node.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if found is None else tidy(found.text or "")


def _code(node: _Node | None, path: str) -> str:
    """A code of the schema without its list: MEASURE_TYPE.median -> median."""
    return _text(node, f"{path}/value").rpartition(".")[2]


def _many(node: _Node | None, path: str) -> Iterator[_Node]:
    if node is not None:
        yield from node.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))


def _path(node: _Node, tail: str = "") -> str:
    """XPath of an element by local names, numbered among siblings of its name; a long one from below."""
    parts = []
    while node is not None:
        name = etree.QName(node).localname
        parent = node.getparent()
        same = [] if parent is None else [item for item in parent if item.tag == node.tag]
        parts.append(f"{name}[{same.index(node) + 1}]" if len(same) > 1 else name)
        node = parent
    path = "/" + "/".join(reversed(parts)) + tail
    return path if len(path) <= _LONGEST else "//" + path.split("/", 4)[4]


def _read_flow(root: _Node, posted: Posted) -> dict[str, Group]:
    disposition = root.find("{*}subjectDisposition")
    why = {
        item.get("id", ""): _text(item, "otherReason") or _code(item, "type")
        for name in ("reasonsNotCompleted/reasonNotCompleted", "reasonsJoined/reasonJoined")
        for item in _many(disposition, name)
    }
    for period in _many(disposition, "preAssignmentPeriod"):
        _read_milestones(period, "before assignment", None, why, posted)
    groups = {}
    for period in _many(disposition, "postAssignmentPeriods/postAssignmentPeriod"):
        for item in _many(period, "arms/arm"):
            group = Group(
                "flow", item.get("id", ""), _text(item, "title"), _text(item, "description"), _path(item)
            )
            groups[group.id] = group
            posted.groups.append(group)
            _read_milestones(item, _text(period, "title"), group, why, posted)
            if group.title not in [arm.title for arm in posted.arms]:
                given = "; ".join(_text(drug, "name") for drug in _many(item, "armProducts/armProduct"))
                kind = _ARM_KINDS.get(_code(item, "type"), "")
                posted.arms.append(ProtocolArm(group.title, kind, given, group.path))
    return groups


def _read_milestones(
    item: _Node, period: str, group: Group | None, why: Mapping[str, str], posted: Posted
) -> None:
    total = _text(item, "startedMilestoneAchievement/subjects")
    places = (
        ("startedMilestoneAchievement", STARTED),
        ("completedMilestoneAchievement", "COMPLETED"),
        ("otherMilestoneAchievements/otherMilestoneAchievement", "Milestone"),
        ("notCompletedReasonDetails/reasonDetail", "Not completed"),
        ("joinedReasonDetails/reasonDetail", "Joined"),
    )
    names = {node.get("id", ""): _text(node, "title") for node in item.iter("{*}otherMilestone")} | why
    for path, what in places:
        for node in _many(item, path):
            if value := _text(node, "subjects"):
                reason = next((names[key] for key in node.attrib.values() if names.get(key)), "")
                named = f"{what}: {reason}" if reason else what
                at = _path(node, "/subjects")
                posted.cells.append(
                    Cell(at, "flow", group, named, value, total, within=(period,), whole=group is None)
                )


def _read_sets(root: _Node, posted: Posted) -> dict[str, Group]:
    """Sets of participants that are no arms, such as all that were analysed."""
    groups = {}
    for item in _many(root, "subjectAnalysisSets/subjectAnalysisSet"):
        told = _text(item, "description")
        group = Group("outcomes", item.get("id", ""), _text(item, "title"), told, _path(item))
        groups[group.id] = group
        posted.groups.append(group)
    return groups


def _read_baseline(root: _Node, posted: Posted, arms: Mapping[str, Group], sets: Mapping[str, Group]) -> None:
    part = root.find("{*}baselineCharacteristics")
    groups: dict[str, Group] = {}
    totals = {
        node.get("id", ""): _text(node, "subjects")
        for node in _many(root, "subjectAnalysisSets/subjectAnalysisSet")
    }
    for item in _many(part, "baselineReportingGroups/baselineReportingGroup"):
        arm = arms.get(item.get("armId", ""))
        title = arm.title if arm else _text(item, "title")
        group = Group("baseline", item.get("id", ""), title, _text(item, "description"), _path(item))
        groups[group.id] = group
        totals[group.id] = _text(item, "subjects")
        posted.groups.append(group)
    groups |= sets
    for item in part if part is not None else ():
        name = etree.QName(item).localname
        for measured in item if name.endswith("Characteristics") else [item]:
            if etree.QName(measured).localname.endswith("Characteristic"):
                _read_characteristic(measured, posted, groups, totals)


def _read_characteristic(
    item: _Node, posted: Posted, groups: dict[str, Group], totals: dict[str, str]
) -> None:
    title, people = _text(item, "title"), _text(item, "unit")
    param = _PARAMS.get(_code(item, "centralTendencyType"), _code(item, "centralTendencyType"))
    measure = Measure(title, _text(item, "description"), unit=people, dispersion=_dispersion(item))
    measure = measure._replace(param=param or _count_of(people))
    if (whole := item.find("{*}totalBaselineGroup")) is not None:
        group = next((group for group in groups.values() if group.title == "Total"), None)
        if group is None:
            group = Group("baseline", "total", "Total", "Total of all reporting groups", _path(whole))
            posted.groups.append(group)
        groups["total"], totals["total"] = group, _text(whole, "subjects") or totals.get("total", "")
        _read_values(whole, item, measure, group, totals["total"], "baseline", posted)
    for node in [
        *_many(item, "reportingGroups/reportingGroup"),
        *_many(item, "subjectAnalysisSets/subjectAnalysisSet"),
    ]:
        number = node.get("baselineReportingGroupId") or node.get("subjectAnalysisSetId") or ""
        _read_values(node, item, measure, groups.get(number), totals.get(number, ""), "baseline", posted)


def _count_of(unit: str) -> str:
    return "COUNT_OF_PARTICIPANTS" if _PEOPLE.search(unit) else "NUMBER"


def _dispersion(item: _Node) -> str:
    kind, level = _code(item, "dispersionType"), _text(item, "percentage")
    if kind == "confidenceInterval":
        return f"{level}% Confidence Interval" if level else "Confidence Interval"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _read_values(
    node: _Node, item: _Node, measure: Measure, group: Group | None, total: str, part: str, posted: Posted
) -> None:
    """The values of one group: of categories that are counted, or a tendency and its spread."""
    names = {one.get("id", ""): _text(one, "name") for one in _many(item, "categories/category")}
    spreads = [*_many(node, "dispersionValue"), *_many(node, "dispersionValues/dispersionValue")]
    tendencies = [*_many(node, "tendencyValue"), *_many(node, "tendencyValues/tendencyValue")]
    beside = [spreads[place] if place < len(spreads) else None for place in range(len(tendencies))]
    counts = [(one, None) for one in _many(node, "countableValues/countableValue")]
    for one, spread in [*counts, *zip(tendencies, beside, strict=True)]:
        if value := _text(one, "value"):
            low, high = _text(spread, "value"), _text(spread, "highRangeValue")
            posted.cells.append(
                Cell(
                    _path(one, "/value"),
                    part,
                    group,
                    measure.title,
                    value,
                    total,
                    low=low if high else "",
                    high=high,
                    spread="" if high else low,
                    comment=_text(node, "comment"),
                    within=("", names.get(one.get("categoryId", ""), "")),
                    measure=measure,
                )
            )


def _read_outcomes(root: _Node, posted: Posted, groups: Mapping[str, Group]) -> None:
    for item in _many(root, "endPoints/endPoint"):
        unit, tendency = _text(item, "unit"), _code(item, "centralTendencyType")
        measure = Measure(
            _text(item, "title"),
            _text(item, "description"),
            time_frame=_text(item, "timeFrame"),
            param=_PARAMS.get(tendency, tendency) or _count_of(unit),
            dispersion=_dispersion(item),
            unit=unit,
        )
        before, named = len(posted.cells), {}
        for node in (node for path in _OF_ARMS for node in _many(item, path)):
            known = groups.get(node.get("armId") or node.get("subjectAnalysisSetId") or "")
            group = known._replace(part="outcomes", path=_path(node)) if known else None
            if group:
                posted.groups.append(group)
                named[node.get("id", "")] = group.title
            _read_values(node, item, measure, group, _text(node, "subjects"), "outcomes", posted)
        if len(posted.cells) == before:
            posted.unposted.append(measure.title)
        for node in _many(item, "statisticalAnalyses/statisticalAnalysis"):
            _read_analysis(node, measure, named, posted)


def _read_analysis(node: _Node, measure: Measure, named: Mapping[str, str], posted: Posted) -> None:
    estimate, test = node.find("{*}parameterEstimate"), node.find("{*}statisticalHypothesisTest")
    titles = [named[one.text] for one in _many(node, "armComparisonGroupId") if one.text in named]
    level = _text(estimate, "confidenceInterval/percentage")
    param = _text(estimate, "otherType") or _code(estimate, "type")
    told = measure._replace(
        param=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", param).capitalize(),
        dispersion=f"{level}% Confidence Interval" if level else "",
        unit="",
        description=_code(test, "method"),
        population=" and ".join(titles),
    )
    relation = _text(test, "valueEqualityRelation")
    posted.cells.append(
        Cell(
            _path(node),
            "analyses",
            None,
            f"{measure.title}, {title}" if (title := _text(node, "title")) else measure.title,
            _text(estimate, "pointEstimate"),
            low=_text(estimate, "confidenceInterval/lowerLimit"),
            high=_text(estimate, "confidenceInterval/upperLimit"),
            spread=f"{relation if relation != '=' else ''}{_text(test, 'value')}",
            comment=_text(node, "description"),
            measure=told,
            whole=True,
        )
    )


def _read_events(root: _Node, posted: Posted) -> None:
    part = root.find("{*}adverseEvents")
    groups = {}
    for item in _many(part, "reportingGroups/reportingGroup"):
        told = _text(item, "description")
        group = Group("events", item.get("id", ""), _text(item, "title"), told, _path(item))
        groups[group.id] = group
        posted.groups.append(group)
        total = _text(item, "subjectsExposed")
        for kind, name in _TOTALS.items():
            if value := _text(item, name):
                at = f"{group.path}/{name}"
                posted.cells.append(Cell(at, "event totals", group, kind, value, total, within=(kind,)))
    words = (
        _text(part, "dictionary/otherName") or _code(part, "dictionary/name"),
        _text(part, "dictionary/version"),
    )
    vocabulary = " ".join(filter(None, words))
    for kind, name in (("serious", "seriousAdverseEvent"), ("other", "nonSeriousAdverseEvent")):
        for item in _many(part, f"{name}s/{name}"):
            system = _SYSTEM_OF.get(_text(item, "organSystem/eutctId"), "")
            for node in _many(item, "values/value"):
                posted.cells.append(
                    Cell(
                        _path(node, "/subjectsAffected"),
                        f"{kind} events",
                        groups.get(node.get("reportingGroupId", "")),
                        _text(item, "term"),
                        _text(node, "subjectsAffected"),
                        _text(node, "subjectsExposed"),
                        comment=_fatalities(node),
                        occurrences=_text(node, "occurrences"),
                        system=system,
                        vocabulary=vocabulary,
                    )
                )


def _fatalities(node: _Node) -> str:
    """What the file says beside the count: how many of the events were put down to treatment, and deaths."""
    told = {
        "put down to treatment": "occurrencesCausallyRelatedToTreatment",
        "deaths": "fatalities/deaths",
        "deaths put down to treatment": "fatalities/deathsCausallyRelatedToTreatment",
    }
    parts = [f"{words}: {value}" for words, path in told.items() if (value := _text(node, path))]
    return f"{', '.join(parts).capitalize()}." if parts else ""
