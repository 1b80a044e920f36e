"""Who represents whom: the mandates on the caller's applications, as far as the streams know them.

The log knows a mandate by the applications that were filed under it, and what was found of it on each of them. It knows
no last day. Under a mandate that was found invalid a representative sees nothing any more, so only the employer is
shown that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from api.services.access import AuthorisedCaller
from api.services.counter.opened import OpenedRows
from api.services.own_rows import OwnRows
from domain.civil_time import civil_day
from infra.identity.caller import Role
from projections.lists.own_queries import FollowedApplication


class MandateState(StrEnum):
    """What was found of a mandate when it was last looked at."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKED = "notChecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate in one state: the applications at one ``authority`` that it was found so for.

    ``name`` is that of the employer, where it is known. It was found so first on ``found_from`` and last on
    ``found_until``; None where nobody has looked. The applications were filed from ``filed_from`` until
    ``filed_until``; ``still_open`` of them have not ended.
    """

    employer_number: str
    representative_number: str
    name: str | None
    authority: str
    state: MandateState
    applications: int
    still_open: int
    categories: tuple[str, ...]
    filed_from: date
    filed_until: date
    found_from: date | None
    found_until: date | None


class MandateService:
    """The use cases of mandates; safe between threads."""

    def __init__(self, rows: OwnRows, opened: OpenedRows) -> None:
        self._rows = rows
        self._opened = opened

    def of(self, caller: AuthorisedCaller) -> tuple[Mandate, ...]:
        """The mandates on the caller's applications, by employer; raises ``NotPermitted`` for one without any."""
        represented = [each for each in self._rows.every(self._rows.own(caller)) if each.representative_number]
        groups: dict[tuple[str, str, str, MandateState], list[FollowedApplication]] = {}
        for each in represented:
            key = (each.employer_number, each.representative_number or "", each.authority, _state_of(each))
            groups.setdefault(key, []).append(each)
        is_client = caller.caller.role is not Role.REPRESENTATIVE
        if is_client:
            return tuple(sorted((_mandate(each, None) for each in groups.values()), key=_order))
        names = self._opened.judged_names(caller, (each[0] for each in groups.values()))
        known = (each for each in groups.values() if each[0].case_id in names)
        return tuple(sorted((_mandate(each, names[each[0].case_id].employer) for each in known), key=_order))


def _state_of(application: FollowedApplication) -> MandateState:
    if application.mandate_found_on is None:
        return MandateState.NOT_CHECKED
    return MandateState.INVALID if application.mandate_invalid else MandateState.VALID


def _mandate(applications: list[FollowedApplication], name: str | None) -> Mandate:
    first = applications[0]
    filed = [civil_day(each.filed_at) for each in applications]
    found = [each.mandate_found_on for each in applications if each.mandate_found_on is not None]
    return Mandate(
        employer_number=first.employer_number,
        representative_number=first.representative_number or "",
        name=name,
        authority=first.authority,
        state=_state_of(first),
        applications=len(applications),
        still_open=sum(each.closed_on is None for each in applications),
        categories=_codes(each.category for each in applications),
        filed_from=min(filed),
        filed_until=max(filed),
        found_from=min(found, default=None),
        found_until=max(found, default=None),
    )


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _order(mandate: Mandate) -> tuple[str, ...]:
    return (
        mandate.name or "",
        mandate.employer_number,
        mandate.representative_number,
        mandate.authority,
        mandate.state,
    )
