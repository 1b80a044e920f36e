"""The counter as a caller sees it: an application that can be filed, and how to send one."""

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import httpx

from api.composition import Program
from domain.case.commands import CommandContext, RecordCrossroadsAnswer
from domain.crossroads.answers import CheckKind, EmployerOnRegister

APPLICATION: dict[str, Any] = {
    "authority": "flanders",
    "kind": "fixedTerm",
    "category": "mediumSkilledOther",
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
        "title": "lasser",
        "start": "2026-03-01",
        "end": "2028-02-29",
        "contract": "belgian",
        "grossPay": {"amount": "45678.90", "period": "year"},
        "fullTimeEquivalent": "1.0",
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


class Counter:
    """Sends requests; ``written`` is the position of the last event in the journal."""

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

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def employer_found(self, filed: httpx.Response) -> str:
        """The Crossroads Bank answers that the employer is registered; gives the ETag of the case after that."""
        command = RecordCrossroadsAnswer(
            check=CheckKind.EMPLOYER_REGISTER,
            revision=1,
            ticket="T-1",
            answer=EmployerOnRegister(enterprise_number="0202239951", name="Haven NV", active=True),
            answer_sha256="00" * 32,
        )
        context = CommandContext(actor="worker", command_id=str(uuid4()), now=self.program.clock.now())
        receipt = self.program.handle(UUID(filed.json()["id"]), command, context)
        return f'"{receipt.version}"'
