"""``permit migrate quarantine`` and ``permit migrate repair``: quarantined records, and their correction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.lazy_group import among, one_of
from api.cli.output import By, ExitCode, Json, by_whom, ending_with, finding_if, say
from api.cli.readable import table
from api.composition import Program, open_program
from api.services.migrations import bulk_connection, quarantine_of
from consumers.migration.repair import ShownRecord
from domain.migration.cutover_status import AuthorityIsLive, NotAccepting
from domain.migration.findings import RefusalReason
from domain.migration.quarantine import STATES, QuarantinedRecord, RepairRefused
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import ids_waiting, listed
from infra.postgres.journal.conflicts import AppendConflict
from infra.settings import load_settings

Authority = Annotated[MigratingAuthority, typer.Argument(help="whose records")]
Record = Annotated[UUID, typer.Argument(help="of a record, as `permit migrate quarantine list` gives it")]
Motive = Annotated[str, typer.Option(help="why, in words that a colleague understands later")]
Reason = Annotated[RefusalReason | None, typer.Option(help="only of this reason")]


def list_records(
    authority: Authority,
    reason: Reason = None,
    state: Annotated[
        str | None,
        typer.Option(
            help=f"{' | '.join(STATES)}; those that wait, if none is given",
            callback=one_of(STATES, "state of a record"),
            autocompletion=among(STATES),
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """The records in quarantine, without their content."""
    with open_program(load_settings()) as program, program.unhurried_readers.connection() as connection:
        more: dict[str, Any] = {} if state is None else {"states": (state,)}
        found = listed(connection, authority=authority, reason=None if reason is None else reason.value, **more)
    say({"records": [record_as_json(each) for each in found]}, as_json, lambda: _listed_text(found))


def show(authority: Authority, record: Record, by: By = None, as_json: Json = False) -> None:
    """One of them with its content, raw and parsed; it is personal, so each look is logged in its trace."""
    with _refusals(), open_program(load_settings()) as program, program.writers.connection() as connection:
        shown = quarantine_of(program, authority).shown(connection, record, by=by_whom(by))
    say(_shown(shown), as_json, lambda: _shown_text(shown))


def correct(
    authority: Authority,
    record: Record,
    field: Annotated[str, typer.Argument(help="the field, as named in the findings")],
    text: Annotated[str, typer.Argument(help="the new text, as the source would write it")],
    motive: Motive,
    by: By = None,
) -> None:
    """Replace the text of a field. The raw record stays as received; `replay` tries it with the new text."""
    with _refusals(), open_program(load_settings()) as program, program.writers.connection() as connection:
        who = by_whom(by)
        quarantine_of(program, authority).correct(connection, record, field, text, by=who, motive=motive)
    typer.echo(f"corrected: permit migrate repair replay {authority} {record} --motive ...")


def replay(
    authority: Authority,
    motive: Motive,
    records: Annotated[list[UUID] | None, typer.Argument(help="which; all that wait, if none is given")] = None,
    reason: Reason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Try records again, with their corrections and the mapping of today. Exit code 1 where some still wait."""
    with _refusals(), open_program(load_settings()) as program:
        done = _replayed(program, authority, records, reason, by_whom(by), motive)
    lines = [f"{done['retold']} retold, {len(done['waiting'])} wait still"]
    lines += [f"  {each['recordId']}: {each['reason']}" for each in done["waiting"]]
    say(done, as_json, lambda: "\n".join(lines))
    finding_if(done["waiting"])


def _replayed(
    program: Program,
    authority: MigratingAuthority,
    records: list[UUID] | None,
    reason: RefusalReason | None,
    by: str,
    motive: str,
) -> dict[str, Any]:
    quarantine, retold, waiting = quarantine_of(program, authority), 0, []
    with bulk_connection(program) as connection:
        chosen = records or ids_waiting(connection, authority, None if reason is None else reason.value)
        for record in chosen:
            try:
                refused = quarantine.replay(connection, record, by=by, motive=motive)
            except (RepairRefused, AppendConflict) as why:
                if len(chosen) == 1:
                    raise
                # One that cannot be repaired holds up no other.
                waiting.append({"recordId": str(record), "reason": str(why)})
                continue
            if refused is None:
                retold += 1
            else:
                waiting.append({"recordId": str(record), "reason": refused.main.value})
    return {"retold": retold, "waiting": waiting}


@contextmanager
def _refusals() -> Iterator[None]:
    conflicts = ending_with(ExitCode.FINDING, AppendConflict, prefix="nothing was written: ", remedy=". Try again")
    with ending_with(ExitCode.REFUSED, RepairRefused, AuthorityIsLive, NotAccepting), conflicts:
        yield


def _listed_text(found: Sequence[QuarantinedRecord]) -> str:
    rows = [
        {
            "record": str(each.record_id),
            "number": each.key,
            "source": each.source,
            "line": each.line,
            "reason": each.reason,
            "findings": "; ".join(finding.text for finding in each.findings),
        }
        for each in found
    ]
    return table(rows) if rows else "none"


def _shown_text(shown: ShownRecord) -> str:
    lines = [f"{shown.quarantined.key or 'no number'}: {shown.quarantined.reason}, {shown.quarantined.state}"]
    lines += [f"  {each.text} ({each.reason.value})" for each in shown.quarantined.findings]
    if shown.raw is None:
        lines.append("its data were erased")
    for each in shown.provenance:
        lines.append(f"  {each.fact.value:18} {each.field}: {each.raw!r} -> {each.value!r} ({each.sureness.value})")
    for step in shown.steps:
        motive = f": {step.motive}" if step.motive else ""
        lines.append(
            f"  {step.at:%Y-%m-%d %H:%M} {step.what}{f' ({step.detail})' if step.detail else ''} by {step.by}{motive}"
        )
    return "\n".join(lines)


def record_as_json(each: QuarantinedRecord) -> dict[str, Any]:
    """A record in quarantine as JSON, without its content."""
    return {
        "recordId": str(each.record_id),
        "authority": each.authority,
        "key": each.key,
        "source": each.source,
        "line": each.line,
        "reason": each.reason,
        "findings": [
            {"reason": finding.reason.value, "field": finding.field, "sentence": finding.sentence}
            for finding in each.findings
        ],
        "state": each.state,
        "openedAt": each.opened_at.isoformat(),
        "mappingVersion": each.mapping_version,
        "applicationId": None if each.case_id is None else str(each.case_id),
    }


def _shown(shown: ShownRecord) -> dict[str, Any]:
    return {
        **record_as_json(shown.quarantined),
        "raw": shown.raw,
        "corrections": shown.corrections,
        "parsed": [
            {
                "fact": each.fact.value,
                "field": each.field,
                "raw": each.raw,
                "value": each.value,
                "transformation": each.transformation,
                "confidence": each.sureness.value,
            }
            for each in shown.provenance
        ],
        "steps": [
            {
                "what": step.what,
                "detail": step.detail or None,
                "by": step.by,
                "motive": step.motive,
                "at": step.at.isoformat(),
            }
            for step in shown.steps
        ],
    }
