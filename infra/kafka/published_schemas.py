"""The JSON Schemas of what is published, made from the models, and whether a new one breaks those who read the old.

A schema that was published is a file beside this module and never changes in a way that breaks its readers: another
shape is another schema version of the event, and another file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from consumers.messages import KINDS
from consumers.topics import CHECK_REQUESTS
from domain.law.rule_codes import Rule
from infra.event_formats import FORMATS, EventFormat
from infra.message_contract import PUBLISHED_VERSIONS

PUBLISHED: Final = Path(__file__).parent / "schemas"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OPEN: Final = {f"#/$defs/{each.__name__}": each.__name__ for each in (Rule,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSchema:
    """The data of one kind of message on one topic, in one schema version."""

    topic: str
    kind: str
    version: int
    schema: Mapping[str, Any]

    @property
    def file(self) -> Path:
        return file_of(self.topic, self.kind, self.version)

    def text(self) -> str:
        return json.dumps(self.schema, indent=2, sort_keys=True) + "\n"


def file_of(topic: str, kind: str, version: int) -> Path:
    """Where the schema of a message lies."""
    return PUBLISHED / topic / f"{kind}.v{version}.json"


def published_schemas() -> Iterator[PublishedSchema]:
    """Every message there is, as the models are today."""
    formats = {(KINDS[form.name], form.schema): form for form in FORMATS}
    for topic, kind, version in PUBLISHED_VERSIONS:
        if topic == CHECK_REQUESTS.name:
            schema = _REQUEST
        elif formats[kind, version].in_clear:
            # The model of today does not say any more what was in clear then.
            schema = json.loads(file_of(topic, kind, version).read_text(encoding="utf-8"))
        else:
            schema = _clear_part(formats[kind, version])
        yield PublishedSchema(topic=topic, kind=kind, version=version, schema=schema)


def breaking_changes(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "data") -> list[str]:
    """In which ways ``new`` may surprise a reader who was written for ``old``; empty when it cannot.

    A reader bears a property more. It does not bear one less, one that may now be missing, another type, or a value
    it has never heard of.
    """
    found = []
    for name, part in old.get("properties", {}).items():
        place = f"{at}.{name}"
        if name not in new.get("properties", {}):
            found.append(f"{place} is gone")
            continue
        if name in old.get("required", ()) and name not in new.get("required", ()):
            found.append(f"{place} may now be missing")
        found += breaking_changes(part, new["properties"][name], place)
    for word in ("type", "format", "$ref", "const"):
        if old.get(word) != new.get(word):
            found.append(f"{at}: {word} was {old.get(word)} and is {new.get(word)}")
    added = set(map(json.dumps, new.get("enum", ()))) - set(map(json.dumps, old.get("enum", ())))
    if "enum" in old and ("enum" not in new or added):
        found.append(f"{at} may have values that were not there before: {', '.join(sorted(added)) or 'any'}")
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict):
            other = new.get(word)
            found += breaking_changes(old[word], other if isinstance(other, dict) else {}, f"{at}[]")
    if len(new.get("anyOf", ())) > len(old.get("anyOf", ())) and "anyOf" in old:
        found.append(f"{at} may now be something else too")
    for number, (was, now) in enumerate(zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False)):
        found += breaking_changes(was, now, f"{at}|{number}")
    for name, part in old.get("$defs", {}).items():
        found += breaking_changes(part, new.get("$defs", {}).get(name, {}), f"{at}/{name}")
    return found


def _clear_part(form: EventFormat) -> dict[str, Any]:
    """The event's schema without its personal fields, and without what only they refer to."""
    whole = _with_open_codes(form.adapter.json_schema(mode="serialization", by_alias=True))
    properties = {name: part for name, part in whole["properties"].items() if name not in form.personal}
    defined = whole.get("$defs", {})
    kept: dict[str, Any] = {}
    open_ends = [properties]
    while open_ends:
        for name in _referred(open_ends.pop()):
            if name not in kept:
                kept[name] = defined[name]
                open_ends.append(defined[name])
    schema: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": KINDS[form.name],
        "type": "object",
        "properties": properties,
        "required": [name for name in whole.get("required", ()) if name in properties],
    }
    return schema | ({"$defs": kept} if kept else {})


def _with_open_codes(part: Any) -> Any:
    """The same schema, in which a code of a list that grows is any text: a rule may be added at any time."""
    if isinstance(part, dict):
        if (title := _OPEN.get(part.get("$ref", ""))) is not None:
            return {"title": title, "type": "string"}
        return {name: _with_open_codes(value) for name, value in part.items()}
    return [_with_open_codes(each) for each in part] if isinstance(part, list) else part


def _referred(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value.removeprefix("#/$defs/")
            else:
                yield from _referred(value)
    elif isinstance(part, list):
        for each in part:
            yield from _referred(each)


_REQUEST: Final[Mapping[str, Any]] = {
    "$schema": _DIALECT,
    "type": "object",
    "properties": {
        "applicationId": {"type": "string", "format": "uuid"},
        "check": {"type": "string"},
        "revision": {"type": "integer", "minimum": 1},
    },
    "required": ["applicationId", "check", "revision"],
}
