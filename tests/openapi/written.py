"""The contract as a test reads it: its operations, and its schemas closed against what they do not describe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml
from jsonschema import validators
from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from api.http.routes.contract import PACKAGED_CONTRACT
from api.words.code_lists import CodeLists

METHODS: Final = ("get", "put", "post", "delete", "patch")
JSON_TYPES: Final = ("application/json", "application/problem+json")

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is written of one method of one path, its references followed."""

    method: str
    path: str
    content: Mapping[str, Json]
    parameters: tuple[Mapping[str, Json], ...]

    def names_in(self, place: str) -> frozenset[str]:
        return frozenset(each["name"] for each in self.parameters if each["in"] == place)

    @property
    def name(self) -> str:
        return str(self.content["operationId"])

    def answer(self, status: int) -> Mapping[str, Json] | None:
        """What is written of an answer with this status in particular."""
        found = self.content["responses"].get(str(status))
        return None if found is None else followed(found)

    @property
    def sent(self) -> Json | None:
        """The schema of the JSON that is sent, if any is."""
        body = self.content.get("requestBody", {"content": {}})
        return body["content"].get("application/json", {}).get("schema")


@cache
def contract() -> Json:
    return yaml.safe_load(PACKAGED_CONTRACT.read_bytes())


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(_operations())


def followed(part: Json) -> Json:
    """The part itself, or the one that it refers to."""
    while "$ref" in part:
        found = contract()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operation_at(method: str, path: str) -> Operation | None:
    """The operation for a path under the root of the API; one that is spelled out goes before a template."""
    fitting = [each for each in operations() if each.method == method.lower() and _form(each.path).fullmatch(path)]
    return min(fitting, key=lambda each: each.path.count("{"), default=None)


def problems_with(value: Json, schema: Json) -> list[str]:
    """What the schema does not say of ``value``, with its place; members that are not described are told too."""
    whole = {**_closed(schema), "components": {"schemas": _closed_components()}}
    found = _Strict(whole, format_checker=oas30_format_checker).iter_errors(value)
    return [f"{each.json_path}: {each.message}" for each in found]


def _operations() -> Iterator[Operation]:
    for path, item in contract()["paths"].items():
        for method in METHODS:
            if method in item:
                given = [*item.get("parameters", []), *item[method].get("parameters", [])]
                parameters = tuple(followed(each) for each in given)
                yield Operation(method=method, path=path, content=item[method], parameters=parameters)


def _form(path: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in _PARTS.split(path)))


_PARTS: Final = re.compile(r"(\{[^}]+\})")


@cache
def _closed_components() -> Json:
    return {name: _closed(each) for name, each in contract()["components"]["schemas"].items()}


def _closed(schema: Json) -> Json:
    """The schema with its parts joined, and without room for members that it does not name."""
    if "allOf" in schema:
        schema = _joined(schema)
    closed = dict(schema)
    for word in ("oneOf", "anyOf"):
        if word in schema:
            closed[word] = [_closed(each) for each in schema[word]]
    if "items" in schema:
        closed["items"] = _closed(schema["items"])
    if "properties" in schema:
        closed["properties"] = {name: _closed(each) for name, each in schema["properties"].items()}
    if schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
        if isinstance(closed["additionalProperties"], dict):
            closed["additionalProperties"] = _closed(closed["additionalProperties"])
    return closed


def _joined(schema: Json) -> Json:
    joined: Json = {"type": "object", "required": [], "properties": {}}
    for part in schema["allOf"]:
        whole = followed(part)
        whole = _joined(whole) if "allOf" in whole else whole
        joined["required"] += whole.get("required", [])
        joined["properties"] |= whole["properties"]
    return joined


@cache
def codes_of(list_name: str) -> tuple[str, ...]:
    """The codes of a list today."""
    found = CodeLists.load().code_list(list_name)
    assert found is not None, f"refData has no list {list_name}"
    return tuple(found.codes)


def _is_code(_validator: Json, list_name: str, value: Json, _schema: Json) -> Iterator[ValidationError]:
    if isinstance(value, str) and value not in codes_of(list_name):
        yield ValidationError(f"{value!r} is no code of {list_name}")


_Strict: Final = validators.extend(OAS30Validator, {"x-refData": _is_code})
