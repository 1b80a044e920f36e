"""A program that logs in as the writer and lies: the database takes no event that is not what its leaf says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import psycopg2
import psycopg2.errors
import pytest

from domain.audit.merkle import leaf_hash
from infra.postgres.journal.append_function import append, prepare_append
from infra.postgres.journal.append_requests import AppendRequest, AuthorityEpoch, SealedEvent, StreamHead, Touch
from infra.postgres.journal.bulk import laid_out, prepare_staging
from infra.postgres.journal.journal_events import EncodedEvent
from infra.postgres.journal.sealing import sealed_request
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.logins import serving_url
from infra.postgres.server.migrate import migrate_journal, shipped_migrations
from infra.stored_form.leaf import Context, microseconds, place_of, sealed_leaf
from infra.wire_format import wire_time
from tests.journal.appends import NOON, ORIGIN, JournalAsStored, command, later, request

pytestmark = pytest.mark.server

UNTRUE = "PJ001"
TOO_YOUNG = "PJ002"

WALLS = "place_of, leaf_hash_of, follows, refuse_untrue_event, refuse_switch_by_who_serves, row_scope"
"""The functions of 0007_walls."""

Send = Callable[[str, AppendRequest], None]


def alone(url: str, lie: AppendRequest) -> None:
    """By ``journal_append_one``."""
    with closing(connect(url, Role.WRITER)) as connection:
        prepare_append(connection)
        append(connection, [lie])


def in_a_batch(url: str, lie: AppendRequest) -> None:
    """By ``journal_append``, between two that are honest."""
    with closing(connect(url, Role.WRITER)) as connection:
        prepare_append(connection)
        append(connection, [request(), lie, request(count=2)])


def in_bulk(url: str, lie: AppendRequest) -> None:
    """By the tables of a load."""
    with closing(connect(url, Role.WRITER)) as connection:
        prepare_staging(connection)
        laid_out([request(), lie]).append(connection, [])


@pytest.fixture
def journal_url(unnamed_journal: str) -> str:
    migrate_journal(unnamed_journal, origin=ORIGIN)
    return unnamed_journal


@pytest.fixture(params=[alone, in_a_batch, in_bulk])
def send(request: pytest.FixtureRequest) -> Send:
    way: Send = request.param
    return way


def with_event(honest: AppendRequest, number: int, **changes: object) -> AppendRequest:
    events = list(honest.events)
    events[number] = events[number]._replace(**changes)
    return replace(honest, events=tuple(events))


def resealed(event: SealedEvent, *, origin: str = ORIGIN, **said: object) -> SealedEvent:
    """The event with a leaf of its own making: its hash fits what the leaf says, and the leaf says something else."""
    claims = {
        "stream": event.stream, "version": event.version, "type": event.type, "schema": event.schema,
        "body": event.body, "recorded_at": event.recorded_at, "prev": None,
    } | said  # fmt: skip
    place = place_of(origin, claims["stream"], claims["version"], claims["type"], claims["schema"])  # type: ignore[arg-type]
    leaf, envelope = sealed_leaf(
        place,
        claims["body"],  # type: ignore[arg-type]
        microseconds(str(claims["recorded_at"])),
        claims["prev"],  # type: ignore[arg-type]
        b"",
        Context("tester", "c", None, None).to_bytes(),
    )
    return event._replace(leaf_hash=leaf_hash(leaf), envelope=envelope)


def junk() -> AppendRequest:
    return with_event(request(), 0, envelope=b"junk", leaf_hash=sha256(b"junk").digest())


def no_envelope_at_all() -> AppendRequest:
    return with_event(request(), 0, envelope=b"")


def an_envelope_cut_short() -> AppendRequest:
    honest = request()
    return with_event(honest, 0, envelope=honest.events[0].envelope[:27])


def a_false_hash() -> AppendRequest:
    return with_event(request(), 0, leaf_hash=sha256(b"another").digest())


def another_body() -> AppendRequest:
    return with_event(request(count=3), 1, body=b"{}")


def another_type() -> AppendRequest:
    return with_event(request(count=2), 1, type="Decided")


def another_schema() -> AppendRequest:
    return with_event(request(), 0, schema=2)


def _first(**said: object) -> AppendRequest:
    honest = request()
    return replace(honest, events=(resealed(honest.events[0], **said),))


def a_leaf_of_another_log() -> AppendRequest:
    return _first(origin="elsewhere")


def a_leaf_of_another_stream() -> AppendRequest:
    return _first(stream=uuid4())


def a_leaf_of_another_version() -> AppendRequest:
    return _first(version=2)


def a_leaf_of_another_body() -> AppendRequest:
    return _first(body=b"another")


def a_leaf_of_another_moment() -> AppendRequest:
    return _first(recorded_at=wire_time(NOON - timedelta(days=365)))


def a_leaf_on_top_of_another() -> AppendRequest:
    return _first(prev=bytes(32))


def a_chain_that_is_broken_inside() -> AppendRequest:
    honest = request(count=2)
    return replace(honest, events=(honest.events[0], resealed(honest.events[1], prev=sha256(b"other").digest())))


def a_version_left_out() -> AppendRequest:
    """Events 1 and 3, each with the leaf of its own place, the third upon the first."""
    honest = request()
    first = honest.events[0]
    third = resealed(first._replace(version=3), version=3, prev=first.leaf_hash)
    return replace(honest, events=(first, third))


def a_stream_that_begins_at_seven() -> AppendRequest:
    honest = request()
    return replace(honest, events=(resealed(honest.events[0]._replace(version=7), version=7),))


def _changed_at(number: int, at: int) -> AppendRequest:
    honest = request(count=2)
    envelope = bytearray(honest.events[number].envelope)
    envelope[at] ^= 1
    return with_event(honest, number, envelope=bytes(envelope))


def an_envelope_of_another_form() -> AppendRequest:
    return _changed_at(0, 0)


def an_envelope_that_says_another_place() -> AppendRequest:
    """The leaf hash is right: only who reads the envelope is told another thing."""
    return _changed_at(0, 3)


def an_envelope_that_says_another_body() -> AppendRequest:
    return _changed_at(0, 11)


def an_envelope_that_says_another_moment() -> AppendRequest:
    return _changed_at(0, 20)


def an_envelope_that_says_another_leaf_before() -> AppendRequest:
    return _changed_at(1, 30)


LIES = [
    an_envelope_of_another_form,
    an_envelope_that_says_another_place,
    an_envelope_that_says_another_body,
    an_envelope_that_says_another_moment,
    an_envelope_that_says_another_leaf_before,
    junk,
    no_envelope_at_all,
    an_envelope_cut_short,
    a_false_hash,
    another_body,
    another_type,
    another_schema,
    a_leaf_of_another_log,
    a_leaf_of_another_stream,
    a_leaf_of_another_version,
    a_leaf_of_another_body,
    a_leaf_of_another_moment,
    a_leaf_on_top_of_another,
    a_chain_that_is_broken_inside,
    a_version_left_out,
    a_stream_that_begins_at_seven,
]


def test_what_is_sealed_as_the_program_does_is_taken(journal_url: str, send: Send) -> None:
    # given events with and without roots of encrypted parts, on a stream that is there and on a new one
    first = request(count=3)
    send(journal_url, first)
    stream = first.touches[0].stream
    roots = b"\x01" + bytes(32) + b"\x03" + bytes(range(32))
    next_ones = [EncodedEvent(stream, version, "Noted", b"{}", 2, roots) for version in (4, 5)]
    touches = (Touch(stream, first.result),)
    sealed = sealed_request(
        next_ones,
        origin=ORIGIN,
        command=command(),
        touches=touches,
        recorded_at=wire_time(later(1)),
        rule_set="ab" * 32,
    )
    # when they are appended, then the log is as its leaves say
    send(journal_url, sealed)
    stored = JournalAsStored.of(journal_url)
    assert [row.version for row in stored.of_stream(stream)] == [1, 2, 3, 4, 5]
    stored.require_sound()


def test_a_resealed_event_is_taken_where_it_says_the_truth(journal_url: str, send: Send) -> None:
    """So that what follows is refused for its lie, and not for how it was made."""
    send(journal_url, _first())


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused_by_its_own_name_and_leaves_nothing(
    journal_url: str, send: Send, lie: Callable[[], AppendRequest]
) -> None:
    with pytest.raises(psycopg2.Error) as refusal:
        send(journal_url, lie())
    assert refusal.value.pgcode == UNTRUE
    assert JournalAsStored.of(journal_url).rows == []


def test_a_lie_on_top_of_a_stream_that_is_there(journal_url: str, send: Send) -> None:
    """The head is the right one, and the leaf of the event names another."""
    first = request()
    alone(journal_url, first)
    stream = first.touches[0].stream
    honest = request(stream, first.result)
    lie = replace(honest, events=(resealed(honest.events[0], prev=sha256(b"other").digest()),))
    with pytest.raises(psycopg2.Error) as refusal:
        send(journal_url, lie)
    assert refusal.value.pgcode == UNTRUE
    assert StreamHead(1, first.events[0].leaf_hash) == first.result
    assert len(JournalAsStored.of(journal_url).rows) == 1


def test_a_log_of_before_is_held_to_it_from_its_update_on(journal_url: str) -> None:
    # given a database as an earlier version set it up, which took what it was given
    earlier = next(each for each in shipped_migrations("journal") if each.name == "0002_append")
    with closing(connect(journal_url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute("delete from schema_migration where name = '0007_walls'")
        cursor.execute(f"drop function {WALLS} cascade")
        cursor.execute(earlier.text.replace("create function", "create or replace function"))
    alone(journal_url, request())
    alone(journal_url, junk())
    # when it is updated
    assert migrate_journal(journal_url, origin=ORIGIN) == ["0007_walls"]
    # then what is in it stays, for a verification to find, and nothing more of the kind comes in
    for send in (alone, in_a_batch, in_bulk):
        with pytest.raises(psycopg2.Error) as refusal:
            send(journal_url, junk())
        assert refusal.value.pgcode == UNTRUE
    assert len(JournalAsStored.of(journal_url).rows) == 2
    alone(journal_url, request())


@pytest.mark.parametrize(
    "moment",
    [
        lambda: datetime.now(UTC) + timedelta(days=1),
        lambda: datetime.now(UTC),
        lambda: datetime.now(UTC) - timedelta(days=89, hours=23),
        lambda: None,
    ],
)
def test_no_command_is_forgotten_within_ninety_days(journal_url: str, moment: Callable[[], datetime | None]) -> None:
    # given a command of today, and an append that pretends to be of a time to come
    alone(journal_url, request(at=datetime.now(UTC)))
    alone(journal_url, request(at=datetime.now(UTC) + timedelta(days=3_650)))
    # when a writer forgets by hand, in a time zone in which a day was an hour shorter
    with closing(connect(journal_url, Role.WRITER)) as connection, connection.cursor() as cursor:
        cursor.execute("set timezone = 'Europe/Brussels'")
        with pytest.raises(psycopg2.Error) as refusal:
            cursor.execute("select journal_forget_commands(%s)", (moment(),))
    # then it is refused, whatever the last append said of the time
    assert refusal.value.pgcode == TOO_YOUNG
    with closing(connect(journal_url, Role.READER)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from command")
        assert cursor.fetchone() == (2,)


def switch(type_: str, *, epoch: int) -> AppendRequest:
    """The switch of Brussels, sealed as the program seals it."""
    return replace(request(type_=type_), rests_on=AuthorityEpoch("brussels", epoch))


def epochs(url: str) -> dict[str, int]:
    with closing(connect(url, Role.READER)) as connection, connection.cursor() as cursor:
        cursor.execute("select authority_epochs from journal_head")
        ((found,),) = cursor.fetchall()
    return dict(found)


@pytest.mark.parametrize("type_", ["AuthorityCutOver", "AuthorityCutBack"])
def test_no_login_that_serves_switches_an_authority(journal_url: str, send: Send, type_: str) -> None:
    # given a switch of which every leaf is right, by the login under which the service writes
    serving = serving_url(journal_url, Role.WRITER, bytes(32), set_up=True)
    before = epochs(journal_url)
    # then it is refused, and what came with it too
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        send(serving, switch(type_, epoch=0))
    assert (epochs(journal_url), JournalAsStored.of(journal_url).rows) == (before, [])
    # while any other event goes well
    send(serving, switch("Noted", epoch=0))


def test_an_operator_switches_one_either_way(journal_url: str, send: Send) -> None:
    send(journal_url, switch("AuthorityCutOver", epoch=0))
    assert epochs(journal_url)["brussels"] == 1
    send(journal_url, switch("AuthorityCutBack", epoch=1))
    assert epochs(journal_url)["brussels"] == 2
