"""``permit migrate``: take over the records of the authorities that migrate. A dry run assesses and writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli.days import DAY, day
from api.cli.output import ExitCode, Json, end, ending_with, finding_if, say, this_user
from api.cli.progress import progress_bar
from api.cli.readable import readable
from api.cli.workers import Workers
from api.composition import Program, open_program
from api.databases import NoDataHere
from api.http.migration_content import lineage_content
from api.services.migrations import lineage_of, loader_of, signed_report
from consumers.migration.loading import BegunOtherwise, RunUnderWay
from consumers.migration.rehearsal import NothingTaken, RehearsalCount, TakenBefore
from consumers.migration.source_reading import FileChanged
from domain.civil_time import civil_day
from domain.migration.batch_ending import BatchRefused
from domain.migration.comparison import Kinship
from domain.migration.cutover_status import AuthorityIsLive, NotAccepting
from domain.migration.fates import Fate
from domain.migration.identities import reference_of
from domain.migration.source_lines import LineKind, Waivers
from domain.migration.versions import TakenVersion
from infra.legacy_files.legacy_file import NotThisKind
from infra.migration.batch_ledgers import first_extracted_on, sums_of
from infra.migration.batches import require_open_batch, supersede
from infra.migration.cutover_status import retelling_epoch
from infra.migration.dossiers import taken_dossiers
from infra.migration.rehearsing import new_rehearsal
from infra.migration.related_records import related_records
from infra.migration.report_files import signature_beside
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.journal.conflicts import StaleAuthorityEpoch
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import SchemaMissing
from infra.settings import load_settings

Authority = Annotated[MigratingAuthority, typer.Argument(help="whose records")]
Files = Annotated[
    list[Path], typer.Argument(help="files, in the order in which they were handed over", exists=True, dir_okay=False)
]


Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="an optional column that the files may lack; may be repeated"),
]
WithoutSheet = Annotated[
    list[str] | None, typer.Option("--without-sheet", help="a sheet that is not of the form; may be repeated")
]
ExtractedOn = Annotated[
    date | None,
    typer.Option(
        "--extracted-on",
        parser=day,
        metavar=DAY,
        help="the day on which the source made the files; without it, that of their first reading",
    ),
]

_IN_WORDS: Final = {
    Kinship.SAME_PERSON_BY_NUMBER: "the same national number",
    Kinship.SAME_PERSON_BY_NAME: "the same name in any spelling, and the same birth date",
    Kinship.SAME_PERSON_BY_SWAPPED_NAME: "the same name with family and given name swapped, and the same birth date",
    Kinship.OVERLAPPING_PERMITS: "their permits overlap",
    Kinship.SAME_APPLICATION: "the same application with two authorities",
    Kinship.SAME_FILE_NUMBER: "the same file number but for case and blanks",
}


def dry_run(
    authority: Authority,
    sources: Files,
    without: Without = None,
    without_sheet: WithoutSheet = None,
    extracted_on: ExtractedOn = None,
    as_json: Json = False,
) -> None:
    """Assess the records of files as a load would, and write nothing. Exit code 2 for a file of another kind."""
    began = time.monotonic()
    with _refusals(), _what_was_taken(authority) as (before, digest_key, now):
        rehearsal = new_rehearsal(
            SOURCES[authority],
            digest_key,
            before,
            today=civil_day(now),
            extracted_on=extracted_on,
            waivers=_waivers(without, without_sheet),
        )
        for each in rehearsal.run(sources):
            refused = each.judged.refused
            if not as_json and refused is not None:
                found = "; ".join(finding.text for finding in refused.findings)
                typer.echo(f"{each.raw.place}: {refused.main.value}. {found}")
    say(_as_json(rehearsal.count, time.monotonic() - began), as_json)


def run(
    authority: Authority,
    sources: Files,
    without: Without = None,
    without_sheet: WithoutSheet = None,
    extracted_on: ExtractedOn = None,
    supersedes: Annotated[
        UUID | None,
        typer.Option(help="a batch whose place this one file takes, as `permit migrate batch list` gives it"),
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Load the records of files into the journal. If it is stopped, the same command continues where it was."""
    if supersedes is not None and len(sources) != 1:
        end("one file takes the place of a batch: name one file with --supersedes", ExitCode.REFUSED)
    with _refusals(), open_program(load_settings(), set_up=True) as program:
        if supersedes is not None:
            with program.unhurried_readers.connection() as connection:
                require_open_batch(connection, supersedes, authority)
        with progress_bar(f"{authority}") as report:
            batches = loader_of(program, authority, workers=workers).load(
                sources, report, waivers=_waivers(without, without_sheet), extracted_on=extracted_on
            )
        if supersedes is not None:
            with closing(connect(program.serving.writer, Role.WRITER)) as connection:
                supersede(connection, supersedes, batches[0], by=this_user())
        with program.unhurried_readers.connection() as connection:
            result = sums_of(connection, batches)
    say(result, as_json)
    finding_if(not result["lines"]["agrees"])


def _waivers(columns: list[str] | None, sheets: list[str] | None) -> Waivers:
    return Waivers(columns=frozenset(columns or ()), sheets=frozenset(sheets or ()))


def report(authority: Authority, as_json: Json = False) -> None:
    """Reconcile both sides and write the signed report. Exit code 1 where they do not agree."""
    with _refusals(), open_program(load_settings()) as program:
        result = signed_report(program, authority)
    agrees = result["report"]["agrees"]
    say(result, as_json, lambda: "\n".join(result["files"]))
    if not as_json:
        typer.echo("agrees" if agrees else "DOES NOT AGREE: see the report", err=True)
    finding_if(not agrees)


def related(authority: Authority, as_json: Json = False) -> None:
    """File numbers that are related, here or with another authority: for people to look at.

    Nothing is ever merged by it.
    """
    with open_program(load_settings()) as program, program.unhurried_readers.connection() as connection:
        for each in related_records(connection, authority):
            result = {
                "fileNumber": reference_of(each.authority, each.key),
                "otherAuthority": each.other_authority,
                "otherFileNumber": reference_of(each.other_authority, each.other_key),
                "likelihood": each.likelihood.value,
                "found": [kind.value for kind in each.found],
            }
            # A line a pair: there may be many.
            say(result, as_json, partial(_pair_in_words, result, each.found))


def _pair_in_words(result: Mapping[str, Any], found: Iterable[Kinship]) -> str:
    why = "; ".join(_IN_WORDS[kind] for kind in found)
    return (
        f"{result['fileNumber']}  {result['otherAuthority']} {result['otherFileNumber']}  {result['likelihood']}: {why}"
    )


def check_report(
    file: Annotated[
        Path, typer.Argument(help="the JSON of a report, with its signature next to it", exists=True, dir_okay=False)
    ],
    as_json: Json = False,
) -> None:
    """Whether a report is unchanged since it was signed. Exit code 1 if not."""
    try:
        good = signature_beside(file).is_of(file.read_bytes())
    except OSError as why:
        end(
            f"{file} and {file.name}.sig next to it cannot both be read ({why.strerror}): name the report's JSON",
            ExitCode.REFUSED,
        )
    except (ValueError, TypeError):
        end(
            f"{file}.sig is not the signature of a report: take the file that was written with the report",
            ExitCode.REFUSED,
        )
    sentence = "the signature is good" if good else "THE SIGNATURE IS NOT GOOD"
    say({"file": str(file), "good": good}, as_json, lambda: sentence)
    finding_if(not good)


def lineage(
    what: Annotated[str, typer.Argument(help="an old file number, a case's id, or a position of the journal")],
    authority: Annotated[MigratingAuthority | None, typer.Option(help="whose file number")] = None,
    as_json: Json = False,
) -> None:
    """From a file number, a case or an event to raw record, mapping version, batch, file and line."""
    with open_program(load_settings()) as program:
        found = [lineage_content(each) for each in lineage_of(program, what, authority)]
    say({"records": found}, as_json, lambda: readable({"records": found}))
    if not found:
        end(f"nothing leads to {what}", ExitCode.FINDING)


@contextmanager
def _refusals() -> Iterator[None]:
    """A load that is impossible, in one sentence and with an exit code."""
    with (
        ending_with(ExitCode.REFUSED, NotThisKind, AuthorityIsLive, NotAccepting, BegunOtherwise, BatchRefused),
        ending_with(ExitCode.FINDING, RunUnderWay, StaleAuthorityEpoch, FileChanged),
    ):
        yield


@contextmanager
def _what_was_taken(authority: MigratingAuthority) -> Iterator[tuple[TakenBefore, bytes, datetime]]:
    """What the database has taken over; nothing for one that was never set up.

    Raises ``AuthorityIsLive``: then a load would not take anything either.
    """
    with ExitStack() as opened:
        try:
            program = opened.enter_context(open_program(load_settings()))
        except (NoDataHere, SchemaMissing):
            yield NothingTaken(), b"", datetime.now(UTC)
        else:
            with program.unhurried_readers.connection() as connection:
                retelling_epoch(connection, authority)
            yield _TakenBefore(program, authority), program.legacy_digest_key, program.clock.now()


class _TakenBefore:
    """What was taken over of an authority. Implements :class:`consumers.migration.rehearsal.TakenBefore`."""

    def __init__(self, program: Program, authority: MigratingAuthority) -> None:
        self._program = program
        self._authority = authority

    def versions(self, keys: Iterable[str]) -> dict[str, TakenVersion]:
        with self._program.unhurried_readers.connection() as connection:
            found = taken_dossiers(connection, self._authority, keys)
        return {key: dossier.taken for key, dossier in found.items()}

    def extracted_on(self, sha256: bytes) -> date | None:
        with self._program.unhurried_readers.connection() as connection:
            return first_extracted_on(connection, self._authority, sha256)


def _as_json(count: RehearsalCount, seconds: float) -> dict[str, Any]:
    records = count.records
    return {
        "records": records.records,
        "retold": records.fates[Fate.RETOLD],
        "unchanged": records.fates[Fate.UNCHANGED],
        "stale": records.fates[Fate.STALE],
        "quarantined": dict(records.quarantined),
        "byStatus": dict(records.by_status),
        "byCategory": dict(records.by_category),
        "unknownFields": dict(records.unknown_fields),
        "lines": {
            "source": count.source_lines,
            **{kind.value: count.others[kind] for kind in LineKind},
            "agrees": count.agrees,
        },
        "seconds": round(seconds, 3),
    }
