"""Give a page of the journal to a read model: in one go, or around the streams with an event at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infra.postgres.journal.event_faults import EventAtFault, LeftBehind, apply_around, faults_of_events
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import concerns, handled_events
from projections.read_model import ReadModel

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


def project_in_one_go(
    read_model: ReadModel, page: Sequence[JournalNotification], cursor: Cursor
) -> Sequence[LeftBehind]:
    """Project all of the page; nothing is left behind.

    Raises :class:`EventAtFault`, after which the transaction can only be rolled back.
    """
    with faults_of_events():
        read_model.project(handled_events(page, read_model.handles), cursor)
    return ()


def project_around(read_model: ReadModel, page: Sequence[JournalNotification], cursor: Cursor) -> Sequence[LeftBehind]:
    """Project all that can be; give the streams that are left behind. Each attempt has a savepoint of its own."""

    def attempt(events: Sequence[JournalNotification]) -> None:
        cursor.execute("savepoint attempt")
        try:
            project_in_one_go(read_model, events, cursor)
        except EventAtFault:
            cursor.execute("rollback to savepoint attempt")
            raise
        cursor.execute("release savepoint attempt")

    return apply_around([each for each in page if concerns(each, read_model.handles)], attempt)
