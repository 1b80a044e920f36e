"""What is published is as its schema says, says nothing personal, and never changes under those who read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import yaml
from jsonschema import Draft202012Validator

from consumers.messages import KINDS, published
from consumers.topics import TOPICS
from domain.case.personal_data import subject_of
from infra.event_codec import EventCodec
from infra.event_formats import BY_TYPE, FORMATS
from infra.kafka.contract_document import contract_document
from infra.kafka.published_schemas import PUBLISHED, PublishedSchema, breaking_changes, published_schemas
from infra.message_wire import from_wire, to_wire
from infra.stored_form.stored_body import clear_fields
from projections.recorded_event import RecordedEvent
from tests.docs.test_documents import ROOT
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import ORIGIN, SAMPLES

SCHEMAS = list(published_schemas())


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda it: f"{it.topic}/{it.kind}.v{it.version}")
def test_the_published_file_is_what_the_models_say(schema: PublishedSchema) -> None:
    stored = json.loads(schema.file.read_text(encoding="utf-8"))
    assert breaking_changes(stored, schema.schema) == []
    assert schema.file.read_text(encoding="utf-8") == schema.text(), "run `permit topics document`"


def test_no_schema_is_forgotten_on_disk() -> None:
    assert set(PUBLISHED.rglob("*.json")) == {each.file for each in SCHEMAS}


def test_the_asyncapi_document_is_up_to_date_and_tells_of_every_topic() -> None:
    stored = (ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8")
    assert stored == contract_document(), "run `permit topics document`"
    document = yaml.safe_load(stored)
    assert document["asyncapi"] == "3.0.0"
    assert set(document["channels"]) == {topic.name for topic in TOPICS}


def test_no_schema_has_a_personal_field() -> None:
    personal = {(KINDS[form.name], form.schema): set(form.personal) for form in FORMATS}
    for each in SCHEMAS:
        assert not set(each.schema["properties"]) & personal.get((each.kind, each.version), set())


def test_a_real_record_of_every_event_is_as_its_schema_says() -> None:
    # given every event there is, encoded as the journal stores it
    schemas = {(each.topic, each.kind, each.version): each.schema for each in SCHEMAS}
    seen = set()
    for event in SAMPLES:
        keys = KeysInMemory(dict.fromkeys(subjects_of(event), b"k" * 32))
        stream = uuid4()
        encoded = EventCodec(ORIGIN, keys).encode(event, stream, 1)
        recorded = RecordedEvent(
            position=1,
            case_id=stream,
            version=1,
            name=encoded.name,
            schema=encoded.schema,
            known_at=datetime.now(UTC),
            clear=clear_fields(encoded.body),
            personal=(),
        )
        # when it is told, over the wire and back
        for message in published(recorded, "flanders", "somewhere/1"):
            read = from_wire(message.topic, to_wire(message, "urn:test"))
            # then nothing is lost, and its data are as the schema says
            assert read == message
            schema = schemas[message.topic, message.kind, message.schema]
            Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(dict(read.data))
            seen.add((message.topic, message.kind, message.schema))
    assert {place for place in schemas if place[2] == max(v for t, k, v in schemas if (t, k) == place[:2])} <= seen


def subjects_of(event: Any) -> list[Any]:
    """The subjects whose keys an event needs."""
    form = BY_TYPE[type(event)]
    return [subject_of(event, role) for role in set(form.personal.values())]


OLD = {
    "type": "object",
    "properties": {
        "outcome": {"type": "string", "enum": ["granted", "refused"]},
        "grounds": {"type": "array", "items": {"type": "string"}},
        "by": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["outcome"],
}


def changed(**properties: Any) -> Mapping[str, Any]:
    return {**OLD, "properties": {**OLD["properties"], **properties}}  # type: ignore[dict-item]


def without(name: str) -> Mapping[str, Any]:
    return {**OLD, "properties": {k: v for k, v in OLD["properties"].items() if k != name}}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "new",
    [
        changed(remark={"type": "string"}),
        {**OLD, "required": ["outcome", "grounds"]},
        changed(outcome={"type": "string", "enum": ["granted"]}),
    ],
    ids=["a property more", "always there", "a value less"],
)
def test_what_a_reader_bears_is_compatible(new: Mapping[str, Any]) -> None:
    assert breaking_changes(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (without("grounds"), "data.grounds is gone"),
        ({**OLD, "required": []}, "data.outcome may now be missing"),
        (changed(outcome={"type": "integer"}), "data.outcome: type was string and is integer"),
        (changed(outcome={"type": "string", "enum": ["granted", "refused", "lapsed"]}), '"lapsed"'),
        (changed(outcome={"type": "string"}), "data.outcome may have values"),
        (changed(grounds={"type": "array", "items": {"type": "object"}}), "data.grounds[]: type was string"),
        (changed(by={"anyOf": [{"type": "string"}, {"type": "null"}, {"type": "integer"}]}), "data.by may now be"),
    ],
)
def test_what_would_surprise_a_reader_is_refused(new: Mapping[str, Any], told: str) -> None:
    assert any(told in sentence for sentence in breaking_changes(OLD, new))
