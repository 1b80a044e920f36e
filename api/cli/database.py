"""``permit database``: what a PostgreSQL server of one's own needs."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.output import Json, finding_if, say


def sql(
    keys: Annotated[bool, typer.Option("--keys", help="for the key store, where it is on another server")] = False,
) -> None:
    """Print the SQL that an administrator runs where the program may make neither roles nor databases.

    It is made from PERMIT_DATABASE_URL and PERMIT_KEY_DATABASE_URL, contacts no server and holds no password.
    """
    from api.databases import databases
    from infra.postgres.server.administrator_sql import administrator_sql, same_server
    from infra.settings import load_settings

    settings = load_settings()
    if settings.database_url is None:
        raise typer.BadParameter(
            "PERMIT_DATABASE_URL is not set: the embedded PostgreSQL needs no administrator. "
            "Set it to the URL of your server first, postgresql://user@host:5432/database"
        )
    journal_url, keys_url = databases(settings, settings.database_url)
    together = same_server(journal_url, keys_url)
    if keys and together:
        raise typer.BadParameter("the key store is on the journal's server: `permit database sql` prints both")
    typer.echo(administrator_sql([keys_url] if keys else [journal_url, keys_url] if together else [journal_url]))
    if not keys and not together:
        typer.echo("The key store is elsewhere, or has another user: `permit database sql --keys`", err=True)


def case_index(as_json: Json = False) -> None:
    """Make cases findable that were filed before there was an index of cases.

    It adds and takes away nothing: safe to stop, to repeat, and to run while the service works.

    Exit code 1 where a case cannot be read, which it names.
    """
    from api.composition import open_program
    from infra.postgres.journal.indexing_again import index_again
    from infra.settings import load_settings

    with open_program(load_settings()) as program:
        report = index_again(program.readers, program.journal, program.index)
    found = {"cases": report.cases, "unreadable": [str(each) for each in report.unreadable]}
    lines = [f"{report.cases} cases are found by the numbers and names in them"]
    lines += [f"cannot be read: {each}" for each in report.unreadable]
    say(found, as_json, lambda: "\n".join(lines))
    finding_if(bool(report.unreadable))
