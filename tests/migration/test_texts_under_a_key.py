"""The free texts of a record lie under its subject's key everywhere, and all goes on once that has been destroyed."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import psycopg2
import pytest

from api.pages.session import SESSION_COOKIE
from api.server import running_server
from api.services.migrations import lineage_of, signed_report
from domain.migration.identities import case_id_of, reference_of
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.migration.sources import MigratingAuthority
from infra.structured_logs import configure_logging
from tests.migration.moving import Moving, record
from tests.migration.places import files, records, stands_in, tables
from tests.openapi.compared import compare
from tests.world.service_clients import ServiceClients

pytestmark = pytest.mark.server

EMPLOYER = "Kwispeldoor Zevenster"
JOB = "Qanonspeler derde graad"
NUMBER = "QZX/2025/00017"
NO_NUMBER = "Hartenlust, Mevrouw 7"
"""What stands in a record where its file number should: a text of no such shape."""

CASE = case_id_of("brussels", NUMBER)
OTHER_CASE = case_id_of("brussels", NO_NUMBER)

HANDLER = Caller(role=Role.CASE_HANDLER, subject="handler-b", token_id="t-30", authority="brussels")
WITHHELD = {"withheld": "erased"}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, in full; tests/conftest.py sets logging back afterwards."""
    told = io.StringIO()
    configure_logging(logging.DEBUG, to=told)
    yield told
    configure_logging()


@pytest.fixture
def clients(move: Moving, log: io.StringIO) -> Iterator[ServiceClients]:
    open_case = {"statut": "recevable", "date_decision": "", "valable_du": "", "valable_au": ""}
    move.load_brussels(
        record(no_dossier=NUMBER, employeur=EMPLOYER, fonction=JOB, **open_case),
        record(no_dossier=NO_NUMBER, employeur=EMPLOYER, fonction=JOB, **open_case),
    )
    move.project()
    issuer = DevelopmentIssuer.open(move.program.settings.home, create=True)
    with running_server(move.program) as address, ServiceClients(move.program, address, issuer) as opened:
        yield opened


def page(clients: ServiceClients, path: str) -> str:
    token = clients.of(HANDLER).client.headers["Authorization"].removeprefix("Bearer ")
    answer = httpx.get(
        f"{clients.address}{path}", cookies={SESSION_COOKIE: token}, headers={"Accept-Language": "en"}, trust_env=False
    )
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def body(clients: ServiceClients, case_id: object) -> dict[str, Any]:
    """The file over HTTP, held against the contract."""
    answer = clients.of(HANDLER).get(f"applications/{case_id}")
    assert answer.status_code == 200, answer.text
    compare(answer)
    found: dict[str, Any] = answer.json()
    return found


def destroy_all_keys(move: Moving) -> None:
    with closing(psycopg2.connect(move.program.settings.key_database_url or "")) as owner, owner.cursor() as cursor:
        cursor.execute("update permit.data_key set wrapped = null, destroyed_at = now()")
        owner.commit()
    move.program.keys._cache.clear()


def test_who_may_read_the_case_reads_them(move: Moving, clients: ServiceClients) -> None:
    told = body(clients, CASE)
    assert told["employer"] == {"enterpriseNumber": "0202239951", "name": EMPLOYER}
    assert told["employment"]["title"] == JOB
    assert (told["reference"], "fileNumber" in told["legacyRecord"]) == (NUMBER, False)
    shown = page(clients, f"/cases/{CASE}")
    assert EMPLOYER in shown
    assert JOB in shown
    # and a number that is none is on the page of its case, which goes by authority and id elsewhere
    told = body(clients, OTHER_CASE)
    assert told["reference"] == f"brussels/{OTHER_CASE}"
    assert told["legacyRecord"]["fileNumber"] == NO_NUMBER
    assert NO_NUMBER in page(clients, f"/cases/{OTHER_CASE}")
    # where either leads to the record
    by_number = lineage_of(move.program, NO_NUMBER, None)
    assert [each.line for each in by_number] == [3]
    assert lineage_of(move.program, told["reference"], None) == by_number


def test_they_stand_in_clear_in_no_table_record_log_report_or_metric(
    move: Moving, clients: ServiceClients, log: io.StringIO
) -> None:
    # given all that the program does with a record: told, listed, looked at, reported
    page(clients, f"/cases/{CASE}")
    queue = page(clients, "/queue?sort=dueOn")
    items = clients.of(HANDLER).get("applications").text
    report = signed_report(move.program, MigratingAuthority.BRUSSELS)
    assert report["report"]["agrees"] is True
    # when everything is searched
    settings = move.program.settings
    places = {
        **tables(settings.database_url, settings.key_database_url),
        "records of topics": records(move),
        "report": files(report["files"]),
        "log": log.getvalue().encode(),
        "metrics": httpx.get(f"{clients.address}/metrics", trust_env=False).content,
        "queue": queue.encode(),
        "list": items.encode(),
    }

    def where(text: str) -> set[str]:
        return {name for name, place in places.items() if stands_in(text, place)}

    # then employer and job are found nowhere
    assert all(places[name] for name in ("journal.journal", "journal.legacy_mirror", "report", "log", "metrics"))
    assert where(EMPLOYER) == set()
    assert where(JOB) == set()
    # and what may lie in clear is found, so the search finds what there is
    assert {"journal.journal", "journal.legacy_mirror", "records of topics", "queue", "list"} <= where(NUMBER)
    assert {"journal.journal", "journal.legacy_mirror", "records of topics"} <= where("0202239951")
    assert where(NUMBER) & {"log", "metrics", "report"} == set()
    # and a number that is none is only where versions are put in order by it, which is neither log nor topic
    assert where(NO_NUMBER) == {"journal.legacy_record", "journal.legacy_dossier"}


def test_once_the_keys_are_destroyed_all_goes_on_and_says_so(move: Moving, clients: ServiceClients) -> None:
    destroy_all_keys(move)
    # when the cases are read, their read models too, made again from the log
    move.ask("delete from case_file")
    for case_id in (CASE, OTHER_CASE):
        told = body(clients, case_id)
        assert told["employer"] == {"enterpriseNumber": "0202239951", "name": WITHHELD}
        assert (told["employment"]["title"], told["worker"]) == (WITHHELD, WITHHELD)
        shown = page(clients, f"/cases/{case_id}")
        assert "No longer kept: erased (0202239951)" in shown
    assert "fileNumber" not in body(clients, CASE)["legacyRecord"]
    assert body(clients, OTHER_CASE)["legacyRecord"]["fileNumber"] == WITHHELD
    # then lists, lineage and report go on, and the report counts what is withheld
    assert NUMBER in page(clients, "/queue?sort=dueOn")
    assert reference_of("brussels", NO_NUMBER) in clients.of(HANDLER).get("applications").text
    assert [each.line for each in lineage_of(move.program, NUMBER, None)] == [2]
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert (told["agrees"], told["source"]["withheld"], told["target"]["withheld"]) == (True, 2, 2)


def test_another_employer_in_what_is_read_is_found_and_the_case_is_named_without_its_number(move: Moving) -> None:
    # given a record whose ciphertext in the read model is that of an earlier version, with another employer
    move.load_brussels(record(no_dossier=NO_NUMBER, employeur=EMPLOYER))
    signed_report(move.program, MigratingAuthority.BRUSSELS)
    (earlier,) = move.ask("select version, sealed from legacy_mirror")
    move.load_brussels(record(no_dossier=NO_NUMBER, employeur="Étoile SA", modifie_le="21/04/2025 09:00"))
    assert signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]["agrees"] is True
    move.ask("update legacy_mirror set version = %s, sealed = %s", *earlier)
    # when both sides are compared
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    # then the fact is named
    named = [{"key": f"brussels/{OTHER_CASE}", "facts": ["employerName"]}]
    assert told["differences"] == {"number": 1, "named": named}
