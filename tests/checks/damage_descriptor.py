"""What goes wrong with ``datapackage.json``, as functions of a project folder; see `tests.checks.damage`.

Each returns the key that the check must name; the line must be that of the innermost object around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.evidence.subset import edit_descriptor, resource

DAMAGES: dict[str, Callable[[Path], str]] = {}


def damage(name: str, place: str):
    """Register a change of the parsed descriptor, with the place that must be named."""

    def register(change):
        assert name not in DAMAGES, name

        def spoil(project: Path) -> str:
            edit_descriptor(project, change)
            return place

        DAMAGES[name] = spoil
        return change

    return register


def field(descriptor: dict, table: str, name: str) -> dict:
    """One column of a descriptor."""
    return next(item for item in resource(descriptor, table)["schema"]["fields"] if item["name"] == name)


def set_table(name: str, place: str, table: str, **values) -> None:
    """Register the overwriting of keys of a table; None takes one out."""
    damage(name, place)(lambda descriptor: put(resource(descriptor, table), values))


def set_schema(name: str, place: str, table: str, **values) -> None:
    """Register the overwriting of keys of a table's schema."""
    damage(name, place)(lambda descriptor: put(resource(descriptor, table)["schema"], values))


def set_field(name: str, table: str, column: str, **values) -> None:
    """Register the overwriting of keys of a column."""
    damage(name, f"{table}.{column}")(lambda descriptor: put(field(descriptor, table, column), values))


def set_constraint(name: str, table: str, column: str, **values) -> None:
    """Register the overwriting of constraints of a column."""
    damage(name, f"{table}.{column}")(
        lambda descriptor: put(field(descriptor, table, column)["constraints"], values)
    )


def put(target: dict, values: dict) -> None:
    """Overwrite keys; a value of None takes its key out."""
    for key, value in values.items():
        if value is None:
            del target[key]
        else:
            target[key] = value


def key_of(descriptor: dict, table: str, column: str) -> dict:
    """The foreign key of a column."""
    keys = resource(descriptor, table)["schema"]["foreignKeys"]
    return next(key for key in keys if key["fields"] == column)


def drop_key(descriptor: dict, table: str, column: str) -> None:
    """Take out the foreign key of a column."""
    resource(descriptor, table)["schema"]["foreignKeys"].remove(key_of(descriptor, table, column))


damage("no resources", "resources")(lambda descriptor: descriptor.update(resources=[]))
damage("resources no list", "resources")(lambda descriptor: descriptor.update(resources={"a": 1}))
damage("package without name", "name")(lambda descriptor: descriptor.pop("name"))
damage("licences no list", "licenses")(lambda descriptor: descriptor.update(licenses={"name": "MIT"}))
damage("resource that is text", "resource 1")(
    lambda descriptor: descriptor["resources"].insert(0, "reports.csv")
)
damage("resource without name", "resource 1")(
    lambda descriptor: descriptor["resources"].insert(0, {"path": "x.csv"})
)
damage("resource twice", "outcomes")(
    lambda descriptor: descriptor["resources"].append(resource(descriptor, "outcomes"))
)
damage("two tables in one file", "reports.csv")(
    lambda descriptor: resource(descriptor, "studies").update(path="reports.csv")
)
damage("table that a review needs removed", "resources")(
    lambda descriptor: descriptor["resources"].remove(resource(descriptor, "cohorts"))
)
set_table("resource without path", "outcomes", "outcomes", path=None)
set_table("path that leaves the folder", "outcomes", "outcomes", path="../outcomes.csv")
set_table("path of a spreadsheet", "outcomes", "outcomes", path="outcomes.xlsx")
set_table("resource without schema", "outcomes", "outcomes", schema=None)
set_table("schema in a file of its own", "outcomes", "outcomes", schema="outcomes.json")
set_table("table in another encoding", "outcomes", "outcomes", encoding="latin-1")
set_table("table parted by semicolons", "outcomes", "outcomes", dialect={"delimiter": ";"})
set_constraint("bound in words", "adverse_events", "grade_max", maximum="five")
set_constraint("list of codes emptied", "outcomes", "denominator", enum=[])
set_table("resource of another profile", "outcomes", "outcomes", profile="data-resource")
set_table("rows deleted", "outcomes", "outcomes", rows=None)
set_table("rows in words", "outcomes", "outcomes", rows="many")
set_table("evidence flag missing", "outcomes", "outcomes", evidence=None)
set_table("evidence flag where there is no provenance", "glossary", "glossary", evidence=True)
set_table("evidence flag in words", "outcomes", "outcomes", evidence="yes")
set_schema("no columns", "outcomes", "outcomes", fields=[])
set_schema("no primary key", "outcomes.primaryKey", "outcomes", primaryKey=None)
set_schema("composite primary key", "outcomes.primaryKey", "outcomes", primaryKey=["row_id", "report_id"])
set_schema("primary key of no column", "outcomes.primaryKey", "outcomes", primaryKey="rowid")
set_schema("another primary key", "reports.primaryKey", "reports", primaryKey="study_id")
set_schema("foreign keys no list", "outcomes.foreignKeys", "outcomes", foreignKeys={"fields": "x"})
set_field("unknown type", "outcomes", "events", type="int")
set_field("type of another kind of data", "outcomes", "events", type="geojson")
set_field("number declared as text", "outcomes", "events", type="string")
set_field("labels no words", "outcomes", "outcome", labels=["cr"])
set_field("synonym of no code", "outcomes", "outcome", synonyms={"complete response": "complete"})
set_field("default that is no code", "outcomes", "denominator", default="everyone")
set_field("groups removed", "outcomes", "outcome", groups=None)
set_field("forms no list", "identifiers", "value", forms={"doi": "10[.].*"})
set_field("form without a pattern", "identifiers", "value", forms=[{"kind": "doi"}])
set_field("malformed form", "identifiers", "value", forms=[{"kind": "doi", "pattern": "10[."}])
set_field(
    "address without a place for the value", "identifiers", "value",
    forms=[{"kind": "doi", "pattern": "10[.].*", "address": "https://doi.org/"}],
)  # fmt: skip
set_field("constraints no object", "outcomes", "events", constraints=[1])
set_constraint("malformed pattern", "reports", "report_id", pattern="^[a-z")
set_constraint("constraint mistyped", "reports", "report_id", uniqe=True)
set_constraint("codes as one text", "outcomes", "denominator", enum="treated, evaluable")
set_constraint("id that may stand twice", "cohorts", "cohort_id", unique=None)
set_constraint("value that may be missing", "cohorts", "label", required=None)
damage("column twice", "studies.name")(
    lambda descriptor: resource(descriptor, "studies")["schema"]["fields"].append(
        field(descriptor, "studies", "name")
    )
)
damage("column without name", "studies, field 10")(
    lambda descriptor: resource(descriptor, "studies")["schema"]["fields"].append({"type": "string"})
)
damage("column that pages need removed", "outcomes")(
    lambda descriptor: resource(descriptor, "outcomes")["schema"]["fields"].remove(
        field(descriptor, "outcomes", "definition")
    )
)
damage("code without words", "outcomes.denominator")(
    lambda descriptor: field(descriptor, "outcomes", "denominator")["labels"].pop("evaluable")
)
damage("codes without any words", "outcomes.outcome")(
    lambda descriptor: field(descriptor, "outcomes", "outcome").pop("labels")
)
set_field("rules of groups removed", "outcomes", "outcome", rules=None)
set_field("rules that are a list", "outcomes", "denominator", rules=["all"])
set_field("rules without a title", "outcomes", "denominator", rules={"all": {"pooled": True}})
set_field("time of assessment in no group", "outcomes", "assessed_at", groups={"course_1": "timed"})
set_field("design in a group of no care", "studies", "design", groups={"randomised": "trials"})
set_field("a code within one that there is not", "cohorts", "disease", within={"b-all": ["b-cell"]})
set_field("a code within itself", "cohorts", "disease", within={"b-all": ["all"], "all": ["b-all"]})
set_field("a code within a text", "cohorts", "disease", within={"b-all": "all"})
set_field("a span of a code that there is not", "cohorts", "age_group", spans={"infant": [0, 1]})
set_field("a span that falls", "cohorts", "age_group", spans={"adult": [99, 18]})
set_field("a span of one limit", "cohorts", "age_group", spans={"adult": [18]})
set_field("a span in words", "cohorts", "age_group", spans={"adult": "18 and older"})
set_field("a centre of a code that there is not", "cohorts", "age_group", centres={"infant": [0, 1]})
damage("a time that means nothing", "outcomes.outcome")(
    lambda descriptor: field(descriptor, "outcomes", "outcome")["rules"]["mrd"].update(time="weekly")
)
damage("a rule that nobody knows", "outcomes.outcome")(
    lambda descriptor: field(descriptor, "outcomes", "outcome")["rules"]["mrd"].update(pool=True)
)
damage("a rule of another kind", "outcomes.outcome")(
    lambda descriptor: field(descriptor, "outcomes", "outcome")["rules"]["mrd"].update(pooled="no")
)
damage("denominator that is no step", "outcomes.denominator")(
    lambda descriptor: field(descriptor, "outcomes", "denominator")["steps"].update(treated="alive")
)
damage("results of a group that is not declared", "findings.mrd")(
    lambda descriptor: field(descriptor, "findings", "mrd")["shows"].update(group="molecular")
)
damage("a shown column without a heading", "findings.mrd")(
    lambda descriptor: field(descriptor, "findings", "mrd")["shows"].pop("heading")
)
damage("a shown column without one for controls", "findings.early_death")(
    lambda descriptor: field(descriptor, "findings", "early_death_control").update(name="early_death_c")
)
damage("code in a group of another name", "outcomes.outcome")(
    lambda descriptor: field(descriptor, "outcomes", "outcome")["groups"].update(cr="remission")
)
damage("code as a step that no chart knows", "outcomes.outcome")(
    lambda descriptor: field(descriptor, "outcomes", "outcome")["steps"].update(cr="recovery")
)
damage("foreign key to nowhere", "outcomes.cohort_id")(
    lambda descriptor: key_of(descriptor, "outcomes", "cohort_id")["reference"].update(resource="patients")
)
damage("foreign key to no column", "outcomes.cohort_id")(
    lambda descriptor: key_of(descriptor, "outcomes", "cohort_id")["reference"].update(fields="id")
)
damage("foreign key of no column", "outcomes.cohort")(
    lambda descriptor: key_of(descriptor, "outcomes", "cohort_id").update(fields="cohort")
)
damage("foreign key of two columns", "outcomes.foreignKeys")(
    lambda descriptor: key_of(descriptor, "outcomes", "cohort_id").update(fields=["cohort_id", "report_id"])
)
damage("foreign key removed", "outcomes.cohort_id")(
    lambda descriptor: drop_key(descriptor, "outcomes", "cohort_id")
)
damage("table removed that another's rows need", "regimen_components.drug_id")(
    lambda descriptor: descriptor["resources"].remove(resource(descriptor, "drugs"))
)


def text_damage(name: str, place: str, change: Callable[[str], str]) -> None:
    """Register a change of the descriptor's text."""

    def spoil(project: Path) -> str:
        path = project / "data" / "datapackage.json"
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        return place

    DAMAGES[name] = spoil


text_damage("key twice in one object", "", lambda text: text.replace('"name":', '"name": "x",\n  "name":', 1))
text_damage("a list instead of an object", "", lambda text: f"[{text}]")
text_damage("comma too many", "", lambda text: text.replace("}", "},", 1))
text_damage("nothing in it", "", lambda text: "")
text_damage("a byte-order mark", "", lambda text: f"\ufeff{text}")
text_damage(
    "a number beyond all bounds", "", lambda text: text.replace('"rows": ', f'"rows": {"9" * 5000}', 1)
)
text_damage("nested without end", "", lambda text: "[" * 100_000)


def line_of(project: Path, place: str) -> int:
    """Line of the object that declares a table, or a column of a table as 'table.column'."""
    lines = (project / "data" / "datapackage.json").read_text(encoding="utf-8").split("\n")
    table, _, column = place.partition(".")
    start = lines.index(f'      "name": {json.dumps(table)},')
    if not column:
        return start
    end = lines.index("    },", start) if "    }," in lines[start:] else len(lines)
    return lines.index(f'            "name": {json.dumps(column)},', start, end)
