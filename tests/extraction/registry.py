"""Made-up results as two registers post them: every part, other ids of groups in each, what goes wrong."""

from __future__ import annotations

import copy
import json
import re

NUMBER = "NCT09999999"
LONG = "Neoplasms benign malignant and unspecified (incl cysts and polyps) - Other specify"


def _groups(prefix: str, *titles: str) -> list[dict]:
    return [
        {"id": f"{prefix}{place:03}", "title": title, "description": f"Given {title}"}
        for place, title in enumerate(titles)
    ]


def _denoms(prefix: str, *counts: int, units: str = "Participants") -> list[dict]:
    told = [{"groupId": f"{prefix}{place:03}", "value": str(count)} for place, count in enumerate(counts)]
    return [{"units": units, "counts": told}]


def _values(prefix: str, *values, name: str = "value") -> list[dict]:
    """One measurement a group: a value, or a mapping with its limits."""
    told = (value if isinstance(value, dict) else {name: value} for value in values)
    return [{"groupId": f"{prefix}{place:03}", **cells} for place, cells in enumerate(told)]


def _class(prefix: str, *values, title: str = "", category: str = "") -> dict:
    one = {"measurements": _values(prefix, *values)} | ({"title": category} if category else {})
    return {"categories": [one]} | ({"title": title} if title else {})


def _event(term: str, system: str, *stats: dict, vocabulary: str = "MedDRA 20.1") -> dict:
    told = [{"groupId": f"EG{place:03}", **cells} for place, cells in enumerate(stats)]
    return {"term": term, "organSystem": system, "sourceVocabulary": vocabulary, "stats": told}


def _count(affected: int | None, at_risk: int | None, events: int | None = None) -> dict:
    named = {"numEvents": events, "numAffected": affected, "numAtRisk": at_risk}
    return {name: value for name, value in named.items() if value is not None}


FLOW = {
    "groups": _groups("FG", "Drug A", "Standard Care"),
    "periods": [
        {
            "title": "Treatment",
            "milestones": [
                {"type": "STARTED", "achievements": _values("FG", "40", "38", name="numSubjects")},
                {"type": "COMPLETED", "achievements": _values("FG", "31", "30", name="numSubjects")},
            ],
            "dropWithdraws": [{"type": "Death", "reasons": _values("FG", "9", "8", name="numSubjects")}],
        },
        {
            "title": "Extension",
            "milestones": [{"type": "STARTED", "achievements": _values("FG", "12", "0", name="numSubjects")}],
        },
    ],
}
_AGES = (
    {"value": "41", "lowerLimit": "18", "upperLimit": "70"},
    {"value": "44.5", "lowerLimit": "19", "upperLimit": "72"},
    {"value": "43", "lowerLimit": "18", "upperLimit": "72"},
)
BASELINE = {
    "groups": _groups("BG", "Drug A", "Standard care", "Total"),
    "denoms": _denoms("BG", 40, 38, 78),
    "measures": [
        {
            "title": "Age, Continuous",
            "paramType": "MEDIAN",
            "dispersionType": "FULL_RANGE",
            "unitOfMeasure": "years",
            "classes": [_class("BG", *_AGES)],
        },
        {
            "title": "Sex: Female, Male",
            "paramType": "COUNT_OF_PARTICIPANTS",
            "unitOfMeasure": "Participants",
            "classes": [
                {
                    "categories": [
                        {"title": "Female", "measurements": _values("BG", "18", "20", "38")},
                        {"title": "Male", "measurements": _values("BG", "22", "18", "40")},
                    ]
                }
            ],
        },
        {
            "title": "Region of Enrollment",
            "paramType": "NUMBER",
            "unitOfMeasure": "participants",
            "classes": [_class("BG", "40", "38", "78", title="Canada")],
        },
    ],
}
SURVIVAL = {
    "title": "Overall Survival",
    "reportingStatus": "POSTED",
    "paramType": "MEDIAN",
    "dispersionType": "95% Confidence Interval",
    "unitOfMeasure": "months",
    "timeFrame": "Up to 3 years",
    "groups": _groups("OG", "Standard Care", "Drug A"),
    "denoms": _denoms("OG", 38, 40),
    "classes": [
        _class(
            "OG",
            {"value": "12.5", "lowerLimit": "9.1", "upperLimit": "NA", "comment": "Upper limit not reached"},
            {"value": "NA", "lowerLimit": "15.2", "upperLimit": "NA", "comment": "Median not reached"},
        )
    ],
    "analyses": [
        {
            "groupIds": ["OG000", "OG001"],
            "paramType": "Hazard Ratio (HR)",
            "paramValue": "0.71",
            "ciPctValue": "95",
            "ciLowerLimit": "0.55",
            "ciUpperLimit": "0.93",
            "pValue": "0.01",
            "statisticalMethod": "Cox",
        },
        {"groupIds": ["OG000", "OG001"], "pValue": "<0.001", "statisticalMethod": "Log Rank"},
    ],
}
REMISSION = {
    "title": "Percentage of Participants With Complete Remission (CR) Within 12 Weeks",
    "description": "Blasts below 5% and full recovery of counts",
    "populationDescription": "All randomised",
    "paramType": "NUMBER",
    "dispersionType": "95% Confidence Interval",
    "unitOfMeasure": "percentage of participants",
    "timeFrame": "Within 12 weeks",
    "groups": _groups("OG", "Drug A", "Standard Care"),
    "denoms": _denoms("OG", 40, 38),
    "classes": [
        {
            **_class("OG", {"value": "45.0", "lowerLimit": "29.3", "upperLimit": "61.5"}, "21.1"),
            "denoms": _denoms("OG", 40, 19),
        }
    ],
}
RESPONSE = {
    "title": "Best Response",
    "paramType": "COUNT_OF_PARTICIPANTS",
    "unitOfMeasure": "Participants",
    "timeFrame": "One year",
    "groups": _groups("OG", "Drug A", "Standard Care"),
    "denoms": [*_denoms("OG", 80, 76, units="Marrows"), *_denoms("OG", 40, 38)],
    "classes": [
        {
            "categories": [
                {"title": "Partial remission (PR)", "measurements": _values("OG", "4", "5")},
                {"title": "Something else", "measurements": _values("OG", "36", "33")},
            ]
        }
    ],
}
EVENT_FREE = {
    "title": "Event-free Survival Rate",
    "paramType": "NUMBER",
    "dispersionType": "95% Confidence Interval",
    "unitOfMeasure": "Proportion of participants",
    "timeFrame": "2 years from randomisation",
    "groups": _groups("OG", "Drug A", "Standard Care"),
    "denoms": _denoms("OG", 40, 38),
    "classes": [
        _class(
            "OG",
            {"value": "0.31", "lowerLimit": "0.18", "upperLimit": "0.45"},
            {"value": "0.12", "lowerLimit": "0.04", "upperLimit": "0.25"},
        )
    ],
}
QUALITY = {
    "title": "Change of Quality of Life",
    "paramType": "MEAN",
    "dispersionType": "Standard Deviation",
    "unitOfMeasure": "units on a scale",
    "timeFrame": "Week 12",
    "groups": _groups("OG", "Drug A, With a Questionnaire"),
    "denoms": _denoms("OG", 25),
    "classes": [_class("OG", {"value": "-3.2", "spread": "1.4"}, title="Week 12")],
}
UNPOSTED = {"title": "Relapse", "reportingStatus": "NOT_POSTED", "groups": []}
EVENTS = {
    "frequencyThreshold": "5",
    "timeFrame": "Up to 30 days after the last dose",
    "eventGroups": [
        {
            "id": "EG000",
            "title": "Standard care",
            "deathsNumAffected": 8,
            "deathsNumAtRisk": 38,
            "seriousNumAffected": 11,
            "seriousNumAtRisk": 36,
            "otherNumAffected": 30,
            "otherNumAtRisk": 36,
        },
        {
            "id": "EG001",
            "title": "Drug A",
            "deathsNumAffected": 9,
            "deathsNumAtRisk": 40,
            "seriousNumAffected": 15,
            "seriousNumAtRisk": 39,
            "otherNumAffected": 35,
            "otherNumAtRisk": 39,
        },
    ],
    "seriousEvents": [
        _event(
            "13200-Anemia",
            "Blood and lymphatic system disorders",
            _count(2, None, 2),
            _count(3, 39, 5),
            vocabulary="CTCv4",
        ),
        _event("Cytokine release syndrome", "Immune system disorders", _count(0, 36), _count(1, 39)),
        _event("Sepsis", "Infections and infestations", _count(None, 36, 4), _count(1, 0)),
    ],
    "otherEvents": [
        _event("Anemia", "Blood and lymphatic system disorders", _count(10, 36, 14), _count(12, 39, 20)),
        _event("Pain", "General disorders", _count(4, 36), _count(5, 39)),
        _event("Pain", "Musculoskeletal and connective tissue disorders", _count(3, 36), _count(2, 39)),
        _event(f"58000-{LONG}", "Unknown system", _count(1, 36), _count(0, 39)),
    ],
}


def study(**modules: dict | None) -> dict:
    """The study, with other modules of its results (by their names; None leaves one out)."""
    results = {
        "participantFlowModule": FLOW,
        "baselineCharacteristicsModule": BASELINE,
        "outcomeMeasuresModule": {
            "outcomeMeasures": [SURVIVAL, REMISSION, RESPONSE, EVENT_FREE, QUALITY, UNPOSTED]
        },
        "adverseEventsModule": EVENTS,
    } | modules
    protocol = {
        "identificationModule": {"nctId": NUMBER, "officialTitle": "A made-up trial of drug A"},
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "A Made-up Group"}},
        "statusModule": {
            "studyFirstPostDateStruct": {"date": "2019-01-02"},
            "resultsFirstPostDateStruct": {"date": "2024-05-06", "type": "ACTUAL"},
        },
        "designModule": {"designInfo": {"allocation": "RANDOMIZED"}},
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Drug A", "type": "EXPERIMENTAL", "interventionNames": ["Drug: A"]},
                {"label": "Standard Care", "type": "ACTIVE_COMPARATOR", "interventionNames": ["Drug: B"]},
            ]
        },
    }
    kept = {name: told for name, told in results.items() if told is not None}
    return copy.deepcopy({"protocolSection": protocol, "hasResults": True, "resultsSection": kept})


def as_bytes(told: dict) -> bytes:
    """A study as the file that the register gives."""
    return json.dumps(told, indent=1).encode()


def outcomes(*measures: dict) -> dict:
    """The study with these outcome measures alone."""
    return study(outcomeMeasuresModule={"outcomeMeasures": list(measures)})


def look_up(told: dict, path: str):
    """What stands at a JSON path."""
    for name, place in re.findall(r"([A-Za-z]+)(?:\[(\d+)\])?", path):
        told = told[name]
        if place:
            told = told[int(place)]
    return told


def count_leaves(told) -> int:
    """How many cells a part of the results holds, by the names under which such cells stand."""
    if isinstance(told, list):
        return sum(map(count_leaves, told))
    if not isinstance(told, dict):
        return 0
    names = ("measurements", "achievements", "reasons", "stats", "analyses")
    own = sum(len(told[name]) for name in names if name in told)
    own += sum(f"{kind}NumAffected" in told for kind in ("deaths", "serious", "other"))
    return own + sum(count_leaves(value) for value in told.values())


_ARM = """
    <arm id="Arm-{n}"><title>{title}</title><description>Given {title}</description>
     <type><value>ARM_TYPE.{kind}</value></type>
     <armProducts><armProduct><name>Substance {n}</name></armProduct></armProducts>
     <startedMilestoneAchievement startedMilestoneId="S-1"><subjects>{began}</subjects></startedMilestoneAchievement>
     <completedMilestoneAchievement completedMilestoneId="C-1"><subjects>{ended}</subjects></completedMilestoneAchievement>
     <notCompletedReasonDetails><reasonDetail reasonNotCompletedId="R-1"><subjects>{left}</subjects></reasonDetail>
     </notCompletedReasonDetails></arm>"""  # noqa: E501
_SERIOUS = """
   <value reportingGroupId="G-{n}"><occurrences>{often}</occurrences><subjectsAffected>{affected}</subjectsAffected>
    <subjectsExposed>{exposed}</subjectsExposed>
    <occurrencesCausallyRelatedToTreatment>1</occurrencesCausallyRelatedToTreatment>
    <fatalities><deaths>1</deaths><deathsCausallyRelatedToTreatment>0</deathsCausallyRelatedToTreatment></fatalities>
   </value>"""  # noqa: E501
EUROPEAN = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ns3:result xmlns:ns2="http://eudract.ema.europa.eu/schema/clinical_trial_result/adverse_events"
 xmlns:ns3="http://eudract.ema.europa.eu/schema/clinical_trial_result"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" eudractNumber="2049-000001-42" sponsor="A Made-up Group">
 <trialInformation><fullTitle>A made-up trial of drug A</fullTitle>
  <usctnIdentifier>{NUMBER}</usctnIdentifier></trialInformation>
 <subjectDisposition>
  <preAssignmentPeriod>
   <startedMilestoneAchievement startedMilestoneId="S-0"><subjects>90</subjects></startedMilestoneAchievement>
  </preAssignmentPeriod>
  <postAssignmentPeriods><postAssignmentPeriod id="P-1"><title>Treatment</title>
   <allocation><value>ALLOCATION.randControlled</value></allocation><arms>
    {_ARM.format(n=1, title="Drug A", kind="experimental", began=40, ended=31, left=9)}
    {_ARM.format(n=2, title="Standard Care", kind="activeComp", began=38, ended=30, left=8)}
   </arms></postAssignmentPeriod></postAssignmentPeriods>
  <reasonsNotCompleted><reasonNotCompleted id="R-1"><type><value>NOT_COMPLETED_REASON.consentWithdrawn</value></type>
  </reasonNotCompleted></reasonsNotCompleted>
 </subjectDisposition>
 <baselineCharacteristics>
  <ageContinuousCharacteristic><title>Age continuous</title><unit>years</unit><reportingGroups>
   <reportingGroup baselineReportingGroupId="B-1"><countableValues/><tendencyValue><value>41</value></tendencyValue>
    <dispersionValue><value>18</value><highRangeValue>70</highRangeValue></dispersionValue></reportingGroup>
   <reportingGroup baselineReportingGroupId="B-2"><countableValues/>
    <tendencyValue><value xsi:nil="true"/></tendencyValue></reportingGroup></reportingGroups>
   <centralTendencyType><value>CENTRAL_TENDENCY.median</value></centralTendencyType>
   <dispersionType><value>DISPERSION.fullRange</value></dispersionType></ageContinuousCharacteristic>
  <genderCategoricalCharacteristic><title>Gender categorical</title><unit>Subjects</unit><reportingGroups>
   <reportingGroup baselineReportingGroupId="B-1"><countableValues>
    <countableValue categoryId="K-1"><value>18</value></countableValue>
    <countableValue categoryId="K-2"><value>22</value></countableValue></countableValues></reportingGroup>
   </reportingGroups><totalBaselineGroup id="T-1"><subjects>78</subjects><countableValues>
    <countableValue categoryId="K-1"><value>38</value></countableValue>
    <countableValue categoryId="K-2"><value>40</value></countableValue></countableValues></totalBaselineGroup>
   <categories><category id="K-1"><name>Female</name></category><category id="K-2"><name>Male</name></category>
   </categories></genderCategoricalCharacteristic>
  <baselineReportingGroups><baselineReportingGroup armId="Arm-1" id="B-1"><subjects>40</subjects></baselineReportingGroup>
   <baselineReportingGroup armId="Arm-2" id="B-2"><subjects>38</subjects></baselineReportingGroup>
  </baselineReportingGroups>
 </baselineCharacteristics>
 <endPoints><endPoint><title>Overall Survival</title><unit>months</unit><timeFrame>Two years</timeFrame>
  <centralTendencyType><value>MEASURE_TYPE.median</value></centralTendencyType>
  <dispersionType><value>ENDPOINT_DISPERSION.confidenceInterval</value></dispersionType><percentage>95</percentage>
  <armReportingGroups><armReportingGroup armId="Arm-1" id="E-1"><countableValues/>
   <tendencyValues><tendencyValue><value>12.5</value></tendencyValue></tendencyValues>
   <dispersionValues><dispersionValue><value>9.1</value><highRangeValue>15.0</highRangeValue></dispersionValue>
   </dispersionValues><subjects>40</subjects></armReportingGroup></armReportingGroups>
  <statisticalAnalyses><statisticalAnalysis><title>Comparison</title>
   <statisticalHypothesisTest><value>0.05</value><valueEqualityRelation>&lt;</valueEqualityRelation>
   </statisticalHypothesisTest><parameterEstimate><confidenceInterval><lowerLimit>0.55</lowerLimit>
   <percentage>95</percentage><upperLimit>0.93</upperLimit></confidenceInterval><pointEstimate>0.71</pointEstimate>
   <type><value>PARAMETER_TYPE.hazardRatio</value></type></parameterEstimate>
   <armComparisonGroupId>E-1</armComparisonGroupId></statisticalAnalysis></statisticalAnalyses></endPoint></endPoints>
 <adverseEvents><nonSeriousEventFrequencyThreshold>5</nonSeriousEventFrequencyThreshold>
  <dictionary><version>20.1</version><name><value>ADV_EVT_DICTIONARY_NAME.meddra</value></name></dictionary>
  <reportingGroups><reportingGroup id="G-1"><title>Drug A</title>
   <subjectsAffectedByNonSeriousAdverseEvents>35</subjectsAffectedByNonSeriousAdverseEvents>
   <subjectsAffectedBySeriousAdverseEvents>15</subjectsAffectedBySeriousAdverseEvents>
   <subjectsExposed>39</subjectsExposed><deathsAllCauses>9</deathsAllCauses>
   <deathsResultingFromAdverseEvents>2</deathsResultingFromAdverseEvents></reportingGroup></reportingGroups>
  <nonSeriousAdverseEvents><nonSeriousAdverseEvent><term>Anaemia</term>
   <organSystem><eutctId>100000004851</eutctId></organSystem><values>
   <value reportingGroupId="G-1"><occurrences>20</occurrences><subjectsAffected>12</subjectsAffected>
   <subjectsExposed>39</subjectsExposed></value></values></nonSeriousAdverseEvent></nonSeriousAdverseEvents>
  <seriousAdverseEvents><seriousAdverseEvent><term>Sepsis</term>
   <organSystem><eutctId>100000004862</eutctId></organSystem><values>
   {_SERIOUS.format(n=1, often=4, affected=3, exposed=39)}</values></seriousAdverseEvent></seriousAdverseEvents>
 </adverseEvents>
</ns3:result>
""".encode()  # noqa: E501
