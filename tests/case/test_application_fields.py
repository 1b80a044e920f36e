"""No field of an application is taken unchecked: neither from a filing nor from facts that somebody states."""

from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Final, get_args, get_type_hints

import pytest

from domain.case import application as filed
from domain.case import stated_parts as stated
from domain.case.application_fields import (
    DOCUMENT,
    EMPLOYER,
    PAY,
    PERMIT,
    POSITION,
    PROCEDURE,
    PUBLICATION,
    RENEWED,
    REPRESENTATIVE,
    TERMS,
    TRANSFER,
    WORK_PERIOD,
    WORKER,
    Fields,
)
from domain.case.stated_facts import StatedFacts
from infra.wire_format import wire_name

DESCRIBED: Final[dict[type[Any], Fields[Any]]] = {
    filed.Application: PERMIT + PROCEDURE + RENEWED,
    filed.Employer: EMPLOYER,
    filed.Representative: REPRESENTATIVE,
    filed.Worker: WORKER,
    filed.Employment: POSITION + TERMS,
    filed.GrossPay: PAY,
    filed.VacancyPublication: PUBLICATION,
    filed.Transfer: TRANSFER,
    filed.WorkPeriod: WORK_PERIOD,
    filed.Document: DOCUMENT,
    StatedFacts: PERMIT + PROCEDURE,
    stated.StatedEmployer: EMPLOYER,
    stated.StatedRepresentative: REPRESENTATIVE,
    stated.StatedWorker: WORKER,
    stated.StatedEmployment: POSITION + TERMS,
    stated.StatedPay: PAY,
    stated.StatedPublication: PUBLICATION,
    stated.StatedTransfer: TRANSFER,
    stated.StatedWorkPeriod: WORK_PERIOD,
    stated.StatedDocument: DOCUMENT,
}

DAYS_OF_AN_ASSESSMENT: Final = {"filedOn", "admissibleOn", "decidedOn", "permitExpiresOn"}
"""Only stated facts have them: :mod:`domain.case.stated_checks` looks at them by itself."""


@pytest.mark.parametrize("part", DESCRIBED, ids=lambda part: part.__name__)
def test_every_field_has_a_check(part: type[Any]) -> None:
    said = {wire_name(each.name) for each in fields(part) if can_be_wrong(get_type_hints(part)[each.name])}
    unsaid = said - {field.name for field in DESCRIBED[part]}
    assert unsaid - DAYS_OF_AN_ASSESSMENT == set()


@pytest.mark.parametrize("described", [filed.Application, StatedFacts], ids=lambda part: part.__name__)
def test_every_part_is_described(described: type[Any]) -> None:
    checked_as_places = {"Residence", "Workplace", "StatedPlace"}
    checked_as_a_whole = {"LabourMarketEvidence", "StatedEvidence"}
    undescribed = {part.__name__ for part in parts_of(described) if part not in DESCRIBED}
    assert undescribed <= checked_as_places | checked_as_a_whole


def can_be_wrong(hint: Any) -> bool:
    """Whether a value of its type may be a wrong one: yes or no never is, and parts are checked field by field."""
    kinds = set(leaves(hint)) - {type(None), bool}
    return bool(kinds) and not any(is_dataclass(kind) for kind in kinds)


def parts_of(whole: type[Any]) -> set[type[Any]]:
    direct = {kind for hint in get_type_hints(whole).values() for kind in leaves(hint) if is_dataclass(kind)}
    return direct.union(*(parts_of(part) for part in direct))


def leaves(hint: Any) -> list[Any]:
    """The types of which a hint is made: of ``tuple[Document, ...] | None`` they are ``Document`` and ``None``."""
    if isinstance(hint, UnionType) or get_args(hint):
        return [leaf for each in get_args(hint) if each is not Ellipsis for leaf in leaves(each)]
    return [hint]
