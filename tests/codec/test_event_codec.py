"""Events become bytes and events again; what is personal is seen by those who hold the key and by nobody else."""

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.application import GrossPay, Worker
from domain.case.events import (
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseEvent,
    WorkPartDecided,
)
from domain.case.personal_data import Apart, NotRead, Withheld, fields_apart, personal_fields
from domain.law.facts import ApplicationFacts
from infra.event_codec import EventCodec, UnreadableEvent
from infra.event_formats import FORMATS
from infra.keys import KeyMissing
from infra.postgres.journal.append_requests import CommandIdentity, StreamHead, Touch
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.recordable import EARLIEST, LATEST
from infra.stored_form.body import Body, PartKind
from infra.stored_form.compression import CURRENT, compressed
from infra.stored_form.keyed_parts import KeyedPart, Place
from infra.stored_form.stored_body import StoredBody, clear_text
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import CANARIES, SAMPLES, WORKER
from tests.world.examples import examples

ORIGIN = "tests"
CASE = UUID("33333333-3333-4333-8333-333333333333")
SUBMITTED = next(event for event in SAMPLES if isinstance(event, ApplicationSubmitted))

every_event = pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)


@pytest.fixture
def keys() -> KeysInMemory:
    return KeysInMemory({SUBMITTED.worker_subject: b"k" * 32})


@pytest.fixture
def codec(keys: KeysInMemory) -> EventCodec:
    return EventCodec(ORIGIN, keys)


@every_event
def test_an_event_comes_back_as_it_went(codec: EventCodec, event: CaseEvent) -> None:
    stored = codec.encode(event, CASE, 3)

    assert codec.decode(stored.name, stored.schema, stored.body, CASE, 3) == event


@every_event
def test_neither_body_nor_envelope_shows_a_personal_value(codec: EventCodec, event: CaseEvent) -> None:
    head = StreamHead(2, b"\x55" * 32)
    (sealed,) = sealed_request(
        encoded_on(codec, CASE, head, [event]),
        origin=ORIGIN,
        command=CommandIdentity("actor", "command", b""),
        touches=(Touch(CASE, head),),
        recorded_at="2026-02-02T14:00:00.000000Z",
    ).events

    assert not any(canary.encode() in sealed.body + clear_text(sealed.body) + sealed.envelope for canary in CANARIES)


def test_the_canaries_cover_the_samples() -> None:
    """Else the test above could pass on values that it does not look for."""
    seen = "".join(repr(getattr(event, name)) for event in SAMPLES for name in personal_fields(type(event)))

    assert [canary for canary in CANARIES if canary not in seen and not re.fullmatch(r"\d{4}-\d\d-\d\d", canary)] == []


@every_event
def test_what_is_compressed_is_canonical_json(codec: EventCodec, event: CaseEvent) -> None:
    """RFC 8785, by its reference implementation."""
    encoded = codec.encode(event, CASE, 1)
    stored = StoredBody.read(encoded.body, encoded.schema)
    texts = [clear_text(encoded.body), *(text_of(part, encoded.name, stored.key_of(part)) for part in stored.parts)]

    assert [rfc8785.dumps(orjson.loads(text)) for text in texts] == texts


def text_of(part: KeyedPart, name: str, key_id: UUID) -> bytes:
    return part.text(b"k" * 32, Place(ORIGIN, CASE, 1, name), key_id)


@pytest.mark.parametrize(
    "event", [each for each in SAMPLES if personal_fields(type(each))], ids=lambda event: type(event).__name__
)
def test_the_same_event_is_never_encrypted_twice_alike(codec: EventCodec, event: CaseEvent) -> None:
    one, other = codec.encode(event, CASE, 3), codec.encode(event, CASE, 3)

    assert one.body != other.body
    assert one.roots != other.roots


class TestMovedCiphertext:
    """A group opens at the one place for which it was made."""

    def test_to_another_version(self, codec: EventCodec) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        with pytest.raises(UnreadableEvent):
            codec.decode(stored.name, stored.schema, stored.body, CASE, 2)

    def test_to_another_stream(self, codec: EventCodec) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        with pytest.raises(UnreadableEvent):
            codec.decode(stored.name, stored.schema, stored.body, uuid4(), 1)

    def test_to_another_log(self, codec: EventCodec, keys: KeysInMemory) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        with pytest.raises(UnreadableEvent):
            EventCodec("another", keys).decode(stored.name, stored.schema, stored.body, CASE, 1)

    def test_to_another_event(self, codec: EventCodec) -> None:
        withdrawn = next(event for event in SAMPLES if isinstance(event, ApplicationWithdrawn))
        into, other = (Body.read(codec.encode(event, CASE, 1).body) for event in (withdrawn, SUBMITTED))
        with pytest.raises(UnreadableEvent):
            codec.decode("ApplicationWithdrawn", 1, into._replace(keyed=other.keyed).to_bytes(), CASE, 1)

    def test_to_another_schema(self, codec: EventCodec) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        with pytest.raises(UnreadableEvent):
            codec.decode(stored.name, stored.schema - 1, stored.body, CASE, 1)

    @pytest.mark.parametrize("kind", [PartKind.APPLICANT, PartKind.WORKER_APART])
    def test_to_another_kind(self, codec: EventCodec, kind: PartKind) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        (part,) = StoredBody.read(stored.body, stored.schema).parts
        place, subject = Place(ORIGIN, CASE, 1, stored.name), SUBMITTED.worker_subject
        assert part.open(b"k" * 32, place, subject)
        with pytest.raises(ValueError, match="not the one that was written here"):
            part._replace(kind=kind).open(b"k" * 32, place, subject)

    def test_to_another_subject_with_the_same_key(self, codec: EventCodec) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        namesake = uuid4()
        both = KeysInMemory({SUBMITTED.worker_subject: b"k" * 32, namesake: b"k" * 32})
        forged = with_clear(stored.body, workerSubject=str(namesake))
        with pytest.raises(UnreadableEvent):
            EventCodec(ORIGIN, both).decode(stored.name, stored.schema, forged, CASE, 1)

    @pytest.mark.parametrize("at", [0, 12, -1], ids=["nonce", "ciphertext", "tag"])
    def test_a_flipped_bit(self, codec: EventCodec, at: int) -> None:
        stored = codec.encode(SUBMITTED, CASE, 1)
        body = Body.read(stored.body)
        ((kind, content),) = body.keyed
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(UnreadableEvent):
            codec.decode(stored.name, stored.schema, body._replace(keyed=((kind, bytes(changed)),)).to_bytes(), CASE, 1)


def with_clear(body: bytes, **changes: object) -> bytes:
    """A stored body with other clear fields, as somebody who can write rows would forge it."""
    clear = orjson.loads(clear_text(body)) | changes
    return Body.read(body)._replace(dictionary=CURRENT, clear=compressed(orjson.dumps(clear))).to_bytes()


@every_event
def test_after_erasure_personal_fields_are_withheld_and_the_rest_is_as_it_was(
    codec: EventCodec, keys: KeysInMemory, event: CaseEvent
) -> None:
    stored = codec.encode(event, CASE, 1)
    keys.destroy(SUBMITTED.worker_subject)

    read = codec.decode(stored.name, stored.schema, stored.body, CASE, 1)

    marked = personal_fields(type(event))
    for field in fields(event):
        value = getattr(read, field.name)
        assert value == (Withheld() if field.name in marked else getattr(event, field.name))


def test_nothing_is_encrypted_without_a_key_that_is_there(keys: KeysInMemory, codec: EventCodec) -> None:
    with pytest.raises(KeyMissing):
        codec.encode(replace(SUBMITTED, worker_subject=uuid4()), CASE, 1)
    keys.destroy(SUBMITTED.worker_subject)
    with pytest.raises(KeyMissing):
        codec.encode(SUBMITTED, CASE, 1)


def test_a_disclosed_field_leads_to_the_root_in_the_envelope(codec: EventCodec) -> None:
    """What an auditor does with a field that is disclosed: its blinding, its value and the commitments of its siblings
    give the root of the part, and the blinding of one field says nothing of another.
    """
    stored = codec.encode(SUBMITTED, CASE, 1)
    (part,) = StoredBody.read(stored.body, stored.schema).parts
    key, place, subject = b"k" * 32, Place(ORIGIN, CASE, 1, stored.name), SUBMITTED.worker_subject
    commitments = part.commitments(key, place, subject)
    disclosed = part.disclosure(key, place, subject, "title")

    blinding, value = disclosed
    assert value == orjson.dumps(SUBMITTED.title)
    assert commitments["title"] == sha256(blinding + value).digest()
    siblings = b"".join(bytes([len(name)]) + name.encode() + commitments[name] for name in sorted(commitments))
    assert stored.roots == bytes([PartKind.WORKER]) + sha256(siblings).digest()
    assert len({part.disclosure(key, place, subject, name)[0] for name in commitments}) == len(commitments)


@pytest.mark.parametrize(
    ("name", "schema", "body"),
    [
        ("CaseOpenedByAliens", 1, b"{}"),
        ("EmployerIdentified", 2, b"{}"),
        ("EmployerIdentified", 0, b"{}"),
        ("EmployerIdentified", 1, b""),
        ("EmployerIdentified", 1, b"\xff\x00"),
        ("EmployerIdentified", 1, b"[]"),
        ("EmployerIdentified", 1, b"null"),
        ("EmployerIdentified", 1, b'"secret"'),
        ("EmployerIdentified", 1, b"{}"),
        ("EmployerIdentified", 1, b'{"clear":null}'),
        ("EmployerIdentified", 1, b'{"clear":["secret"]}'),
        ("EmployerIdentified", 1, b'{"clear":{"name":"secret"}}'),
        ("EmployerIdentified", 1, b'{"clear":{"effectiveAt":"2026-01-01T00:00:00Z","enterpriseNumber":"1",'
         b'"name":"secret","active":true,"unheardOf":"secret"}}'),
        ("EmployerIdentified", 1, b'{"clear":{"effectiveAt":"2026-01-01T00:00:00Z","enterpriseNumber":"1",'
         b'"name":"secret","active":true},"personal":{"janitor":{}}}'),
        ("EmployerIdentified", 1, b'{"clear":{},"personal":["secret"]}'),
        ("ApplicationWithdrawn", 1, b'{"clear":{},"personal":{"worker":"secret"}}'),
        ("ApplicationWithdrawn", 1, b'{"clear":{},"personal":{"worker":{"key":null}}}'),
        ("ApplicationWithdrawn", 1, b'{"clear":{"workerSubject":7},"personal":{"worker":{"key":7}}}'),
        ("ApplicationWithdrawn", 1, b'{"clear":{"reason":{"withheld":"erased"}}}'),
        ("EmployerIdentified", 3, b"\x02"),
        ("EmployerIdentified", 3, b"\x02\x01\x05secret"),
        ("EmployerIdentified", 3, b"\x02\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("EmployerIdentified", 3, b"\x03\x01\x00"),
        ("EmployerIdentified", 3, Body(CURRENT, compressed(b'{"name":"secret"}'), ()).to_bytes()),
        ("EmployerIdentified", 3, Body(CURRENT, compressed(b'["secret"]'), ()).to_bytes()),
        ("EmployerIdentified", 3, Body(CURRENT, compressed(b'{"name":"secret"}')[:-1], ()).to_bytes()),
        ("EmployerIdentified", 3, Body(CURRENT, compressed(b"{}"), ()).to_bytes() + b"\x0fsecret"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_its_place_and_never_by_its_content(
    codec: EventCodec, name: str, schema: int, body: bytes
) -> None:
    with pytest.raises(UnreadableEvent) as unreadable:
        codec.decode(name, schema, body, CASE, 7)

    assert f"{CASE} version 7" in str(unreadable.value)
    assert "secret" not in str(unreadable.value)
    assert unreadable.value.__cause__ is None
    assert unreadable.value.__context__ is None or unreadable.value.__suppress_context__


def test_a_dictionary_that_a_later_program_ships_is_named(codec: EventCodec) -> None:
    stored = codec.encode(SUBMITTED, CASE, 1)
    of_later = Body.read(stored.body)._replace(dictionary=250).to_bytes()

    with pytest.raises(UnreadableEvent, match=f"{CASE} version 1: compression dictionary 250 is unknown: a later"):
        codec.decode(stored.name, stored.schema, of_later, CASE, 1)


@given(data=st.data())
@settings(max_examples=examples(150))
def test_a_body_that_is_cut_off_or_changed_never_reads_as_another_person(data) -> None:
    """What is encrypted opens as it was written or not at all, wherever the bytes were harmed."""
    codec = EventCodec(ORIGIN, KeysInMemory({SUBMITTED.worker_subject: b"k" * 32}))
    stored = codec.encode(SUBMITTED, CASE, 1)
    at = data.draw(st.integers(0, len(stored.body) - 1))
    changed = bytearray(stored.body)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    for harmed in (stored.body[:at], bytes(changed)):
        try:
            read = codec.decode(stored.name, stored.schema, harmed, CASE, 1)
        except (UnreadableEvent, KeyMissing):
            continue
        assert (read.worker, read.gross_pay, read.title) == (SUBMITTED.worker, SUBMITTED.gross_pay, SUBMITTED.title)


def test_a_verdict_cannot_be_hidden_by_calling_it_erased(codec: EventCodec) -> None:
    """Only the key store says what has been erased, not the one who writes the row."""
    stored = codec.encode(SUBMITTED, CASE, 1)
    forged = with_clear(stored.body, worker={"withheld": "erased"})
    for body in (forged, Body.read(forged)._replace(keyed=()).to_bytes()):
        with pytest.raises(UnreadableEvent):
            codec.decode(stored.name, stored.schema, body, CASE, 1)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)
"""Control characters are recorded nowhere: see tests/border."""


@given(
    worker=st.builds(
        Worker,
        given_name=ANY_TEXT,
        family_name=ANY_TEXT,
        birth_date=st.dates(),
        nationality=ANY_TEXT,
        ssin=st.none() | ANY_TEXT,
    ),
    pay=st.decimals(min_value=0, max_value=10**9, places=2),
    title=ANY_TEXT,
    candidates=st.lists(ANY_TEXT, max_size=3).map(tuple),
    moment=st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC)),
    reference=ANY_TEXT,
)
@settings(max_examples=examples(100))
def test_any_values_come_back_exactly(worker, pay, title, candidates, moment, reference) -> None:
    event = replace(
        SUBMITTED,
        worker=worker,
        gross_pay=GrossPay(amount=pay, period="month"),
        title=title,
        candidates=candidates,
        effective_at=moment,
        reference=reference,
    )
    codec = EventCodec(ORIGIN, KeysInMemory({SUBMITTED.worker_subject: b"k" * 32}))

    stored = codec.encode(event, CASE, 1)
    read = codec.decode(stored.name, stored.schema, stored.body, CASE, 1)

    assert read == event
    assert str(read.gross_pay.amount) == str(pay), "money keeps its cents: 10.50 is not 10.5"


def test_names_are_told_apart_by_more_than_their_case() -> None:
    names = {form.name for form in FORMATS}
    assert len({name.lower() for name in names}) == len(names)


def test_an_event_of_an_older_schema_is_stored_under_its_own_name_and_schema(codec: EventCodec) -> None:
    """A decision of before the two parts were told apart shares its name with that of today, and not its shape."""
    stored = {
        type(event): codec.encode(event, CASE, 3)
        for event in SAMPLES
        if isinstance(event, ApplicationDecided | ApplicationDecidedAtOnce)
    }

    assert {kind: (each.name, each.schema) for kind, each in stored.items()} == {
        ApplicationDecidedAtOnce: ("ApplicationDecided", 1),
        ApplicationDecided: ("ApplicationDecided", 2),
    }
    for schema, body in ((2, stored[ApplicationDecidedAtOnce].body), (1, stored[ApplicationDecided].body)):
        with pytest.raises(UnreadableEvent):
            codec.decode("ApplicationDecided", schema, body, CASE, 3)


# A part of an event


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsOfADecision:
    rule_set: str
    facts: Apart[ApplicationFacts]


def test_a_part_of_an_event_is_read_without_the_rest() -> None:
    decided = next(event for event in SAMPLES if isinstance(event, WorkPartDecided))
    codec = EventCodec(ORIGIN, KeysInMemory({WORKER: b"k" * 32}))
    stored = codec.encode(decided, CASE, 1)

    part = codec.decode_as(FactsOfADecision, stored.name, stored.schema, stored.body, CASE, 1)

    assert part == FactsOfADecision(rule_set=decided.rule_set, facts=decided.facts)


def test_a_part_that_is_erased_is_withheld() -> None:
    decided = next(event for event in SAMPLES if isinstance(event, WorkPartDecided))
    stored = EventCodec(ORIGIN, KeysInMemory({WORKER: b"k" * 32})).encode(decided, CASE, 1)
    after_erasure = EventCodec(ORIGIN, KeysInMemory({WORKER: None}))

    part = after_erasure.decode_as(FactsOfADecision, stored.name, stored.schema, stored.body, CASE, 1)

    assert part.facts == Withheld()


def test_a_part_that_an_event_does_not_have_is_unreadable() -> None:
    codec = EventCodec(ORIGIN, KeysInMemory({WORKER: b"k" * 32}))
    withdrawn = next(event for event in SAMPLES if isinstance(event, ApplicationWithdrawn))
    stored = codec.encode(withdrawn, CASE, 1)

    with pytest.raises(UnreadableEvent, match="does not have the shape"):
        codec.decode_as(FactsOfADecision, stored.name, stored.schema, stored.body, CASE, 1)


def test_who_folds_does_not_open_what_lies_apart() -> None:
    # given a decision with its assessment
    decided = next(event for event in SAMPLES if isinstance(event, WorkPartDecided))
    codec = EventCodec(ORIGIN, KeysInMemory({WORKER: b"k" * 32}))
    stored = codec.encode(decided, CASE, 1)
    # and its trace damaged, which nobody notices who does not look at it
    body = Body.read(stored.body)
    harmed = body._replace(keyed=tuple((kind, b"?" if kind.lies_apart else part) for kind, part in body.keyed))
    # when it is read without what lies apart
    read = codec.decode(stored.name, stored.schema, harmed.to_bytes(), CASE, 1, with_apart=False)
    # then the rest is there
    apart = dict.fromkeys(fields_apart(WorkPartDecided), NotRead())
    assert apart.keys() == {"facts", "findings"}
    assert read == replace(decided, **apart)
    with pytest.raises(UnreadableEvent):
        codec.decode(stored.name, stored.schema, harmed.to_bytes(), CASE, 1)
    # and nobody can record it again without it
    with pytest.raises(AssertionError, match="without what lies apart"):
        codec.encode(read, CASE, 2)
