"""Dead letters are settled one or many at a time: counted first, each with who and why, and none stops another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.message_wire import WireRecord
from infra.postgres.messages.dead_letters import Coordinates, DeadLetters
from tests.cli.conftest import CommandLine
from tests.migration.envelopes import message, receive
from tests.migration.moving import Moving, moving, record

pytestmark = pytest.mark.server

JUNK = WireRecord(b"BXL/0", b"junk", ())
WHY = ("--reason", "seen with the sender")


@pytest.fixture
def move(admin_url: str, tmp_path: Path, permit: CommandLine) -> Iterator[Moving]:
    """A migration with five letters of Brussels and one of the checks; the command line looks at the same database."""
    with moving(admin_url, tmp_path) as under_way:
        settings = under_way.program.settings
        permit.set({
            "PERMIT_HOME": str(settings.home), "PERMIT_DATABASE_URL": str(settings.database_url),
            "PERMIT_KEY_DATABASE_URL": str(settings.key_database_url),
        })  # fmt: skip
        wrong = message(record(no_dossier="BXL/7"), sha256="0" * 64)
        receive(under_way, JUNK, JUNK, JUNK, wrong, wrong)
        letters = DeadLetters(under_way.program.writers, under_way.program.keys)
        with under_way.program.writers.transaction() as connection, connection.cursor() as cursor:
            at = Coordinates("cluster", "single-permit.crossroads.requests.v1", 0, 1)
            letters.add(cursor, "crossroads-intake", at, JUNK, "missing.ce_specversion", 1)
        yield under_way


def states(move: Moving) -> list[tuple[Any, ...]]:
    return move.ask("select state, count(*) from dead_letter group by 1 order by 1")


def test_many_are_discarded_by_what_they_have_in_common(permit: CommandLine, move: Moving) -> None:
    ended = permit("dead-letters", "discard", "--set-aside-for", "legacyEnvelopeUnreadable", "--yes", "--json", *WHY)
    assert ended.code == 0
    assert ended.json == {
        "meant": 3,
        "byReason": [{"consumer": "legacy-brussels", "reason": "legacyEnvelopeUnreadable", "number": 3}],
        "discarded": 3, "settledBefore": [], "stillRefused": [],
    }  # fmt: skip
    assert states(move) == [("discarded", 3), ("open", 3)]
    # each has who did it and why
    settled = move.ask("select distinct settled_why, settled_by is null from dead_letter where state = 'discarded'")
    assert settled == [(WHY[1], False)]
    # and to do it again changes nothing
    again = permit("dead-letters", "discard", "--set-aside-for", "legacyEnvelopeUnreadable", "--yes", "--json", *WHY)
    assert (again.code, again.json["meant"], again.json["discarded"]) == (0, 0, 0)


def test_nothing_is_done_to_many_before_somebody_has_seen_how_many(permit: CommandLine, move: Moving) -> None:
    refused = permit("dead-letters", "discard", "--consumer", "legacy-brussels", *WHY)
    assert (refused.code, refused.output) == (2, "")
    assert "5 dead letters would be discarded: say --yes. Nothing was changed." in refused.errors
    assert "legacyEnvelopeDigestWrong" in refused.errors
    assert states(move) == [("open", 6)]


def test_a_selection_is_by_all_that_is_said(permit: CommandLine, move: Moving) -> None:
    for options, meant in (
        (("--topic", "legacy.brussels.records.v1"), 5),
        (("--topic", "legacy.brussels.records.v1", "--set-aside-for", "legacyEnvelopeDigestWrong"), 2),
        (("--since", "2000-01-01"), 6),
        (("--until", "2000-01-01"), 0),
        (("--since", "2000-01-01T00:00:00Z", "--until", "2999-01-01", "--consumer", "crossroads-intake"), 1),
    ):
        refused = permit("dead-letters", "replay", *options, *WHY)
        if meant:
            assert f"{meant} dead letters would be replayed" in refused.errors
        else:
            assert refused.output == "0 dead letters are replayed\n"
    assert states(move) == [("open", 6)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "say which"),
        (("--since", "yesterday"), "'yesterday' is no moment"),
        (("999999",), "there is no dead letter 999999; nothing was changed"),
    ],
)
def test_what_says_nothing_is_refused(
    permit: CommandLine, move: Moving, options: tuple[str, ...], sentence: str
) -> None:
    refused = permit("dead-letters", "discard", *options, *WHY)
    assert (refused.code, refused.output) == (2, "")
    assert sentence in refused.errors
    assert states(move) == [("open", 6)]


def test_what_fails_again_stops_no_other(permit: CommandLine, move: Moving) -> None:
    # given letters that were set aside although their records are good, beside others that are not
    letters = DeadLetters(move.program.writers, move.program.keys)
    with move.program.writers.transaction() as connection, connection.cursor() as cursor:
        for offset in range(200, 203):
            good = message(record(no_dossier=f"BXL/{offset}"))
            at = Coordinates("cluster", "legacy.brussels.records.v1", 3, offset)
            letters.add(cursor, "legacy-brussels", at, good, "failed.OverflowError", 3)
    # when all are replayed
    ended = permit("dead-letters", "replay", "--consumer", "legacy-brussels", "--yes", "--json", *WHY)
    # then the good ones are retold, the others stay open with their reason, and the exit code says so
    assert ended.code == 1
    assert (ended.json["meant"], ended.json["replayed"]) == (8, 3)
    refused = [each["reason"] for each in ended.json["stillRefused"]]
    assert refused == ["legacyEnvelopeUnreadable"] * 3 + ["legacyEnvelopeDigestWrong"] * 2
    assert move.ask("select key from legacy_dossier order by 1") == [("BXL/200",), ("BXL/201",), ("BXL/202",)]
    assert states(move) == [("open", 6), ("replayed", 3)]


def test_some_are_named_by_number(permit: CommandLine, move: Moving) -> None:
    ids = [str(number) for (number,) in move.ask("select id from dead_letter order by id")]
    assert permit("dead-letters", "discard", *ids[:2], *WHY).output == "2 dead letters are discarded\n"
    told = permit("dead-letters", "discard", *ids[1:3], *WHY)
    assert told.output.splitlines() == [
        f"dead letter {ids[1]} is settled already",
        f"dead letter {ids[2]} is discarded",
    ]
    assert told.code == 0


def test_a_consumer_that_has_stopped_is_named_and_goes_on(permit: CommandLine, move: Moving) -> None:
    move.ask("insert into consumer_stop (consumer, failed, records) values ('legacy-wallonia', 600, 1000)")
    (stopped,) = permit("status", "--json").json["stoppedConsumers"]
    assert (stopped["name"], stopped["failed"], stopped["records"]) == ("legacy-wallonia", 600, 1000)
    assert permit("dead-letters", "resume", "legacy-wallonia", *WHY).code == 0
    assert permit("status", "--json").json["stoppedConsumers"] == []
    refused = permit("dead-letters", "resume", "legacy-wallonia", *WHY)
    assert (refused.code, refused.output) == (2, "")
    assert "'legacy-wallonia' has not stopped" in refused.errors
    assert move.ask("select resumed_why from consumer_stop") == [(WHY[1],)]
