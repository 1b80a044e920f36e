"""Damaged files loaded into one database: as they were rehearsed, once, and without anybody's data in another's place.

Every damage of each form is in them, and some files as chance has it.
"""

from __future__ import annotations

import io
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest

from api.services.migrations import loader_of, signed_report
from consumers.migration.loading import CHUNK
from consumers.migration.rehearsal import TakenBefore
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.fates import Fate
from domain.migration.identities import case_id_of
from domain.migration.reading import CanonicalRecord
from domain.migration.versions import TakenVersion
from infra.migration.batch_ledgers import sums_of
from infra.migration.dossiers import taken_dossiers
from infra.migration.sealed_records import open_record
from infra.structured_logs import configure_logging
from infra.wire_format import canonical_json
from tests.logging_as_before import logging_as_before
from tests.migration.dirt.files import UNCHANGED, DirtyFile
from tests.migration.dirt.forms import FORMS, drawn, people
from tests.migration.dirt.people import EXTRACTED_ON, Person
from tests.migration.dirt.trying import Outcome, Place, place_of, records_of, rehearsal_of, written, wrong
from tests.migration.moving import Moving, moving
from tests.migration.places import files, records, tables
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

Sums = Mapping[str, Any]
BY_CHANCE: Final = 7
SMALL: Final = 5
"""Lines of a chunk in which the lines of one record, and what lies between records, fall into several chunks."""

EXEMPT: Final[Mapping[str, set[str]]] = {"reports": {"pay"}}
"""The report sums pay by its period: where one record alone has a period, the sum is somebody's pay."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a file came to: rehearsed, loaded, rehearsed once more and loaded once more."""

    file: DirtyFile
    rehearsed: Sums
    loaded: Sums
    landed: Mapping[Place, Outcome]
    rehearsed_again: Sums
    loaded_again: Sums
    events: tuple[int, int, int]
    """In the journal before, after the first load, and after the second."""


@dataclass(frozen=True, kw_only=True)
class World:
    move: Moving
    loaded: list[Loaded]
    log: io.StringIO


class WhatWasTaken(TakenBefore):
    """Of the database, as ``permit migrate dry-run`` asks it."""

    def __init__(self, move: Moving, authority: str) -> None:
        self._move = move
        self._authority = authority

    def versions(self, keys: Any) -> dict[str, TakenVersion]:
        with self._move.program.unhurried_readers.connection() as connection:
            found = taken_dossiers(connection, self._authority, keys)
        return {key: dossier.taken for key, dossier in found.items()}

    def extracted_on(self, sha256: bytes) -> None:
        return None


@pytest.fixture(scope="module")
def world(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    told = io.StringIO()
    folder = tmp_path_factory.mktemp("dirt")
    with logging_as_before(), moving(admin_url, folder) as move:
        configure_logging(logging.DEBUG, to=told)
        everybody = people(1)
        dirty = [form.file(form.every_damage(), Random(number), of=everybody) for number, form in enumerate(FORMS)]
        loaded = [_twice(move, each, folder) for each in dirty]
        for number in range(BY_CHANCE):
            file = drawn(FORMS[number % len(FORMS)], Random(f"dirt {number}"), everybody)
            loaded.append(_twice(move, file, folder, stopped_after=7, chunk_size=SMALL))
        yield World(move=move, loaded=loaded, log=told)


def _twice(
    move: Moving, file: DirtyFile, folder: Path, stopped_after: int | None = None, chunk_size: int = CHUNK
) -> Loaded:
    """The first load may be stopped once so many lines were taken, and is run again then."""
    path = written(file, folder)
    before = _events(move)
    rehearsed = _rehearsed(move, file, path, chunk_size)
    if stopped_after is not None:
        with pytest.raises(Stopped):
            _load(move, file, path, chunk_size, stopped_after)
        # The lock of a load goes with its connection, which the server may be a moment late to see.
        wait_until(lambda: move.ask(_LOADS_UNDER_WAY) == [(0,)], because="the stopped load has let go")
    loaded, batch = _load(move, file, path, chunk_size)
    landed = _landed(move, batch)
    once = _events(move)
    rehearsed_again, (loaded_again, _) = _rehearsed(move, file, path, chunk_size), _load(move, file, path, chunk_size)
    return Loaded(
        file=file,
        rehearsed=rehearsed,
        loaded=loaded,
        landed=landed,
        rehearsed_again=rehearsed_again,
        loaded_again=loaded_again,
        events=(before, once, _events(move)),
    )


def _events(move: Moving) -> int:
    ((number,),) = move.ask("select count(*) from journal")
    return int(number)


def _rehearsed(move: Moving, file: DirtyFile, path: Path, chunk_size: int) -> Sums:
    taken = WhatWasTaken(move, file.authority)
    rehearsal = replace(rehearsal_of(file, taken, move.program.legacy_digest_key), chunk_size=chunk_size)
    list(rehearsal.run([path]))
    count, others = rehearsal.count.records, rehearsal.count.others
    return {
        "records": count.records,
        **{fate.value: count.fates[fate] for fate in Fate if fate is not Fate.QUARANTINED},
        "quarantined": dict(count.quarantined),
        "byStatus": dict(count.by_status),
        "byCategory": dict(count.by_category),
        "unknownFields": dict(count.unknown_fields),
        "lines": {
            "source": rehearsal.count.source_lines,
            **{kind: others[kind] for kind in ("header", "blank", "waived")},
            "agrees": rehearsal.count.agrees,
        },
    }


_LOADS_UNDER_WAY: Final = """
select count(*) from pg_locks l join pg_database d on d.oid = l.database
 where l.locktype = 'advisory' and d.datname = current_database()
"""


class Stopped(Exception):
    """Somebody stopped the load."""


def _load(
    move: Moving, file: DirtyFile, path: Path, chunk_size: int, stopped_after: int | None = None
) -> tuple[Sums, UUID]:
    def stop(taken: int, _of: int) -> None:
        if stopped_after is not None and taken > stopped_after:
            raise Stopped

    loader = replace(loader_of(move.program, file.authority), chunk_size=chunk_size)
    (batch,) = loader.load([path], stop, waivers=file.waivers, extracted_on=EXTRACTED_ON)
    with move.program.unhurried_readers.connection() as connection:
        sums = sums_of(connection, [batch])
    del sums["seconds"]
    return sums, batch


def _landed(move: Moving, batch: UUID) -> dict[Place, Outcome]:
    rows = move.ask(
        "select r.source, r.line, r.fate, coalesce(q.reason, '') from legacy_record r"
        " left join legacy_quarantine q on q.record_id = r.id where r.batch = %s",
        batch,
    )
    return {place_of(source, line): (fate, reason) for source, line, fate, reason in rows}


def test_a_load_comes_to_what_was_rehearsed_line_by_line_and_a_second_one_tells_nothing(world: World) -> None:
    for each in world.loaded:
        require_same(each)


def require_same(each: Loaded) -> None:
    assert each.loaded == each.rehearsed
    assert each.loaded["lines"]["agrees"]
    # what is unchanged makes no difference, and is counted only
    unchanged = {place: ("unchanged", "") for place, line in records_of(each.file).items() if line.right == UNCHANGED}
    assert wrong(each.file, {**each.landed, **unchanged}) == {}
    # each retold line is one event, and the same file again makes none
    before, once, twice = each.events
    assert (once - before, twice - once) == (each.loaded["retold"], 0)
    assert each.loaded_again == each.rehearsed_again


def test_what_was_told_of_each_is_what_the_record_says(world: World) -> None:
    for each in world.loaded:
        told: dict[str, list[CanonicalRecord]] = defaultdict(list)
        for line in each.file.right.values():
            if line.right.told is not None:
                told[line.right.told.key].append(line.right.told)
        for key, versions in told.items():
            events = world.move.events(case_id_of(each.file.authority, key))
            assert [said_by(event) for event in events] == [said(version) for version in versions]


def said_by(event: object) -> tuple[Any, ...]:
    assert isinstance(event, LegacyRecordRetold)
    worker: Any = event.worker
    pay: Any = event.gross_pay
    return (
        event.effective_at, event.status, event.filed_on, event.admissible_on, event.decided_on, event.valid_from,
        event.valid_to, event.employer.enterprise_number, event.employer_name, event.title, worker.family_name,
        worker.given_name, worker.birth_date, worker.ssin, pay.amount, pay.period,
    )  # fmt: skip


def said(record: CanonicalRecord) -> tuple[Any, ...]:
    return (
        record.modified_at, record.status, record.filed_on, record.admissible_on, record.decided_on, record.valid_from,
        record.valid_to, record.enterprise_number, record.employer_name, record.job_title, record.family_name,
        record.given_name, record.birth_date, record.ssin, record.gross_pay, record.pay_period,
    )  # fmt: skip


_SEALED: Final = """
select r.id, r.source, r.line, r.subject, r.sealed
  from legacy_record r join legacy_batch b on b.id = r.batch
 where b.source_digest = sha256(%s)
"""


def test_nothing_of_anybody_stands_in_the_raw_record_of_another(world: World) -> None:
    for each in world.loaded:
        lines = {
            place_of(source, line): (record_id, subject, bytes(sealed))
            for record_id, source, line, subject, sealed in world.move.ask(_SEALED, each.file.content)
        }
        assert lines.keys() >= each.landed.keys()
        for place, (record_id, subject, sealed) in lines.items():
            key = world.move.program.keys.key_to_decrypt(subject)
            assert key is not None
            raw = canonical_json(open_record(key, record_id, sealed).record).decode()
            owners = each.file.right[place].owners
            assert words_in(raw) <= {owner.word for owner in owners}, each.file.right[place].damage


def test_nothing_of_anybody_stands_anywhere_in_clear(world: World) -> None:
    # given all that the program made of the files: tables, keys, topics, reports and logs
    settings = world.move.program.settings
    for form in FORMS:
        signed_report(world.move.program, form.authority)
    reports = [path for path in settings.reports_path.iterdir() if path.is_file()]
    places = {
        **tables(settings.database_url, settings.key_database_url),
        "topics": records(world.move),
        "reports": files(reports),
        "log": world.log.getvalue().encode(),
    }
    assert all(places[name] for name in ("journal.journal", "journal.legacy_record", "topics", "reports", "log"))
    # when all of it is searched for what is recognisable, then nothing is found
    everybody = {owner for each in world.loaded for line in each.file.right.values() for owner in line.owners}
    found = {name: strayed(place, everybody) - EXEMPT.get(name, set()) for name, place in places.items()}
    assert {name: what for name, what in found.items() if what} == {}


_WORDS: Final = re.compile("(?:Zevra|lo[ïq?]+q?|Brontix |BRONTIX |exilleur )([bcdfghklmnprstvz]{4})")
_NUMBERS: Final = re.compile(
    r"(?=([0-9]{11}|[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}|(?<![0-9])[0-9]{2}\.?[0-9]{3}[.,][0-9]{2}(?![0-9])))"
)
_HEXADECIMAL: Final = re.compile(rb"\\x([0-9a-f]+)")


def words_in(text: str) -> set[str]:
    return set(_WORDS.findall(text))


def strayed(place: bytes, everybody: set[Person]) -> set[str]:
    """What stands there of these people, as text or as the bytes that a table shows in hexadecimal digits."""
    laid_open = b"\n".join(bytes.fromhex(each.decode()) for each in _HEXADECIMAL.findall(place) if len(each) % 2 == 0)
    texts = [each.decode("utf-8", "ignore") for each in (place, laid_open)]
    recognised = {written: what for one in everybody for what, forms in one.canaries().items() for written in forms}
    named = {one.word for one in everybody}
    return {
        *(f"a name or title with {word}" for text in texts for word in words_in(text) & named),
        *(recognised[number] for text in texts for number in _NUMBERS.findall(text) if number in recognised),
    }


def test_the_search_finds_what_is_there() -> None:
    person = Person(77)
    for what, forms in person.canaries().items():
        for form in forms:
            assert strayed(form.encode(), {person}), what
            assert strayed(b"\\x" + f"..{form}..".encode().hex().encode(), {person}), what
    assert not strayed(b"\\x" + b"00" * 500 + b" 2025-03-07 45.000,00", {person})


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_hundred_files_are_loaded_as_they_were_rehearsed(move: Moving, tmp_path: Path) -> None:
    everybody = people(1)
    for number in range(100):
        file = drawn(FORMS[number % len(FORMS)], Random(f"by night {number}"), everybody)
        require_same(_twice(move, file, tmp_path, stopped_after=number % 20, chunk_size=SMALL))
