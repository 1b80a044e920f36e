"""Messages as an authority sends them: each record alone, in its envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any

import rfc8785

from api.services.migrations import judge_of
from consumers.migration.topic_intake import TopicIntake
from infra.message_wire import WireRecord
from infra.migration.sources import MigratingAuthority
from infra.migration.topic_inbox import LegacyInbox
from infra.postgres.messages.consumer_stops import StopLimits
from infra.postgres.messages.dead_letters import Coordinates, DeadLetters
from infra.postgres.messages.inbox import Arrived
from tests.migration.moving import Moving

TOPIC = "legacy.brussels.records.v1"
PLACES = {
    "brussels": ("no_dossier", "modifie_le"),
    "wallonia": ("numeroDossier", "modifieLe"),
    "german-community": ("Aktenzeichen", "Geändert am"),
}
"""The fields of a record that say its file number and when it was changed."""


def envelope(record: Mapping[str, Any], /, authority: str = "brussels", **changes: Any) -> dict[str, Any]:
    """The envelope of a record, with these members changed; None takes a member out."""
    key, modified = PLACES[authority]
    whole = {
        "authority": authority, "sourceSystem": "permis", "key": record.get(key), "sequence": record.get(modified),
        "batch": "night-1", "sha256": sha256(rfc8785.dumps(dict(record))).hexdigest(), "record": record, **changes,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None or name in ("key", "sequence")}


def message(record: Mapping[str, Any], /, authority: str = "brussels", **changes: Any) -> WireRecord:
    """The message of a record, with these members of its envelope changed."""
    whole = envelope(record, authority, **changes)
    key = whole.get("key")
    return WireRecord(None if key is None else str(key).encode(), json.dumps(whole).encode(), ())


def receive(
    move: Moving, *messages: WireRecord, first_offset: int = 100, limits: StopLimits | None = None
) -> Sequence[Coordinates]:
    """Take these messages as one fetch of partition 3 of the topic of Brussels; gives where they stood."""
    arrived = [
        Arrived(Coordinates("cluster", TOPIC, 3, offset), TOPIC, each)
        for offset, each in enumerate(messages, first_offset)
    ]
    with closing(legacy_inbox(move, limits)) as inbox:
        inbox.receive(arrived, lambda _cursor: None)
    return [each.coordinates for each in arrived]


def legacy_inbox(
    move: Moving, limits: StopLimits | None = None, intake: type[TopicIntake[Any, Any]] = TopicIntake
) -> LegacyInbox:
    """The way in for records of Brussels."""
    program = move.program
    letters = DeadLetters(program.writers, program.keys)
    judge = judge_of(program, MigratingAuthority.BRUSSELS)
    return LegacyInbox(program.journal_url, intake(judge=judge, now=program.clock.now), letters, limits)


def letters_of(move: Moving) -> list[str]:
    """Why messages were set aside, in the order in which they were."""
    return [reason for (reason,) in move.ask("select reason from dead_letter order by id")]
