"""The timeline of a case: one entry an event, in the order in which they were recorded.

``event`` is the stored name in lower camel case, ``values`` the small clear facts of `VALUES`, chosen so that a
catalogue has one sentence a language for each event. Free text stays a copy of ciphertext, decrypted on reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import orjson

from projections.case_file.folding import sealed_groups
from projections.case_file.shape import SealedGroup
from projections.read_model import Cursor, RowParties, write_rows
from projections.recorded_event import RecordedEvent
from projections.row_values import values_of

VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ApplicationSubmitted": ("reference", "authority", "kind", "category", "filedBy", "documents"),
        "DocumentAttached": ("kind", "by"),
        "DocumentWithdrawn": ("kind", "by"),
        "FeePaid": ("recipient", "amount", "paidOn", "by"),
        "FeePaymentVoided": ("payment", "by"),
        "CaseCorrected": ("corrected", "by"),
        "ApplicationWithdrawn": ("by",),
        "CrossroadsCheckRequested": ("check",),
        "CrossroadsCheckAnswered": ("check", "outcome"),
        "CrossroadsCheckFailed": ("check", "reason", "attempts"),
        "EmployerIdentified": ("enterpriseNumber", "active"),
        "PersonIdentifierReplaced": (),
        "EmploymentVerified": ("covered",),
        "SalaryVerified": ("basis", "verdict"),
        "LabourMarketEvidenceAdded": ("channels",),
        "LabourMarketTestAssessed": ("verdict",),
        "CaseAssigned": ("handler", "by"),
        "AssignmentWithdrawn": ("handler", "by"),
        "MandateVerified": ("enterpriseNumber", "valid", "by"),
        "InformationRequested": ("items", "replyBy", "legalReference", "by"),
        "InformationProvided": ("documents", "by"),
        "ApplicationDeclaredAdmissible": ("openPoints", "by"),
        "ApplicationDeclaredInadmissible": ("grounds", "by"),
        "WorkPartDecided": ("outcome", "grounds", "verdict", "legalReferenceDate", "by"),
        "ApplicationForwardedToImmigrationOffice": ("by",),
        "ResidencePartDecided": ("outcome", "by"),
        "ApplicationDecided": ("outcome", "refusedPart"),
        "ClockPaused": ("pause", "ground", "by"),
        "ClockResumed": ("pause", "by"),
        "ClockCorrected": ("pause", "pausedFrom", "pausedTo", "by"),
        "DeadlineWarned": ("clock", "run", "dueOn"),
        "DeadlineBreached": ("clock", "run", "dueOn"),
        "LegacyRecordRetold": ("reference", "authority", "status", "filedOn"),
    }
)
"""The names of the values of each event. One that is null in the event is absent.

``documents`` is a number; ``channels``, ``corrected``, ``items``, ``grounds`` and ``openPoints`` are lists of codes;
``active``, ``covered`` and ``valid`` are booleans. All others are single codes, numbers, days or names of companies
and actors.
"""

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DocumentWithdrawn": "reason",
        "FeePaymentVoided": "reason",
        "CaseCorrected": "reason",
        "ApplicationWithdrawn": "reason",
        "AssignmentWithdrawn": "reason",
        "InformationRequested": "question",
        "InformationProvided": "answer",
        "ApplicationDeclaredAdmissible": "motivation",
        "ApplicationDeclaredInadmissible": "motivation",
        "WorkPartDecided": "motivation",
        "ResidencePartDecided": "motivation",
        "ApplicationDecided": "motivation",
        "ClockPaused": "motivation",
        "ClockResumed": "motivation",
        "ClockCorrected": "motivation",
    }
)
"""The personal field that is an entry's free text. A decision taken in two parts has none: its parts have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """``name`` is the stored name of the event. ``group`` holds its free text, if it may have one. Times are aware."""

    case_id: UUID
    version: int
    position: int
    name: str
    effective_at: datetime
    known_at: datetime
    told: Mapping[str, Any]
    group: SealedGroup | None

    @property
    def event(self) -> str:
        """The name as a code for readers."""
        return self.name[0].lower() + self.name[1:]

    @property
    def text_field(self) -> str | None:
        """The field of the group that is the free text."""
        return None if self.group is None else TEXTS[self.name]


class TimelineModel:
    """The read model."""

    name = "timeline"
    schema_version = 4
    handles = frozenset(VALUES)
    # A timeline is read from the stream of its case.
    parties = MappingProxyType({"timeline_entry": RowParties()})

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        if batch:
            write_rows(cursor, "timeline_entry", [_row(entry_of(event)) for event in batch], _WRITE)


def entry_of(event: RecordedEvent) -> TimelineEntry:
    """The entry that an event makes."""
    groups = sealed_groups([event]) if event.name in TEXTS else []
    return TimelineEntry(
        case_id=event.case_id,
        version=event.version,
        position=event.position,
        name=event.name,
        effective_at=event.effective_at.astimezone(UTC),
        known_at=event.known_at,
        told=_values(event),
        group=groups[0] if groups else None,
    )


def stored_entries(cursor: Cursor, case_id: UUID, *, after: int, limit: int) -> tuple[int | None, list[TimelineEntry]]:
    """The version of the stream of a case, None if there is none, and what has been projected of it.

    Those are the first ``limit`` entries beyond version ``after``.
    """
    cursor.execute(_READ, {"case": case_id, "after": after, "limit": limit})
    rows = cursor.fetchall()
    head: int | None = rows[0][0]
    return head, [_entry(case_id, row[1:]) for row in rows if row[1] is not None]


def newest_entries(
    cursor: Cursor, cases: Sequence[UUID], names: Sequence[str], *, clock: str, before: int | None, limit: int
) -> list[TimelineEntry]:
    """The newest ``limit`` entries of these cases by events of these names, before a position if one is given.

    Of the clocks it takes what was noticed of ``clock`` alone. Their free text is left out.
    """
    parameters = {"cases": list(cases), "names": list(names), "clock": clock, "before": before, "limit": limit}
    cursor.execute(_NEWEST, parameters)
    return [_entry(case_id, (*row, None, None, None)) for case_id, *row in cursor.fetchall()]


def _values(event: RecordedEvent) -> dict[str, Any]:
    clear, derived = event.clear, _DERIVED.get(event.name, {})
    told = {word: derived[word](clear) if word in derived else clear.get(word) for word in VALUES[event.name]}
    return {word: value for word, value in told.items() if value is not None}


_DERIVED: Final[Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], Any]]]] = MappingProxyType(
    {
        "ApplicationSubmitted": {"documents": lambda clear: len(clear["documents"])},
        "InformationProvided": {"documents": lambda clear: len(clear["documents"])},
        "DocumentAttached": {"kind": lambda clear: clear["document"]["kind"]},
        "DocumentWithdrawn": {"kind": lambda clear: clear["document"]["kind"]},
        "SalaryVerified": {"verdict": lambda clear: clear["result"]["verdict"]},
        "LabourMarketEvidenceAdded": {"channels": lambda clear: [each["channel"] for each in clear["publications"]]},
        "LabourMarketTestAssessed": {"verdict": lambda clear: clear["finding"]["verdict"]},
    }
)
"""The values that are no words of their event."""


def _row(entry: TimelineEntry) -> dict[str, Any]:
    """The columns of an entry; those of the text are null where there is none."""
    columns, group = values_of(entry), entry.group
    del columns["group"]
    if group is not None:
        columns |= {"label": group.label, "key": group.key, "sealed": group.sealed}
    return columns


def _entry(case_id: UUID, row: Sequence[Any]) -> TimelineEntry:
    version, position, name, effective_at, known_at, told, label, key, sealed = row
    group = None
    if label is not None:
        group = SealedGroup(case_id=case_id, version=version, event_name=name, label=label, key=key, sealed=sealed)
    return TimelineEntry(
        case_id=case_id,
        version=version,
        position=position,
        name=name,
        effective_at=effective_at,
        known_at=known_at,
        told=orjson.loads(told),
        group=group,
    )


_DDL: Final = """
drop table if exists timeline_entry;

-- Ciphertext only; "key" names the data key in the key store, whose destruction erases the person here too.
create table timeline_entry (
    case_id      uuid        not null,
    version      bigint      not null,
    position     bigint      not null,
    name         text        not null,
    effective_at timestamptz not null,
    known_at     timestamptz not null,
    told         json        not null,
    label        text,
    key          uuid,
    sealed       text,
    primary key (case_id, version)
);

-- Ciphertext does not compress: do not let TOAST try.
alter table timeline_entry alter column sealed set storage external;

grant select, insert, update, delete on timeline_entry to permit_writer;
grant select on timeline_entry to permit_reader;
"""

_WRITE: Final = """
insert into timeline_entry
select * from json_populate_recordset(null::timeline_entry, %s::json)
    on conflict do nothing
"""

_READ: Final = """
select head.version, entry.version, entry.position, entry.name, entry.effective_at, entry.known_at, entry.told::text,
       entry.label, entry.key, entry.sealed
  from (select max(version) as version from journal where stream = %(case)s) head
  left join lateral (
       select * from timeline_entry where case_id = %(case)s and version > %(after)s order by version limit %(limit)s
       ) entry on true
 order by entry.version
"""

_NEWEST: Final = """
select case_id, version, position, name, effective_at, known_at, told::text
  from timeline_entry
 where case_id = any(%(cases)s::uuid[])
   and name = any(%(names)s)
   and coalesce(told ->> 'clock', %(clock)s) = %(clock)s
   and (%(before)s::bigint is null or position < %(before)s)
 order by position desc
 limit %(limit)s
"""
