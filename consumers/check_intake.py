"""Turns messages that request something from the Crossroads Bank into rows of work, once for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from consumers.consumer import Cursor, MessageRefused
from consumers.messages import REGISTRATION_ENDED, UNREGISTRATION, Message
from consumers.topics import CHECK_REQUESTS
from domain.crossroads.answers import CheckKind

_ENDED: Final = frozenset({UNREGISTRATION})
_CHECKS: Final = frozenset(kind.value for kind in CheckKind)
_HIGHEST_REVISION: Final = 2**31 - 1


class CheckIntake:
    """Nothing is sent here: the work is claimed by the next free worker (see ``CheckWorker``)."""

    name = "crossroads-intake"
    topics = (CHECK_REQUESTS.name,)
    in_order = False

    def apply(self, messages: Sequence[Message], cursor: Cursor) -> None:
        """Add the requested work; refuse a request that is none, or about a case that does not exist.

        The journal says which cases there are. Topics may bring a request before the first event of its case, but the
        relay sends nothing that is not in the journal, which is in the same database as this work. So a case that
        is not there is not on its way: nobody could ever carry the request out.
        """
        cases, whats, revisions, events = [], [], [], []
        for message in messages:
            what, revision = message.data.get("check"), message.data.get("revision")
            if what not in (_ENDED if message.kind == REGISTRATION_ENDED else _CHECKS):
                raise MessageRefused("unknown.check")
            if type(revision) is not int or not 1 <= revision <= _HIGHEST_REVISION:
                raise MessageRefused("unreadable.revision")
            if message.data.get("applicationId") != str(message.case_id):
                raise MessageRefused("applicationId.otherThanSubject")
            cases.append(message.case_id)
            whats.append(str(what))
            revisions.append(revision)
            events.append(message.event_id)
        cursor.execute(_EXISTING, (cases,))
        if {case for (case,) in cursor.fetchall()} != set(cases):
            raise MessageRefused("unknown.application")
        cursor.execute(_ADD, (cases, whats, revisions, events))


_EXISTING: Final = "select stream from journal where version = 1 and stream = any(%s::uuid[])"

_ADD: Final = """
insert into check_work (case_id, what, revision, event_id)
select * from unnest(%s::uuid[], %s::text[], %s::bigint[], %s::text[])
    on conflict do nothing
"""
