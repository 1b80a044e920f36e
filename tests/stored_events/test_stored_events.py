"""Every shape that was ever stored stays readable, for ever."""

from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import orjson
import pytest

from domain.audit.merkle import leaf_hash
from infra.event_codec import EventCodec
from infra.event_formats import BY_TYPE, FORMATS
from infra.stored_form.leaf import LEAF_BYTES, Context, Envelope, place_of
from infra.stored_form.stored_body import clear_text
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import CANARIES, RULE_SET, sample_of
from tests.stored_events.stored_sample import FORM_1, FORM_2, StoredSample, sample_files

NEVER_RELEASED = {("LegacyRecordRetold", 1)}
"""Shapes that no installation ever wrote and that nothing reads any more, each with its reason in an ADR."""

DICTIONARIES = {"1.zdict": "33a9b97e029bc7167c422179f9452d11d06160e6f822f2d068dbd6b0fa4ba998"}

every_sample = pytest.mark.parametrize("path", sample_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")


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


@pytest.mark.parametrize("path", sorted(FORM_1.glob("*.json")), ids=lambda path: path.stem)
def test_its_leaf_of_form_1_still_hashes_to_what_was_published(path: Path) -> None:
    stored = StoredSample.read(path)

    assert leaf_hash(stored.envelope) == stored.leaf_hash
    assert orjson.loads(stored.envelope)["bodySha256"] == sha256(stored.body).hexdigest()


@pytest.mark.parametrize("path", sorted(FORM_2.glob("*.json")), ids=lambda path: path.stem)
def test_its_leaf_of_form_2_still_hashes_to_what_was_published(path: Path) -> None:
    stored = StoredSample.read(path)
    envelope = Envelope.read(stored.envelope)
    place = place_of(stored.origin, stored.stream, stored.version, stored.name, stored.schema)

    leaf = envelope.leaf(place, sha256(stored.body).digest())

    assert len(leaf) == LEAF_BYTES
    assert leaf_hash(leaf) == stored.leaf_hash
    assert envelope.said() == Context("handler-1", "command-1", None, RULE_SET)


@every_sample
def test_no_personal_value_stands_in_the_stored_bytes(path: Path) -> None:
    stored = StoredSample.read(path)

    shown = stored.body + clear_text(stored.body) + stored.envelope
    assert not any(canary.encode() in shown for canary in CANARIES)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_has_a_sample_of_every_schema_up_to_todays(form) -> None:
    """Each in the form in which it was first written, and what is written today in the form of today."""
    missing = [
        schema
        for schema in range(1, form.schema + 1)
        if (form.name, schema) not in NEVER_RELEASED
        and not any((folder / f"{form.name}.v{schema}.json").exists() for folder in (FORM_1, FORM_2))
    ]
    if BY_TYPE[form.event_type] is form and not (FORM_2 / f"{form.name}.v{form.schema}.json").exists():
        missing.append(form.schema)

    assert missing == [], "python -m tests.stored_events.stored_sample writes the sample of a new schema"


def test_the_dictionaries_are_those_that_were_shipped() -> None:
    """A dictionary is added and never changed: what was written with it is read with it for ever."""
    shipped = files("infra.stored_form") / "dictionaries"
    digests = {each.name: sha256(each.read_bytes()).hexdigest() for each in shipped.iterdir()}

    assert digests == DICTIONARIES
