"""Own applications: those of an employer, a representative, a worker or an authority, newest first.

One row a case, clear fields only: workers are known by the subject id that was minted for the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID

from domain.civil_time import civil_day
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
    stage: str | None = None
    category: str | None = None
    employer_number: str | None = None
    subjects: tuple[UUID, ...] | None = None
    references: tuple[str, ...] | None = None
    named: tuple[UUID, ...] | None = None
    closed: bool | None = None
    reply_from: date | None = None
    only_open: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedApplication(OwnApplication):
    """The same with what somebody follows it by; days are civil days in Europe/Brussels.

    The work is meant from ``work_from`` to ``work_until``, both included; ``stated_until`` is the last day of the
    permit where a record of another system states one. ``mandate_found_on`` is when its mandate was last looked at,
    and ``mandate_invalid`` what was found. ``worker_in`` and ``employer_in`` are the versions of the events that name
    the worker and the employer, as last corrected.
    """

    is_admissible: bool
    is_work_part_decided: bool
    work_from: date | None
    work_until: date | None
    stated_until: date | None
    representative_number: str | None
    mandate_invalid: bool
    mandate_found_on: date | None
    worker_in: int
    employer_in: int


Shown = TypeVar("Shown", bound=OwnApplication)


def own_applications(
    cursor: Cursor, owner: Owner, wanted: Wanted = ALL_OF_THEM, *, limit: int = 50, after: str | None = None
) -> Page[OwnApplication]:
    """A page of the applications of ``owner``, open and closed, newest first.

    An application filed while one pages is on no later page. Raises PlaceUnusable for an ``after`` that is not the
    ``next`` of such a page, ValueError for a ``limit`` that is too long.
    """
    length = length_of_page(limit)
    return _page(_found(cursor, OwnApplication, _SHOWN, owner, wanted, length + 1, after), length)


def followed_applications(
    cursor: Cursor, owner: Owner, wanted: Wanted = ALL_OF_THEM, *, limit: int = 50, after: str | None = None
) -> Page[FollowedApplication]:
    """As :func:`own_applications`, with what they are followed by."""
    length = length_of_page(limit)
    return _page(_found(cursor, FollowedApplication, _FOLLOWED, owner, wanted, length + 1, after), length)


def newest_followed(cursor: Cursor, owner: Owner, wanted: Wanted, *, most: int) -> list[FollowedApplication]:
    """The newest of them in one go, not in pages: for what is told of all of them together."""
    return _found(cursor, FollowedApplication, _FOLLOWED, owner, wanted, most, None)


def renewals_of(cursor: Cursor, case_id: UUID) -> list[UUID]:
    """The applications that renew the permit of a case, the oldest first."""
    cursor.execute("select case_id from own_application where renewal_of = %s order by filed_at, case_id", (case_id,))
    return [found for (found,) in cursor.fetchall()]


def _found(
    cursor: Cursor, shown: type[Shown], select: str, owner: Owner, wanted: Wanted, limit: int, after: str | None
) -> list[Shown]:
    after_at, after_case = (None, None) if after is None else _place(after)
    condition, of = _condition(owner)
    parameters = {
        **asdict(wanted),
        "subjects": _listed(wanted.subjects),
        "references": _listed(wanted.references),
        "named": _listed(wanted.named),
        "of": of,
        "after_at": after_at,
        "after_case": after_case,
        "limit": limit,
    }
    cursor.execute(select + condition + _PAGE, parameters)
    return rows_of(cursor, shown)


def _page(found: Sequence[Shown], length: int) -> Page[Shown]:
    return page_of([(place_of(each), each) for each in found], length)


def place_of(application: OwnApplication) -> str:
    """Where a page goes on that ended with this application."""
    return place(_ORDER, application.filed_at.isoformat(), str(application.case_id))


def _listed(values: tuple[object, ...] | None) -> list[object] | None:
    """As an array of the database, where any are meant."""
    return None if values is None else list(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(ListedCase):
    representative_number: str | None
    mandate_invalid: bool
    mandate_found_on: date | None
    worker_subject: UUID
    renewal_of: UUID | None
    work_from: date | None
    work_until: date | None
    stated_until: date | None
    worker_in: int
    employer_in: int


def _opened(event: RecordedEvent, course: Course) -> _Row:
    clear = event.clear
    representative = clear.get("representative")
    return _Row(
        **listing_of(event),
        representative_number=None if representative is None else representative["enterpriseNumber"],
        mandate_invalid=False,
        mandate_found_on=None,
        worker_subject=UUID(clear["workerSubject"]),
        renewal_of=UUID(clear["renewalOf"]) if clear.get("renewalOf") else None,
        **_work_of(clear.get("employment")),
        stated_until=_day_if(clear.get("validTo")),
        worker_in=event.version,
        employer_in=event.version,
        course=course,
    )


def _work_of(employment: Mapping[str, Any] | None) -> dict[str, Any]:
    """The days of the job; a record of another system states none."""
    if employment is None:
        return {"work_from": None, "work_until": None}
    return {"work_from": _day_if(employment["start"]), "work_until": _day_if(employment["end"])}


def _day_if(wire: str | None) -> date | None:
    return None if wire is None else date.fromisoformat(wire)


def _mandate_verified(_row: _Row, event: RecordedEvent) -> Taken:
    return {"mandate_invalid": not event.clear["valid"], "mandate_found_on": civil_day(event.effective_at)}


def _corrected(row: _Row, event: RecordedEvent) -> Taken:
    clear = event.clear
    parts = {"worker": "worker_in", "employer": "employer_in"}
    return {
        **TAKEN_BY_LISTS["CaseCorrected"](row, event),
        **({} if clear["employment"] is None else _work_of(clear["employment"])),
        **{parts[part]: event.version for part in clear["corrected"] if part in parts},
    }


def _retold(row: _Row, event: RecordedEvent) -> Taken:
    return {
        **TAKEN_BY_LISTS["LegacyRecordRetold"](row, event),
        "stated_until": _day_if(event.clear["validTo"]),
        "worker_in": event.version,
        "employer_in": event.version,
    }


_FOLD: Final = CaseFold(
    _opened,
    shows=("status", "admissible_at", "work_part", "requests", "closed_at"),
    takes={"CaseCorrected": _corrected, "LegacyRecordRetold": _retold, "MandateVerified": _mandate_verified},
)


class OwnApplications:
    """The read model."""

    name = "own-applications"
    schema_version = 5
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
        "is_admissible": course.admissible_at is not None,
        "is_work_part_decided": course.work_part is not None,
        "filed_at": course.filed_at,
        "reply_by": None if request is None else request.reply_by,
        "closed_on": civil_day_if(course.closed_at),
    }


def _condition(owner: Owner) -> tuple[str, object]:
    """Whose rows are meant, and the parameter; each owner has an index of its own."""
    match owner:
        case OfEmployer():
            return " where employer_number = %(of)s", owner.enterprise_number
        case OfRepresentative():
            return " where representative_number = %(of)s and not mandate_invalid", owner.enterprise_number
        case OfWorker():
            return " where worker_subject = any(%(of)s::uuid[])", list(owner.subjects)
        case OfAuthority():
            return " where (%(of)s::text is null or authority = %(of)s)", owner.authority


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
    renewal_of            uuid,
    employer_number       text        not null,
    representative_number text,
    mandate_invalid       boolean     not null,
    mandate_found_on      date,
    worker_subject        uuid        not null,
    status                text        not null,
    stage                 text        not null,
    is_admissible         boolean     not null,
    is_work_part_decided  boolean     not null,
    work_from             date,
    work_until            date,
    stated_until          date,
    worker_in             bigint      not null,
    employer_in           bigint      not null,
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
create index own_application_renewal_of on own_application (renewal_of) where renewal_of is not null;
create index own_application_reference on own_application (reference);

grant select, insert, update, delete on own_application to permit_writer;
grant select on own_application to permit_reader;
"""

_READ: Final = """
select case_id, version, reference, authority, category, kind, renewal, employer_number, course::text,
       representative_number, mandate_invalid, mandate_found_on, worker_subject, renewal_of, work_from, work_until,
       stated_until, worker_in, employer_in
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
       mandate_invalid = excluded.mandate_invalid, mandate_found_on = excluded.mandate_found_on,
       is_admissible = excluded.is_admissible, is_work_part_decided = excluded.is_work_part_decided,
       work_from = excluded.work_from, work_until = excluded.work_until, stated_until = excluded.stated_until,
       worker_in = excluded.worker_in, employer_in = excluded.employer_in, course = excluded.course
 where t.version < excluded.version
"""

_SHOWN: Final = """
select case_id, reference, authority, category, kind, renewal, employer_number, status, stage, filed_at, reply_by,
       closed_on
  from own_application
"""

_FOLLOWED: Final = """
select case_id, reference, authority, category, kind, renewal, employer_number, status, stage, filed_at, reply_by,
       closed_on, is_admissible, is_work_part_decided, work_from, work_until, stated_until, representative_number,
       mandate_invalid, mandate_found_on, worker_in, employer_in
  from own_application
"""

_PAGE: Final = """
   and (%(reference)s::text is null or reference = %(reference)s)
   and (%(status)s::text is null or status = %(status)s)
   and (%(stage)s::text is null or stage = %(stage)s)
   and (%(category)s::text is null or category = %(category)s)
   and (%(employer_number)s::text is null or employer_number = %(employer_number)s)
   and (%(subjects)s::uuid[] is null or worker_subject = any(%(subjects)s::uuid[]))
   and ((%(references)s::text[] is null and %(named)s::uuid[] is null)
        or reference = any(%(references)s::text[]) or worker_subject = any(%(named)s::uuid[]))
   and (%(closed)s::boolean is null or (closed_on is not null) = %(closed)s)
   and (%(reply_from)s::date is null or reply_by >= %(reply_from)s)
   and (not %(only_open)s or closed_on is null)
   and (%(after_case)s::uuid is null or (filed_at, case_id) < (%(after_at)s::timestamptz, %(after_case)s::uuid))
 order by filed_at desc, case_id desc
 limit %(limit)s
"""
