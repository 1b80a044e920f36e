"""``permit migrate``: bring the records of the authorities that move in. A dry run judges and writes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.progress import progress_bar
from api.composition import Program, open_program
from api.migration import loader_of
from domain.migration.batch import BatchCount, Fate, TakenVersion
from infra.legacy_files.records import NotThisKind
from infra.migration.dossiers import taken_dossiers
from infra.migration.ledger import sums_of
from infra.migration.loading import AuthorityIsLive, RunUnderWay
from infra.migration.rehearsal import TakenBefore, rehearse
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.conflicts import StaleAuthorityEpoch
from infra.postgres.migrate import SchemaMissing
from infra.settings import load_settings

app = typer.Typer(help="Records of the authorities that move in.", no_args_is_help=True)

_FINDING = 1
_REFUSED = 2

Authority = Annotated[MigratingAuthority, typer.Argument(help="whose records")]
Files = Annotated[list[Path], typer.Argument(help="files, in the order in which they were handed over")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]


@app.callback()
def migrate() -> None:
    """Records of the authorities that move in."""


@app.command("dry-run")
def dry_run(authority: Authority, sources: Files, as_json: Json = False) -> None:
    """Judge the records of files as a load would, and write nothing. Exit code 2 for a file of another kind."""
    began = time.monotonic()
    count = BatchCount()
    with _told_plainly(), _what_was_taken(authority) as (taken_before, digest_key):
        for each in rehearse(SOURCES[authority], sources, taken_before, digest_key, count):
            refused = each.judged.refused
            if not as_json and refused is not None:
                found = "; ".join(f"{each.field}: {each.sentence}" for each in refused.findings)
                typer.echo(f"{each.raw.place}: {refused.main.value}. {each.raw.problem or found}")
    _echo(_told(count, time.monotonic() - began), as_json)


@app.command("run")
def run(authority: Authority, sources: Files, as_json: Json = False) -> None:
    """Load the records of files into the journal. Stopped at any moment, the same command goes on where it was."""
    with _told_plainly(), open_program(load_settings(), set_up=True) as program:
        with progress_bar(f"{authority}") as report:
            batches = loader_of(program, authority).load(sources, lambda taken, of: report(taken, of or taken))
        with program.readers.connection() as connection:
            told = sums_of(connection, batches)
    _echo(told, as_json)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A load that cannot be, in one sentence and by an exit code."""
    try:
        yield
    except (NotThisKind, OSError, AuthorityIsLive) as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(_REFUSED) from None
    except (RunUnderWay, StaleAuthorityEpoch) as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(_FINDING) from None


@contextmanager
def _what_was_taken(authority: MigratingAuthority) -> Iterator[tuple[TakenBefore, bytes]]:
    """What the database has taken; of one that was never set up, nothing."""
    try:
        with open_program(load_settings()) as program:
            yield _taken_before(program, authority), program.legacy_digest_key
            return
    except SchemaMissing:
        pass
    yield lambda _keys: {}, b""


def _taken_before(program: Program, authority: MigratingAuthority) -> TakenBefore:
    def taken(keys: Iterable[str]) -> dict[str, TakenVersion]:
        with program.readers.connection() as connection:
            found = taken_dossiers(connection, authority, keys)
        return {key: dossier.taken for key, dossier in found.items()}

    return taken


def _told(count: BatchCount, seconds: float) -> dict[str, Any]:
    return {
        "records": count.records,
        "retold": count.fates[Fate.RETOLD],
        "unchanged": count.fates[Fate.UNCHANGED],
        "stale": count.fates[Fate.STALE],
        "quarantined": dict(count.quarantined),
        "byStatus": dict(count.by_status),
        "byCategory": dict(count.by_category),
        "seconds": round(seconds, 3),
    }


def _echo(told: dict[str, Any], as_json: bool) -> None:
    typer.echo(json.dumps(told) if as_json else json.dumps(told, indent=2, ensure_ascii=False))
