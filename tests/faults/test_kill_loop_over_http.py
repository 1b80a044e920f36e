"""kill -9 of the service and of its database under load: an acknowledged application is there, once, as told."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from consumers.check_intake import CheckIntake
from infra.identity.caller import Role
from infra.postgres.journal.bulk_reading import JournalRow
from infra.stored_form.leaf import Envelope
from infra.stored_form.stored_body import clear_fields
from projections.registered import registered_read_models
from tests.faults.filings import EMPLOYER, Acknowledgement, Employers, FilingRecord, bearing, file_once
from tests.faults.killable_service import KillableService
from tests.journal.appends import JournalAsStored
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.nightly]

SERVICE, DATABASE = "service", "database"
TWENTY_KILLS = [{SERVICE}, {DATABASE}] * 9 + [{SERVICE, DATABASE}] * 2
READERS = (CheckIntake.name, *(each.name for each in registered_read_models()))


def test_kills_of_service_and_database_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(20_260_301)
    with reachable_directory(on_disk=True) as directory, KillableService(directory / "var") as service:
        record = FilingRecord(tmp_path / "acknowledged.jsonl")
        token = service.token(Role.EMPLOYER, "--enterprise", EMPLOYER)
        employers = Employers(lambda: service.address, token, record)

        def kill_again_and_again() -> None:
            for victims in TWENTY_KILLS:
                # given work that goes on, whatever was killed before
                employers.wait_for_answers(more=20, within=30)
                time.sleep(chance.uniform(0, 0.4))
                # when
                if DATABASE in victims:
                    service.kill_database()
                if SERVICE in victims:
                    service.kill()
                    service.start()
            employers.wait_for_answers(more=20, within=30)

        employers.during(kill_again_and_again)

        # then
        assert record.unexpected == []
        assert record.repeated > 0, "no employer was ever left without an answer: nothing was tested"
        assert record.sent.keys() == record.acknowledged.keys()
        assert len((tmp_path / "acknowledged.jsonl").read_text().splitlines()) == len(record.acknowledged)

        the_workers_catch_up(service.journal_url)
        stored = JournalAsStored.of(service.journal_url)
        stored.require_sound()
        every_acknowledged_application_is_there_once(record, stored)
        every_check_has_one_outcome(stored)
        overseer = service.token(Role.OPERATIONS, "--authority", "flanders")
        the_board_counts_what_was_acknowledged(record, service.address, overseer)
        asked_again_the_answer_is_the_first(record, service.address, token)
        every_case_can_be_read_to_its_last_event(record, stored, service.address, token)
        assert len(JournalAsStored.of(service.journal_url).rows) == len(stored.rows)

        code, verified = service.permit("audit", "verify")
        assert (code, verified["sound"], verified["size"]) == (0, True, len(stored.rows))
        code, replayed = service.permit("audit", "replay", "--all")
        assert (code, replayed["differentCount"], replayed["unreadableCount"]) == (0, 0, 0)
        assert replayed["identical"] == replayed["verdicts"] > 0
        assert httpx.get(f"{service.address}/rest/singlePermit/v1/health").json() == {"status": "UP"}
        assert service.end() == 0


def the_workers_catch_up(journal_url: str, *, within: float = 60) -> None:
    """Wait until each has read the last event, which they themselves may still be adding to, and no check is open."""
    with closing(psycopg2.connect(journal_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True

        def caught_up() -> bool:
            cursor.execute(
                "select (select position from permit.journal_head), array_agg(position),"
                " (select count(*) from permit.check_work where settled_at is null)"
                " from permit.tracking where name = any(%s)",
                (list(READERS),),
            )
            end, positions, open_checks = cursor.fetchone()
            return bool(positions == [end] * len(READERS) and not open_checks)

        wait_until(caught_up, because="every worker has read the last event and no check is open", within=within)


def every_acknowledged_application_is_there_once(record: FilingRecord, stored: JournalAsStored) -> None:
    at = {row.position: row for row in stored.rows}
    for key, told in record.acknowledged.items():
        row = at[told.position]
        assert (str(row.stream), row.version, row.leaf_hash.hex()) == (told.case_id, told.version, told.leaf_hash)
        assert Envelope.read(row.envelope).said().command_id == key
    filed = Counter(
        Envelope.read(row.envelope).said().command_id for row in stored.rows if row.type == "ApplicationSubmitted"
    )
    assert set(filed) == set(record.acknowledged), "no application without a key that was sent, and none is missing"
    assert set(filed.values()) == {1}, "no key made two cases"
    assert len({told.reference for told in record.acknowledged.values()}) == len(record.acknowledged)


def every_check_has_one_outcome(stored: JournalAsStored) -> None:
    asked = Counter(check_of(row) for row in stored.rows if row.type == "CrossroadsCheckRequested")
    outcomes = Counter(
        check_of(row) for row in stored.rows if row.type in ("CrossroadsCheckAnswered", "CrossroadsCheckFailed")
    )
    assert asked == outcomes
    assert set(outcomes.values()) == {1}


def check_of(row: JournalRow) -> tuple[str, str, int]:
    clear = clear_fields(row.body)
    return str(row.stream), clear["check"], clear["revision"]


def the_board_counts_what_was_acknowledged(record: FilingRecord, address: str, token: str) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    asked = f"{address}/rest/singlePermit/v1/serviceLevels"
    board = httpx.get(asked, params={"on": tomorrow}, headers=bearing(token)).json()
    counted: dict[str, Any] = {
        line["category"]: (line["status"], line["cases"], line["open"]) for line in board["items"]
    }
    expected = Counter(record.sent[key]["category"] for key in record.acknowledged)
    assert counted == {category: ("submitted", cases, cases) for category, cases in expected.items()}
    assert len(board["items"]) == len(counted)


def asked_again_the_answer_is_the_first(record: FilingRecord, address: str, token: str) -> None:
    with httpx.Client(timeout=20, headers=bearing(token)) as client:
        for key in list(record.acknowledged)[:: max(1, len(record.acknowledged) // 60)]:
            again = file_once(client, address, key, record.sent[key])
            assert again is not None
            assert Acknowledgement.of(again) == record.acknowledged[key]


def every_case_can_be_read_to_its_last_event(
    record: FilingRecord, stored: JournalAsStored, address: str, token: str
) -> None:
    """Some of them, spread over the whole time."""
    versions = Counter(str(row.stream) for row in stored.rows)
    some = list(record.acknowledged.values())[:: max(1, len(record.acknowledged) // 60)]
    with httpx.Client(base_url=f"{address}/rest/singlePermit/v1", timeout=20, headers=bearing(token)) as client:
        for told in some:
            read = client.get(f"applications/{told.case_id}")
            assert (read.status_code, read.json()["version"]) == (200, versions[told.case_id])
            events = client.get(f"applications/{told.case_id}/events").json()["items"]
            assert [each["version"] for each in events] == list(range(1, versions[told.case_id] + 1))
