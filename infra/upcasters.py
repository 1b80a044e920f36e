"""Earlier shapes of stored events, lifted on raw JSON to the shape of today: the one place that knows the difference.

A step takes the clear part of an event of one schema and gives that of the next; what is stored is never changed. It
adds what was not stated as not stated, and changes nothing that was. Two differences need no step: personal parts are
sealed as they were written, and whatever they lack is optional in its type; and ``ApplicationDecided`` of schema 1 is
a type of its own (:class:`domain.case.decision_events.ApplicationDecidedAtOnce`), for no single event of today says
what it stated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

Json = dict[str, Any]


def lifted(name: str, schema: int, clear: Json) -> Json:
    """The clear part of a stored event in the shape of today.

    Raises ``LookupError``, ``TypeError`` or ``AttributeError`` for one that is not of its schema's shape.
    """
    while (step := STEPS.get((name, schema))) is not None:
        clear, schema = step(clear), schema + 1
    return clear


def _with_contract_content(clear: Json) -> Json:
    """It did not say what the contract of employment states, nor whether that is left open."""
    job = clear["employment"]
    return {"leftOpen": [], **clear, "employment": None if job is None else {"contractStates": [], **job}}


def _with_employer_facts(clear: Json) -> Json:
    """The register was not queried for the founding, the staff and the debts of the employer."""
    return {"foundedOn": None, "hasStaff": None, "hasDebts": None, "leftOpen": [], **clear}


def _with_employer_places(clear: Json) -> Json:
    """The places came into schema 2 after events of it had been stored: some of those have none."""
    places = {"registeredOfficeMunicipality": None, "establishmentUnitMunicipality": None}
    return {**places, **_of_no_subject(clear)}


def _with_texts_of_filing(clear: Json) -> Json:
    """The name and the mandate stood in clear within what is in clear still."""
    representative = clear["representative"]
    if representative is None:
        return {**_with_name_of_employer(clear), "mandateReference": None}
    known, reference = _without(representative, "mandateReference")
    return {**_with_name_of_employer(clear), "representative": known, "mandateReference": reference}


def _with_predecessor(clear: Json) -> Json:
    """A renewal did not say which permit it renews."""
    return {"renewalOf": None, **clear}


def _with_name_of_employer(clear: Json) -> Json:
    """As for the filing; a correction may be of something else."""
    if clear["employer"] is None:
        return {**clear, "employerName": None}
    known, name = _without(clear["employer"], "name")
    return {**clear, "employer": known, "employerName": name}


def _of_no_subject(clear: Json) -> Json:
    """It held nothing under a key."""
    return {**clear, "workerSubject": None}


def _without(whole: Json, word: str) -> tuple[Json, Any]:
    return {name: value for name, value in whole.items() if name != word}, whole[word]


def _with_provisions_of_pay(clear: Json) -> Json:
    """The first engine named one provision, not all that a verdict rests on."""
    return {**clear, "result": _with_provisions(clear["result"])}


def _with_provisions_of_decision(clear: Json) -> Json:
    """As for pay, in each result that the decision rests on."""
    return {**clear, "results": [_with_provisions(each) for each in clear["results"]]}


def _with_provisions_of_search(clear: Json) -> Json:
    """As for pay; and the days that decide which law is in force were not among the facts."""
    facts = {"admissibleOn": None, "employmentStart": None, **clear["facts"]}
    return {**clear, "facts": facts, "finding": _with_provisions(clear["finding"])}


def _with_provisions(finding: Json) -> Json:
    if "branches" in finding:
        finding = {**finding, "branches": [_with_provisions(each) for each in finding["branches"]]}
    return {"provisions": [], **finding}


STEPS: Final[Mapping[tuple[str, int], Callable[[Json], Json]]] = MappingProxyType(
    {
        ("ApplicationSubmitted", 1): _with_contract_content,
        ("ApplicationSubmitted", 2): _with_texts_of_filing,
        ("ApplicationSubmitted", 3): _with_predecessor,
        ("FeePaid", 1): _of_no_subject,
        ("CaseCorrected", 1): _with_contract_content,
        ("CaseCorrected", 2): _with_name_of_employer,
        ("EmployerIdentified", 1): _with_employer_facts,
        ("EmployerIdentified", 2): _with_employer_places,
        ("MandateVerified", 1): _of_no_subject,
        ("SalaryVerified", 1): _with_provisions_of_pay,
        ("WorkPartDecided", 1): _with_provisions_of_decision,
        ("ApplicationDecided", 1): _with_provisions_of_decision,
        ("LabourMarketTestAssessed", 1): _with_provisions_of_search,
    }
)
"""From the schema named to the one after it, or to the whole of the last one.

Schema 3 of the verdicts on pay and on the work part differs from schema 2 in personal parts alone.
"""
