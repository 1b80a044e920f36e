"""What was kept of a long case is used only where it is of this very stream and code; else the case is read whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain.case.folding import NOTHING
from domain.case.personal_data import Withheld
from infra.event_codec import EventCodec
from infra.postgres.journal.folded_cases import SMALL_BYTES, FoldedCases
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.read_models.case_snapshots import CaseSnapshots
from tests.projections.log_of_cases import FILED, ORIGIN, LogOfCases, run

pytestmark = pytest.mark.server

EVERY = 10


def folding_journal(log: LogOfCases, *, code: bytes = b"this code" * 4) -> PostgresJournal:
    """The journal of a process of its own, which keeps the fold of every case of ten events."""
    folds = FoldedCases(log.recorder.connections, log.keys, origin=ORIGIN, code=code, every=EVERY)
    return PostgresJournal(log.recorder, EventMapper(EventCodec(ORIGIN, log.keys)), digest_key=b"d" * 32, folds=folds)


def long_case(log: LogOfCases, events: int = 25) -> UUID:
    case_id = log.file()
    n = 0
    while log.journal.read(case_id).version < events:
        log.assign(case_id, FILED + timedelta(minutes=n), handler=f"handler-{n}")
        n += 1
    return case_id


def kept_versions(log: LogOfCases) -> dict[UUID, int]:
    return dict(run(log.url, "select stream::uuid, version from permit.case_fold"))


def test_a_long_case_is_read_from_what_was_kept_and_is_the_same(log: LogOfCases) -> None:
    # given a case of 25 events, which has been read once
    case_id, journal = long_case(log), folding_journal(log)
    first = journal.read(case_id)
    assert (first.since, len(first.events)) == (NOTHING, 25)

    # when two events follow
    log.assign(case_id, FILED + timedelta(days=1), handler="another")
    log.pay(case_id, FILED + timedelta(days=1))

    # then they alone are read, and make what all events make
    again = journal.read(case_id)
    assert (again.since.version, len(again.events)) == (25, 2)
    whole = log.journal.read(case_id)
    assert again.folded == whole.folded == NOTHING.and_then(journal.events_of(case_id))
    assert (again.head_hash, again.stored_bytes) == (whole.head_hash, whole.stored_bytes)


def test_a_short_case_is_not_kept(log: LogOfCases) -> None:
    case_id, journal = log.file(), folding_journal(log)
    log.assign(case_id, FILED)

    journal.read(case_id)

    assert kept_versions(log) == {}


def test_a_case_that_is_not_there_is_empty(log: LogOfCases) -> None:
    nowhere = UUID(int=7)
    assert folding_journal(log).read(nowhere).version == 0


def test_cases_of_a_list_are_read_together_and_each_is_as_alone(log: LogOfCases) -> None:
    # given short cases, a long one whose fold was kept, and one that is not there
    short, long, nowhere, journal = [log.file() for _ in range(3)], long_case(log), UUID(int=7), folding_journal(log)
    log.assign(short[0], FILED)
    journal.read(long)
    snapshots = CaseSnapshots(journal, log.case_files(), log.timelines())

    # when they are read as a list names them, two of them twice
    listed = (short[2], long, nowhere, short[0], short[2], short[1], long)
    read = dict(journal.read_recorded_each(listed))

    # then each is as it is alone, the long one from its fold on, and one that is not there is left out
    assert read == {case_id: journal.read_recorded(case_id) for case_id in (*short, long)}
    assert {case_id: each.is_short for case_id, each in read.items()} == {**dict.fromkeys(short, True), long: False}
    assert read[long].since.version == 25

    # and they come once, in the order of the list
    assert [each.case_id for each in snapshots.read_each(listed)] == [short[2], long, short[0], short[1]]
    assert list(snapshots.read_each(())) == []


def test_a_list_of_large_cases_has_one_of_them_in_memory(log: LogOfCases) -> None:
    # given a small case, and two whose few events are large
    small, *large = (log.file() for _ in range(3))
    for case_id in large:
        enlarge = "update permit.journal set body = body || repeat('x', %s)::bytea where stream = %s and version = 1"
        run(log.url, enlarge, SMALL_BYTES, str(case_id))
    folds = FoldedCases(log.recorder.connections, log.keys, origin=ORIGIN)

    # then only the small one is read with others
    assert folds.read_small([large[0], small, large[1]]).keys() == {small}
    # and the large ones all the same
    read = dict(folding_journal(log).read_recorded_each([large[0], small, large[1]]))
    assert list(read) == [large[0], small, large[1]]
    assert all(len(read[case_id].events[0].state) > SMALL_BYTES for case_id in large)


def test_a_fold_is_kept_anew_when_enough_has_happened(log: LogOfCases) -> None:
    case_id, journal = long_case(log), folding_journal(log)
    journal.read(case_id)
    for n in range(EVERY):
        log.assign(case_id, FILED + timedelta(days=1), handler=f"later-{n}")

    journal.read(case_id)

    (kept,) = kept_versions(log).values()
    assert kept == 25 + EVERY


def test_what_follows_on_a_kept_fold_is_appended_to_the_same_leaf(log: LogOfCases) -> None:
    case_id, journal = long_case(log), folding_journal(log)
    journal.read(case_id)
    stream = journal.read(case_id)
    assert stream.events == ()

    log.assign(case_id, FILED + timedelta(days=1), handler="by the other")

    ((prev,),) = run(log.url, "select leaf_hash from permit.journal where stream = %s and version = 25", str(case_id))
    assert stream.head_hash == bytes(prev)


SPOILED: dict[str, str] = {
    "its ciphertext": "update permit.case_fold set sealed = overlay(sealed placing '\\x00'::bytea from 30)",
    "its end": "update permit.case_fold set sealed = substr(sealed, 1, 20)",
    "its leaf": "update permit.case_fold set leaf_hash = sha256('another')",
    "an earlier version": "update permit.case_fold set version = 24",
    "an earlier version with that one's leaf": (
        "update permit.case_fold set version = 24, leaf_hash ="
        " (select leaf_hash from permit.journal j where j.stream = case_fold.stream and j.version = 24)"
    ),
    "a version that is still to come": "update permit.case_fold set version = 1000",
    "whose it is": "update permit.case_fold set subject = gen_random_uuid()",
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_fold_that_was_changed_is_never_used(log: LogOfCases, what: str) -> None:
    # given a kept fold in which somebody changed something
    case_id, journal = long_case(log), folding_journal(log)
    right = journal.read(case_id).folded
    run(log.url, SPOILED[what])

    # when the case is read
    again = journal.read(case_id)

    # then it is read from its first event, and kept again as it is
    assert (again.since, again.folded) == (NOTHING, right)
    after = journal.read(case_id)
    assert (after.since.version, after.folded) == (25, right)


def test_a_fold_of_another_case_is_never_used(log: LogOfCases) -> None:
    # given two cases of as many events, of which one was given the other's fold
    mine, other, journal = long_case(log), long_case(log), folding_journal(log)
    right = journal.read(mine).folded
    journal.read(other)
    run(
        log.url,
        "update permit.case_fold as mine set sealed = other.sealed, subject = other.subject"
        " from permit.case_fold other where mine.stream = %s and other.stream = %s",
        str(mine),
        str(other),
    )

    again = journal.read(mine)

    assert (again.since, again.folded) == (NOTHING, right)


def test_a_fold_by_other_code_is_never_used_and_is_replaced(log: LogOfCases) -> None:
    case_id = long_case(log)
    folding_journal(log, code=b"code of last year" * 2).read(case_id)

    upgraded = folding_journal(log)

    assert upgraded.read(case_id).since == NOTHING
    assert upgraded.read(case_id).since.version == 25


def test_a_fold_from_before_an_erasure_says_nothing_after_it(log: LogOfCases) -> None:
    # given a long case whose fold holds the worker's birth date, and her erasure
    case_id, journal = long_case(log), folding_journal(log)
    case = journal.read(case_id).case
    assert case is not None
    assert case.facts.birth_date is not None
    log.erase(case_id)

    # when it is read
    erased = journal.read(case_id)

    # then nothing of it is left, in the case or in the table
    assert erased.case is not None
    assert erased.case.facts.birth_date is None
    assert erased.case == log.journal.read(case_id).case
    assert isinstance(erased.events[0].worker, Withheld)  # type: ignore[union-attr]
    assert kept_versions(log) == {}


def test_nothing_personal_is_kept_in_clear(log: LogOfCases) -> None:
    case_id, journal = long_case(log), folding_journal(log)
    stream = journal.read(case_id)
    assert stream.case is not None

    ((sealed, row),) = run(log.url, "select sealed, f::text from permit.case_fold f")

    for value in (stream.case.reference, stream.case.employer_number, *stream.case.worker_numbers):
        assert value.encode() not in bytes(sealed)
        assert value not in row


SHOWN: dict[str, Callable[[CaseSnapshots, UUID], object]] = {
    "file": lambda snapshots, case_id: snapshots.read(case_id).file(),  # type: ignore[union-attr]
    "deadlines": lambda snapshots, case_id: snapshots.read(case_id).deadlines(),  # type: ignore[union-attr]
    "first entries": lambda snapshots, case_id: snapshots.read(case_id).timeline(limit=7),  # type: ignore[union-attr]
    "later entries": lambda snapshots, case_id: snapshots.read(case_id).timeline(after=20, limit=10),  # type: ignore[union-attr]
    "the end": lambda snapshots, case_id: snapshots.read(case_id).timeline(after=28),  # type: ignore[union-attr]
}


@pytest.mark.parametrize("projected", ["nothing", "up to date", "a while ago"])
@pytest.mark.parametrize("what", SHOWN)
def test_all_that_is_shown_of_a_long_case_is_as_of_a_short_one(log: LogOfCases, what: str, projected: str) -> None:
    # given a long case with a fold, and read models that have come more or less far
    case_id, journal = long_case(log), folding_journal(log)
    journal.read(case_id)
    if projected == "a while ago":
        log.catch_up()
    log.pay(case_id, FILED + timedelta(days=2))
    log.attach(case_id, FILED + timedelta(days=2))
    log.ask(case_id, FILED + timedelta(days=3))
    if projected == "up to date":
        log.catch_up()

    # then it shows what the whole stream shows
    assert journal.read(case_id).since.version == 25
    kept = CaseSnapshots(journal, log.case_files(), log.timelines())
    whole = CaseSnapshots(log.journal, log.case_files(), log.timelines())
    assert SHOWN[what](kept, case_id) == SHOWN[what](whole, case_id)
