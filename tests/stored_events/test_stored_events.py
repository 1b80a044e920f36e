"""Every shape that was ever stored stays readable, for ever."""

from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from domain.audit.merkle import leaf_hash
from infra.event_codec import FORMATS, EventCodec
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import CANARIES, sample_of
from tests.stored_events.stored_sample import StoredSample, file_of, sample_files

NEVER_RELEASED = {("LegacyRecordRetold", 1)}
"""Shapes that no installation ever wrote and that nothing reads any more, each with its reason in an ADR."""

every_sample = pytest.mark.parametrize("path", sample_files(), ids=lambda path: path.stem)


@every_sample
def test_a_stored_event_reads_as_the_event_of_today(path: Path) -> None:
    stored = StoredSample.read(path)
    codec = EventCodec(stored.origin, KeysInMemory({stored.subject: stored.key}))

    event = codec.decode(stored.name, stored.schema, stored.body, stored.stream, stored.version)

    assert event == sample_of(stored.name, stored.schema, type(event))


@every_sample
def test_a_stored_event_reads_on_after_the_erasure_of_its_subject(path: Path) -> None:
    stored = StoredSample.read(path)
    codec = EventCodec(stored.origin, KeysInMemory({stored.subject: None}))

    event = codec.decode(stored.name, stored.schema, stored.body, stored.stream, stored.version)

    assert not any(canary in repr(event) for canary in CANARIES)


@every_sample
def test_its_leaf_still_hashes_to_what_was_published(path: Path) -> None:
    stored = StoredSample.read(path)

    assert leaf_hash(stored.leaf) == stored.leaf_hash
    assert orjson.loads(stored.leaf)["bodySha256"] == sha256(stored.body).hexdigest()


@every_sample
def test_no_personal_value_stands_in_the_stored_bytes(path: Path) -> None:
    stored = StoredSample.read(path)

    assert not any(canary.encode() in stored.body + stored.leaf for canary in CANARIES)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_has_a_sample_of_every_schema_up_to_todays(form) -> None:
    missing = [
        schema
        for schema in range(1, form.schema + 1)
        if (form.name, schema) not in NEVER_RELEASED and not file_of(form.name, schema).exists()
    ]

    assert missing == [], "python -m tests.stored_events.stored_sample writes the sample of a new schema"
