"""Pooled results as FHIR R5: valid by the specification's own model, and the review's numbers."""

import json
import re

import pytest

from livingreview.evidence import split_ids
from livingreview.exchange.fhir import VERSION
from livingreview.exchange.pools import list_pools


@pytest.fixture(scope="module")
def resources(exports) -> dict[str, dict]:
    return {
        path.removesuffix(".json"): json.loads(content)
        for path, content in exports["fhir"].items()
        if path.endswith(".json")
    }


@pytest.mark.slow
def test_every_resource_is_valid_and_loses_nothing(resources):
    fhir = pytest.importorskip(
        "fhir.resources", reason="fhir.resources, which knows FHIR R5, is not installed"
    )
    assert fhir.__fhir_version__ == VERSION
    for path, told in resources.items():
        model = fhir.get_fhir_model_class(told["resourceType"]).model_validate(told)
        assert json.loads(model.model_dump_json()) == told, path
        assert path == f"{told['resourceType']}/{told['id']}"


def test_a_wrong_resource_would_be_told(resources):
    fhir = pytest.importorskip(
        "fhir.resources", reason="fhir.resources, which knows FHIR R5, is not installed"
    )
    told = next(one for one in resources.values() if one["resourceType"] == "Evidence")
    model = fhir.get_fhir_model_class("Evidence")
    for damage in (
        {"variableDefinition": None},
        {"statistic": [{"sampleSize": {"numberOfStudies": -1}}]},
        {"x": 1},
    ):
        with pytest.raises(ValueError, match="validation error"):
            model.model_validate(told | damage)


def test_codes_ids_and_references_are_of_the_specification(resources):
    for told in resources.values():
        assert told["status"] in ("draft", "active", "retired", "unknown")
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", told["id"])
        for reference in re.findall(r'"reference": "([^"]+)"', json.dumps(told)):
            assert reference in resources


def test_each_pooled_result_stands_with_its_numbers(resources, review):
    found = {
        one["identifier"][0]["value"]: one for one in resources.values() if one["resourceType"] == "Evidence"
    }
    pools = {pool.key: pool for pool in list_pools(review) if pool.result}
    assert set(found) == set(pools)
    for key, pool in pools.items():
        (statistic,) = found[key]["statistic"]
        assert statistic["quantity"]["value"] == pytest.approx(pool.result.estimate, abs=1e-6)
        assert statistic["sampleSize"]["numberOfStudies"] == len(pool.pooled)
        ends = statistic["attributeEstimate"][0]["range"]
        assert (ends["low"]["value"], ends["high"]["value"]) == pytest.approx(pool.result.ci, abs=1e-6)
        assert (len(statistic["attributeEstimate"]) == 3) == (pool.result.new_study is not None)
        assert found[key]["citeAsReference"] == {"reference": "Citation/review"}


def test_a_certainty_is_that_of_a_judgement_on_the_very_rows(resources, review):
    judged = {
        frozenset(split_ids(row["rests_on"])): row for row in review.tables["certainty"].to_dict("records")
    }
    told = [one for one in resources.values() if "certainty" in one]
    assert told
    for one in told:
        rows = frozenset(one["note"][0]["text"].removeprefix("Evidence rows: ").split("; "))
        (certainty,) = one["certainty"]
        assert certainty["rating"]["coding"][0]["code"] == judged[rows]["certainty"].replace("_", "-")
        steps = sum(
            int(part["rating"]["coding"][0]["code"].removeprefix("downcode").replace("no-change", "0"))
            for part in certainty["subcomponent"]
        )
        names = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
        assert steps == -sum(judged[rows][name] for name in names)
