"""The event library's ProjectionRunner on the SLA board: events a second from its start until it has caught up.

Run by the peer's interpreter with one JSON argument: url, journalUrl, events, topics, dueDays, atRiskDays,
targetFrom. The table ``sla_board_case`` is there and empty. The first ``events`` events of the
journal are stored as the library's own, body for body, before the clock starts.
"""

import json
import sys
import time
from datetime import date, datetime, timedelta
from threading import Event
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

BRUSSELS = ZoneInfo("Europe/Brussels")
GIVEN = json.loads(sys.argv[1])
DUE, AT_RISK = timedelta(days=GIVEN["dueDays"]), timedelta(days=GIVEN["atRiskDays"])
TARGET_FROM = date.fromisoformat(GIVEN["targetFrom"])
LONGEST = 240.0
STORED_AT_ONCE = 25
"""Of several hundred events with bodies the driver's pipeline can wait for ever: neither end reads any more."""


FILE = """
insert into sla_board_case (case_id, version, authority, category, kind, status, filed_on, due_on, at_risk_from,
                            target_from, manual_tasks)
values (%s, %s, %s, %s, %s, 'submitted', %s, %s, %s, %s, 0)
on conflict (case_id) do nothing
"""
CLOSE = """
update sla_board_case set version = %s, status = %s, closed_on = %s, outcome = %s, manual_tasks = 0
 where case_id = %s and version < %s
"""
ADD_TASKS = (
    "update sla_board_case set version = %s, manual_tasks = manual_tasks + %s where case_id = %s and version < %s"
)


class RecordedEvent:
    """An event that the board reads: its stored body, as the library's mapper decodes it into attributes."""

    originator_id: UUID
    originator_version: int


class ApplicationSubmitted(RecordedEvent):
    pass


class CrossroadsCheckAnswered(RecordedEvent):
    pass


class CrossroadsCheckFailed(RecordedEvent):
    pass


class SalaryVerified(RecordedEvent):
    pass


class ApplicationDecided(RecordedEvent):
    pass


class ApplicationWithdrawn(RecordedEvent):
    pass


class Board(PostgresTrackingRecorder):
    """One row a case, written with the position in one transaction."""

    def write(self, statement, values, tracking):
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(statement, values, prepare=True)


class SlaBoard(Projection[Board]):
    name = "slaboard"
    topics = tuple(f"__main__:{name}" for name in GIVEN["topics"])
    last = 0
    caught_up = Event()

    def process_event(self, domain_event, tracking):
        self.project(domain_event, tracking)
        if tracking.notification_id >= self.last:
            self.caught_up.set()

    def project(self, event, tracking):
        clear, case, version = event.clear, event.originator_id, event.originator_version
        if isinstance(event, ApplicationSubmitted):
            filed_on = civil_day(clear)
            due_on = filed_on + DUE
            place = (case, version, clear["authority"], clear["category"], clear["kind"])
            self.view.write(FILE, (*place, filed_on, due_on, due_on - AT_RISK, TARGET_FROM), tracking)
        elif isinstance(event, ApplicationDecided | ApplicationWithdrawn):
            outcome = clear.get("outcome", "withdrawn")
            status = {"granted": "decidedGranted", "refused": "decidedRefused"}.get(outcome, "withdrawn")
            self.view.write(CLOSE, (version, status, civil_day(clear), outcome, case, version), tracking)
        else:
            self.view.write(ADD_TASKS, (version, int(gives_task(event)), case, version), tracking)


def gives_task(event):
    if isinstance(event, CrossroadsCheckAnswered):
        return event.clear["outcome"] == "noData"
    if isinstance(event, SalaryVerified):
        return event.clear["result"]["verdict"] == "undetermined"
    return isinstance(event, CrossroadsCheckFailed)


def civil_day(clear):
    return datetime.fromisoformat(clear["effectiveAt"]).astimezone(BRUSSELS).date()


class Journal(Application):
    pass


def environment():
    parts = urlsplit(GIVEN["url"])
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or parse_qs(parts.query)["host"][0],
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "postgres",
        "POSTGRES_PASSWORD": parts.password or "",
    }


def store_events(env):
    """Store the journal's first events as the library's, and give the id of the last that the board reads."""
    with psycopg.connect(GIVEN["journalUrl"]) as connection:
        rows = connection.execute(
            "select stream, version, type, body from permit.journal where position <= %s order by position",
            (GIVEN["events"],),
        ).fetchall()
    stored = [StoredEvent(stream, version, f"__main__:{name}", body) for stream, version, name, body in rows]
    application = Journal(env)
    ids = [
        recorded
        for start in range(0, len(stored), STORED_AT_ONCE)
        for recorded in application.recorder.insert_events(stored[start : start + STORED_AT_ONCE])
    ]
    application.close()
    return max(recorded for event, recorded in zip(stored, ids, strict=True) if event.topic in SlaBoard.topics)


def main():
    env = environment()
    SlaBoard.last = store_events(env)
    began = time.perf_counter()
    with ProjectionRunner(application_class=Journal, projection_class=SlaBoard, view_class=Board, env=env) as runner:
        while not SlaBoard.caught_up.wait(0.5):
            if runner.is_interrupted.is_set() or time.perf_counter() - began > LONGEST:
                break
        took = time.perf_counter() - began
    if not SlaBoard.caught_up.is_set():
        sys.exit("the projection did not catch up")
    print(json.dumps({"rate": GIVEN["events"] / took}))  # noqa: T201


if __name__ == "__main__":
    main()
