"""What every test may ask for: one PostgreSQL, one Kafka and one browser a run, all real, and a database of its own."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.logging_as_before import logging_as_before
from tests.pages.browser import first_browser
from tests.world.databases import fresh_database, journal_database
from tests.world.examples import register_profiles
from tests.world.kafka_servers import KAFKA_PLACES
from tests.world.servers import POSTGRES_PLACES, FoundServer, NoServer, give_up
from tests.world.shared_servers import KeptServers, Servers, ServersElsewhere, ServersForWorkers

POSTGRES, KAFKA = "PostgreSQL", "Kafka"
PLACES = {POSTGRES: POSTGRES_PLACES, KAFKA: KAFKA_PLACES}

WAITING = ("fresh_machines", "faults", "journeys", "transport", "kafka_contract", "webhooks", "attacks")
"""Folders whose files wait much of their time: for servers that start, end and hang, and for deadlines to pass."""

WORKING = ("migration", "pages", "benchmarks", "consumers", "setup")
"""Folders whose files take long and compute."""

REQUIRED = os.environ.get("PERMIT_REQUIRE_SERVERS") == "1"

_HERE = Path(__file__).parent

register_profiles()

BROWSER = pytest.StashKey[str]()
SERVERS = pytest.StashKey[Servers]()
FOR_WORKERS = pytest.StashKey[ServersForWorkers]()


def pytest_configure(config: pytest.Config) -> None:
    asked_of = getattr(config, "workerinput", {}).get("servers")
    config.stash[SERVERS] = KeptServers(PLACES) if asked_of is None else ServersElsewhere(asked_of)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of a parallel run where it may ask for servers."""
    config: pytest.Config = node.config
    kept = config.stash[SERVERS]
    if FOR_WORKERS not in config.stash and isinstance(kept, KeptServers):
        config.stash[FOR_WORKERS] = ServersForWorkers(kept)
    node.workerinput["servers"] = config.stash[FOR_WORKERS].address


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected lives until the end: nobody looks in it for garbage, neither meanwhile nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long go to the workers first, so that none of them is left for the end.

    One that waits goes beside one that computes: while the one waits, the other has the processor.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting, working = (
        sorted((path for path in files if _folder(path) in folders), key=lambda path: folders.index(_folder(path)))
        for folders in (WAITING, WORKING)
    )
    mixed = [path for pair in zip_longest(waiting, working) for path in pair if path is not None]
    others = [path for path in files if _folder(path) not in (*WAITING, *WORKING)]
    items[:] = [item for path in (*mixed, *others) for item in files[path]]


def _folder(path: Path) -> str:
    return path.relative_to(_HERE).parts[0]


def pytest_unconfigure(config: pytest.Config) -> None:
    if FOR_WORKERS in config.stash:
        config.stash[FOR_WORKERS].close()
    config.stash[SERVERS].close()


@pytest.fixture(autouse=True)
def logging_of_this_test_only() -> Iterator[None]:
    """A test may set logging up as the program does."""
    with logging_as_before():
        yield


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> FoundServer:
    """PERMIT_TEST_DATABASE_URL, else Docker, else the embedded server; see `tests/world/servers.py`."""
    return _found(pytestconfig, POSTGRES)


@pytest.fixture(scope="session")
def admin_url(postgres_server: FoundServer) -> str:
    """The libpq URL of a superuser. The server is shared: tests that harm a server start one of their own."""
    return postgres_server.address


@pytest.fixture
def empty_database(admin_url: str) -> Iterator[str]:
    """The URL of a database of this test's own, without any table."""
    with fresh_database(admin_url) as url:
        yield url


@pytest.fixture
def unnamed_journal(admin_url: str) -> Iterator[str]:
    """The URL of a database of this test's own with a journal that has no origin yet."""
    with journal_database(admin_url) as url:
        yield url


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> str:
    """Bootstrap servers: PERMIT_TEST_KAFKA, else Docker, else Kafka's jars on Java; see `tests/world/kafka_servers.py`.

    It is shared: a test names its topics and groups with a prefix of its own, and harms only a broker it started.
    """
    return _found(pytestconfig, KAFKA).address


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """PERMIT_TEST_BROWSER, else a Chromium on the PATH, else Playwright's own; see `tests/pages/browser.py`.

    One a process: Playwright cannot be started twice in the same thread.
    """
    with ExitStack() as opened:
        try:
            found = opened.enter_context(first_browser())
        except NoServer as why:
            give_up(why, "A browser")
        pytestconfig.stash[BROWSER] = f"{found.place}, version {found.browser.version}"
        yield found.browser


def _found(config: pytest.Config, what: str) -> FoundServer:
    try:
        return config.stash[SERVERS].find(what)
    except NoServer as why:
        give_up(why, what)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where servers are required a skipped test is a failure: nobody may take what was not tried for what works."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRED and exitstatus == pytest.ExitCode.OK and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if REQUIRED and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("PERMIT_REQUIRE_SERVERS=1, and tests were skipped: that is a failure.", red=True)
    if BROWSER in config.stash:
        terminalreporter.write_line(f"Browser of this session: {config.stash[BROWSER]}")
    servers = config.stash[SERVERS]
    if isinstance(servers, KeptServers):
        for what, place in servers.in_use.items():
            terminalreporter.write_line(f"{what} of this session: {place}")
