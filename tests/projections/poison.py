"""Events that no read model can apply, put into a journal below the border that keeps them out of it today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from domain.case.legacy_events import LegacyRecordRetold
from infra.event_codec import EventCodec
from infra.keys import SubjectKeys
from infra.postgres.journal.journal_events import EncodedEvent
from infra.postgres.journal.recorder import JournalRecorder
from infra.stored_form.stored_body import clear_fields
from tests.stored_events.samples import SAMPLES
from tests.world.stored_bodies import with_clear

NUL_IN_A_NUMBER = "BXL/\0001"
"""No text of PostgreSQL can hold it. An old version retold it from a record all the same."""


def retell(
    recorder: JournalRecorder,
    keys: SubjectKeys,
    subject: UUID,
    *,
    case_id: UUID | None = None,
    reference: str = NUL_IN_A_NUMBER,
    change: Callable[[dict[str, Any]], object] = lambda _: None,
) -> UUID:
    """A case of Brussels, as a record of its former system told it, or told it once more; ``change`` its clear fields.

    The body is made beside the codec, which may refuse such a value.
    """
    told = next(each for each in SAMPLES if isinstance(each, LegacyRecordRetold))
    case_id = case_id or uuid4()
    version = len(recorder.select_events(case_id)) + 1
    event = replace(told, reference=f"BXL/{case_id.hex[:7]}", worker_subject=subject)
    encoded = EventCodec(recorder.origin, keys).encode(event, case_id, version)
    clear = clear_fields(encoded.body)
    clear["reference"] = reference
    change(clear)
    insert(recorder, case_id, encoded.name, with_clear(encoded.body, clear), schema=encoded.schema, roots=encoded.roots)
    return case_id


def insert(
    recorder: JournalRecorder,
    case_id: UUID,
    name: str,
    body: bytes,
    *,
    schema: int = 1,
    roots: bytes = b"",
) -> None:
    """Append an event of a case with exactly this body."""
    version = len(recorder.select_events(case_id)) + 1
    recorder.insert_events([EncodedEvent(case_id, version, name, body, schema, roots)])
