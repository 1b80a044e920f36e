"""Own applications: those of an employer, a representative, a worker or an authority, newest first.

One row a case, clear fields only: workers are known by the subject id that was minted for the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from projections.case_fold import CaseFold, Taken
from projections.course import Course, civil_day_if
from projections.lists.keyset_pages import Page, PlaceUnusable, keys_of, length_of_page, page_of, place
from projections.lists.listed_case import TAKEN_BY_LISTS, ListedCase, listing_of, stored_rows
from projections.read_model import Cursor, RowParties, fold_batch, rows_of, write_rows
from projections.recorded_event import RecordedEvent
from projections.row_values import values_of

_ORDER: Final = "newestFirst"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfEmployer:
    """The employer who is named on the application, as last corrected."""

    enterprise_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRepresentative:
    """The representative who filed, until its mandate is found invalid."""

    enterprise_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWorker:
    """The subjects that may be one person, a case each: whether they are is for the streams of their cases to say."""

    subjects: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAuthority:
    """Those that an authority handles; None is every authority."""

    authority: str | None


Owner = OfEmployer | OfRepresentative | OfWorker | OfAuthority


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of the owner's applications are meant; what is None does not matter.

    ``subjects`` are the data subjects that are one worker; ``reply_from`` is the first last day to answer a request
    that is open: those whose term ended before are left out. Of ``references`` and ``named``, the subjects that have a
    name, one is enough.
    """

    reference: str | None = None
    status: str | None = None
    category: str | None = None
    employer_number: str | None = None
    subjects: tuple[UUID, ...] | None = None
    references: tuple[str, ...] | None = None
    named: tuple[UUID, ...] | None = None
    closed: bool | None = None
    reply_from: date | None = None


ALL_OF_THEM: Final = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApplication:
    """``reply_by`` is the last day to answer the request for information that is open, if one is."""

    case_id: UUID
    reference: str
    authority: str
    category: str
    kind: str
    renewal: bool
    employer_number: str
    status: str
    stage: str
    filed_at: datetime
    reply_by: date | None
    closed_on: date | None


def own_applications(
    cursor: Cursor, owner: Owner, wanted: Wanted = ALL_OF_THEM, *, limit: int = 50, after: str | None = None
) -> Page[OwnApplication]:
    """A page of the applications of ``owner``, open and closed, newest first.

    An application filed while one pages is on no later page. Raises PlaceUnusable for an ``after`` that is not the
    ``next`` of such a page, ValueError for a ``limit`` that is too long.
    """
    length = length_of_page(limit)
    after_at, after_case = (None, None) if after is None else _place(after)
    statement, of = _statement(owner)
    parameters = {
        **asdict(wanted),
        "subjects": _listed(wanted.subjects),
        "references": _listed(wanted.references),
        "named": _listed(wanted.named),
        "of": of,
        "after_at": after_at,
        "after_case": after_case,
        "limit": length + 1,
    }
    cursor.execute(statement, parameters)
    found = rows_of(cursor, OwnApplication)
    return page_of([(place(_ORDER, each.filed_at.isoformat(), str(each.case_id)), each) for each in found], length)


def _listed(values: tuple[object, ...] | None) -> list[object] | None:
    """As an array of the database, where any are meant."""
    return None if values is None else list(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(ListedCase):
    representative_number: str | None
    mandate_invalid: bool
    worker_subject: UUID


def _opened(event: RecordedEvent, course: Course) -> _Row:
    representative = event.clear.get("representative")
    return _Row(
        **listing_of(event),
        representative_number=None if representative is None else representative["enterpriseNumber"],
        mandate_invalid=False,
        worker_subject=UUID(event.clear["workerSubject"]),
        course=course,
    )


def _mandate_verified(_row: _Row, event: RecordedEvent) -> Taken:
    return {"mandate_invalid": not event.clear["valid"]}


_FOLD: Final = CaseFold(
    _opened,
    shows=("status", "admissible_at", "work_part", "requests", "closed_at"),
    takes={**TAKEN_BY_LISTS, "MandateVerified": _mandate_verified},
)


class OwnApplications:
    """The read model."""

    name = "own-applications"
    schema_version = 3
    parties = MappingProxyType(
        {
            "own_application": RowParties(
                authority="authority",
                employer="employer_number",
                representative="representative_number",
                worker="worker_subject",
            )
        }
    )
    handles = _FOLD.handles

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: stored_rows(cursor, _READ, cases, _Row), _FOLD.after)
        if changed:
            write_rows(cursor, "own_application", [_written(row) for row in changed.values()], _WRITE)


def _written(row: _Row) -> dict[str, Any]:
    course, request = row.course, row.course.open_request
    return {
        **values_of(row),
        "status": course.status,
        "stage": course.stage,
        "filed_at": course.filed_at,
        "reply_by": None if request is None else request.reply_by,
        "closed_on": civil_day_if(course.closed_at),
    }


def _statement(owner: Owner) -> tuple[str, object]:
    """The statement for that owner and its parameter; each has an index of its own."""
    match owner:
        case OfEmployer():
            return _SHOWN + " where employer_number = %(of)s" + _PAGE, owner.enterprise_number
        case OfRepresentative():
            mandated = " where representative_number = %(of)s and not mandate_invalid"
            return _SHOWN + mandated + _PAGE, owner.enterprise_number
        case OfWorker():
            return _SHOWN + " where worker_subject = any(%(of)s::uuid[])" + _PAGE, list(owner.subjects)
        case OfAuthority():
            return _SHOWN + " where (%(of)s::text is null or authority = %(of)s)" + _PAGE, owner.authority


def _place(given: str) -> tuple[datetime, str]:
    at, case = keys_of(given, _ORDER, 2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), str(UUID(case))
    except (ValueError, OverflowError):
        raise PlaceUnusable("it is not a position in a list: give the one received with the previous page") from None


_DDL: Final = """
drop table if exists own_application;

create table own_application (
    case_id               uuid        primary key,
    version               bigint      not null,
    reference             text        not null,
    authority             text        not null,
    category              text        not null,
    kind                  text        not null,
    renewal               boolean     not null,
    employer_number       text        not null,
    representative_number text,
    mandate_invalid       boolean     not null,
    worker_subject        uuid        not null,
    status                text        not null,
    stage                 text        not null,
    filed_at              timestamptz not null,
    reply_by              date,
    closed_on             date,
    course                json        not null
);

create index own_application_employer on own_application (employer_number, filed_at, case_id);
create index own_application_representative on own_application (representative_number, filed_at, case_id)
 where representative_number is not null;
create index own_application_worker on own_application (worker_subject);
create index own_application_authority on own_application (authority, filed_at, case_id);
create index own_application_newest on own_application (filed_at, case_id);
create index own_application_reference on own_application (reference);

grant select, insert, update, delete on own_application to permit_writer;
grant select on own_application to permit_reader;
"""

_READ: Final = """
select case_id, version, reference, authority, category, kind, renewal, employer_number, course::text,
       representative_number, mandate_invalid, worker_subject
  from own_application
 where case_id = any(%s::uuid[])
"""

_WRITE: Final = """
insert into own_application as t
select * from json_populate_recordset(null::own_application, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, category = excluded.category, kind = excluded.kind,
       employer_number = excluded.employer_number, filed_at = excluded.filed_at, status = excluded.status,
       stage = excluded.stage, reply_by = excluded.reply_by, closed_on = excluded.closed_on,
       mandate_invalid = excluded.mandate_invalid, course = excluded.course
 where t.version < excluded.version
"""

_SHOWN: Final = """
select case_id, reference, authority, category, kind, renewal, employer_number, status, stage, filed_at, reply_by,
       closed_on
  from own_application
"""

_PAGE: Final = """
   and (%(reference)s::text is null or reference = %(reference)s)
   and (%(status)s::text is null or status = %(status)s)
   and (%(category)s::text is null or category = %(category)s)
   and (%(employer_number)s::text is null or employer_number = %(employer_number)s)
   and (%(subjects)s::uuid[] is null or worker_subject = any(%(subjects)s::uuid[]))
   and ((%(references)s::text[] is null and %(named)s::uuid[] is null)
        or reference = any(%(references)s::text[]) or worker_subject = any(%(named)s::uuid[]))
   and (%(closed)s::boolean is null or (closed_on is not null) = %(closed)s)
   and (%(reply_from)s::date is null or reply_by >= %(reply_from)s)
   and (%(after_case)s::uuid is null or (filed_at, case_id) < (%(after_at)s::timestamptz, %(after_case)s::uuid))
 order by filed_at desc, case_id desc
 limit %(limit)s
"""
