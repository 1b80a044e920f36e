"""Whose a case is, read from the clear fields of its events, is whose the folded case says it is: over any history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.events import (
    ApplicationSubmitted,
    CaseCorrected,
    CaseEvent,
    EmployerNumbers,
    LegacyRecordRetold,
    MandateVerified,
    RepresentativeNumber,
)
from domain.case.folding import StreamCorrupt, fold
from domain.case.handling import CaseStream
from domain.case.legacy_events import RecordedEmployer
from domain.case.parties import Parties
from infra.event_codec import EventCodec
from infra.postgres.journal.folded_cases import CaseAsRead
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorded_events import recorded_event
from infra.postgres.read_models.case_snapshots import CaseSnapshots
from infra.upcasters import lifted
from projections.parties import PARTIES_FROM, parties_of
from projections.recorded_event import RecordedEvent
from tests.case.histories import FILED, THEN_ASKED, events_of, play
from tests.case.vocabulary import WORKER, submit
from tests.keys.keys_in_memory import KeysInMemory
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import ORIGIN, LogOfCases
from tests.stored_events.samples import SAMPLES
from tests.stored_events.stored_sample import KEY, StoredSample, sample_files

CASE = UUID(int=7)
SINCE = datetime(2026, 2, 2, 10, tzinfo=UTC)
NUMBERS = ("0202239951", "0206731645", "0403227515", "0409536968")


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies in a journal, and the keys with which it can be read."""

    name: str
    schema: int
    body: bytes
    origin: str
    stream: UUID
    version: int
    keys: KeysInMemory

    def decoded(self) -> CaseEvent:
        return EventCodec(self.origin, self.keys).decode(self.name, self.schema, self.body, self.stream, self.version)

    def recorded(self, version: int) -> RecordedEvent:
        at = SINCE + timedelta(hours=version)
        return recorded_event(version, CASE, version, self.name, self.schema, at, self.body, lifted)


def stored(event: CaseEvent, *, erased: bool = False) -> Stored:
    subject = getattr(event, "worker_subject", None) or WORKER
    keys = KeysInMemory({subject: KEY})
    encoded = EventCodec(ORIGIN, keys).encode(event, CASE, 1)
    if erased:
        keys.destroy(subject)
    return Stored(encoded.name, encoded.schema, encoded.body, ORIGIN, CASE, 1, keys)


def kept(sample: StoredSample, *, erased: bool) -> Stored:
    """One that was stored in a shape, or a form, that is written no more."""
    keys = KeysInMemory({sample.subject: None if erased else sample.key})
    return Stored(sample.name, sample.schema, sample.body, sample.origin, sample.stream, sample.version, keys)


KEPT = tuple(map(StoredSample.read, sample_files()))


def sample(of: type[CaseEvent]) -> CaseEvent:
    (found,) = (each for each in SAMPLES if type(each) is of)
    return found


def kept_under(*names: str) -> st.SearchStrategy[Stored]:
    samples = [each for each in KEPT if each.name in names]
    return st.builds(lambda each, erased: kept(each, erased=erased), st.sampled_from(samples), st.booleans())


def made_of(of: type[CaseEvent], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Stored]:
    """The sample of a type with other values in some fields, stored as it is stored today."""
    events = st.fixed_dictionaries(fields).map(lambda changes: replace(sample(of), **changes))  # type: ignore[arg-type]
    return st.builds(lambda event, erased: stored(event, erased=erased), events, st.booleans())


numbers = st.sampled_from(NUMBERS)
employers = st.builds(EmployerNumbers, enterprise_number=numbers, establishment_unit_number=st.none())
authorities = st.sampled_from(["flanders", "brussels", "wallonia", "germanSpeakingCommunity"])
kinds = st.sampled_from(["fixedTerm", "unlimited"])

filings = made_of(
    ApplicationSubmitted,
    authority=authorities,
    kind=kinds,
    filed_by=st.sampled_from(["employer", "representative", "worker"]),
    employer=employers,
    representative=st.none() | numbers.map(lambda number: RepresentativeNumber(enterprise_number=number)),
)
records = made_of(
    LegacyRecordRetold,
    authority=authorities,
    kind=kinds,
    employer=numbers.map(lambda number: RecordedEmployer(enterprise_number=number)),
)
beginnings = filings | records | kept_under("ApplicationSubmitted", "LegacyRecordRetold")
others = st.one_of(
    made_of(CaseCorrected, employer=st.none() | employers),
    made_of(MandateVerified, valid=st.booleans(), enterprise_number=numbers),
    records,
    kept_under("CaseCorrected", "MandateVerified", "LegacyRecordRetold"),
    # What means nothing to it. Of pauses, those that any case can have.
    kept_under(*{each.name for each in KEPT} - {"ApplicationSubmitted", "ClockResumed", "ClockCorrected"}),
)

History: TypeAlias = Sequence[Stored]


def told_by_fold(history: History) -> Parties:
    case = fold(each.decoded() for each in history)
    assert case is not None
    return case.parties


def told_by_clear_fields(history: History) -> Parties:
    return parties_of([each.recorded(version) for version, each in enumerate(history, 1)])


@given(beginnings, st.lists(others, max_size=8))
@settings(max_examples=200)
def test_whose_a_case_is_is_told_alike_by_its_fold_and_by_its_clear_fields(first: Stored, later: list[Stored]) -> None:
    """Filed here or moved over, corrected, retold, of a mandate that ended, erased, in whatever shape it was stored."""
    assert told_by_clear_fields([first, *later]) == told_by_fold([first, *later])


@given(FILED, THEN_ASKED, st.booleans())
@settings(max_examples=100)
def test_so_it_is_after_whatever_is_asked_of_a_case(filed, commands, erased: bool) -> None:
    history = [stored(each, erased=erased) for each in events_of(play(submit(filed), commands))]
    assert told_by_clear_fields(history) == told_by_fold(history)


@given(beginnings, st.lists(others, max_size=8))
@settings(max_examples=50)
def test_nothing_else_is_needed_than_the_events_that_say_something_of_it(first: Stored, later: list[Stored]) -> None:
    told = told_by_clear_fields([first, *later])

    assert told == told_by_clear_fields([first, *(each for each in later if each.name in PARTIES_FROM)])


@pytest.mark.parametrize("of", [(), (MandateVerified,), (MandateVerified, ApplicationSubmitted)])
def test_a_stream_that_does_not_begin_as_a_case_is_nobodys(of: tuple[type[CaseEvent], ...]) -> None:
    with pytest.raises(StreamCorrupt):
        told_by_clear_fields([stored(sample(each)) for each in of])


def test_a_case_that_was_filed_twice_is_nobodys() -> None:
    # given a stream to which somebody appended another filing
    history = [stored(sample(ApplicationSubmitted)), stored(sample(ApplicationSubmitted))]

    # then neither way says whose it is
    for told in (told_by_fold, told_by_clear_fields):
        with pytest.raises(StreamCorrupt):
            told(history)


def test_a_snapshot_of_a_short_case_says_what_its_fold_says(log: LogOfCases) -> None:
    cases = eventful_cases(log)
    log.erase(cases[0])
    snapshots = CaseSnapshots(log.journal, log.case_files(), log.timelines())
    for case_id in cases:
        snapshot = snapshots.read(case_id)
        assert snapshot is not None
        assert snapshot.parties == snapshot.case.parties


class UnfoldedJournal(PostgresJournal):
    """One of which nobody may have a case folded."""

    def stream_of(self, case_id: UUID, read: CaseAsRead) -> CaseStream:
        raise AssertionError(f"case {case_id} was folded")


def test_no_short_case_is_folded_to_be_shown(log: LogOfCases) -> None:
    (*_, case_id) = eventful_cases(log)
    mapper = EventMapper(EventCodec(ORIGIN, log.keys))
    journal = UnfoldedJournal(log.recorder, mapper, digest_key=b"d" * 32)

    snapshot = CaseSnapshots(journal, log.case_files(), log.timelines()).read(case_id)

    assert snapshot is not None
    assert snapshot.parties.employer == snapshot.file().body["employer"]["enterpriseNumber"]
    assert snapshot.deadlines().version == snapshot.version == snapshot.timeline().entries[-1]["version"]
    with pytest.raises(AssertionError, match="was folded"):
        _ = snapshot.worker_numbers
