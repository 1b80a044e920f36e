"""The service as its callers see it: each role sends what it may send, with a token of its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID, uuid4

import httpx

from api.composition import Program
from api.http.problems import API_ROOT
from domain.case.commands import CommandContext, RecordCrossroadsAnswer
from domain.crossroads.answers import CheckKind, CrossroadsAnswer, EmployerOnRegister, NoDataFound, PersonOnRegister
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import PDF
from tests.identity.callers import CALLERS
from tests.world.bodies import ADMISSIBLE, APPLICATION, FEE

_AS_USUAL: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20)


def case_path(filed: httpx.Response) -> str:
    return f"applications/{filed.json()['id']}"


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """The status of a refusal and the last word of its type."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]


class ServiceClient:
    """Sends requests with one caller's token; ``written`` is the position of the last event in the journal."""

    def __init__(self, client: httpx.Client, program: Program) -> None:
        self.client = client
        self.program = program

    @property
    def written(self) -> int:
        return self.program.recorder.max_notification_id() or 0

    def file(self, body: Any = None, *, key: str | None = None, another: bool = True, **headers: str) -> httpx.Response:
        """File the ordinary application, or this one: each is another, though they are alike, unless that is said."""
        path = "applications?another=true" if another else "applications"
        return self.post(path, APPLICATION if body is None else body, key=key, **headers)

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


class ServiceClients:
    """A client for each caller, with a token of the service's own issuer; ``kept`` says how it keeps connections."""

    def __init__(
        self, program: Program, address: str, issuer: DevelopmentIssuer, kept: httpx.Limits = _AS_USUAL
    ) -> None:
        self.address = address
        self._kept = kept
        self._program = program
        self._issuer = issuer
        self._opened: dict[Caller, ServiceClient] = {}
        self._clients = ExitStack()

    def of(self, caller: Caller | Role) -> ServiceClient:
        """The client of a caller, or of the usual one of a role."""
        known = CALLERS[caller] if isinstance(caller, Role) else caller
        if known not in self._opened:
            self._opened[known] = self.bearing(self._issuer.issue(known, now=SystemClock().now()))
        return self._opened[known]

    def bearing(self, token: str) -> ServiceClient:
        """A client with this token, whatever it is."""
        return self._open({"Authorization": f"Bearer {token}"})

    def without_token(self) -> ServiceClient:
        return self._open({})

    def _open(self, headers: dict[str, str]) -> ServiceClient:
        client = httpx.Client(base_url=f"{self.address}{API_ROOT}", timeout=20, headers=headers, limits=self._kept)
        return ServiceClient(self._clients.enter_context(client), self._program)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clients.close()


def admitted(employer: ServiceClient, handler: ServiceClient) -> httpx.Response:
    """An application whose check is in, whose fee is paid, and that was declared admissible."""
    filed = employer.file()
    paid = handler.change(filed, "feePayments", FEE, tag=employer.employer_found(filed))
    admitted = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    assert admitted.status_code == 201, admitted.text
    return admitted
