"""``permit migrate cutover``: the steps by which an authority goes live here, and the way back."""

from __future__ import annotations

import getpass
import json
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.composition import open_program
from api.migration import cutover_of, lag_of_records, signed_report, standing_told
from domain.migration.cutover import CutOverStep, StepRefused
from infra.migration.cutover import export_native_events, standing_of
from infra.migration.sources import MigratingAuthority
from infra.postgres.conflicts import AppendConflict
from infra.postgres.connections import Role, connect
from infra.settings import load_settings

app = typer.Typer(help="Make an authority live here, in steps, and back.", no_args_is_help=True)

_FINDING: Final = 1
_REFUSED: Final = 2

Authority = Annotated[MigratingAuthority, typer.Argument(help="who is to be live here")]
By = Annotated[str | None, typer.Option(help="who does it; you, as this machine knows you")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]


@app.command("status")
def status(authority: Authority, as_json: Json = False) -> None:
    """Whether the authority is live here, the steps that were taken, and the next one."""
    with open_program(load_settings()) as program, program.readers.connection() as connection:
        told = standing_told(standing_of(connection, authority))
    _echo(told, as_json)


@app.command("rehearsed")
def rehearsed(
    authority: Authority,
    seconds: Annotated[float, typer.Option(min=0, help="how long the rehearsal of the whole took")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """The whole was rehearsed, and timed."""
    _take(authority, CutOverStep.REHEARSED, by, as_json, {"seconds": seconds})


@app.command("freeze")
def freeze(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """The former system takes no changes any more."""
    _take(authority, CutOverStep.FROZEN, by, as_json, {})


@app.command("drain")
def drain(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """All that was sent has been taken: no file is half taken, no topic has records left."""
    with open_program(load_settings()) as program:
        lag = lag_of_records(program, authority)
    if lag:
        typer.echo(f"{lag} records on the topic were not taken yet: wait until they are", err=True)
        raise typer.Exit(_REFUSED)
    _take(authority, CutOverStep.DRAINED, by, as_json, {"lag": lag})


@app.command("reconcile")
def reconcile(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """Both sides agree and the ledger balances: writes the signed report on which the approval rests."""
    with open_program(load_settings()) as program:
        told = signed_report(program, authority)
    outcome = {"agrees": told["report"]["agrees"], "reportSha256": told["signature"]["sha256"], "files": told["files"]}
    _take(authority, CutOverStep.RECONCILED, by, as_json, outcome)


@app.command("propose")
def propose(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """Ask somebody else to approve the switch."""
    _take(authority, CutOverStep.PROPOSED, by, as_json, {})


@app.command("approve")
def approve(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """Switch: from now on its cases are decided here. By somebody else than who proposed it."""
    _take(authority, CutOverStep.APPROVED, by, as_json, {})


@app.command("propose-back")
def propose_back(
    authority: Authority,
    motive: Annotated[str, typer.Option(help="why, in words that a court understands later")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ask somebody else to approve the way back."""
    _take(authority, CutOverStep.BACK_PROPOSED, by, as_json, {"motive": motive})


@app.command("approve-back")
def approve_back(
    authority: Authority,
    export: Annotated[
        Path, typer.Option(help="the file for the former system: what happened here, gzip of JSON lines")
    ],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Hand back what happened here, then make the former system authoritative again."""
    with open_program(load_settings()) as program, closing(connect(program.journal_url, Role.READER)) as connection:
        outcome = export_native_events(connection, authority, export)
    _take(authority, CutOverStep.BACK_APPROVED, by, as_json, outcome)


def _take(
    authority: MigratingAuthority, step: CutOverStep, by: str | None, as_json: bool, outcome: dict[str, Any]
) -> None:
    try:
        with open_program(load_settings()) as program, closing(connect(program.journal_url, Role.WRITER)) as connection:
            taken = cutover_of(program, authority).take(connection, step, by=by or getpass.getuser(), outcome=outcome)
    except StepRefused as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(_REFUSED) from None
    except AppendConflict as why:
        typer.echo(f"nothing was switched: {why}", err=True)
        raise typer.Exit(_FINDING) from None
    _echo(standing_told(taken), as_json)


def _echo(told: dict[str, Any], as_json: bool) -> None:
    typer.echo(json.dumps(told) if as_json else json.dumps(told, indent=2, ensure_ascii=False))
