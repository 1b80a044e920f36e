"""The same events and law give the same digest in any process: whatever its hash seed, time zone or locale."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.audit.replay import ReplayOutcome, replay_case
from domain.case.commands import (
    CommandContext,
    DecideAdmissibility,
    DecideWorkPart,
    Minted,
    RecordCrossroadsAnswer,
    SubmitApplication,
)
from domain.case.decider import decide
from domain.case.events import ApplicationSubmitted, CaseEvent
from domain.case.folding import StreamCorrupt, fold
from domain.case.personal_data import Withheld
from domain.crossroads.answers import CheckKind, EmployerOnRegister
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from tests.world.applications import NINE_WEEKS, application

CASE = UUID("00000000-0000-4000-8000-000000000001")
WORKER = UUID("00000000-0000-4000-8000-000000000002")
ROOT = Path(__file__).parents[2]

DIGEST = "import tests.audit.test_replay_is_pure as t; print(t.replayed().digest)"


def decided_case(law: Rulebook) -> list[tuple[int, CaseEvent]]:
    """Filed late on a New Year's Eve by UTC, when in Brussels the law of the new year was in force."""
    context = CommandContext(actor="a", command_id="c", now=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    answer = EmployerOnRegister(
        enterprise_number="0202239951",
        name="Proximus",
        active=True,
        founded_on=date(1994, 3, 1),
        has_staff=True,
        has_debts=False,
    )
    events: list[CaseEvent] = []
    for command in (
        SubmitApplication(
            application=application("mediumSkilledOther", pay="43396.00", evidence=NINE_WEEKS),
            minted=Minted(reference="FL-2026-0000001-23", worker_subject=WORKER),
        ),
        RecordCrossroadsAnswer(
            check=CheckKind.EMPLOYER_REGISTER, revision=1, ticket="t", answer=answer, answer_sha256="00"
        ),
        DecideAdmissibility(outcome="admissible", motivation="the fee was paid at the counter"),
        DecideWorkPart(outcome="granted", motivation="the occupation is on the list of the employment service"),
    ):
        events += decide(fold(events), command, context, law)
    return list(enumerate(events, 1))


def replayed():
    law = Rulebook.load()
    return replay_case(CASE, decided_case(law), RuleSets(law))


def test_a_case_filed_at_the_turn_of_the_year_is_replayed_under_the_law_of_its_day_in_brussels() -> None:
    replay = replayed()
    assert replay.outcome is ReplayOutcome.IDENTICAL
    assert all('"legalReferenceDate":"2026-01-01"' in str(verdict.conclusion) for verdict in replay.verdicts)


@pytest.mark.parametrize(
    ("hash_seed", "zone", "locale"), [("0", "UTC", "C"), ("4242", "Pacific/Kiritimati", "nl_BE.UTF-8")]
)
def test_another_process_comes_to_the_same_digest(hash_seed: str, zone: str, locale: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": locale}
    run = subprocess.run(
        [sys.executable, "-c", DIGEST], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == replayed().digest


def test_the_digest_holds_no_pay(law: Rulebook) -> None:
    # A digest over pay could be guessed back; over the public conclusion there is nothing to guess.
    assert all("observed" not in str(verdict.conclusion) for verdict in replayed().verdicts)


def test_a_case_decided_twice_is_different(law: Rulebook) -> None:
    events = decided_case(law)
    version, decision = events[-1]
    second = replay_case(CASE, [*events, (version + 1, decision)], RuleSets(law)).verdicts[-1]
    assert (second.version, second.outcome) == (version + 1, ReplayOutcome.DIFFERENT)
    assert "workPartAlreadyDecided" in second.differences[0].sentence


def test_facts_are_not_held_against_a_file_from_which_they_were_erased(law: Rulebook) -> None:
    # given a filing whose pay is gone, and verdicts under a key that is still there
    (first, submitted), *others = decided_case(law)
    assert isinstance(submitted, ApplicationSubmitted)
    replay = replay_case(CASE, [(first, replace(submitted, gross_pay=Withheld())), *others], RuleSets(law))
    assert replay.outcome is ReplayOutcome.IDENTICAL


def test_events_that_do_not_begin_with_a_filing_make_no_case(law: Rulebook) -> None:
    with pytest.raises(StreamCorrupt):
        replay_case(CASE, decided_case(law)[1:], RuleSets(law))
