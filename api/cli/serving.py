"""``permit serve``, ``permit work`` and ``permit doctor``."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from api.cli.output import Json, finding_if, say
from api.composition import Program, open_program
from api.crossroads import employer_lookups
from api.databases import DEMONSTRATION_ORIGIN
from api.server import LOOPBACK, listening_socket, running_server
from api.services.setup_check import examine
from api.workers import running_workers
from domain.civil_time import civil_day
from infra.child_process import end_with_standard_input, running_child
from infra.crossroads.simulator_process import running_simulator
from infra.identity.chooser_secret import ChooserSecret
from infra.settings import Settings, load_settings
from infra.workers.supervision import Supervision

_SIMULATOR_SEED = 2026


class Work(StrEnum):
    PROJECTIONS = "projections"
    CROSSROADS = "crossroads"
    RELAY = "relay"
    DEADLINES = "deadlines"
    MIGRATION = "migration"
    WEBHOOKS = "webhooks"
    ALL = "all"


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="TCP port on loopback; 0 lets the system choose")
    ] = None,
    workers: Annotated[bool, typer.Option(help="run the workers in this process too")] = True,
    processes: Annotated[int, typer.Option(min=1, max=64, help="how many processes answer on the port")] = 1,
    listening: Annotated[int | None, typer.Option(hidden=True)] = None,
    crossroads: Annotated[str | None, typer.Option(hidden=True)] = None,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """The HTTP interface, with its workers, on this machine only until tokens come from a real issuer."""
    settings = load_settings()
    with _until_stopped(until_stdin_closes) as stopping, ExitStack() as opened:
        # First of all: where the port is taken, nothing was made or started.
        shared = (
            listening_socket(LOOPBACK, settings.port if port is None else port)
            if listening is None
            else socket.socket(fileno=listening)
        )
        opened.enter_context(shared)
        program = opened.enter_context(open_program(settings, set_up=True))
        # The Crossroads Bank is the simulator unless the settings, or the process that started this one, name another.
        crossroads_url = settings.crossroads_url or crossroads
        if workers and crossroads_url is None:
            crossroads_url = opened.enter_context(running_simulator(_SIMULATOR_SEED))
        watched = opened.enter_context(_workers(program, crossroads_url, Work.ALL)) if workers else None
        lookups = opened.enter_context(employer_lookups(program, crossroads_url))
        address = opened.enter_context(running_server(program, workers=watched, listening=shared, lookups=lookups))
        for _ in range(processes - 1):
            opened.enter_context(_answering_beside(shared, crossroads_url))
        typer.echo(f"listening on {address}")
        if not until_stdin_closes:
            typer.echo(journal_served(program.recorder.origin, settings, civil_day(program.clock.now())), err=True)
            typer.echo(way_in(address, settings), err=True)
        stopping.wait()


def way_in(address: str, settings: Settings) -> str:
    """Where a browser signs in, and with what."""
    secret = ChooserSecret.open(settings.home)
    return (
        f"sign in at {address}/ as anyone with the secret {secret.text} (also in {ChooserSecret.path(settings.home)}): "
        "whoever has it can take every role"
    )


def journal_served(origin: str, settings: Settings, day: date) -> str:
    """Whose journal is served, and the day on which everything that is filed and decided counts."""
    where = settings.home if settings.database_url is None else "PERMIT_DATABASE_URL"
    if origin != DEMONSTRATION_ORIGIN:
        return f"serving the journal of {where}; today is {day}"
    other = "PERMIT_HOME to another directory" if settings.database_url is None else "it to another database"
    return (
        f"serving the journal of the demonstration of {where}; its clock stands still on {day}, and terms and law are "
        f"those of that day. For a journal of your own, set {other}"
    )


@contextmanager
def _answering_beside(shared: socket.socket, crossroads_url: str | None) -> Iterator[None]:
    """Another process that answers on the same socket; a free one takes the next connection."""
    arguments = ["serve", "--no-workers", "--until-stdin-closes", f"--listening={shared.fileno()}"]
    if crossroads_url is not None:
        arguments.append(f"--crossroads={crossroads_url}")
    with running_child("api.cli", arguments, announcement="listening on ", inherits=[shared.fileno()]):
        yield


def work(
    what: Annotated[Work, typer.Argument(help="which workers; deadlines need the projections to run somewhere")],
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Workers without the HTTP interface."""
    settings = load_settings()
    if what is Work.RELAY and settings.kafka is None:
        raise typer.BadParameter("the relay sends to Kafka: set PERMIT_KAFKA to its bootstrap servers, host:port")
    if what is Work.MIGRATION and settings.kafka is None:
        raise typer.BadParameter("legacy records come over Kafka: set PERMIT_KAFKA to its bootstrap servers, host:port")
    with (
        _until_stopped(until_stdin_closes) as stopping,
        open_program(settings) as program,
        ExitStack() as opened,
    ):
        crossroads_url = settings.crossroads_url
        if crossroads_url is None and what in (Work.CROSSROADS, Work.ALL):
            crossroads_url = opened.enter_context(running_simulator(_SIMULATOR_SEED))
        watched = opened.enter_context(_workers(program, crossroads_url, what))
        typer.echo(f"working on {what.value}")
        while not stopping.wait(1.0):
            finding_if(watched.ended)


def doctor(
    as_json: Json = False,
) -> None:
    """Look whether everything this program needs is there and as it should be."""
    findings = examine(load_settings)
    lines = [f"{'good' if each.good else 'BAD '}  {each.subject}: {each.sentence}" for each in findings]
    say({"findings": [each.as_json() for each in findings]}, as_json, lambda: "\n".join(lines))
    finding_if(not all(each.good for each in findings))


@contextmanager
def _workers(program: Program, crossroads_url: str | None, what: Work) -> Iterator[Supervision]:
    """The workers stopping for."""
    with running_workers(
        program,
        crossroads_url=crossroads_url if what in (Work.CROSSROADS, Work.ALL) else None,
        projections=what in (Work.PROJECTIONS, Work.ALL),
        deadlines=what in (Work.DEADLINES, Work.ALL),
        relay=what in (Work.RELAY, Work.ALL),
        migration=what in (Work.MIGRATION, Work.ALL),
        webhooks=what in (Work.WEBHOOKS, Work.ALL),
    ) as watched:
        yield watched


@contextmanager
def _until_stopped(until_stdin_closes: bool) -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C, by SIGTERM, or when the parent that started this process is gone."""
    stopping = threading.Event()
    previous = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    if until_stdin_closes:
        end_with_standard_input(stopping.set)
    try:
        yield stopping
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
