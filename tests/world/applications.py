"""The ordinary application: a highly skilled worker from India for an employer in Ghent, filed on 20 January 2026.

A test says what is different in the words of the domain; all the rest is as anybody would file it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from domain.case.application import (
    Application,
    Employer,
    Employment,
    GrossPay,
    LabourMarketEvidence,
    Representative,
    VacancyPublication,
    Worker,
    Workplace,
)
from domain.codes import CONTRACT_ELEMENTS, kind_of_category

SSIN: Final = "90010100187"
"""Of the ordinary worker, who has it from an earlier stay: who comes for the first time has none yet."""

OF_THE_WORKER: Final = ("Zwaluwina", "Vandekanarie", "1990-01-01")
"""What of every such application is somebody's: no report, log or error may hold it."""

NINE_WEEKS: Final = LabourMarketEvidence(
    publications=tuple(
        VacancyPublication(channel=channel, from_=date(2025, 11, 10), to=date(2026, 1, 12))
        for channel in ("VDAB", "EURES")
    )
)
"""A search on the labour market that is long enough."""


def application(
    category: str = "highlySkilled",
    *,
    kind: str | None = None,
    authority: str = "flanders",
    pay: str = "60000.00",
    period: str = "year",
    renewal: bool = False,
    evidence: LabourMarketEvidence | None = None,
    representative: Representative | None = None,
    employer: Mapping[str, Any] | None = None,
    worker: Mapping[str, Any] | None = None,
    employment: Mapping[str, Any] | None = None,
    **others: Any,
) -> Application:
    """The ordinary application of a category, of the kind that it belongs to unless another is given.

    ``employer``, ``worker`` and ``employment`` hold the fields that are different, ``others`` those of the application.
    """
    ordinary_worker = {
        "given_name": "Zwaluwina",
        "family_name": "Vandekanarie",
        "birth_date": date(1990, 1, 1),
        "nationality": "IN",
        "ssin": SSIN if renewal else None,
    }
    ordinary_employment = {
        "title": "analyst",
        "start": date(2026, 3, 1),
        "contract": "belgian",
        "contract_states": CONTRACT_ELEMENTS,
        "gross_pay": GrossPay(amount=Decimal(pay), period=period),
        "full_time_equivalent": Decimal("1.0"),
        "qualification_level": 4 if category.startswith("mediumSkilled") else 6,
        "workplace": Workplace(municipality_code="44021"),
    }
    return Application(
        authority=authority,
        kind=kind or kind_of_category(category),
        category=category,
        procedure_language="nl",
        filed_by="employer" if representative is None else "representative",
        representative=representative,
        renewal=renewal,
        employer=Employer(**{"enterprise_number": "0202239951", "name": "Acme"} | dict(employer or {})),
        worker=Worker(**ordinary_worker | dict(worker or {})),
        employment=Employment(**ordinary_employment | dict(employment or {})),
        labour_market_test=evidence,
        **others,
    )
