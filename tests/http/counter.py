"""The counter as a caller sees it: an application that can be filed, and how each role sends what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from copy import deepcopy
from datetime import date
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from api.composition import Program
from api.http.problems import API_ROOT
from domain.case.commands import CommandContext, RecordCrossroadsAnswer
from domain.codes import CONTRACT_ELEMENTS, kind_of_category
from domain.crossroads.answers import CheckKind, CrossroadsAnswer, EmployerOnRegister, NoDataFound, PersonOnRegister
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import PDF
from tests.identity.callers import CALLERS

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


def application(**changes: Any) -> dict[str, Any]:
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
    return application(filedBy="representative", representative=mandate, **changes)


def unlimited(**changes: Any) -> dict[str, Any]:
    """An application of the worker itself: only one for a permit of unlimited duration can be."""
    history = [{"employer": "Haven NV", "from": "2020-01-01", "to": "2025-12-31", "basis": "singlePermit"}]
    return application(
        filedBy="worker", kind="unlimited", category="unlimited", workHistory=history,
        labourMarketTest=None, employment__end=None, **changes,
    )  # fmt: skip


def weak(category: str) -> dict[str, Any]:
    """An application of a category that falls short of most that can be asked of it."""
    kind = kind_of_category(category)
    body = application(
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


def case_path(filed: httpx.Response) -> str:
    return f"applications/{filed.json()['id']}"


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """The status of a refusal and the last word of its type."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]


class Counter:
    """Sends requests with one caller's token; ``written`` is the position of the last event in the journal."""

    def __init__(self, client: httpx.Client, program: Program) -> None:
        self.client = client
        self.program = program

    @property
    def written(self) -> int:
        return self.program.recorder.max_notification_id() or 0

    def file(self, body: Any = None, *, key: str | None = None, **headers: str) -> httpx.Response:
        return self.post("applications", APPLICATION if body is None else body, key=key, **headers)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> httpx.Response:
        sent = {"Idempotency-Key": key or str(uuid4()), **{name.replace("_", "-"): v for name, v in headers.items()}}
        if isinstance(body, bytes):
            return self.client.post(path, content=body, headers={"Content-Type": "application/json", **sent})
        return self.client.post(path, json=body, headers=sent)

    def change(
        self, last: httpx.Response, change: str, body: Any, *, key: str | None = None, tag: str | None = None
    ) -> httpx.Response:
        """Change the case that ``last`` answered about, as it stood then unless ``tag`` says otherwise."""
        tag = last.headers["ETag"] if tag is None else tag
        return self.post(f"{case_path(last)}/{change}", body, key=key, If_Match=tag)

    def attach(
        self,
        last: httpx.Response,
        content: Any,
        *,
        kind: str = "diploma",
        media_type: str = PDF,
        key: str | None = None,
        tag: str | None = None,
    ) -> httpx.Response:
        """Send a file into the case, like :meth:`change`; an iterator is sent in chunks of unannounced length."""
        headers = {
            "Idempotency-Key": key or str(uuid4()),
            "Content-Type": media_type,
            "If-Match": last.headers["ETag"] if tag is None else tag,
        }
        path = f"{case_path(last)}/documents"
        return self.client.post(path, params={"kind": kind}, content=content, headers=headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def case(self, about: httpx.Response) -> Any:
        """The case file that ``about`` answered about, as it reads now."""
        read = self.get(case_path(about))
        assert read.status_code == 200, read.text
        return read.json()

    def employer_found(self, filed: httpx.Response, *, active: bool = True) -> str:
        """The Crossroads Bank answers that the employer is registered and that it knows the worker.

        Gives the ETag of the case after that.
        """
        employer = EmployerOnRegister(
            enterprise_number="0202239951",
            name="Haven NV",
            active=active,
            founded_on=date(1994, 3, 1),
            has_staff=True,
            has_debts=False,
        )
        return self._answered(
            filed, {CheckKind.WORKER_IDENTITY: PersonOnRegister(), CheckKind.EMPLOYER_REGISTER: employer}
        )

    def all_answered(self, filed: httpx.Response) -> str:
        """The Crossroads Bank answers whatever it was asked; gives the ETag of the case after that."""
        answers: dict[CheckKind, CrossroadsAnswer] = {
            CheckKind.WORKER_IDENTITY: PersonOnRegister(),
            CheckKind.DECLARED_EMPLOYMENT: NoDataFound(),
            CheckKind.EMPLOYER_REGISTER: EmployerOnRegister(
                enterprise_number="0202239951",
                name="Haven NV",
                active=True,
                founded_on=date(1994, 3, 1),
                has_staff=True,
                has_debts=False,
            ),
        }
        return self._answered(filed, answers)

    def _answered(self, filed: httpx.Response, answers: Mapping[CheckKind, CrossroadsAnswer]) -> str:
        tag = filed.headers["ETag"]
        for check, answer in answers.items():
            command = RecordCrossroadsAnswer(
                check=check, revision=1, ticket="T-1", answer=answer, answer_sha256="00" * 32
            )
            context = CommandContext(actor="worker", command_id=str(uuid4()), now=self.program.clock.now())
            receipt = self.program.handle(UUID(filed.json()["id"]), command, context).receipt
            tag = f'"{receipt.version}"'
        return tag


class Counters:
    """A counter for each caller, with a token of the service's own issuer."""

    def __init__(self, program: Program, address: str, issuer: DevelopmentIssuer) -> None:
        self.address = address
        self._program = program
        self._issuer = issuer
        self._opened: dict[Caller, Counter] = {}
        self._clients = ExitStack()

    def of(self, caller: Caller | Role) -> Counter:
        """The counter of a caller, or of the usual one of a role."""
        known = CALLERS[caller] if isinstance(caller, Role) else caller
        if known not in self._opened:
            self._opened[known] = self.bearing(self._issuer.issue(known, now=SystemClock().now()))
        return self._opened[known]

    def bearing(self, token: str) -> Counter:
        """The counter of whoever bears this token, whatever it is."""
        return self._open({"Authorization": f"Bearer {token}"})

    def without_token(self) -> Counter:
        return self._open({})

    def _open(self, headers: dict[str, str]) -> Counter:
        client = httpx.Client(base_url=f"{self.address}{API_ROOT}", timeout=20, headers=headers)
        return Counter(self._clients.enter_context(client), self._program)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clients.close()


def admitted(counter: Counter, desk: Counter) -> httpx.Response:
    """An application whose check is in, whose fee is paid, and that was declared admissible."""
    filed = counter.file()
    paid = desk.change(filed, "feePayments", FEE, tag=counter.employer_found(filed))
    admitted = desk.change(paid, "admissibilityDecisions", ADMISSIBLE)
    assert admitted.status_code == 201, admitted.text
    return admitted
