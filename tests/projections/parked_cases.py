"""Cases that read models have to park, the next version of one that need not, and what is parked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from infra.postgres.read_models.parked_streams import ParkedStream, list_parked
from projections.legacy_mirror.model import LegacyMirror
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from tests.projections.log_of_cases import LogOfCases
from tests.projections.poison import retell

MIRROR = LegacyMirror()


class MirrorOfTomorrow(LegacyMirror):
    """The next version of the program, which knows what to make of a NUL."""

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        super().project([_without_nul(each) for each in batch], cursor)


class NextMirror(MirrorOfTomorrow):
    schema_version = LegacyMirror.schema_version + 1


def _without_nul(event: RecordedEvent) -> RecordedEvent:
    clear = {**event.clear, "reference": event.clear["reference"].replace("\0", "")}
    return event._replace(clear=clear)


def poisoned(log: LogOfCases, **more: Any) -> UUID:
    return retell(log.recorder, log.keys, log.keys.mint(), **more)


def parked(log: LogOfCases, follower: str | None = None) -> list[ParkedStream]:
    return [each for each in list_parked(log.readers, limit=1_000) if follower in (None, each.follower)]
