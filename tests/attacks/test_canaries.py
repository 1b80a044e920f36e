"""What is about a person lies nowhere in clear: not in a table, a file, a log, a message, a metric, a URL or a refusal.

A service in a process of its own, on a PostgreSQL of its own, is taken through everything that can happen to a case,
a record and a message; then every place is searched for every value, in every form that it may have there. That no
event holds one in its clear part is tried event by event in tests/stored_events and tests/codec/test_free_lines.py.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from api.http.problems import API_ROOT
from api.server import running_server
from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS
from infra.identity.caller import Role
from infra.message_wire import to_wire
from infra.postgres.messages.journal_messages import JournalMessages
from infra.structured_logs import configure_logging
from tests.attacks.canaries import CANARIES, FORMS, found_as_it_is, found_in, laid_open
from tests.attacks.canary_course import Course, Told, gone_through, running
from tests.documents.files import pdf
from tests.http.test_border import BrokenJournal
from tests.logging_as_before import logging_as_before
from tests.migration.places import tables
from tests.world.bodies import application_body
from tests.world.servers import reachable_directory

pytestmark = pytest.mark.server


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Everything that is there after the procedure, by where it is."""

    tables: Mapping[str, bytes] = field(repr=False)
    messages: bytes = field(repr=False)
    metrics: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    log: bytes = field(repr=False)
    told: Told = field(repr=False)


@pytest.fixture(scope="module")
def searched() -> Iterator[Searched]:
    with reachable_directory() as folder:
        home, log = folder / "home", folder / "log.jsonl"
        extracts = folder / "extracts"
        extracts.mkdir()
        here = io.StringIO()
        with logging_as_before(), running(home, log) as course:
            configure_logging(logging.DEBUG, to=here)
            gone_through(course, extracts)
            _something_fails(course)
            for runner in course.program.projection_runners().values():
                runner.catch_up()
            urls = _database_urls(course)
            found = tables(*urls)
            messages = _messages(course)
            metrics = httpx.get(f"{course.address}/metrics", trust_env=False).content
        yield Searched(
            tables=found,
            messages=messages,
            metrics=metrics,
            files=_files_below(home),
            log=log.read_bytes() + here.getvalue().encode(),
            told=course.told,
        )


def _something_fails(course: Course) -> None:
    """An error whose text holds them all."""
    error = RuntimeError(" ".join(CANARIES.values()))
    broken = replace(course.program, journal=BrokenJournal(error))  # type: ignore[arg-type]
    token = course.client(Role.EMPLOYER).client.headers["Authorization"]
    with running_server(broken) as address:
        answer = httpx.post(
            f"{address}{API_ROOT}/applications",
            json=application_body(),
            headers={"Authorization": token, "Idempotency-Key": "k-1"},
            trust_env=False,
        )
    assert answer.status_code == 500
    course.told.hear(answer)


def _database_urls(course: Course) -> tuple[str, str]:
    return course.program.log.journal_url, course.program.log.keys_url


def _messages(course: Course) -> bytes:
    """All that is sent on every topic for what happened: keys, values and headers."""
    with course.program.recorder.subscribe(gt=0) as subscription:
        page = subscription.next_page(timeout=5, limit=1_000)
    topics = {APPLICATIONS.name, CHECK_REQUESTS.name, CHECK_ANSWERS.name}
    sent = [to_wire(each, "urn:test") for each in JournalMessages(course.program.readers).of(page, topics)]
    assert len(sent) > 40
    headers = [content for each in sent for _, content in each.headers]
    return b"\n".join([*(each.value or b"" for each in sent), *(each.key or b"" for each in sent), *headers])


def _files_below(home: Path) -> dict[str, bytes]:
    """Every file, those of PostgreSQL too: its tables and indexes as they lie on the disk, and its log of changes."""
    return {
        str(each.relative_to(home)): laid_open(each.read_bytes())
        for each in home.rglob("*")
        if each.is_file() and not each.is_symlink()
    }


def where(places: Mapping[str, bytes]) -> dict[str, set[str]]:
    """The places in which a canary stands, with the canaries."""
    found = {name: found_in(content) for name, content in places.items()}
    return {name: canaries for name, canaries in found.items() if canaries}


def test_no_table_holds_one(searched: Searched) -> None:
    assert {"journal.journal", "journal.case_file", "journal.legacy_mirror", "journal.dead_letter",
            "journal.legacy_correction", "keys.data_key"} <= searched.tables.keys()  # fmt: skip
    assert all(searched.tables[name] for name in ("journal.journal", "journal.dead_letter", "keys.data_key"))
    assert where(searched.tables) == {}


def test_no_message_holds_one(searched: Searched) -> None:
    assert b"submitted" in searched.messages
    assert where({"messages": searched.messages}) == {}


def test_no_file_holds_one(searched: Searched) -> None:
    # what PostgreSQL wrote is there, its log of changes with it, and the documents
    written = {name for name, content in searched.files.items() if content}
    assert any(name.startswith("postgres/pg_wal/") for name in written)
    assert any(name.startswith("documents/") for name in written)
    of_postgres = {name: content for name, content in searched.files.items() if name.startswith("postgres/")}
    # What PostgreSQL is given it keeps as it is given: in which form that was, the tables above tell.
    as_it_is = {name: found_as_it_is(content) for name, content in of_postgres.items()}
    assert {name: found for name, found in as_it_is.items() if found} == {}
    assert where({name: content for name, content in searched.files.items() if name not in of_postgres}) == {}


def test_no_line_of_a_log_holds_one(searched: Searched) -> None:
    assert b"request.failed" in searched.log
    assert where({"log": searched.log}) == {}


def test_no_metric_holds_one(searched: Searched) -> None:
    assert searched.metrics.startswith(b"# HELP")
    assert where({"metrics": searched.metrics}) == {}


def test_no_address_leads_by_one_and_no_refusal_repeats_it(searched: Searched) -> None:
    told = searched.told
    assert len(told.refusals) > 8
    assert told.successes > 50
    assert any("/applications/" in each for each in told.urls)
    assert where({"addresses and headers": "\n".join(told.urls).encode()}) == {}
    assert where({"refusals": "\n".join(told.refusals).encode()}) == {}


LAWFULLY_IN_CLEAR = {
    # A public number by which streams, queues and lists are found. That of a sole trader leads to a person, as it does
    # in the public register.
    "the number of the employer": b"0202239951",
    # It names a file in the log. Nobody makes the file from it, and who has the file knows what is in it.
    "the digest of a document": sha256(pdf(CANARIES["document"].encode())).hexdigest().encode(),
    # One that has another form than its authority gives is encrypted: tests/migration/test_texts_under_a_key.py.
    "the number of a former file": b"BXL/2025/00001",
}
"""What is not among the canaries, each with its reason; docs/adr/0003-personal-data.md has the decision."""


@pytest.mark.parametrize("what", LAWFULLY_IN_CLEAR)
def test_what_lawfully_is_in_clear_is_found_in_the_same_tables(searched: Searched, what: str) -> None:
    assert any(LAWFULLY_IN_CLEAR[what] in content for content in searched.tables.values())


@pytest.mark.parametrize("name", CANARIES)
def test_each_would_be_found_in_each_of_its_forms(name: str) -> None:
    # given any place with one of them in it
    for form in FORMS[name]:
        assert found_in(b"before" + form + b"after") >= {name}
    assert found_as_it_is(CANARIES[name].encode()) >= {name}
    assert found_in(b"nothing of anybody") == set()


def test_one_that_is_written_into_a_table_is_found(searched: Searched) -> None:
    # given the same tables, and one row more
    planted = searched.tables | {"journal.tracking": searched.tables["journal.tracking"] + CANARIES["job"].encode()}
    assert where(planted) == {"journal.tracking": {"job"}}
