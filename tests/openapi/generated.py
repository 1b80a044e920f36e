"""Values of every kind that a schema of the contract describes, for Hypothesis to search through."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.openapi.written import Json, codes_of, followed

FEW: Final = 3
"""Of a list: what goes wrong with many goes wrong with few."""

LONGEST: Final = 40
"""Of a text without a pattern, for the same reason."""


def values_of(schema: Json) -> SearchStrategy[Any]:
    """Codes are those of today as often as others of their form; lists and texts are short."""
    schema = followed(schema)
    if "oneOf" in schema:
        return st.one_of([values_of(each) for each in schema["oneOf"]])
    if "allOf" in schema:
        return st.tuples(*(values_of(each) for each in schema["allOf"])).map(_together)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            return _objects(schema)
        case "array":
            unique = (lambda each: each) if schema.get("uniqueItems") else None
            return st.lists(
                values_of(schema["items"]), min_size=schema.get("minItems", 0), max_size=FEW, unique_by=unique
            )
        case "string":
            return _strings(schema)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "boolean":
            return st.booleans()
        case other:
            raise AssertionError(f"the contract has a {other}: say here what values it has")


def _objects(schema: Json) -> SearchStrategy[dict[str, Any]]:
    required = set(schema.get("required", ()))
    parts = {name: values_of(part) for name, part in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def _strings(schema: Json) -> SearchStrategy[str]:
    if schema.get("format") == "date":
        return st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat)
    if "pattern" in schema:
        in_form = st.from_regex(schema["pattern"].removesuffix("$") + r"\Z", fullmatch=True)
        return st.sampled_from(codes_of(schema["x-refData"])) | in_form if "x-refData" in schema else in_form
    return st.text(min_size=schema.get("minLength", 0), max_size=LONGEST)


def _together(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}
