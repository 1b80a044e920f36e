"""Turns messages that ask for something at the Crossroads Bank into rows of work, once for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from consumers.consumer import Cursor, MessageRefused
from consumers.messages import UNREGISTRATION, Message
from consumers.topics import CHECK_REQUESTS
from domain.crossroads.answers import CheckKind

_KNOWN: Final = frozenset({*(kind.value for kind in CheckKind), UNREGISTRATION})


class CheckIntake:
    """Nothing is asked here: the work is claimed by whoever has time (see ``CheckWorker``)."""

    name = "crossroads-intake"
    topics = (CHECK_REQUESTS.name,)
    in_order = False

    def apply(self, messages: Sequence[Message], cursor: Cursor) -> None:
        cases, whats, revisions, events = [], [], [], []
        for message in messages:
            what, revision = message.data.get("check"), message.data.get("revision")
            if what not in _KNOWN:
                raise MessageRefused("unknown.check")
            if not isinstance(revision, int) or isinstance(revision, bool) or revision < 1:
                raise MessageRefused("unreadable.revision")
            cases.append(message.case_id)
            whats.append(str(what))
            revisions.append(revision)
            events.append(message.event_id)
        cursor.execute(_ADD, (cases, whats, revisions, events))


_ADD: Final = """
insert into check_work (case_id, what, revision, event_id)
select * from unnest(%s::uuid[], %s::text[], %s::bigint[], %s::text[])
    on conflict do nothing
"""
