"""``permit migrate batch``: the batches of an authority, what hangs on each, and how one ends before its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli.output import REFUSED, Json, ending_with, say, this_user
from api.cli.readable import readable, table
from api.composition import open_program
from api.services.migration_status import batch_told
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
User = Annotated[str | None, typer.Option(help="who does it; you, as this machine knows you")]

_SHOWN: Final = 20
"""Landed records that `show` names when all of them are not asked for."""


def list_batches(authority: Authority, as_json: Json = False) -> None:
    """The batches of an authority, newest first, with what hangs on each."""
    with open_program(load_settings()) as program, program.readers.connection() as connection:
        found = ledgers(connection, authority)
        held = held_by(connection, [each.id for each in found])
    told = [_told(each, held[each.id]) for each in found]
    say({"batches": told}, as_json, lambda: table([_row(each) for each in told]) if told else "none")


def show(
    batch: Batch,
    every: Annotated[bool, typer.Option("--all", help="name every landed record, not only the first")] = False,
    as_json: Json = False,
) -> None:
    """One batch: its ledger, its landed records with their fate, what waits in quarantine, who ended it and why."""
    with _refusals(), open_program(load_settings()) as program, program.readers.connection() as connection:
        found = batch_of(connection, batch)
        held = held_by(connection, [batch])[batch]
        landed = landed_with(connection, batch, None if every else _SHOWN)
    told = {
        **_told(found, held),
        "records": found.records,
        "landedRecords": [_record(found.authority, each) for each in landed],
    }
    say(told, as_json, lambda: _shown(told, sum(held.landed.values())))


def abandon_batch(
    batch: Batch,
    motive: Annotated[str, typer.Option(help="why, in words that a colleague understands later")],
    by: User = None,
    as_json: Json = False,
) -> None:
    """Give up a file that was not taken to its end. What has landed of it stays; the same file again begins anew."""
    with _refusals(), _writing() as connection:
        ended = abandon(connection, batch, by=this_user() if by is None else by, motive=motive)
        told = _told(ended, held_by(connection, [batch])[batch])
    say(told, as_json, lambda: _ended(told))


def supersede_batch(
    batch: Batch,
    successor: Annotated[UUID, typer.Option("--by", help="the batch of the mended file")],
    motive: Annotated[str | None, typer.Option(help="why, in words that a colleague understands later")] = None,
    user: User = None,
    as_json: Json = False,
) -> None:
    """A mended file takes the place of a batch. What has landed of either stays where it is."""
    with _refusals(), _writing() as connection:
        ended = supersede(connection, batch, successor, by=this_user() if user is None else user, motive=motive)
        told = _told(ended, held_by(connection, [batch])[batch])
    say(told, as_json, lambda: _ended(told))


@contextmanager
def _refusals() -> Iterator[None]:
    with ending_with(REFUSED, BatchRefused, NotAccepting):
        yield


@contextmanager
def _writing() -> Iterator[Any]:
    with open_program(load_settings()) as program, closing(connect(program.journal_url, Role.WRITER)) as connection:
        yield connection


def _told(batch: BatchLedger, held: HeldBy) -> dict[str, Any]:
    return {**batch_told(batch), "landed": held.landed, "waiting": held.waiting, "cases": held.cases}


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


def _row(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "batch": told["batch"],
        "source": told["source"],
        "state": _state(told),
        **{name: told[name] for name in ("records", "retold", "unchanged", "stale", "quarantined", "cases")},
        "waiting": sum(told["waiting"].values()),
        "by": told["endedBy"],
        "why": told["endedWhy"] or (told["supersededBy"] and f"by {told['supersededBy']}"),
    }


def _state(told: dict[str, Any]) -> str:
    if told["endedAs"] is not None:
        return str(told["endedAs"])
    if told["door"] == "kafka":
        return "topic"
    return "unfinished" if told["finishedAt"] is None else "finished"


def _shown(told: dict[str, Any], landed: int) -> str:
    text = readable({name: value for name, value in told.items() if value is not None})
    left = landed - len(told["landedRecords"])
    return text if left <= 0 else f"{text}\n  and {left:,} more: --all names them"


def _ended(told: dict[str, Any]) -> str:
    landed = ", ".join(f"{number:,} {fate}" for fate, number in told["landed"].items()) or "nothing"
    by = f" by {told['supersededBy']}" if told["supersededBy"] else ""
    return (
        f"batch {told['batch']} ({told['source']}) is {told['endedAs']}{by}. What has landed of it stays: {landed};"
        f" {sum(told['waiting'].values()):,} wait in quarantine, {told['cases']:,} cases were told from it"
    )
