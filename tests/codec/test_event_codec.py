"""Events become bytes and events again; what is personal is seen by those who hold the key and by nobody else."""

import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, fields, replace
from datetime import UTC
from uuid import UUID, uuid4

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
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
from domain.case.personal_data import Personal, SubjectRole, Withheld, personal_fields
from domain.law.facts import ApplicationFacts
from infra.event_codec import FORMATS, EventCodec, UnreadableEvent
from infra.keys import KeyMissing
from infra.personal_groups import GroupAddress
from infra.postgres.journal.append_requests import CommandIdentity, StreamHead, Touch
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.recordable import EARLIEST, LATEST
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import CANARIES, SAMPLES, WORKER

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
def test_neither_body_nor_leaf_shows_a_personal_value(codec: EventCodec, event: CaseEvent) -> None:
    head = StreamHead(2, b"\x55" * 32)
    (sealed,) = sealed_request(
        encoded_on(codec, CASE, head, [event]),
        origin=ORIGIN,
        command=CommandIdentity("actor", "command", b""),
        touches=(Touch(CASE, head),),
        recorded_at="2026-02-02T14:00:00.000000Z",
    ).events

    assert not any(canary.encode() in sealed.body + sealed.leaf for canary in CANARIES)


def test_the_canaries_cover_the_samples() -> None:
    """Else the test above could pass on values that it does not look for."""
    seen = "".join(repr(getattr(event, name)) for event in SAMPLES for name in personal_fields(type(event)))

    assert [canary for canary in CANARIES if canary not in seen and not re.fullmatch(r"\d{4}-\d\d-\d\d", canary)] == []


@every_event
def test_a_body_is_canonical_json(codec: EventCodec, event: CaseEvent) -> None:
    """RFC 8785, by its reference implementation."""
    body = codec.encode(event, CASE, 1).body

    assert rfc8785.dumps(orjson.loads(body)) == body


@pytest.mark.parametrize(
    "event", [each for each in SAMPLES if personal_fields(type(each))], ids=lambda event: type(event).__name__
)
def test_the_same_event_is_never_encrypted_twice_alike(codec: EventCodec, event: CaseEvent) -> None:
    one, other = codec.encode(event, CASE, 3), codec.encode(event, CASE, 3)

    assert one.body != other.body
    assert all(one.commitments[name] != other.commitments[name] for name in one.commitments)


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
        into = orjson.loads(codec.encode(withdrawn, CASE, 1).body)
        into["personal"] = orjson.loads(codec.encode(SUBMITTED, CASE, 1).body)["personal"]
        with pytest.raises(UnreadableEvent):
            codec.decode("ApplicationWithdrawn", 1, orjson.dumps(into), CASE, 1)

    def test_to_another_role(self) -> None:
        address = GroupAddress(ORIGIN, CASE, 1, "ApplicationSubmitted", SubjectRole.WORKER, SUBMITTED.worker_subject)
        assert address.associated_data() != replace(address, role=SubjectRole.APPLICANT).associated_data()

    def test_to_another_subject_with_the_same_key(self, keys: KeysInMemory, codec: EventCodec) -> None:
        stored = orjson.loads(codec.encode(SUBMITTED, CASE, 1).body)
        namesake = uuid4()
        both = KeysInMemory({SUBMITTED.worker_subject: b"k" * 32, namesake: b"k" * 32})
        stored["personal"]["worker"]["key"] = stored["clear"]["workerSubject"] = str(namesake)
        with pytest.raises(UnreadableEvent):
            EventCodec(ORIGIN, both).decode("ApplicationSubmitted", 1, orjson.dumps(stored), CASE, 1)

    @pytest.mark.parametrize("part", ["nonce", "data"])
    def test_a_flipped_bit(self, codec: EventCodec, part: str) -> None:
        stored = orjson.loads(codec.encode(SUBMITTED, CASE, 1).body)
        raw = bytearray(b64decode(stored["personal"]["worker"][part]))
        raw[0] ^= 1
        stored["personal"]["worker"][part] = b64encode(raw).decode()
        with pytest.raises(UnreadableEvent):
            codec.decode("ApplicationSubmitted", 1, orjson.dumps(stored), CASE, 1)


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


def test_a_commitment_can_be_checked_with_the_salt_inside_the_group(codec: EventCodec) -> None:
    """What an auditor does with a field that is disclosed to them: salt and value give the commitment in the leaf."""
    stored = codec.encode(SUBMITTED, CASE, 1)
    group = orjson.loads(stored.body)["personal"]["worker"]
    address = GroupAddress(ORIGIN, CASE, 1, stored.name, SubjectRole.WORKER, SUBMITTED.worker_subject)
    plain = orjson.loads(
        AESGCM(b"k" * 32).decrypt(b64decode(group["nonce"]), b64decode(group["data"]), address.associated_data())
    )

    salt = b64decode(plain["salt"])
    assert len(salt) == 16
    assert set(stored.commitments) == set(plain["fields"])
    for name, value in plain["fields"].items():
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        assert stored.commitments[name] == hmac.digest(salt, name.encode() + b"\0" + written, "sha256").hex()


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


def test_a_verdict_cannot_be_hidden_by_calling_it_erased(codec: EventCodec) -> None:
    """Only the key store says what has been erased, not the one who writes the row."""
    stored = orjson.loads(codec.encode(SUBMITTED, CASE, 1).body)
    del stored["personal"]
    stored["clear"]["worker"] = {"withheld": "erased"}

    with pytest.raises(UnreadableEvent):
        codec.decode("ApplicationSubmitted", 1, orjson.dumps(stored), CASE, 1)


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
@settings(max_examples=100)
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
    facts: Personal[ApplicationFacts]


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
