"""Pooled results as HL7 FHIR R5 (5.0.0) resources: Evidence, EvidenceVariable, Citation.

Source
------
FHIR R5, hl7.org/fhir/R5/evidence.html and the value sets that its elements are bound to: variable-role,
synthesis-type, statistic-type, attribute-estimate-type, certainty-type, certainty-rating.
Evidence Based Medicine on FHIR Implementation Guide (hl7.fhir.uv.ebm): 1.0.0-ballot, January 2024, for FHIR
5.0.0, hl7.org/fhir/uv/ebm/2024Jan; 1.0.0-ballot2, May 2025, for FHIR 6.0.0-ballot2.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from livingreview.citation import book_item, format_item, name_reference
from livingreview.citation.record import author_names, licences
from livingreview.evidence import Evidence, records, split_ids
from livingreview.exchange.folder import README, write_readme
from livingreview.exchange.pools import (
    BAYES,
    HAZARD_RATIO,
    MEDIAN,
    PROPORTION,
    RISK_RATIO,
    SHARE,
    Pool,
    list_pools,
)
from livingreview.tables.common import capitalise

VERSION = "5.0.0"
TERMS = "http://terminology.hl7.org/CodeSystem"
UNITS = "http://unitsofmeasure.org"
DIGITS = 6
STATISTICS = {
    PROPORTION: ("C44256", "Proportion"),
    SHARE: ("C44256", "Proportion"),
    HAZARD_RATIO: ("C93150", "Hazard Ratio"),
    RISK_RATIO: ("C93152", "Relative Risk"),
    MEDIAN: ("C28007", "Median"),
}
CONFIDENCE = ("C53324", "Confidence interval")
CREDIBLE = ("0000455", "Credible interval")
TAU_SQUARED = ("0000421", "Tau squared")
ROLES = {"population": "population", "exposure": "exposure", "measuredVariable": "measured variable"}
RATINGS = {
    "high": "High quality",
    "moderate": "Moderate quality",
    "low": "Low quality",
    "very-low": "Very low quality",
}
STEPS = {0: ("no-change", "no change to rating")} | {
    -steps: (f"downcode{steps}", f"reduce rating: -{steps}") for steps in (1, 2, 3)
}
DOMAINS = {
    "risk_of_bias": ("RiskOfBias", "Risk of bias"),
    "inconsistency": ("Inconsistency", "Inconsistency"),
    "indirectness": ("Indirectness", "Indirectness"),
    "imprecision": ("Imprecision", "Imprecision"),
    "publication_bias": ("PublicationBias", "Publication bias"),
}
USE = """One file a resource, `TYPE/ID.json`, as a FHIR server takes them; references are relative.

- `Citation/review.json`: this version of the review.
- `Evidence/`: a pooled result: value, 95% interval, interval of a new study, variance between studies,
  numbers of studies and patients, what it rests on (`relatedArtifact`), ids of its evidence rows (`note`).
- `EvidenceVariable/`: populations, treatments and outcomes, in words; no code of a terminology is guessed.

`certainty` stands only where the review judged the certainty of the very rows that are pooled; the other
judgements, of an outcome as a whole, stand in `certainty.csv` of the review's data.
`identifier` of an Evidence is the pool's name in the export `pools`.
Written for FHIR R5 (5.0.0), the base of the EBMonFHIR guide (`hl7.fhir.uv.ebm`) in version 1.0.0-ballot,
January 2024.
No profile of that guide is claimed: its profiles of Evidence describe the resource as FHIR R6 was to have it,
and later ballots (1.0.0-ballot2, May 2025) are for R6 itself; no version was final when this was written.

The resources are for reading only: nothing takes them back."""


def export(evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of the export ``fhir``: one a resource, a read-me."""
    resources = [_citation(record)]
    variables: dict[str, dict] = {}
    for pool in list_pools(evidence):
        if pool.result is not None:
            told = {role: _variable(record, words) for role, words in _variables(pool).items()}
            variables |= {one["id"]: one for one in told.values()}
            resources.append(_evidence(evidence, record, pool, told))
    resources += [variables[key] for key in sorted(variables)]
    files = {f"{one['resourceType']}/{one['id']}.json": _as_json(one) for one in resources}
    number = sum(one["resourceType"] == "Evidence" for one in resources)
    what = f"{number} pooled results as resources of HL7 FHIR R5."
    return {README: write_readme(record, "FHIR resources", [what, USE])} | files


def _as_json(resource: Mapping) -> bytes:
    return (json.dumps(resource, indent=1, ensure_ascii=False) + "\n").encode()


def _concept(system: str, code: str, display: str) -> dict:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _status(record: Mapping) -> dict:
    """What every resource says of the version that it is of."""
    return {
        "version": str(record["version"]),
        "status": "draft" if record.get("draft") else "active",
        "date": str(record["date-released"]),
    }


def _identify(kind: str, words: str) -> str:
    """An id that FHIR allows (64 letters, digits, hyphens, dots), the same for the same words."""
    return f"{kind}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def _citation(record: Mapping) -> dict:
    item = book_item(dict(record))
    artifact: dict = {
        "title": [{"text": record["title"]}],
        "version": {"value": str(record["version"])},
        "contributorship": {"summary": [{"value": "; ".join(author_names(dict(record)))}]},
        "publicationForm": [{"articleDate": str(record["date-released"])}],
    }
    if "DOI" in item:
        artifact["identifier"] = [{"system": "https://doi.org", "value": item["DOI"]}]
    if "URL" in item:
        artifact["webLocation"] = [{"url": item["URL"]}]
    return {
        "resourceType": "Citation",
        "id": "review",
        "title": record["title"],
        **_status(record),
        "copyright": f"Licence: {' or '.join(licences(dict(record)))}",
        "summary": [{"text": format_item(item)}],
        "citedArtifact": artifact,
    }


def _variables(pool: Pool) -> dict[str, str]:
    """Role -> words: who was treated, with what, what was measured."""
    treatment, _, population = pool.population.rpartition(": ")
    parts = [pool.outcome, pool.when, f"of {pool.counted_from}"]
    words = {
        "population": population,
        "exposure": treatment,
        "measuredVariable": ", ".join(filter(None, parts)),
    }
    return {role: words[role] for role in ROLES if words[role]}


def _variable(record: Mapping, words: str) -> dict:
    return {
        "resourceType": "EvidenceVariable",
        "id": _identify("variable", words),
        "title": capitalise(words),
        **_status(record),
        "characteristic": [{"definitionCodeableConcept": {"text": words}}],
    }


def _evidence(evidence: Evidence, record: Mapping, pool: Pool, variables: Mapping[str, dict]) -> dict:
    row_ids = [row_id for study in pool.pooled for row_id in study.rows]
    reports = sorted({evidence.row(row_id)["report_id"] for row_id in row_ids})
    found = {
        "resourceType": "Evidence",
        "id": _identify("pool", pool.key),
        "identifier": [{"value": pool.key}],
        "title": f"{capitalise(pool.outcome)}. {pool.population}",
        **_status(record),
        "citeAsReference": {"reference": "Citation/review"},
        "author": [{"name": name} for name in author_names(dict(record))],
        "description": f"{capitalise(pool.reason)}. Rule: {pool.rule}.",
        "relatedArtifact": [
            {"type": "derived-from", "citation": name_reference(evidence, report_id)} for report_id in reports
        ],
        "note": [{"text": f"Evidence rows: {'; '.join(row_ids)}"}],
        "variableDefinition": [
            {
                "description": one["characteristic"][0]["definitionCodeableConcept"]["text"],
                "variableRole": _concept(f"{TERMS}/variable-role", role, ROLES[role]),
                "observed": {"reference": f"EvidenceVariable/{one['id']}"},
            }
            for role, one in variables.items()
        ],
        "synthesisType": _concept(f"{TERMS}/synthesis-type", "std-MA", "summary data meta-analysis"),
        "statistic": [_statistic(pool)],
    }
    certainty = list(_certainty(evidence, pool, frozenset(row_ids)))
    return found | ({"certainty": certainty} if certainty else {})


def _statistic(pool: Pool) -> dict:
    result, told = pool.result, pool.pooled
    unit = {"unit": "months", "system": UNITS, "code": "mo"} if pool.measure == MEDIAN else {}
    estimates = [_interval(CREDIBLE if pool.method == BAYES else CONFIDENCE, result.ci, unit)]
    if result.new_study is not None:
        words = {"text": "Prediction interval: where a new study is expected (Bayesian)"}
        estimates.append({"type": words, "level": 0.95, "range": _range(result.new_study, unit)})
    tau = _concept(f"{TERMS}/attribute-estimate-type", *TAU_SQUARED)
    estimates.append({"type": tau, "quantity": {"value": round(result.tau2, DIGITS)}})
    statistic: dict = {
        "description": capitalise(pool.method),
        "statisticType": _concept(f"{TERMS}/statistic-type", *STATISTICS[pool.measure]),
        "quantity": {"value": round(result.estimate, DIGITS)} | unit,
    }
    size = {"numberOfStudies": len(told)}
    if all(study.total is not None for study in told):
        size["numberOfParticipants"] = sum(study.total or 0 for study in told)
    if pool.measure == PROPORTION:
        statistic["numberOfEvents"] = sum(study.events or 0 for study in told)
    return statistic | {"sampleSize": size, "attributeEstimate": estimates}


def _interval(kind: tuple[str, str], ends: tuple[float, float], unit: Mapping) -> dict:
    concept = _concept(f"{TERMS}/attribute-estimate-type", *kind)
    return {"type": concept, "level": 0.95, "range": _range(ends, unit)}


def _range(ends: tuple[float, float], unit: Mapping) -> dict:
    low, high = ({"value": round(end, DIGITS)} | dict(unit) for end in ends)
    return {"low": low, "high": high}


def _certainty(evidence: Evidence, pool: Pool, row_ids: frozenset[str]) -> Iterator[dict]:
    """The certainty of a judgement that rests on the rows of a pool, all of them and no other."""
    question = "absolute" if pool.measure in (PROPORTION, SHARE, MEDIAN) else "effect"
    for row in records(evidence.tables["certainty"]):
        if row["question"] == question and frozenset(split_ids(row["rests_on"])) == row_ids:
            rating = row["certainty"].replace("_", "-")
            yield {
                "description": evidence.in_words(row["reason"]),
                "type": _concept("http://hl7.org/fhir/certainty-type", "Overall", "Overall certainty"),
                "rating": _concept(f"{TERMS}/certainty-rating", rating, RATINGS[rating]),
                "subcomponent": [
                    {
                        "type": _concept("http://hl7.org/fhir/certainty-type", *names),
                        "rating": _concept(f"{TERMS}/certainty-rating", *STEPS[int(row[column])]),
                    }
                    for column, names in DOMAINS.items()
                ],
            }
