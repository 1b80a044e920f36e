"""What is sent over HTTP: the ordinary application, with what a test changes in it, and what follows it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from domain.codes import CONTRACT_ELEMENTS, kind_of_category

APPLICATION: dict[str, Any] = {
    "authority": "flanders",
    "kind": "fixedTerm",
    "category": "nurse",
    "renewal": False,
    "changeOfEmployer": False,
    "procedureLanguage": "nl",
    "filedBy": "employer",
    "employer": {"enterpriseNumber": "0202239951", "name": "Haven NV"},
    "worker": {
        "givenName": "Zwaluwina",
        "familyName": "Vandekanarie",
        "birthDate": "1985-07-30",
        "nationality": "IN",
        "ssin": "85073003328",
    },
    "employment": {
        "title": "verpleegkundige",
        "start": "2026-03-01",
        "end": "2028-02-29",
        "contract": "belgian",
        "contractStates": list(CONTRACT_ELEMENTS),
        "grossPay": {"amount": "45678.90", "period": "year"},
        "fullTimeEquivalent": "1.0",
        "qualificationLevel": 6,
        "workplace": {"municipalityCode": "44021"},
    },
    "labourMarketTest": {
        "publications": [
            {"channel": "VDAB", "from": "2025-11-10", "to": "2026-01-12"},
            {"channel": "EURES", "from": "2025-11-10", "to": "2026-01-12"},
        ]
    },
}

CANARIES = ("Zwaluwina", "Vandekanarie", "85073003328", "45678.90", "1985-07-30")
"""What of this application is somebody's: it may stand in the answer of a GET and nowhere else."""

EVIDENCE: dict[str, Any] = {"publications": [{"channel": "VDAB", "from": "2025-11-10", "to": "2026-01-12"}]}


FEE: dict[str, Any] = {
    "recipient": "federal", "amount": "152.00", "paidOn": "2026-01-15", "paymentReference": "+++090/9337/55493+++",
}  # fmt: skip

ADMISSIBLE: dict[str, Any] = {"outcome": "admissible", "motivation": "De betaling werd nagekeken."}
"""With a reason: what the ordinary application owes is not in the law data."""

QUESTION: dict[str, Any] = {"items": ["diploma", "payDetails"], "question": "Waar is het diploma van Zwaluwina?"}


def application_body(**changes: Any) -> dict[str, Any]:
    """The ordinary application with some values changed, each named by its path: ``worker__ssin="..."``."""
    changed = deepcopy(APPLICATION)
    for path, value in changes.items():
        *parents, last = path.split("__")
        part = changed
        for parent in parents:
            part = part.setdefault(parent, {})
        if value is None:
            part.pop(last, None)
        else:
            part[last] = value
    return changed


def represented(**changes: Any) -> dict[str, Any]:
    """The ordinary application as the employer's representative files it."""
    mandate = {"enterpriseNumber": "0206731645", "mandateReference": "MAND-2025-17"}
    return application_body(filedBy="representative", representative=mandate, **changes)


def unlimited(**changes: Any) -> dict[str, Any]:
    """An application of the worker itself: only one for a permit of unlimited duration can be."""
    history = [{"employer": "Haven NV", "from": "2020-01-01", "to": "2025-12-31", "basis": "singlePermit"}]
    return application_body(
        filedBy="worker", kind="unlimited", category="unlimited", workHistory=history,
        labourMarketTest=None, employment__end=None, **changes,
    )  # fmt: skip


def weak(category: str) -> dict[str, Any]:
    """An application of a category that falls short of most that can be asked of it."""
    kind = kind_of_category(category)
    body = application_body(
        kind=kind,
        category=category,
        worker__birthDate="1965-07-30",
        employment__grossPay__amount="1000.00",
        employment__contract="posted",
        employment__fullTimeEquivalent="0.1",
        employment__qualificationLevel=1,
        employment__occupationCode="truck-driver",
        labourMarketTest={"publications": [{"channel": "EURES", "from": "2026-01-10", "to": "2026-01-12"}]},
    )
    if kind == "unlimited":
        history = [{"employer": "Haven NV", "from": "2025-10-01", "to": "2025-12-31", "basis": "singlePermit"}]
        return body | {"filedBy": "worker", "workHistory": history}
    if kind == "intraCorporateTransfer":
        return body | {"transfer": {"sendingUndertaking": "Holding", "country": "IN", "priorServiceMonths": 0}}
    return body
