"""What the benchmarks work on are cases as the product makes them."""

from collections import Counter

import pytest

from domain.case.folding import fold
from domain.case.lifecycle import CaseStatus
from domain.law.rulebook import Rulebook
from infra.audit.verification import verify_journal
from infra.benchmarks.sample_journal import (
    KeysInMemory,
    as_whole_cases,
    prepared_commands,
    sample_journal,
)
from infra.keys import KeyMissing


def test_ten_cases_take_every_course_in_the_order_of_time() -> None:
    prepared = prepared_commands(10, KeysInMemory(b"test"), Rulebook.load())

    cases = [fold(command.events) for command in as_whole_cases(prepared)]
    times = [command.recorded_at for command in prepared]

    assert Counter(case.status for case in cases if case is not None) == {
        CaseStatus.DECIDED_GRANTED: 6,
        CaseStatus.DECIDED_REFUSED: 1,
        CaseStatus.WITHDRAWN: 1,
        CaseStatus.SUBMITTED: 2,
    }
    assert times == sorted(times)


def test_commands_of_different_cases_alternate_as_they_do_in_life() -> None:
    prepared = prepared_commands(50, KeysInMemory(b"test"), Rulebook.load())

    ends = {command.stream: at for at, command in enumerate(prepared)}
    begins = {command.stream: at for at, command in reversed(list(enumerate(prepared)))}

    assert sum(ends[case] - begins[case] > 20 for case in ends) > 20


def test_whole_cases_hold_the_same_events_with_one_command_a_case() -> None:
    prepared = prepared_commands(20, KeysInMemory(b"test"), Rulebook.load())

    whole = as_whole_cases(prepared)

    assert len(whole) == 20
    assert Counter(id(e) for c in whole for e in c.events) == Counter(id(e) for c in prepared for e in c.events)


def test_a_subject_that_was_never_minted_has_no_key() -> None:
    minted = KeysInMemory(b"test").mint()

    with pytest.raises(KeyMissing):
        KeysInMemory(b"test").key_to_encrypt(minted)


@pytest.mark.server
def test_the_journal_passes_the_audit(admin_url: str) -> None:
    with sample_journal(admin_url, 20) as journal:
        report = verify_journal(journal.url)

    assert report.is_sound
    assert (report.size, report.case_count) == (journal.events, 20)
    assert journal.events == 172
