"""The AsyncAPI 3 document of the topics: made from the list of topics and the published schemas."""

from __future__ import annotations

from typing import Any, Final

import yaml

from consumers.topics import CONSUMED, TOPICS, Topic
from infra.kafka.published_schemas import PublishedSchema, published_schemas
from infra.message_wire import SERVICE
from infra.migration.envelopes import SCHEMA_VERSION, SCHEMA_VERSION_HEADER, Envelope

_HEADERS: Final = {
    "ce_specversion": "always 1.0",
    "ce_id": "stream and version of the event: the same message has the same id, however often it is sent",
    "ce_source": "the journal it comes from",
    "ce_type": "be.<authority>.singlepermit.v1.<kind>",
    "ce_time": "when the system knew of it, RFC 3339",
    "ce_subject": "the application's id",
    "ce_partitionkey": "the application's id",
    "ce_service": SERVICE,
    "ce_schemaversion": "of the data",
    "ce_streamversion": "place among the application's events: what orders them, never the time",
    "ce_position": "place in the journal",
    "ce_correlationid": "the application's id",
    "ce_causationid": "the event that brought this one about, where there is one",
    "traceparent": "W3C trace context; one trace an application",
    "content-type": "application/json",
}
_OPTIONAL: Final = ("ce_causationid",)

_LEGACY_RECORD: Final = "legacyRecord.v1"
_FEED: Final = {
    "name": "legacyRecord",
    "summary": (
        "One record of a former system. The key of the message, `key` and the record's own file number are the same, "
        "and so are `sequence` and the record's own time of change. A name occurs once in an object."
    ),
    "headers": {
        "type": "object",
        "properties": {
            SCHEMA_VERSION_HEADER: {
                "type": "string",
                "const": str(SCHEMA_VERSION),
                "description": "of the envelope, if stated here; `schemaVersion` in the envelope states the same",
            }
        },
    },
    "payload": {
        "schemaFormat": "application/schema+json;version=draft-2020-12",
        "schema": {"$ref": "#/components/schemas/legacyRecordEnvelope"},
    },
    "bindings": {"kafka": {"key": {"type": "string", "description": "the record's file number"}}},
}


def contract_document() -> str:
    """The document as YAML."""
    schemas = list(published_schemas())
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Single permit: topics",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in binary mode. No personal data, except on the feeds of former systems.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic, schemas) for topic in TOPICS},
        "operations": {_operation(topic): _does(topic) for topic in TOPICS},
        "components": {
            "messages": {_message(each): _described(each) for each in schemas} | {_LEGACY_RECORD: _FEED},
            "schemas": {
                "headers": {
                    "type": "object",
                    "properties": {name: {"type": "string", "description": text} for name, text in _HEADERS.items()},
                    "required": [name for name in _HEADERS if name not in _OPTIONAL],
                },
                "legacyRecordEnvelope": Envelope.model_json_schema(by_alias=True),
            },
        },
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _channel(topic: Topic, schemas: list[PublishedSchema]) -> dict[str, Any]:
    messages = {
        _message(each): {"$ref": f"#/components/messages/{_message(each)}"}
        for each in schemas
        if each.topic == topic.name
    }
    if _is_feed(topic):
        messages = {_LEGACY_RECORD: {"$ref": f"#/components/messages/{_LEGACY_RECORD}"}}
    return {
        "address": topic.name,
        "description": f"{topic.purpose[0].upper()}{topic.purpose[1:]}. Written by {topic.owner}.",
        "messages": messages,
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": int(topic.retention.total_seconds() * 1_000),
                },
            }
        },
    }


def _operation(topic: Topic) -> str:
    return f"{'receive' if _is_feed(topic) else 'send'}.{topic.name}"


def _does(topic: Topic) -> dict[str, Any]:
    return {
        "action": "receive" if _is_feed(topic) else "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
    }


def _is_feed(topic: Topic) -> bool:
    return topic in CONSUMED and topic.owner != SERVICE


def _message(schema: PublishedSchema) -> str:
    return f"{schema.topic}.{schema.kind}.v{schema.version}"


def _described(schema: PublishedSchema) -> dict[str, Any]:
    place = f"../infra/kafka/schemas/{schema.topic}/{schema.file.name}"
    return {
        "name": schema.kind,
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": place}},
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid", "description": "the application's id"}}},
    }
