"""The event library's ProjectionRunner on the small board: events a second from its start until it has caught up.

Run by the peer's interpreter with one JSON argument: url, topics. The table ``bench_board_case`` is there and empty.
The events of the table ``bench_event`` are stored as the library's own, body for body, before the clock starts.
"""

import json
import sys
import time
from datetime import datetime
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
LONGEST = 240.0
STORED_AT_ONCE = 25
"""Of several hundred events with bodies the driver's pipeline can wait for ever: neither end reads any more."""


FILE = """
insert into bench_board_case (case_id, version, authority, category, kind, status, filed_on)
values (%s, %s, %s, %s, %s, 'submitted', %s)
on conflict (case_id) do nothing
"""
ADMIT = "update bench_board_case set version = %s, status = 'admissible' where case_id = %s and version < %s"
CLOSE = "update bench_board_case set version = %s, status = %s, closed_on = %s where case_id = %s and version < %s"
GO_ON = "update bench_board_case set version = %s where case_id = %s and version < %s"
"""An event that changes no more than how far the case has come."""


class RecordedEvent:
    """An event that the board reads: its stored body, as the library's mapper decodes it into attributes."""

    originator_id: UUID
    originator_version: int


# The library finds the class of an event by the name in its topic.
for topic in GIVEN["topics"]:
    globals()[topic] = type(topic, (RecordedEvent,), {})


class Board(PostgresTrackingRecorder):
    """One row a case, written with the position in one transaction."""

    def write(self, statement, values, tracking):
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(statement, values, prepare=True)


class SmallBoard(Projection[Board]):
    name = "smallboard"
    topics = tuple(f"__main__:{name}" for name in GIVEN["topics"])
    last = 0
    caught_up = Event()

    def process_event(self, domain_event, tracking):
        self.view.write(*written(domain_event), tracking)
        if tracking.notification_id >= self.last:
            self.caught_up.set()


def written(event):
    """The statement that an event brings about, and its values."""
    clear, case_id, version = event.clear, event.originator_id, event.originator_version
    match type(event).__name__:
        case "ApplicationSubmitted":
            place = (case_id, version, clear["authority"], clear["category"], clear["kind"])
            return FILE, (*place, civil_day(clear))
        case "ApplicationDeclaredAdmissible":
            return ADMIT, (version, case_id, version)
        case "ApplicationDeclaredInadmissible":
            return CLOSE, (version, "inadmissible", civil_day(clear), case_id, version)
        case "ApplicationWithdrawn":
            return CLOSE, (version, "withdrawn", civil_day(clear), case_id, version)
        case "ApplicationDecided":
            status = "decidedGranted" if clear["outcome"] == "granted" else "decidedRefused"
            return CLOSE, (version, status, civil_day(clear), case_id, version)
        case _:
            return GO_ON, (version, case_id, version)


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


def events_given():
    with psycopg.connect(GIVEN["url"]) as connection:
        rows = connection.execute("select stream, version, type, body from bench_event order by position").fetchall()
    return [StoredEvent(stream, version, f"__main__:{name}", body) for stream, version, name, body in rows]


def store(events, env):
    """Store the events as the library's, and give the id of the last that the board reads."""
    application = Journal(env)
    ids = [
        recorded
        for start in range(0, len(events), STORED_AT_ONCE)
        for recorded in application.recorder.insert_events(events[start : start + STORED_AT_ONCE])
    ]
    application.close()
    return max(recorded for event, recorded in zip(events, ids, strict=True) if event.topic in SmallBoard.topics)


def main():
    env = environment()
    events = events_given()
    SmallBoard.last = store(events, env)
    began = time.perf_counter()
    with ProjectionRunner(application_class=Journal, projection_class=SmallBoard, view_class=Board, env=env) as runner:
        while not SmallBoard.caught_up.wait(0.5):
            if runner.is_interrupted.is_set() or time.perf_counter() - began > LONGEST:
                break
        took = time.perf_counter() - began
    if not SmallBoard.caught_up.is_set():
        sys.exit("the projection did not catch up")
    print(json.dumps({"rate": len(events) / took}))  # noqa: T201


if __name__ == "__main__":
    main()
