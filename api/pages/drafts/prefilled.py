"""What a new draft says already, because an earlier application of the same people said it: nothing is typed twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from domain.case.renewals import RENEWAL_OF

_OF_THE_EMPLOYER: Final = (
    "authority", "procedureLanguage", "employer", "representative", "employment.workplace", "employment.jointCommittee",
)  # fmt: skip
"""What stays the same from one worker to the next."""

_OF_THE_JOB: Final = (
    *_OF_THE_EMPLOYER, "category", "worker", "employment.title", "employment.occupationCode",
    "employment.qualificationLevel", "employment.contract", "employment.fullTimeEquivalent", "employment.grossPay",
    "employment.contractStates", "transfer",
)  # fmt: skip
"""What stays the same when a permit is renewed. The days of the contract are new ones, and so is the search."""

_WITHHELD: Final = "withheld"


def from_last(filed: Mapping[str, Any]) -> dict[str, Any]:
    """What the last application of an employer says of the employer."""
    return _taken(filed, _OF_THE_EMPLOYER)


def for_renewal(filed: Mapping[str, Any]) -> dict[str, Any]:
    """What the application says of whose permit is renewed, and which that is; what was erased since is left out."""
    return {**_taken(filed, _OF_THE_JOB), "renewal": True, RENEWAL_OF: filed["id"]}


def _taken(filed: Mapping[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path in paths:
        *parents, last = path.split(".")
        found: Any = filed
        for parent in parents:
            found = found.get(parent, {}) if isinstance(found, Mapping) else {}
        value = found.get(last) if isinstance(found, Mapping) else None
        if value is None or _is_withheld(value):
            continue
        part = body
        for parent in parents:
            part = part.setdefault(parent, {})
        part[last] = value
    return body


def _is_withheld(value: object) -> bool:
    return isinstance(value, Mapping) and _WITHHELD in value
