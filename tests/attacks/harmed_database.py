"""The whole service over a PostgreSQL of its own, which a test stops, starves or cuts off while callers go on.

Its limits are a fraction of the usual ones: a test sees each of them met, and ends.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

import httpx
import psycopg2
from prometheus_client.parser import text_string_to_metric_families

from api.composition import Program, open_program
from api.http.problems import API_ROOT
from api.server import running_server
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.postgres.server.access import database_name
from infra.postgres.server.embedded import EmbeddedPostgres
from infra.settings import Settings
from tests.world.bodies import APPLICATION
from tests.world.databases import answer_of, program_databases
from tests.world.processes import children_of
from tests.world.service_clients import ServiceClient, ServiceClients

LIMITS: Final = """
[database]
connect_seconds = 2
pool_seconds = 1.5
lock_seconds = 1.5
statement_seconds = 2.5
answer_seconds = 3.5
outcome_seconds = 4.5
look_seconds = 2

# What is tried here is the database: no caller is refused for being many.
[requests]
most_at_a_time = 1000

[connections]
most = 1000
most_of_one_address = 1000
idle_seconds = 600
"""

_NEVER_CLOSED: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=None)
"""Among hundreds of threads httpx closes an idle connection that it has just given to one of them."""

SOON: Final = 10.0
"""Seconds within which every caller has an answer: the longest that several of these limits add up to, and some."""

KNOWN: Final = 12.0
"""Seconds within which ``health`` knows: an append that succeeded is trusted for five, and a lock may be a load's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedAnswer:
    seconds: float
    answer: httpx.Response

    @property
    def status(self) -> int:
        return self.answer.status_code


@dataclass(slots=True)
class HealthSeen:
    """What ``health`` said while the block went on, and how long it took to say it."""

    seconds: list[float] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    def require_prompt(self) -> None:
        assert len(self.seconds) > 20, "it was asked all the while"
        slowest = sorted(self.seconds)[int(len(self.seconds) * 0.99) - 1]
        # 10 to 29 ms were measured on two cores with a load of seven, 108 ms with one of twenty-five.
        assert slowest < 0.25, f"99 of 100 answers within {slowest * 1000:.0f} ms"
        # One that had to wait for the others is one of hundreds.
        assert max(self.seconds) < 1, f"one answer took {max(self.seconds):.1f} s"


class Postgres:
    """A server of the test's own. SIGSTOP leaves its sockets open, as a machine that hangs does."""

    def __init__(self, home: Path) -> None:
        self._server = EmbeddedPostgres(home)
        self.socket_directory = home / "postgres-socket"
        self._stopped: list[int] = []

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def embedded(self) -> EmbeddedPostgres:
        return self._server

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go_on()
        self._server.release()

    def stop(self) -> None:
        """SIGSTOP to the server's first process and to all that it has started."""
        first = self._server.postmaster_pid()
        # The first one first: it starts no more.
        self._signal([first], signal.SIGSTOP)
        self._signal(children_of(first), signal.SIGSTOP)

    def go_on(self) -> None:
        stopped, self._stopped = self._stopped, []
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def _signal(self, processes: Sequence[int], number: signal.Signals) -> None:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, number)
                self._stopped.append(process)


class SwallowingProxy:
    """TCP before the server's socket. What it has accepted it keeps open, also while it passes nothing on."""

    def __init__(self, server: Path) -> None:
        self._server = str(server / ".s.PGSQL.5432")
        self.swallows_answers = Event()
        """While set, the server gets what is sent, and nobody hears from it."""
        self.swallows_questions = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._sockets += (client, server)
                for source, sink, swallows in (
                    (client, server, self.swallows_questions),
                    (server, client, self.swallows_answers),
                ):
                    passing = Thread(target=self._pass_on, args=(source, sink, swallows), daemon=True)
                    self._threads.append(passing)
                    passing.start()

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket, swallows: Event) -> None:
        was_swallowed = False
        with suppress(OSError):
            while data := source.recv(1 << 16):
                # A connection that has lost something never says anything again.
                was_swallowed = was_swallowed or swallows.is_set()
                if not was_swallowed:
                    sink.sendall(data)
            if not was_swallowed:
                sink.shutdown(socket.SHUT_WR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The service, with the server behind it; ``direct_url`` and ``keys_url`` lead there past any proxy."""

    program: Program
    address: str
    clients: ServiceClients
    postgres: Postgres
    direct_url: str
    keys_url: str

    @property
    def employer(self) -> ServiceClient:
        return self.clients.of(Role.EMPLOYER)

    def file(self, key: str) -> TimedAnswer:
        """File an application of another worker for each key."""
        return timed(lambda: self.employer.file(_application(key), key=key))

    def read_list(self) -> TimedAnswer:
        return timed(lambda: self.employer.get("applications"))

    def metrics(self) -> TimedAnswer:
        return timed(lambda: httpx.get(f"{self.address}/metrics", timeout=30))

    def file_all(self, keys: Sequence[str]) -> list[TimedAnswer]:
        return together([lambda key=key: self.file(key) for key in keys])  # type: ignore[misc]

    def health(self) -> dict[str, object]:
        content: dict[str, object] = httpx.get(f"{self.address}{API_ROOT}/health", timeout=5).json()
        return content

    @contextmanager
    def health_all_the_while(self) -> Iterator[HealthSeen]:
        """Ask for it every few milliseconds in a thread until the block ends."""
        seen, ended = HealthSeen(), Event()

        def ask() -> None:
            with httpx.Client(base_url=f"{self.address}{API_ROOT}", timeout=30) as client:
                while not ended.wait(0.02):
                    answered = timed(lambda: client.get("health"))
                    seen.seconds.append(answered.seconds)
                    seen.statuses.append(answered.answer.json()["status"])

        asking = Thread(target=ask)
        asking.start()
        try:
            yield seen
        finally:
            ended.set()
            asking.join()

    def applications_stored(self) -> object:
        return answer_of(self.direct_url, "select count(*) from permit.journal where type like 'ApplicationSubmitted%'")

    @contextmanager
    def head_held(self) -> Iterator[None]:
        """Another transaction holds the head of the journal until the block ends."""
        with closing(psycopg2.connect(self.direct_url)) as holder, holder.cursor() as cursor:
            cursor.execute("select from permit.journal_head for update")
            yield


def _application(key: str) -> dict[str, object]:
    body = deepcopy(APPLICATION)
    name = "".join(chr(ord("a") + int(digit, 16)) for digit in key.replace("-", "")[:12])
    body["worker"] = {
        "givenName": "Zwaluwina",
        "familyName": name.title(),
        "birthDate": "1990-01-01",
        "nationality": "IN",
    }
    return body


def timed(ask: Callable[[], httpx.Response]) -> TimedAnswer:
    began = time.monotonic()
    answer = ask()
    return TimedAnswer(seconds=time.monotonic() - began, answer=answer)


LAG: Final = ("permit_projection_lag_events", "timeline")
"""A metric that only the database knows."""


def samples_of(scraped: TimedAnswer) -> dict[tuple[str, ...], float]:
    """What ``/metrics`` told, by name and labels."""
    assert scraped.status == 200, scraped.answer.text
    families = text_string_to_metric_families(scraped.answer.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def together(asked: Sequence[Callable[[], TimedAnswer]]) -> list[TimedAnswer]:
    """All at once, each in a thread of its own."""
    with ThreadPoolExecutor(len(asked)) as callers:
        return [each.result() for each in [callers.submit(ask) for ask in asked]]


@contextmanager
def harmed_service(
    directory: Path, *, home: Path | None = None, over_tcp: bool = False
) -> Iterator[tuple[Service, SwallowingProxy | None]]:
    """The service over a server in ``directory``; its own files are in ``home`` where that is given.

    ``over_tcp`` puts a proxy between the two; the key store, which a filing writes in first, is reached without it.
    """
    with ExitStack() as opened:
        postgres = opened.enter_context(Postgres(directory / "var"))
        direct_url, keys_url = opened.enter_context(program_databases(postgres.url))
        proxy = opened.enter_context(SwallowingProxy(postgres.socket_directory)) if over_tcp else None
        home = directory / "home" if home is None else home
        home.mkdir(exist_ok=True)
        limits = home / "limits.toml"
        limits.write_text(LIMITS)
        settings = Settings(
            home=home, database_url=_through(proxy, direct_url), key_database_url=keys_url, limits_file=limits
        )
        program = opened.enter_context(open_program(settings, set_up=True))
        issuer = DevelopmentIssuer.open(home, create=True)
        address = opened.enter_context(running_server(program))
        clients = opened.enter_context(ServiceClients(program, address, issuer, _NEVER_CLOSED))
        # Whatever the test did, the program is closed over a server that answers.
        opened.callback(postgres.go_on)
        yield (
            Service(
                program=program,
                address=address,
                clients=clients,
                postgres=postgres,
                direct_url=direct_url,
                keys_url=keys_url,
            ),
            proxy,
        )


def _through(proxy: SwallowingProxy | None, url: str) -> str:
    if proxy is None:
        return url
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/{database_name(url)}?gssencmode=disable&sslmode=disable"
