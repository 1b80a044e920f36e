"""``permit migrate batch``: the batches of an authority, what depends on each, and how to end one early."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli.output import By, ExitCode, Json, by_whom, ending_with, say
from api.cli.readable import readable, table
from api.composition import open_program
from api.http.migration_content import batch_content
from domain.migration.batch_ending import BatchRefused
from domain.migration.batch_ledger import BatchLedger
from domain.migration.cutover_status import NotAccepting
from domain.migration.identities import reference_of
from infra.migration.batch_ledgers import ledgers
from infra.migration.batches import HeldBy, LandedVersion, abandon, batch_of, held_by, landed_with, supersede
from infra.migration.sources import MigratingAuthority
from infra.postgres.server.connections import Role, connect
from infra.settings import load_settings

Authority = Annotated[MigratingAuthority, typer.Argument(help="whose batches")]
Batch = Annotated[UUID, typer.Argument(help="as `permit migrate batch list` gives it")]

_SHOWN: Final = 20
"""Landed records that `show` names by default."""


def list_batches(authority: Authority, as_json: Json = False) -> None:
    """The batches of an authority, newest first, with what depends on each."""
    with open_program(load_settings()) as program, program.unhurried_readers.connection() as connection:
        found = ledgers(connection, authority)
        held = held_by(connection, [each.id for each in found])
    result = [_as_json(each, held[each.id]) for each in found]
    say({"batches": result}, as_json, lambda: table([_row(each) for each in result]) if result else "none")


def show(
    batch: Batch,
    every: Annotated[bool, typer.Option("--all", help="name every landed record, not only the first")] = False,
    as_json: Json = False,
) -> None:
    """One batch: its ledger, its landed records with their fate, what waits in quarantine, who ended it and why."""
    with _refusals(), open_program(load_settings()) as program, program.unhurried_readers.connection() as connection:
        found = batch_of(connection, batch)
        held = held_by(connection, [batch])[batch]
        landed = landed_with(connection, batch, None if every else _SHOWN)
    result = {
        **_as_json(found, held),
        "records": found.records,
        "landedRecords": [_record(found.authority, each) for each in landed],
    }
    say(result, as_json, lambda: _shown(result, sum(held.landed.values())))


def abandon_batch(
    batch: Batch,
    motive: Annotated[str, typer.Option(help="why, in words that a colleague understands later")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Abandon a file that was not loaded completely. What has landed stays; the file can be loaded again."""
    with _refusals(), _writing() as connection:
        ended = abandon(connection, batch, by=by_whom(by), motive=motive)
        result = _as_json(ended, held_by(connection, [batch])[batch])
    say(result, as_json, lambda: _ended(result))


def supersede_batch(
    batch: Batch,
    successor: Annotated[UUID, typer.Option("--by", help="the batch of the corrected file")],
    motive: Annotated[str | None, typer.Option(help="why, in words that a colleague understands later")] = None,
    user: By = None,
    as_json: Json = False,
) -> None:
    """A corrected file replaces a batch. What has landed of either stays."""
    with _refusals(), _writing() as connection:
        ended = supersede(connection, batch, successor, by=by_whom(user), motive=motive)
        result = _as_json(ended, held_by(connection, [batch])[batch])
    say(result, as_json, lambda: _ended(result))


@contextmanager
def _refusals() -> Iterator[None]:
    with ending_with(ExitCode.REFUSED, BatchRefused, NotAccepting):
        yield


@contextmanager
def _writing() -> Iterator[Any]:
    with open_program(load_settings()) as program, closing(connect(program.serving.writer, Role.WRITER)) as connection:
        yield connection


def _as_json(batch: BatchLedger, held: HeldBy) -> dict[str, Any]:
    return {**batch_content(batch), "landed": held.landed, "waiting": held.waiting, "cases": held.cases}


def _record(authority: str, each: LandedVersion) -> dict[str, Any]:
    return {
        "recordId": str(each.record_id),
        "fileNumber": None if each.key is None else reference_of(authority, each.key),
        "source": each.source,
        "line": each.line,
        "fate": each.fate,
        "quarantine": each.quarantine,
        "applicationId": None if each.case_id is None else str(each.case_id),
    }


def _row(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "batch": result["batch"],
        "source": result["source"],
        "state": _state(result),
        **{name: result[name] for name in ("records", "retold", "unchanged", "stale", "quarantined", "cases")},
        "waiting": sum(result["waiting"].values()),
        "by": result["endedBy"],
        "why": result["endedWhy"] or (result["supersededBy"] and f"by {result['supersededBy']}"),
    }


def _state(result: dict[str, Any]) -> str:
    if result["endedAs"] is not None:
        return str(result["endedAs"])
    if result["door"] == "kafka":
        return "topic"
    return "unfinished" if result["finishedAt"] is None else "finished"


def _shown(result: dict[str, Any], landed: int) -> str:
    text = readable({name: value for name, value in result.items() if value is not None})
    left = landed - len(result["landedRecords"])
    return text if left <= 0 else f"{text}\n  and {left:,} more: --all names them"


def _ended(result: dict[str, Any]) -> str:
    landed = ", ".join(f"{number:,} {fate}" for fate, number in result["landed"].items()) or "nothing"
    by = f" by {result['supersededBy']}" if result["supersededBy"] else ""
    return (
        f"batch {result['batch']} ({result['source']}) is {result['endedAs']}{by}. What has landed of it stays: "
        f"{landed}; {sum(result['waiting'].values()):,} wait in quarantine, {result['cases']:,} cases come from it"
    )
