"""A retold case as its readers get it: over HTTP, on its page, in the queue, and on the page of the migration."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from api.pages.session import SESSION_COOKIE
from api.server import running_server
from domain.migration.cutover import FORWARD, CutOverStep
from domain.migration.findings import RefusalReason
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from projections.case_file.shape import without_nulls
from tests.cli.conftest import CommandLine
from tests.migration.cutting_over import REPORT, reconcile, take
from tests.migration.envelopes import message, receive
from tests.migration.moving import CASE, KEY, Moving, record
from tests.openapi.compared import compare
from tests.world.service_clients import ServiceClients

pytestmark = pytest.mark.server

HANDLER = Caller(role=Role.CASE_HANDLER, subject="handler-b", token_id="t-20", authority="brussels")
OPERATIONS = Caller(role=Role.OPERATIONS, subject="ops-b", token_id="t-21", authority="brussels")


@pytest.fixture
def clients(move: Moving) -> Iterator[ServiceClients]:
    move.load_brussels(
        record(statut="complément demandé", date_decision="", valable_du="", valable_au="", employeur=""),
        record(no_dossier="BXL/2025/CLOSED", statut="vervallen"),
        record(no_dossier="BXL/BAD", bce="1"),
    )
    move.project()
    issuer = DevelopmentIssuer.open(move.program.settings.home, create=True)
    with running_server(move.program) as address, ServiceClients(move.program, address, issuer) as opened:
        yield opened


def page(clients: ServiceClients, caller: Caller, path: str, language: str = "en") -> str:
    token = clients.of(caller).client.headers["Authorization"].removeprefix("Bearer ")
    cookies = {SESSION_COOKIE: token}
    answer = httpx.get(
        f"{clients.address}{path}", cookies=cookies, headers={"Accept-Language": language}, trust_env=False, timeout=20
    )
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def test_over_http_it_says_what_the_record_says_and_no_more(clients: ServiceClients) -> None:
    body = clients.of(HANDLER).get(f"applications/{CASE}").json()
    assert (body["reference"], body["status"], body["worker"]["familyName"]) == (KEY, "informationRequested", "Lambert")
    assert body["legacyRecord"]["admissibleOn"] == "2025-03-31"
    assert "employerName" in body["legacyRecord"]["unknown"]
    assert "renewal" not in body
    assert body["manualTasks"] == [{"subject": "legacyRecord", "reason": "toBeConfirmed"}]


def test_nobody_changes_it_here_yet(clients: ServiceClients) -> None:
    handler = clients.of(HANDLER)
    refused = handler.change(handler.get(f"applications/{CASE}"), "assignments", {"handler": "caseHandler:handler-b"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:problem-type:singlePermit:authorityNotLive")


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_its_page_can_be_read(clients: ServiceClients, language: str) -> None:
    told = page(clients, HANDLER, f"/cases/{CASE}", language)
    assert KEY in told
    assert "Lambert" in told
    assert f"/cases/{CASE}/workPartDecisions" not in told


def test_the_queue_has_it_to_be_confirmed(clients: ServiceClients) -> None:
    told = page(clients, HANDLER, "/queue?sort=dueOn")
    assert KEY in told
    assert "BXL/2025/CLOSED" not in told


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_page_of_the_migration_has_ledger_quarantine_and_steps(clients: ServiceClients, language: str) -> None:
    told = page(clients, OPERATIONS, "/migration", language)
    assert "brussels.csv" in told
    reasons = {
        "en": "An identification number is wrong",
        "nl": "Een identificatienummer klopt niet",
        "fr": "identification est incorrect",
        "de": "Eine Kennnummer stimmt nicht",
    }
    assert reasons[language] in told


def test_the_board_counts_it(clients: ServiceClients) -> None:
    assert page(clients, OPERATIONS, "/board")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Proposed by ann, approved by bob on"),
        ("nl", "Voorgesteld door ann, goedgekeurd door bob op"),
        ("fr", "Proposé par ann, approuvé par bob le"),
        ("de", "Vorgeschlagen von ann, genehmigt von bob am"),
    ],
)
def test_who_approved_what_is_shown_of_an_authority_that_is_live(
    move: Moving, clients: ServiceClients, language: str, sentence: str
) -> None:
    # given a report that was taken back and made again before the switch
    reconcile(move)
    take(move, [CutOverStep.REOPENED], "ann", motive="a file was forgotten")
    take(move, FORWARD[2:5], "ann", **REPORT)
    take(move, FORWARD[5:], "bob")
    told = page(clients, OPERATIONS, "/migration", language)
    # then the page says who, and every step is there with what it rests on
    assert sentence in told
    steps = told.split('id="brussels-steps"')[1].split("</table>")[0]
    assert steps.count("<tr>") == 1 + 9
    for said in ("a file was forgotten", "5e5e5e5e5e5e"):
        assert said in steps
    # and so does the interface, which says what counts
    (brussels, *_) = clients.of(OPERATIONS).get("migrations").json()["authorities"]
    assert brussels["isLive"]
    assert [(each["step"], each["by"]) for each in brussels["steps"] if each["inForce"]] == [
        ("rehearsed", "ann"), ("frozen", "ann"), ("drained", "ann"), ("reconciled", "ann"), ("proposed", "ann"),
        ("approved", "bob"),
    ]  # fmt: skip
    assert brussels["steps"][-1]["outcome"]["proposedBy"] == "ann"


def test_command_line_and_interface_say_the_same(
    move: Moving, clients: ServiceClients, command_line: CommandLine
) -> None:
    # given a file to its end, one that was given up half way, and a topic
    receive(move, message(record(no_dossier="BXL/TOPIC")))
    move.ask(
        "insert into legacy_batch (id, authority, door, source, mapping_version, extracted_on, source_lines,"
        " ended_as, ended_by, ended_why, ended_at) values (gen_random_uuid(), 'brussels', 'file', 'half.csv', 1,"
        " current_date, 9, 'abandoned', 'ann', 'sent again', now())"
    )
    answer = clients.of(OPERATIONS).get("migrations")
    assert compare(answer) == "getMigrations"
    (asked, *_) = answer.json()["authorities"]
    (told, *_) = command_line("migrate", "status", "--json").json["authorities"]
    assert without_nulls(told) == asked
    # then each batch says how it stands to its source
    states = {each["source"]: each["state"] for each in asked["batches"]}
    assert states == {"brussels.csv": "agrees", "half.csv": "abandoned", "night-1": "byPartition"}
    assert (asked["ledger"]["agrees"], asked["ledger"]["headers"], asked["ledger"]["batches"]) == (True, 1, 3)
    # the topic by partition
    (partition,) = asked["topic"]["partitions"]
    assert (partition["firstOffset"], partition["nextOffset"], partition["missing"]) == (100, 101, 0)
    assert asked["topic"]["balanced"]
    # and the text has the same, with who did what
    reconcile(move)
    text = command_line("migrate", "status").output
    for said in ("sent again", "abandoned", "byPartition", "topic: balances", "identifierInvalid", "brussels.csv, 4"):
        assert said in text
    assert re.search(r"^next step: Proposal of the cut-over \(proposed\)$", text, re.MULTILINE)
    assert re.search(r"^reconciled +ann .* yes +5e5e5e5e5e5e ", text, re.MULTILINE)
    assert "wallonia: the former system is authoritative. Nothing has come yet" in text


def test_a_batch_that_lost_a_line_is_seen(move: Moving, clients: ServiceClients) -> None:
    move.ask("update legacy_batch set source_lines = source_lines + 1")
    (brussels, *_) = clients.of(OPERATIONS).get("migrations").json()["authorities"]
    assert (brussels["batches"][0]["state"], brussels["ledger"]["agrees"]) == ("disagrees", False)
    assert "The ledger does not agree with the source" in page(clients, OPERATIONS, "/migration")


@pytest.mark.parametrize("reason", RefusalReason)
def test_whatever_waits_is_named(move: Moving, clients: ServiceClients, reason: RefusalReason) -> None:
    move.ask("update legacy_quarantine set reason = %s", reason.value)
    for path in ("/migration", f"/migration/brussels/quarantine?reason={reason.value}"):
        assert "brussels.csv, " in page(clients, OPERATIONS, path)
