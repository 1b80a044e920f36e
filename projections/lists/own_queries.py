"""Reading lists of own applications: those of an employer, a representative, a worker or an authority, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Final, TypeVar
from uuid import UUID

from projections.lists.keyset_pages import Page, PlaceUnusable, keys_of, length_of_page, page_of, place
from projections.read_model import Cursor, rows_of

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
