"""Which decisions rest on a rule, on an answer of the Crossroads Bank, or on a document: the reach of an error in it.

All that is searched is in the clear part of events, so it is known after an erasure too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.civil_time import civil_day
from infra.postgres.journal.bulk_reading import copy_rows
from infra.postgres.server.connection_pool import ConnectionPool
from infra.stored_form.stored_body import clear_fields, clear_text
from infra.upcasters import lifted

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_AT_ONCE: Final = 500
_PAGE: Final = 10_000
_DECISIONS: Final = ("WorkPartDecided", "ApplicationDecided")
_LOOKED_AT: Final = (
    *_DECISIONS, "ApplicationSubmitted", "LegacyRecordRetold", "SalaryVerified", "LabourMarketTestAssessed",
    "CrossroadsCheckRequested", "CrossroadsCheckAnswered", "DocumentAttached", "DocumentWithdrawn",
)  # fmt: skip


class Ground(StrEnum):
    """What a decision can rest on."""

    RULE = "rule"
    ANSWER = "answer"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingDecision:
    """A decision that rests on what was searched; ``decided_on`` is its civil day."""

    case_id: UUID
    reference: str
    version: int
    event: str
    outcome: str
    decided_on: date


def decisions_resting_on(pool: ConnectionPool, ground: Ground, name: str) -> tuple[RestingDecision, ...]:
    """Every decision, in the order of case ids, that rests on a provision id, a ticket, or a document's sha256."""
    with pool.connection() as connection:
        cases = _candidates(connection, ground, name)
    found: list[RestingDecision] = []
    for start in range(0, len(cases), _AT_ONCE):
        with pool.connection() as connection:
            rows = _events(connection, cases[start : start + _AT_ONCE])
        for _, of_case in groupby(rows, key=lambda row: row[0]):
            found += _resting(of_case, ground, name)
    return tuple(found)


def _resting(rows: Iterator[tuple[UUID, int, str, int, bytes]], ground: Ground, name: str) -> Iterator[RestingDecision]:
    """The decisions of one case, read from its beginning."""
    reference = ""
    documents: set[str] = set()
    provisions: dict[str, frozenset[str]] = {}
    answers: dict[str, str] = {}
    for case_id, version, event, schema, body in rows:
        clear = lifted(event, schema, clear_fields(body))
        match event:
            case "ApplicationSubmitted":
                reference = clear["reference"]
                documents |= {each["sha256"] for each in clear["documents"]}
            case "LegacyRecordRetold":
                reference = clear["reference"]
            case "DocumentAttached":
                documents.add(clear["document"]["sha256"])
            case "DocumentWithdrawn":
                documents.discard(clear["document"]["sha256"])
            case "CrossroadsCheckRequested":
                # Requested again: what was answered before is no longer valid.
                answers.pop(clear["check"], None)
            case "CrossroadsCheckAnswered":
                answers[clear["check"]] = clear["ticket"]
            case "SalaryVerified":
                provisions[event] = _provisions(clear["result"])
            case "LabourMarketTestAssessed":
                provisions[event] = _provisions(clear["finding"])
            case "WorkPartDecided" | "ApplicationDecided" if "results" in clear:
                here = frozenset().union(*(_provisions(each) for each in clear["results"]))
                rests = {
                    Ground.RULE: name in here or any(name in each for each in provisions.values()),
                    Ground.ANSWER: name in answers.values(),
                    Ground.DOCUMENT: name in documents,
                }
                if rests[ground]:
                    yield RestingDecision(
                        case_id=case_id,
                        reference=reference,
                        version=version,
                        event=event,
                        outcome=clear["outcome"],
                        decided_on=civil_day(datetime.fromisoformat(clear["effectiveAt"])),
                    )
            case _:
                continue


def _provisions(result: dict[str, Any]) -> frozenset[str]:
    """The provisions a finding rests on, those of its alternatives too; the first engine named one."""
    named = {*result["provisions"], result["ruleId"]}
    for branch in result.get("branches", ()):
        named |= _provisions(branch)
    return frozenset(each for each in named if each is not None)


def _candidates(connection: Connection, ground: Ground, name: str) -> list[UUID]:
    """Cases in whose clear parts the name occurs at all: the rest need not be looked into."""
    written = f'"{name}"'.encode()
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(position), 0) from journal")
        ((last,),) = cursor.fetchall()
    found: set[UUID] = set()
    for after in range(0, last, _PAGE):
        rows = copy_rows(connection, after, min(after + _PAGE, last), types=_LOOKED_AT)
        found.update(row.stream for row in rows if written in clear_text(row.body))
    return sorted(found)


def _events(connection: Connection, cases: list[UUID]) -> list[tuple[UUID, int, str, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select stream, version, type, schema, body from journal where stream = any(%s::uuid[]) and type = any(%s)"
            " order by stream, version",
            (cases, list(_LOOKED_AT)),
        )
        return [(*place, bytes(body)) for *place, body in cursor.fetchall()]
