"""A small use of the whole program on a server that was given, and what is found on that server afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2

from api.composition import open_program
from api.databases import databases
from domain.case.commands import CommandContext, Minted, SubmitApplication
from infra.postgres.read_models.generations import rebuild_projection
from infra.postgres.server.administrator_sql import administrator_sql
from infra.settings import Settings
from infra.time_ordered_ids import time_ordered_id
from tests.world.applications import application
from tests.world.debian_postgres import OwnServer


def use_everything(url: str, home: Path) -> None:
    """Set the databases up, file an application, build a read model anew, and come back as a worker does."""
    settings = Settings(home=home, database_url=url)
    home.mkdir(exist_ok=True)
    now = datetime(2026, 1, 20, 9, tzinfo=UTC)
    case = time_ordered_id(now)
    with open_program(settings, set_up=True) as program:
        minted = Minted(reference="VL-2026-0000001", worker_subject=program.keys.mint())
        command = SubmitApplication(application=application(pay="52345.67"), minted=minted)
        context = CommandContext(actor="tester", command_id="1", now=now)
        program.handle(case, command, context)
        for runner in program.projection_runners().values():
            runner.catch_up()
        report = rebuild_projection(url, program.recorder, program.read_models[0], on_progress=lambda *_: None)
        assert report.same
        filed = program.journal.read(case).events
    with open_program(settings) as program:
        assert program.journal.read(case).events == filed


def ask(url: str, question: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def made_on(server: OwnServer) -> tuple[list[Any], list[Any]]:
    """The databases and the roles that are there, with what they are members of."""
    return (
        ask(server.url(), "select datname, datacl::text from pg_database order by 1"),
        ask(
            server.url(),
            "select rolname, array(select roleid::regrole::text from pg_auth_members where member = r.oid order by 1)"
            " from pg_roles r order by 1",
        ),
    )


def as_administrator(server: OwnServer, url: str, *, user: str = "postgres") -> None:
    """Run with psql what `permit database sql` prints for ``url``."""
    run_with_psql(server, administrator_sql(databases(Settings(database_url=url), url)), user=user)


def run_with_psql(server: OwnServer, script: str, *, user: str) -> None:
    done = subprocess.run(
        [server.programs / "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", server.url(user)],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def sentences(refusal: BaseException) -> Sequence[str]:
    return str(refusal).splitlines()
