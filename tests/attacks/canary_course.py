"""A whole procedure with a canary in everything that is about a person, on a service in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from api.composition import Program, open_program
from api.http.problems import API_ROOT
from api.pages.session import SESSION_COOKIE
from api.services.migrations import loader_of
from infra.child_process import running_child
from infra.clock import SystemClock
from infra.crossroads.simulator_process import running_simulator
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.message_wire import WireRecord
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import listed
from infra.settings import Settings
from tests.attacks.canaries import CANARIES
from tests.documents.files import PDF, pdf
from tests.identity.callers import CALLERS
from tests.migration.envelopes import message, receive
from tests.migration.moving import Moving, record
from tests.migration.samples import brussels_file
from tests.world.bodies import ADMISSIBLE, FEE, application_body, represented, unlimited
from tests.world.service_clients import ServiceClient, case_path
from tests.world.waiting import wait_until

C: Final = CANARIES
WORKER: Final = Caller(role=Role.WORKER, subject="w_quix", token_id="t-9", ssin=C["national number"])
AT_BRUSSELS: Final = Caller(role=Role.CASE_HANDLER, subject="handler-b", token_id="t-10", authority="brussels")
_LINKS: Final = re.compile(r'"(?:href|self|next|location)":"([^"]*)"|(?:href|action|src)="([^"]*)"')


@dataclass(slots=True)
class Told:
    """What the service said of itself while it was used: where it led, and how it refused."""

    urls: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    successes: int = 0

    def hear(self, answer: httpx.Response) -> None:
        """Note an answer. What it says to somebody who may read it, in its body, is not searched."""
        answer.read()
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        self.urls += ["".join(each) for each in _LINKS.findall(answer.text)] + [headers]
        if answer.is_success or answer.is_redirect:
            self.successes += 1
        elif not _shows_a_form_again(answer):
            self.refusals.append(answer.text)


def _shows_a_form_again(answer: httpx.Response) -> bool:
    """A form of a case that was not accepted comes back with what was typed, to the one who typed it."""
    is_form = answer.request.method == "POST" and answer.request.url.path.startswith("/cases/")
    return is_form and answer.headers["Content-Type"].startswith("text/html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The service, its program in this process, and what it said; ``home`` is searched once both have ended."""

    program: Program
    address: str
    told: Told
    issuer: DevelopmentIssuer
    opened: ExitStack

    def client(self, caller: Caller | Role) -> ServiceClient:
        known = CALLERS[caller] if isinstance(caller, Role) else caller
        token = self.issuer.issue(known, now=SystemClock().now())
        client = httpx.Client(
            base_url=f"{self.address}{API_ROOT}",
            timeout=20,
            trust_env=False,
            headers={"Authorization": f"Bearer {token}"},
            cookies={SESSION_COOKIE: token},
            event_hooks={"response": [self.told.hear]},
        )
        return ServiceClient(self.opened.enter_context(client), self.program)

    def page(self, of: ServiceClient, path: str, form: Mapping[str, str] | None = None, **files: Any) -> httpx.Response:
        """A page of the same service, or the answer to its form."""
        if form is None:
            return of.client.get(f"{self.address}{path}")
        return of.client.post(f"{self.address}{path}", data=dict(form), **files)


@contextmanager
def running(home: Path, log: Path) -> Iterator[Course]:
    """The service on a PostgreSQL of its own in ``home``, with all its workers; it writes its errors to ``log``."""
    arguments = ["serve", "--port=0", "--until-stdin-closes"]
    with (
        running_simulator(
            2026, no_data_share=0, inactive_share=0, slow_share=0, transient_share=0, outage_share=0
        ) as bank,
        running_child(
            "api.cli",
            arguments,
            announcement="listening on ",
            environment={"PERMIT_HOME": str(home), "PERMIT_CROSSROADS_URL": bank},
            log=log,
        ) as service,
        open_program(Settings(home=home)) as program,
        ExitStack() as opened,
    ):
        issuer = DevelopmentIssuer.open(home, create=True)
        yield Course(program=program, address=service.announced, told=Told(), issuer=issuer, opened=opened)


def gone_through(course: Course, folder: Path) -> None:
    """Everything that can happen to a case, a record and a message, with nothing in it that is not a canary."""
    a_case_to_its_end(course)
    a_transfer(course)
    an_application_of_the_worker(course)
    what_is_refused(course)
    legacy_records(course, folder)


def a_case_to_its_end(course: Course) -> None:
    agency, handler = course.client(Role.REPRESENTATIVE), course.client(Role.CASE_HANDLER)
    today = course.program.today
    last = taken(agency.file(_dated(_filed_by_the_agency(), today)))
    attached = agency.attach(last, pdf(C["document"].encode()), tag=agency.all_answered(last))
    last = taken(attached)
    for change, body in (
        ("assignments", {"handler": "caseHandler:handler-12"}),
        ("mandateVerifications", {"valid": True}),
        ("feePayments", FEE | {"paymentReference": C["payment"], "paidOn": str(today)}),
        ("corrections", {"reason": C["reason of a correction"], **_corrected(today)}),
        ("informationRequests", {"items": ["diploma"], "question": f"{C['question']} {C['e-mail']}"}),
    ):
        last = changed(handler, last, change, body)
    (request,) = agency.case(last)["informationRequests"]
    last = changed(agency, last, f"informationRequests/{request['id']}/answers", {"answer": C["answer"]})
    later = _evidence(today) | {"candidates": [C["later candidate"]]}
    last = changed(agency, last, "labourMarketTests", later)
    pause = {"on": str(today), "ground": "courtOrder", "legalReference": C["legal reference"]}
    for change, body in (
        ("clockCorrections", {"kind": "pause", "motivation": C["motivation of a pause"], **pause}),
        ("clockCorrections", {"kind": "resume", "on": str(today), "motivation": C["motivation of a resumption"]}),
        ("admissibilityDecisions", ADMISSIBLE | {"motivation": C["motivation of an admission"]}),
        ("forwardings", {}),
    ):
        last = changed(handler, last, change, body)
    _a_file_by_a_form(course, handler, last)
    for change, motivation in (
        ("workPartDecisions", C["motivation of the work part"]),
        ("residencePartDecisions", C["motivation of the residence part"]),
    ):
        last = changed(handler, last, change, {"outcome": "granted", "motivation": motivation})
    _read(course, (agency, handler, course.client(WORKER), course.client(Role.REGULATOR)), last)


def a_transfer(course: Course) -> None:
    employer, handler = course.client(Role.EMPLOYER), course.client(Role.CASE_HANDLER)
    transfer = {"sendingUndertaking": C["sending undertaking"], "country": "IN", "priorServiceMonths": 12}
    body = _named(
        application_body(
            kind="intraCorporateTransfer",
            category="ictManager",
            transfer=transfer,
            labourMarketTest=None,
        )
    )
    last = taken(employer.file(_dated(body, course.program.today)))
    last = changed(handler, last, "informationRequests", {"items": ["diploma"], "question": C["question"]})
    (request,) = handler.case(last)["informationRequests"]
    # as it was brought on paper, by a form of the page
    _sent_by_a_form(course, handler, last, "answers", {"request": request["id"], "answer": C["paper answer"]})


def an_application_of_the_worker(course: Course) -> None:
    worker = course.client(WORKER)
    body = _named(unlimited())
    body["workHistory"][0]["employer"] = C["earlier employer"]
    last = taken(worker.file(_dated(body, course.program.today)))
    reason = {"reason": C["reason of a withdrawal"]}
    changed(worker, last, "withdrawals", reason)


def what_is_refused(course: Course) -> None:
    """What is wrong is said, and what was sent is not."""
    employer, handler = course.client(Role.EMPLOYER), course.client(Role.CASE_HANDLER)
    refused = _dated(_named(application_body()), course.program.today)
    refused["worker"] |= {"familyName": C["refused name"], "ssin": C["refused national number"]}
    for body in (
        refused,
        refused | {"worker": C["refused name"]},
        refused | {"unheardOf": C["refused name"]},
        {**refused, "authority": C["refused name"]},
        {**refused, "employer": {"enterpriseNumber": "0409536968", "name": C["refused name"]}},
        f'{{"worker": "{C["refused name"]}'.encode(),
    ):
        assert employer.file(body).status_code in (400, 403)
    assert handler.client.post("applications/query", json={"ssin": C["refused national number"]}).status_code == 400
    assert handler.client.post("applications/query", json={"ssin": C["national number"]}).status_code == 200
    facts = {"filedOn": "2026-01-20", "category": C["refused name"], "worker": {"familyName": C["refused name"]}}
    assert employer.client.post("salaryChecks", json=facts).status_code == 400
    sign_in = {"role": "worker", "sub": "w-1", "ssin": C["refused national number"]}
    assert course.page(course.client(Role.EMPLOYER), "/session", sign_in).status_code >= 400


def legacy_records(course: Course, folder: Path) -> None:
    """A record that becomes a case, one that waits and is repaired, one on a topic, and two that are set aside."""
    handler, moving = course.client(AT_BRUSSELS), Moving(course.program, folder)
    sound = record(
        nom=C["legacy family name"],
        prenom=C["legacy given name"],
        naissance=C["legacy birth date"],
        niss=C["legacy national number"],
        employeur=C["legacy employer"],
        fonction=C["legacy job"],
        remuneration=C["legacy pay"],
    )
    wrong = sound | {
        "no_dossier": "BXL/2025/00002",
        "nom": C["quarantined family name"],
        "niss": C["quarantined number"],
    }
    loader_of(course.program, MigratingAuthority.BRUSSELS).load([brussels_file(folder, sound, wrong)])
    with course.program.unhurried_readers.connection() as connection:
        (waiting,) = listed(connection, authority="brussels", states=None)
    page = f"/migration/brussels/quarantine/{waiting.record_id}"
    shown = course.page(handler, page)
    (seen,) = re.findall(r'name="seen" value="(\d+)"', shown.text)[:1]
    form = {"seen": seen, "field": "niss", "text": C["legacy national number"], "motive": C["motive of a repair"]}
    assert course.page(handler, f"{page}/corrections", form).status_code == 303
    (seen,) = re.findall(r'name="seen" value="(\d+)"', course.page(handler, page).text)[:1]
    replay = {"seen": seen, "replayMotive": C["motive of a repair"]}
    assert course.page(handler, f"{page}/replays", replay).status_code == 303
    on_a_topic = sound | {"no_dossier": "BXL/2025/00003", "nom": C["family name on a topic"]}
    changed_on_the_way = sound | {"no_dossier": "BXL/2025/00004", "nom": C["family name in a dead letter"]}
    receive(
        moving,
        message(on_a_topic),
        message(changed_on_the_way, sha256="0" * 64),
        WireRecord(b"BXL/0", C["text that is no message"].encode(), ()),
    )


def taken(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code == 201, answer.text
    return answer


def changed(sender: ServiceClient, last: httpx.Response, change: str, body: Any) -> httpx.Response:
    """The case after a change, made once the bank has answered, and to the version that the case has by then."""
    answers = []

    def is_settled() -> bool:
        answers.append(sender.change(last, change, body, tag=_version(sender, last)))
        return answers[-1].status_code != 412 and "checkPending" not in answers[-1].text

    wait_until(is_settled, because="the checks of the case are answered")
    return taken(answers[-1])


def _version(reader: ServiceClient, last: httpx.Response) -> str:
    return reader.get(case_path(last)).headers["ETag"]


def _sent_by_a_form(
    course: Course, sender: ServiceClient, last: httpx.Response, page: str, fields: Mapping[str, str], **files: Any
) -> None:
    """The same by a page."""
    answers = []

    def is_settled() -> bool:
        form = {"version": _version(sender, last).strip('"'), "key": str(uuid4()), **fields}
        answers.append(course.page(sender, f"/cases/{last.json()['id']}/{page}", form, **files))
        return answers[-1].status_code != 412

    wait_until(is_settled, because="the case is at the version that the form was filled in for")
    assert answers[-1].status_code == 303, answers[-1].text[:2_000]


def _a_file_by_a_form(course: Course, handler: ServiceClient, last: httpx.Response) -> None:
    content = pdf(C["document sent by a form"].encode())
    file = {"file": (C["name of a file"], content, PDF)}
    _sent_by_a_form(course, handler, last, "documents", {"kind": "other"}, files=file)


def _read(course: Course, readers: tuple[ServiceClient, ...], last: httpx.Response) -> None:
    """All that there is to read of a case, by everybody who may."""
    for reader in readers:
        for part in ("", "/assessment", "/events?lang=nl", "/deadlines?lang=fr"):
            assert reader.get(f"{case_path(last)}{part}").status_code == 200
        assert course.page(reader, f"/cases/{last.json()['id']}").status_code == 200
    handler = readers[1]
    for path in ("/queue?sort=dueOn", "/board", "/board/cases?open=true", "/migration", "/employer"):
        course.page(handler, path)


def _filed_by_the_agency() -> dict[str, Any]:
    body = _named(represented())
    body["representative"]["mandateReference"] = C["mandate"]
    body["labourMarketTest"]["candidates"] = [f"{C['candidate']}, {C['e-mail']}"]
    return body


def _named(body: dict[str, Any]) -> dict[str, Any]:
    body["employer"]["name"] = C["employer of a sole trader"]
    body["worker"] |= {
        "givenName": C["given name"],
        "familyName": C["family name"],
        "birthDate": C["birth date"],
        "ssin": C["national number"],
    }
    body["employment"] |= {"title": C["job"], "grossPay": {"amount": C["pay"], "period": "year"}}
    return body


def _corrected(today: date) -> dict[str, Any]:
    body = _dated(_named(application_body()), today)
    body["worker"]["familyName"] = C["corrected family name"]
    body["employer"]["name"] = C["corrected employer"]
    body["employment"]["title"] = C["corrected job"]
    return {part: body[part] for part in ("worker", "employer", "employment")}


def _dated(body: dict[str, Any], today: date) -> dict[str, Any]:
    """The ordinary application as somebody files it today."""
    employment = body["employment"] | {"start": str(today + timedelta(days=60))}
    if "end" in employment:
        employment["end"] = str(today + timedelta(days=700))
    dated = body | {"employment": employment}
    if "labourMarketTest" in body:
        dated["labourMarketTest"] = body["labourMarketTest"] | _evidence(today)
    return dated


def _evidence(today: date) -> dict[str, Any]:
    began, ended = str(today - timedelta(days=80)), str(today - timedelta(days=10))
    return {"publications": [{"channel": name, "from": began, "to": ended} for name in ("VDAB", "EURES")]}
