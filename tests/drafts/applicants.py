"""Somebody who fills in drafts, as a browser without scripts sends the forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import httpx

from api.pages.sent_forms import FORM
from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.documents.files import PDF
from tests.pages.case_service import CaseService

PERMIT: Mapping[str, str] = MappingProxyType({"authority": "flanders", "category": "nurse", "procedureLanguage": "nl"})
ANSWERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "employer": {"employer.name": "Haven NV"},
        "worker": {
            "worker.givenName": "Zwaluwina",
            "worker.familyName": "Vandekanarie",
            "worker.birthDate": "30/07/1985",
            "worker.nationality": "IN",
        },
        "job": {
            "employment.title": "verpleegkundige",
            "employment.contract": "belgian",
            "employment.start": "01/03/2026",
            "employment.end": "29/02/2028",
            "employment.workplace.municipalityCode": "44021",
            "employment.qualificationLevel": "6",
        },
        "pay": {
            "employment.grossPay.amount": "45.678,90",
            "employment.grossPay.period": "year",
            "employment.fullTimeEquivalent": "100",
        },
    }
)
"""The answers of an ordinary application, by group."""

_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_VERSION = re.compile(r'name="version" value="([0-9]+)"')


class Applicant:
    """``draft`` is the path of the draft that was begun last."""

    def __init__(self, service: CaseService, role: Role = Role.EMPLOYER, subject: str = "hr-1", **token: Any) -> None:
        self.client = httpx.Client(base_url=service.address, timeout=20, trust_env=False)
        self.client.cookies.set(SESSION_COOKIE, service.token(role, subject, **token))
        self.client.headers["Accept-Language"] = "en"
        self.draft = ""

    def close(self) -> None:
        self.client.close()

    def begin(self, **permit: str) -> httpx.Response:
        answer = self.client.post("/drafts", data={**PERMIT, **permit})
        if answer.status_code == 303:
            self.draft = answer.headers["Location"].partition("/questions/")[0]
        return answer

    def open(self, group: str) -> str:
        """The page of a group of questions."""
        answer = self.client.get(f"{self.draft}/questions/{group}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def save(self, group: str, answers: Mapping[str, str], *, opened: str | None = None) -> httpx.Response:
        """Send a page, as it was ``opened`` before or just now."""
        return self.client.post(
            f"{self.draft}/questions/{group}", data={**answers, "version": version_of(opened or self.open(group))}
        )

    def answer_all(self, changes: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> None:
        """Save the ordinary answers of every group."""
        for group, answers in ANSWERS.items():
            saved = self.save(group, {**answers, **changes.get(group, {})})
            assert saved.status_code == 303, saved.text

    def attach(
        self, *files: tuple[str, bytes], field: str = "", media_type: str = PDF, **fields: str
    ) -> httpx.Response:
        """Send files of these kinds into the draft, or one in the ``field`` of another kind."""
        chosen = [(field or f"file-{kind}", (f"{kind}.pdf", content, media_type)) for kind, content in files]
        return self.client.post(f"{self.draft}/documents", data=fields, files=chosen)

    def file(self, **fields: str) -> httpx.Response:
        return self.press("filing", fields)

    def press(self, name: str, fields: Mapping[str, str] = MappingProxyType({})) -> httpx.Response:
        """Send a form of the draft that has a button and few fields, or none: a browser says its type all the same."""
        return self.client.post(f"{self.draft}/{name}", content=urlencode(fields), headers={"Content-Type": FORM})


def version_of(page: str) -> str:
    found = _VERSION.search(page)
    assert found is not None
    return found[1]


def heading_of(answer: httpx.Response) -> str:
    found = _HEADING.search(answer.text)
    assert found is not None, answer.text
    return unescape(found[1]).strip()


def case_of(filed: httpx.Response) -> str:
    """The case that a filing left."""
    assert filed.status_code == 303, filed.text
    location: str = filed.headers["Location"]
    return location.rpartition("/")[2]


Meet = Callable[..., Applicant]
"""Somebody comes to the service; the arguments are those of an :class:`Applicant` behind it."""
