"""The contract on its own: valid, in the spelling of the guide, and true to the lists that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from api.http.problems import OWN_PROBLEM_TYPES
from api.permissions import Permissions
from api.services.measures import MEASURES
from infra.identity.caller import Role
from infra.wire_format import canonical_json
from tests.openapi.written import Operation, codes_of, contract, followed, operations, problems_with

LOWER_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")
UPPER_CAMEL = re.compile(r"[A-Z][A-Za-z0-9]*")


def parts_of(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document with its place."""
    if isinstance(node, dict):
        yield place, node
    for step, part in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from parts_of(part, f"{place}/{step}")


def test_it_is_a_valid_openapi_document() -> None:
    assert list(OpenAPIV30SpecValidator(contract()).iter_errors()) == []
    assert contract()["openapi"] == "3.0.3"
    canonical_json(contract())  # nothing in it that only YAML can say


def test_names_are_spelled_as_the_guide_has_them() -> None:
    for kind in ("schemas", "parameters", "responses", "headers"):
        for name in contract()["components"][kind]:
            assert UPPER_CAMEL.fullmatch(name), name
    for operation in operations():
        assert LOWER_CAMEL.fullmatch(operation.name)
        for place in ("query", "path"):
            assert all(LOWER_CAMEL.fullmatch(name) for name in operation.names_in(place))
    for place, part in parts_of(contract()["components"]["schemas"]):
        for name in part.get("properties", {}) if part.get("type") == "object" else ():
            assert LOWER_CAMEL.fullmatch(name), f"{place}: {name}"
    assert not any("title" in each for each in contract()["components"]["schemas"].values()), "their name says it"


def test_a_departure_from_the_guide_names_its_rule_and_says_why() -> None:
    departures = [each["x-ignore-rules"] for _, each in parts_of(contract()) if "x-ignore-rules" in each]
    assert departures
    for rule, reason in (entry for each in departures for entry in each.items()):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule), rule
        assert reason.count(" ") > 1, rule


def test_every_component_is_used() -> None:
    used = {part["$ref"] for _, part in parts_of(contract()) if isinstance(part.get("$ref"), str)}
    for kind in ("schemas", "parameters", "responses", "headers"):
        unused = {name for name in contract()["components"][kind] if f"#/components/{kind}/{name}" not in used}
        assert not unused


def test_lists_of_codes_that_may_grow_are_no_enums() -> None:
    enums = {place: part["enum"] for place, part in parts_of(contract()["components"]["schemas"]) if "enum" in part}
    # what is left belongs to the form of a message
    assert {place.split("/")[1] for place in enums} == {
        "InputValidationIssue", "Withheld", "ClockPause", "ClockResumption", "PauseCorrection", "HealthStatus",
    }  # fmt: skip
    codes = [part for _, part in parts_of(contract()["components"]["schemas"]) if "x-refData" in part]
    assert len(codes) > 30
    for part in codes:
        assert all(re.fullmatch(part["pattern"], code) for code in codes_of(part["x-refData"]))


def test_every_problem_of_our_own_is_named_with_its_status() -> None:
    named: dict[str, int] = {}
    for operation in operations():
        for status, answer in operation.content["responses"].items():
            for code, written in followed(answer).get("x-problemTypes", {}).items():
                assert status in (str(written), "default"), f"{operation.name}: {code} as {written} under {status}"
                named[code] = written
    assert named == {code: each.status for code, each in OWN_PROBLEM_TYPES.items()}


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.name)
def test_every_operation_says_how_it_ends(operation: Operation) -> None:
    answers = operation.content["responses"]
    assert "default" in answers
    needs_token = operation.content.get("security", contract()["security"]) != []
    assert ({"401", "403"} <= answers.keys()) == needs_token
    assert ("412" in answers) == ("If-Match" in operation.names_in("header"))
    assert operation.content["summary"]
    named = set(re.findall(r"\{(\w+)\}", operation.path))
    assert named == operation.names_in("path")
    for status, answer in answers.items():
        assert status == "304" or "BelGov-Trace-Id" in followed(answer)["headers"]


def test_actions_are_rows_of_the_permission_table() -> None:
    permissions = Permissions.load()
    rows = {str(action): action for _, action in permissions.reaches}
    for operation in operations():
        open_to_all = operation.content.get("security") == []
        assert permissions.needs_token(rows[operation.content["x-action"]]) is not open_to_all
    assert {role for role, _ in permissions.reaches} == set(Role)


def test_examples_are_as_their_schemas_say() -> None:
    shown = [(each, each.content["requestBody"]["content"].get("application/json")) for each in operations()
             if "requestBody" in each.content]  # fmt: skip
    written = [(operation, body) for operation, body in shown if body is not None]
    assert len(written) >= 18
    for operation, body in written:
        assert problems_with(body["example"], body["schema"]) == [], operation.name
    answered = [
        (operation, content)
        for operation in operations()
        for answer in operation.content["responses"].values()
        for content in followed(answer).get("content", {}).values()
        if "example" in content
    ]
    assert {operation.name for operation, _ in answered} == {"checkSalary", "drawUpChecklist", "lookUpEmployer"}
    for operation, content in answered:
        assert problems_with(content["example"], content["schema"]) == [], operation.name


def test_each_measure_of_the_board_has_a_row() -> None:
    measure = contract()["components"]["schemas"]["ServiceLevelMeasure"]
    assert measure["x-measures"].keys() == MEASURES.keys()
    rows = {each["$ref"].rsplit("/", 1)[-1] for each in measure["properties"]["items"]["items"]["anyOf"]}
    assert rows == set(measure["x-measures"].values())
