"""Files into the journal: counted, retold once, and taken up again where a load was stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.services.migrations import loader_of
from consumers.migration.loading import RunUnderWay
from consumers.migration.source_reading import FileChanged
from domain.case.application import GrossPay
from domain.case.folding import fold
from domain.case.legacy_events import LegacyRecordRetold
from domain.case.manual_tasks import LEGACY_RECORD, TO_BE_CONFIRMED, ManualTask
from domain.migration.cutover_status import AuthorityIsLive
from domain.migration.reading import LegacyReading
from domain.migration.sources.columns import ColumnMapping
from infra.event_codec import EventCodec
from infra.legacy_files.legacy_file import NotThisKind
from infra.migration.shared_judging import WORTH_SHARING
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.server.connections import DatabaseUnavailable, connect
from tests.migration.moving import CASE, EXPECTED, FILES, KEY, Moving, moving, numbered, record
from tests.migration.samples import wallonia_file

pytestmark = pytest.mark.server


@pytest.mark.parametrize("authority", MigratingAuthority)
def test_the_extract_of_each_authority_comes_out_as_expected(move: Moving, authority: MigratingAuthority) -> None:
    told = move.load(authority, FILES[authority])
    assert {name: told[name] for name in EXPECTED[authority]} == EXPECTED[authority]
    assert told["lines"]["agrees"]
    # and a second time nothing is new
    events = move.ask("select position from journal_head")
    again = move.load(authority, FILES[authority])
    assert (again["retold"], again["quarantined"]) == (0, {})
    assert again["unchanged"] + again["stale"] == again["records"]
    assert move.ask("select position from journal_head") == events


def test_a_record_is_one_event_with_what_it_says_and_what_it_does_not(move: Moving) -> None:
    move.load_brussels(record(valable_au="", employeur=""))
    (told,) = move.events()
    assert isinstance(told, LegacyRecordRetold)
    assert (told.reference, told.status, told.filed_on) == (KEY, "decidedGranted", date(2025, 3, 7))
    assert told.effective_at == datetime(2025, 4, 20, 7, tzinfo=UTC)
    assert told.unknown == ("validTo", "employerName")
    assert told.gross_pay == GrossPay(amount=told.gross_pay.amount, period="month")  # type: ignore[union-attr]
    assert told.mapping_version == 1


def test_versions_of_a_record(move: Moving) -> None:
    newer = record(modifie_le="21/04/2025 09:00", statut="refusée")
    assert move.load_brussels(record())["retold"] == 1
    assert move.load_brussels(newer)["retold"] == 1
    assert move.load_brussels(record())["stale"] == 1
    assert move.load_brussels(record(modifie_le="22/04/2025 09:00", statut="refusée"))["unchanged"] == 1
    assert [event.status for event in move.events() if isinstance(event, LegacyRecordRetold)] == [
        "decidedGranted", "decidedRefused",
    ]  # fmt: skip


def test_versions_of_a_record_within_one_file(move: Moving) -> None:
    told = move.load_brussels(
        record(), record(), record(modifie_le="21/04/2025 09:00", statut="refusée"), record(modifie_le="19/04/2025")
    )
    assert (told["retold"], told["unchanged"], told["stale"]) == (2, 1, 1)
    assert len(move.events()) == 2


def test_a_conflict_waits_with_its_case_until_a_newer_version_settles_it(move: Moving) -> None:
    # given a record that was told, and another content that came under the same time of change in a later file
    move.load_brussels(record())
    assert move.load_brussels(record(statut="refusée"))["quarantined"] == {"versionConflict": 1}
    # then the event stays, and the case has somebody waiting in quarantine
    assert len(move.events()) == 1
    waiting = (
        "select d.case_id, q.state from legacy_quarantine q join legacy_record r on r.id = q.record_id"
        " join legacy_dossier d on d.authority = r.authority and d.key = r.key"
    )
    assert move.ask(waiting) == [(CASE, "open")]
    # when a newer version comes, then it settles it, with whichever content
    assert move.load_brussels(record(modifie_le="21/04/2025 09:00"))["retold"] == 1
    assert move.ask(waiting) == [(CASE, "superseded")]


def test_of_two_contents_in_one_file_none_is_told_whatever_their_order(move: Moving) -> None:
    told = move.load_brussels(record(), record(statut="refusée"))
    assert told["quarantined"] == {"versionConflict": 2}
    assert move.events() == ()
    assert move.ask("select count(*) from legacy_quarantine where state = 'open'") == [(2,)]


class FailsAtOne(ColumnMapping):
    """A mapping with a fault that one record brings out."""

    def read(self, raw: Mapping[str, object]) -> LegacyReading:
        if raw["nom"] == "Troublesome":
            raise OSError(raw["nom"])
        return super().read(raw)


def test_a_record_at_which_the_program_fails_holds_up_no_other(move: Moving) -> None:
    first, second, third = numbered(3)
    source = SOURCES[MigratingAuthority.BRUSSELS]
    assert isinstance(source.mapping, ColumnMapping)
    faulty = replace(
        source, mapping=FailsAtOne(**{each.name: getattr(source.mapping, each.name) for each in fields(source.mapping)})
    )
    loader = loader_of(move.program, MigratingAuthority.BRUSSELS)
    loader = replace(loader, judge=replace(loader.judge, source=faulty))
    told = move.sums(loader.load([move.file(first, {**second, "nom": "Troublesome"}, third)]))
    assert (told["retold"], told["quarantined"]) == (2, {"malformed": 1})
    ((findings,),) = move.ask("select findings::text from legacy_quarantine")
    assert "OSError" in findings
    assert "Troublesome" not in findings


def test_a_record_that_the_database_refuses_holds_up_no_other(move: Moving) -> None:
    # given a database that cannot hold one of the records, for a reason of its own
    with connect(move.program.journal_url, None) as owner, owner.cursor() as cursor:
        cursor.execute("alter table permit.legacy_record add check (key is distinct from 'BXL/2025/00002') not valid")
    # when a file is loaded that holds it
    told = move.load_brussels(*numbered(3))
    # then it alone is set aside, and the ledger has every line
    assert (told["retold"], told["quarantined"], told["lines"]["agrees"]) == (2, {"malformed": 1}, True)
    assert move.ask("select line, key from legacy_record order by line") == [
        (2, "BXL/2025/00001"), (3, None), (4, "BXL/2025/00003"),
    ]  # fmt: skip
    assert move.load_brussels(*numbered(4))["unchanged"] == 2


class AwayOnce:
    """A key store that is away for a moment, at the second key that is asked for."""

    def __init__(self, keys: PostgresKeyStore) -> None:
        self.keys = keys
        self.asked = count(1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.keys, name)

    def key_to_encrypt(self, subject: UUID) -> bytes:
        if next(self.asked) == 2:
            raise DatabaseUnavailable("the key store is away")
        return self.keys.key_to_encrypt(subject)


def test_a_key_store_that_is_away_sets_no_record_aside(move: Moving) -> None:
    # given a key store that is away for a moment, in the middle of a chunk
    keys: Any = AwayOnce(move.program.keys)
    codec = EventCodec(move.program.recorder.origin, keys)
    program = replace(move.program, keys=keys, codec=codec)
    # when a file is loaded, then it is the load that cannot be, and no record is at fault
    with pytest.raises(DatabaseUnavailable):
        loader_of(program, MigratingAuthority.BRUSSELS).load([file := move.file(*numbered(3))])
    assert move.ask("select sum(records), sum(quarantined) from legacy_batch") == [(0, 0)]
    # and once it is back, the same load goes on
    assert move.load(MigratingAuthority.BRUSSELS, file)["retold"] == 3


def test_a_file_that_changes_while_it_is_read_is_named(move: Moving) -> None:
    file = move.file(*numbered(4_500))
    whole = file.read_bytes()

    def write_to_it(taken: int, _of: int) -> None:
        if taken <= 2_000:
            file.write_bytes(whole.replace(b"BXL/2025/04499", b"BXL/2025/09999"))

    with pytest.raises(FileChanged, match="was changed while it was read"):
        loader_of(move.program, MigratingAuthority.BRUSSELS).load([file], write_to_it)
    assert move.ask("select finished_at from legacy_batch") == [(None,)]


def test_the_day_of_the_extract_stays_with_the_file(move: Moving) -> None:
    file = move.file(record(modifie_le="22/04/2025 09:00"))
    loader = loader_of(move.program, MigratingAuthority.BRUSSELS)
    # given a file that cannot have been made when it is said to have been
    loader.load([file], extracted_on=date(2025, 4, 21))
    assert move.ask("select quarantined, extracted_on from legacy_batch") == [(1, date(2025, 4, 21))]
    # when it is loaded again without a word, then it is judged by the same day
    move.load(MigratingAuthority.BRUSSELS, file)
    assert move.ask("select sum(quarantined), count(distinct extracted_on) from legacy_batch") == [(2, 1)]


def test_nothing_of_a_person_lies_open(move: Moving) -> None:
    move.load_brussels(
        record(nom="Canaryname", remuneration="98.765,43"), record(no_dossier="BXL/Q", bce="1", nom="Canaryname")
    )
    move.project()
    for table in (
        "journal",
        "legacy_mirror",
        "case_file",
        "legacy_record",
        "legacy_dossier",
        "legacy_quarantine",
        "legacy_tally",
        "command",
    ):
        for (row,) in move.ask(f"select t::text from {table} t"):
            for canary in ("Canaryname", "98765", "98.765", "85073003328", "1985-07-30"):
                assert canary not in row
                assert canary.encode().hex() not in row


def test_an_open_case_waits_to_be_confirmed_and_no_alarm_starts_from_it(move: Moving) -> None:
    move.load_brussels(record(statut="recevable", date_decision="", valable_du="", valable_au=""))
    case = fold(move.events())
    assert case is not None
    assert case.manual_tasks == (ManualTask(subject=LEGACY_RECORD, reason=TO_BE_CONFIRMED),)
    assert case.facts.admissible_on == date(2025, 3, 31)
    move.project()
    assert move.ask("select authority, status, filed_on, manual_tasks from work_queue_case where is_open") == [
        ("brussels", "admissible", date(2025, 3, 7), 1)
    ]
    assert move.ask("select next_day from deadline_day") == [(None,)]
    assert move.ask("select count(*) from check_work") == [(0,)]


def test_a_file_of_another_authority_is_refused_before_anything_is_landed(move: Moving, tmp_path: Path) -> None:
    good, other = move.file(record()), wallonia_file(tmp_path, {"numeroDossier": "x"})
    with pytest.raises(NotThisKind):
        move.load(MigratingAuthority.BRUSSELS, good, other)
    assert move.ask("select count(*) from legacy_batch") == [(0,)]


def test_two_loads_of_one_authority_do_not_run_at_once(move: Moving) -> None:
    with move.writer() as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(7301967, hashtext('brussels'))")
        with pytest.raises(RunUnderWay, match="wait until it is done"):
            move.load_brussels(record())


def test_a_load_that_was_stopped_half_way_goes_on_where_it_was(move: Moving) -> None:
    records = numbered(4_500)
    file = move.file(*records)
    # given a batch of which the first two chunks were committed when the process died
    with pytest.raises(KeyboardInterrupt):
        _load_and_die(move, file)
    assert move.ask("select records, finished_at from legacy_batch") != [(4_500, None)]
    # when it is run again
    told = move.load(MigratingAuthority.BRUSSELS, file)
    # then it is the same batch, and nothing was told twice
    assert (told["records"], told["retold"]) == (4_500, 4_500)
    assert move.ask("select count(*), count(finished_at) from legacy_batch") == [(1, 1)]
    assert move.ask("select count(*) from journal") == [(4_500,)]


def _load_and_die(move: Moving, file: Path) -> None:
    def interrupt(taken: int, _of: int | None) -> None:
        if taken >= 4_000:
            raise KeyboardInterrupt

    loader_of(move.program, MigratingAuthority.BRUSSELS).load([file], interrupt)


def test_killed_at_any_moment_and_run_again_the_end_is_the_same(move: Moving, tmp_path: Path, admin_url: str) -> None:
    # given a file that is long enough for worker processes
    file = move.file(*numbered(WORTH_SHARING + 1_000), *numbered(40, modifie_le="21/04/2025 09:00", statut="refusée"))
    settings = move.program.settings
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PERMIT_")},
        "PERMIT_HOME": str(settings.home),
        "PERMIT_DATABASE_URL": settings.database_url or "",
        "PERMIT_KEY_DATABASE_URL": settings.key_database_url or "",
    }
    command = [sys.executable, "-m", "api.cli", "migrate", "run", "brussels", str(file), "--json"]
    kills = 0
    for patience in (1.5, 2.5, 60.0, 60.0):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            time.sleep(0.2)  # the server notices that the client is gone, and lets go of its lock
        # A kill may come when all is done and only the process has not ended: then nothing is left for another run.
        if move.ask("select finished_at is not null from legacy_batch") == [(True,)]:
            break
    assert kills >= 1
    other = tmp_path / "other"
    other.mkdir()
    with moving(admin_url, other, settings.key_encryption_key_path) as undisturbed:
        undisturbed.load(MigratingAuthority.BRUSSELS, file)
        assert _end_state(move) == _end_state(undisturbed)


def _end_state(move: Moving) -> list[list[tuple[Any, ...]]]:
    """All that does not depend on when or under which key it was written."""
    return [
        move.ask("select authority, records, retold, unchanged, stale, quarantined from legacy_batch"),
        move.ask("select what, name, number from legacy_tally order by 1, 2"),
        move.ask("select key, case_id, sequence, record_id, fate, version from legacy_dossier order by key"),
        move.ask("select id, key, fate, line from legacy_record order by id"),
        move.ask("select stream, version, type from journal order by stream, version"),
        move.ask("select id, actor from command order by id"),
    ]


def test_an_authority_that_is_live_here_takes_no_records_any_more(move: Moving) -> None:
    with connect(move.program.journal_url, None) as owner, owner.cursor() as cursor:
        cursor.execute("update permit.journal_head set authority_epochs = authority_epochs || '{\"brussels\": 1}'")
        owner.commit()
    with pytest.raises(AuthorityIsLive, match="is no longer authoritative"):
        move.load_brussels(record())
    assert move.events(CASE) == ()
