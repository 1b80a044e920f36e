"""``permit migrate cutover``: the steps by which an authority goes live here, and the rollback."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import By, ExitCode, Json, by_whom, end, ending_with, say
from api.composition import open_program
from api.http.migration_content import cutover_content
from api.services.migrations import cutover_of, lag_of_records, operators_connection, signed_report
from domain.migration.cutover import CutOverStep, StepRefused
from infra.migration.cutover import export_native_events
from infra.migration.cutover_status import cutover_status
from infra.migration.sources import MigratingAuthority
from infra.postgres.journal.conflicts import AppendConflict
from infra.postgres.server.connections import Role, connect
from infra.settings import load_settings

Authority = Annotated[MigratingAuthority, typer.Argument(help="the authority that goes live here")]


def status(authority: Authority, as_json: Json = False) -> None:
    """Whether the authority is live here, the steps that were taken, and the next one."""
    with open_program(load_settings()) as program, program.unhurried_readers.connection() as connection:
        content = cutover_content(cutover_status(connection, authority))
    say(content, as_json)


def rehearsed(
    authority: Authority,
    seconds: Annotated[float, typer.Option(min=0, help="how long the rehearsal of the whole took")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """The cut-over was rehearsed, and timed."""
    _take(authority, CutOverStep.REHEARSED, by, as_json, {"seconds": seconds})


def freeze(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """The former system accepts no more changes."""
    _take(authority, CutOverStep.FROZEN, by, as_json, {})


def drain(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """All that was sent has been taken over: no file is partly loaded, no topic has records left, no dead letter.

    What waits in quarantine is named, and holds up nothing: the report names it too.
    """
    _take(authority, CutOverStep.DRAINED, by, as_json, {"lag": _lag(authority)})


def reconcile(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """Both sides agree and the ledger balances: writes the signed report on which the approval is based.

    From now on no record of the authority is accepted, until the switch or until `reopen`.
    """
    with open_program(load_settings()) as program:
        result = signed_report(program, authority)
    outcome = {
        "agrees": result["report"]["agrees"],
        "reportSha256": result["signature"]["sha256"],
        "files": result["files"],
        "covers": result["report"]["covers"],
        "lag": _lag(authority),
    }
    _take(authority, CutOverStep.RECONCILED, by, as_json, outcome)


def propose(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """Propose the switch for approval by someone else, on the report that covers all that has landed."""
    _require_no_lag(authority)
    _take(authority, CutOverStep.PROPOSED, by, as_json, {})


def approve(authority: Authority, by: By = None, as_json: Json = False) -> None:
    """Switch: from now on its cases are decided here. Not by the one who proposed it."""
    _require_no_lag(authority)
    _take(authority, CutOverStep.APPROVED, by, as_json, {})


def reopen(
    authority: Authority,
    motive: Annotated[str, typer.Option(help="why, in words that a court understands later")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Withdraw drain, report and proposal: records of the authority are accepted again."""
    _take(authority, CutOverStep.REOPENED, by, as_json, {"motive": motive})


def propose_back(
    authority: Authority,
    motive: Annotated[str, typer.Option(help="why, in words that a court understands later")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Propose the rollback for approval by someone else."""
    _take(authority, CutOverStep.BACK_PROPOSED, by, as_json, {"motive": motive})


def approve_back(
    authority: Authority,
    export: Annotated[
        Path, typer.Option(help="the file for the former system: what happened here, gzip of JSON lines")
    ],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Export what happened here, then make the former system authoritative again."""
    with (
        open_program(load_settings()) as program,
        closing(connect(program.serving.reader, Role.READER, shows_every_row=True)) as connection,
    ):
        outcome = export_native_events(connection, authority, export)
    _take(authority, CutOverStep.BACK_APPROVED, by, as_json, outcome)


def _lag(authority: MigratingAuthority) -> int:
    with open_program(load_settings()) as program:
        return lag_of_records(program, authority)


def _require_no_lag(authority: MigratingAuthority) -> None:
    if lag := _lag(authority):
        end(
            f"{lag} records of {authority} are on the topic that no report covers: `permit migrate cutover reopen"
            f" {authority} --motive TEXT`, let `permit work migration` take them, and reconcile again",
            ExitCode.REFUSED,
        )


def _take(
    authority: MigratingAuthority, step: CutOverStep, by: str | None, as_json: bool, outcome: dict[str, Any]
) -> None:
    with (
        ending_with(ExitCode.REFUSED, StepRefused),
        ending_with(ExitCode.FINDING, AppendConflict, prefix="nothing was switched: "),
        open_program(load_settings()) as program,
        operators_connection(program) as connection,
    ):
        taken = cutover_of(program, authority).take(connection, step, by=by_whom(by), outcome=outcome)
    say(cutover_content(taken), as_json)
