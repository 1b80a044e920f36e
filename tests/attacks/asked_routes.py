"""Every route of the service, with what it is for and a request to it that is in order.

What the interface has is in the matrix of the interface; what is here are the pages. A route of the application that
stands in neither fails a test: nobody has said who may use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.http.problems import API_ROOT
from api.pages.board.figures import FIGURE_NAMES
from api.permissions import Action
from api.services.measures import MEASURES
from api.steps.procedure import STEPS
from infra.identity.caller import Caller
from tests.attacks.everybody import NOBODYS, Everybody
from tests.documents.files import PDF, pdf
from tests.http.test_permission_matrix import (
    BATCH,
    CASE_ROUTES,
    GENERAL_ROUTES,
    NOBODYS_REQUEST,
    OPEN_ROUTES,
    WEBHOOK_ROUTES,
)

FORM: Final = "application/x-www-form-urlencoded"

Place = tuple[str, str]
"""Method and path of a route, as the application has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One kind of request. ``path`` has ``{case}``, ``{document}`` and ``{record}`` where one of those is named.

    ``action`` is None for what anybody may ask without being known. ``body`` is JSON if the interface takes it, fields
    of a form if a page does, and a file if it is bytes.
    """

    place: Place
    path: str
    action: Action | None
    body: Any = None

    @property
    def name(self) -> str:
        return f"{self.place[0]} {self.path.removeprefix(API_ROOT)}"

    @property
    def is_page(self) -> bool:
        return not self.path.startswith(API_ROOT)

    @property
    def is_of_a_case(self) -> bool:
        return "{case}" in self.path or "{case}" in str(self.body)


CASE_PAGES: Final = "/cases/{application_id}"
QUARANTINE: Final = "/migration/{authority}/quarantine"
AT_BRUSSELS: Final = "/migration/brussels/quarantine"
OF_A_FORM: Final = {"version": "999", "request": NOBODYS_REQUEST}
"""The hidden fields of every form of a case; no case has that version, so nothing is carried out."""


def _forms() -> list[Asked]:
    """The page of each step, and what is sent from it."""
    with_a_form = [each for each in STEPS if each.form is not None]
    shown = [
        Asked(place=("GET", f"{CASE_PAGES}/{{resource}}"), path=f"/cases/{{case}}/{each.resource}", action=each.action)
        for each in with_a_form
    ]
    sent = [
        Asked(
            place=("POST", f"{CASE_PAGES}/{{resource}}"),
            path=f"/cases/{{case}}/{each.resource}",
            action=each.action,
            body=OF_A_FORM,
        )
        for each in with_a_form
        if each.message is not None
    ]
    return [*shown, *sent]


PAGES_OF_A_CASE: Final = (
    Asked(place=("GET", CASE_PAGES), path="/cases/{case}", action=Action.READ_APPLICATION),
    Asked(
        place=("GET", "/drafts/filed/{application_id}"),
        path="/drafts/filed/{case}",
        action=Action.READ_APPLICATION,
    ),
    Asked(
        place=("GET", f"{CASE_PAGES}/time-by-holder.csv"),
        path="/cases/{case}/time-by-holder.csv",
        action=Action.READ_DEADLINES,
    ),
    Asked(
        place=("GET", f"{CASE_PAGES}/documents/{{sha256}}"),
        path="/cases/{case}/documents/{document}",
        action=Action.READ_DOCUMENT,
    ),
    Asked(
        place=("POST", f"{CASE_PAGES}/documents"),
        path="/cases/{case}/documents",
        action=Action.ATTACH_DOCUMENT,
        body=pdf(b"by a form"),
    ),
    Asked(
        place=("POST", f"{CASE_PAGES}/answers/files"),
        path="/cases/{case}/answers/files",
        action=Action.PROVIDE_INFORMATION,
        body=pdf(b"for an answer"),
    ),
    *_forms(),
    Asked(
        place=("POST", "/queue/assignments"),
        path="/queue/assignments",
        action=Action.ASSIGN_CASE,
        body={"case": "{case}"},
    ),
    Asked(
        place=("POST", "/queue/bulk-assignments"),
        path="/queue/bulk-assignments",
        action=Action.ASSIGN_CASE,
        body={"chosen": "{case} none", "assignee": "caseHandler:nobody-knows", "key": NOBODYS_REQUEST},
    ),
)
"""About one case."""

PAYMENT_LINES: Final = "paid_on;amount;structured_reference\n2026-01-19;152.00;126/0001/23443\n"
"""A list of one payment, for an application that nobody has."""

OTHER_PAGES: Final = (
    Asked(place=("GET", "/employer"), path="/employer", action=Action.QUERY_APPLICATIONS),
    Asked(
        place=("POST", "/employer"), path="/employer", action=Action.QUERY_APPLICATIONS, body={"text": "Vandekanarie"}
    ),
    *(
        Asked(place=("GET", path), path=path, action=Action.QUERY_APPLICATIONS)
        for path in (
            "/employer/applications.csv",
            "/employer/calendar.ics",
            "/employer/mandates",
            "/employer/notices",
            "/employer/permits",
            "/employer/permits.csv",
        )
    ),
    Asked(place=("GET", "/fees"), path="/fees", action=Action.LIST_OPEN_FEES),
    Asked(place=("GET", "/fees.csv"), path="/fees.csv", action=Action.LIST_OPEN_FEES),
    Asked(place=("GET", "/queue"), path="/queue?sort=dueOn", action=Action.READ_WORK_QUEUE),
    Asked(place=("GET", "/queue/payments"), path="/queue/payments", action=Action.RECORD_FEE_PAYMENT),
    Asked(
        place=("POST", "/queue/payments/judged"),
        path="/queue/payments/judged",
        action=Action.RECORD_FEE_PAYMENT,
        body=PAYMENT_LINES.encode(),
    ),
    *(
        Asked(
            place=("POST", f"/queue/payments/{name}"),
            path=f"/queue/payments/{name}",
            action=Action.RECORD_FEE_PAYMENT,
            body={"lines": PAYMENT_LINES},
        )
        for name in ("recorded", "result.csv")
    ),
    Asked(place=("GET", "/search"), path="/search", action=Action.SEARCH_CASES),
    Asked(place=("POST", "/search"), path="/search", action=Action.SEARCH_CASES, body={"text": "Nobody Here"}),
    Asked(place=("GET", "/board"), path="/board", action=Action.READ_SERVICE_LEVELS),
    Asked(
        place=("GET", "/board/{name}.csv"),
        path=f"/board/{next(iter(FIGURE_NAMES))}.csv",
        action=Action.READ_SERVICE_LEVELS,
    ),
    Asked(place=("GET", "/board/cases"), path="/board/cases?open=true", action=Action.READ_SERVICE_LEVELS),
    Asked(place=("GET", "/migration"), path="/migration", action=Action.READ_MIGRATIONS),
    Asked(place=("GET", QUARANTINE), path=AT_BRUSSELS, action=Action.READ_MIGRATIONS),
    Asked(place=("GET", f"{QUARANTINE}/{{record}}"), path=f"{AT_BRUSSELS}/{{record}}", action=Action.READ_MIGRATIONS),
    Asked(
        place=("POST", f"{QUARANTINE}/{{record}}/corrections"),
        path=f"{AT_BRUSSELS}/{{record}}/corrections",
        action=Action.REPAIR_LEGACY_RECORD,
        body={"seen": "999", "field": "niss", "text": "85.07.30-033.27", "motive": "a guess"},
    ),
    Asked(
        place=("POST", f"{QUARANTINE}/{{record}}/replays"),
        path=f"{AT_BRUSSELS}/{{record}}/replays",
        action=Action.REPAIR_LEGACY_RECORD,
        body={"seen": "999", "replayMotive": "again"},
    ),
)
"""About several cases, or none."""

OPEN_PAGES: Final = (
    Asked(place=("GET", "/"), path="/", action=None),
    Asked(place=("GET", "/accessibility"), path="/accessibility", action=None),
    Asked(place=("GET", "/law"), path="/law", action=None),
    Asked(place=("POST", "/law"), path="/law", action=None, body={"category": "nurse"}),
    Asked(place=("GET", "/law/changes"), path="/law/changes", action=None),
    Asked(place=("GET", "/law/{authority}/{category}"), path="/law/flanders/nurse", action=None),
    Asked(place=("GET", "/metrics"), path="/metrics", action=None),
    Asked(place=("GET", "/session/end"), path="/session/end", action=None),
    Asked(place=("GET", "/session/again"), path="/session/again", action=None),
)
"""For everybody, signed in or not."""

SIGNING_IN: Final = frozenset(
    {
        ("POST", "/session"),
        ("POST", "/session/again"),
        ("POST", "/session/end"),
        ("GET", "/session/link/{secret}"),
        ("GET", "/static/{address}"),
        ("HEAD", "/static/{address}"),
    }
)
"""Who gets a session, and files that are the same for all: see tests/pages/test_entrance_and_session.py,
test_sign_in_links.py and test_answers.py. None of them is about a case."""


OF_DRAFTS: Final = frozenset(
    {
        ("GET", "/drafts"),
        ("POST", "/drafts"),
        ("GET", "/drafts/new"),
        ("GET", "/drafts/{draft_id}"),
        ("GET", "/drafts/{draft_id}/questions/{group}"),
        ("POST", "/drafts/{draft_id}/questions/{group}"),
        ("POST", "/drafts/{draft_id}/questions/{group}/beside"),
        ("POST", "/drafts/{draft_id}/register"),
        ("POST", "/drafts/{draft_id}/employments"),
        ("GET", "/drafts/{draft_id}/documents"),
        ("POST", "/drafts/{draft_id}/documents"),
        ("POST", "/drafts/{draft_id}/documents/removal"),
        ("GET", "/drafts/{draft_id}/documents/{sha256}"),
        ("GET", "/drafts/{draft_id}/check"),
        ("POST", "/drafts/{draft_id}/filing"),
        ("POST", "/drafts/{draft_id}/copies"),
        ("GET", "/drafts/{draft_id}/deletion"),
        ("POST", "/drafts/{draft_id}/deletion"),
    }
)
"""Whose drafts are whose has a matrix of its own: see test_drafts_of_others.py."""


OF_WEBHOOKS: Final = frozenset(
    {
        ("GET", "/employer/webhooks"),
        ("POST", "/employer/webhooks"),
        ("GET", "/employer/webhooks/{webhook_id}"),
        ("POST", "/employer/webhooks/{webhook_id}/secrets"),
        ("POST", "/employer/webhooks/{webhook_id}/pauses"),
        ("POST", "/employer/webhooks/{webhook_id}/resumptions"),
        ("POST", "/employer/webhooks/{webhook_id}/tests"),
        ("POST", "/employer/webhooks/{webhook_id}/replays"),
        ("GET", "/employer/webhooks/{webhook_id}/deletion"),
        ("POST", "/employer/webhooks/{webhook_id}/deletion"),
        ("GET", "/employer/webhooks/{webhook_id}/{what}"),
    }
)
"""Whose webhooks are whose has a matrix of its own: see tests/webhooks/test_others.py and test_webhook_pages.py."""
OF_BATCHES: Final = frozenset(
    {
        ("GET", "/employer/batches"),
        ("POST", "/employer/batches"),
        ("GET", "/employer/batches/template.csv"),
        ("GET", "/employer/batches/template.xlsx"),
        ("GET", "/employer/batches/{batch_id}"),
        ("POST", "/employer/batches/{batch_id}/filing"),
        ("GET", "/employer/batches/{batch_id}/deletion"),
        ("POST", "/employer/batches/{batch_id}/deletion"),
        ("GET", "/employer/batches/{batch_id}/result.csv"),
        ("GET", "/employer/batches/{batch_id}/result.xlsx"),
    }
)
"""Whose batches are whose has tests of its own: see tests/pages/test_bulk_pages.py, and for that of the interface
tests/http/test_application_batches.py."""


def _of_the_interface() -> list[Asked]:
    """The requests of the matrix of the interface, but for a batch, which is about no case."""
    values = {
        "application_id": "{case}",
        "sha256": "{document}",
        "information_request_id": NOBODYS_REQUEST,
        "measure": next(iter(MEASURES)),
        "authority": "flanders",
    }
    return [
        Asked(
            place=(method, API_ROOT + path),
            path=API_ROOT + path.format(**values) + asked.query,
            action=asked.action,
            body=asked.body,
        )
        for (method, path), asked in {**CASE_ROUTES, **GENERAL_ROUTES}.items()
        if (method, path) != BATCH
        if asked.action is not Action.FILE_APPLICATION
    ]


OF_THE_INTERFACE: Final = tuple(_of_the_interface())
ALL: Final = (*OF_THE_INTERFACE, *PAGES_OF_A_CASE, *OTHER_PAGES, *OPEN_PAGES)
OF_A_CASE: Final = tuple(each for each in ALL if each.is_of_a_case)


def places_known() -> frozenset[Place]:
    """Every method and path for which it is said above, or in the matrix of the interface, who may use it."""
    of_the_matrix = {
        (method, API_ROOT + path) for method, path in (*OPEN_ROUTES, *GENERAL_ROUTES, *CASE_ROUTES, *WEBHOOK_ROUTES)
    }
    return frozenset({each.place for each in ALL} | of_the_matrix | SIGNING_IN | OF_DRAFTS | OF_BATCHES | OF_WEBHOOKS)


def places_of(app: FastAPI) -> frozenset[Place]:
    """Every method and path that the application itself has, whatever a part of the path may consist of."""
    return frozenset(
        (method, re.sub(r":\w+\}", "}", each.path or ""))
        for each in iter_route_contexts(app.routes)
        for method in each.methods or ()
    )


def sent(
    there: Everybody, caller: Caller | None, asked: Asked, *, case: object = NOBODYS, document: str = "00" * 32
) -> httpx.Response:
    """The answer to a request about a case; a change expects a version that no case has."""
    return sent_by(there.client(caller), asked, case=case, document=document, record=there.record)


def sent_by(
    client: httpx.Client, asked: Asked, *, case: object, document: str, record: object = NOBODYS, version: str = "999"
) -> httpx.Response:
    """The same by a client of the test's own, for a version of its own."""
    names: Mapping[str, str] = {"{case}": str(case), "{document}": document, "{record}": str(record)}
    path = _with_names(asked.path, names)
    method, _ = asked.place
    if method == "GET":
        return client.get(path)
    if not asked.is_page:
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{version}"'}
        if isinstance(asked.body, bytes):
            return client.post(path, content=asked.body, headers={**headers, "Content-Type": PDF})
        return client.post(path, json=asked.body, headers=headers)
    hidden = {"key": str(uuid4())}
    if isinstance(asked.body, bytes):
        fields = {**OF_A_FORM, **hidden, "version": version, "kind": "other"}
        return client.post(path, data=fields, files={"file": ("file.pdf", asked.body, PDF)})
    written = {name: _with_names(value, names) for name, value in asked.body.items()}
    if "version" in written:
        written["version"] = version
    return client.post(path, data={**written, **hidden})


def _with_names(text: str, names: Mapping[str, str]) -> str:
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return text
