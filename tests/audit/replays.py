"""What a replay of the journal of some cases reports."""

from __future__ import annotations

from domain.audit.replay import VerdictReplay
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from infra.audit.replaying import ReplayReport, replay_all
from infra.audit.verification import verify_journal
from tests.audit.case_book import CaseBook


def replayed(book: CaseBook, law: Rulebook | None = None) -> ReplayReport:
    return replay_all(book.log, RuleSets(law or book.law))


def the_one_difference(book: CaseBook) -> VerdictReplay:
    """The only verdict that differs, in a journal whose seals are all valid: only a replay can see it."""
    assert verify_journal(book.url).is_sound
    report = replayed(book)
    assert report.different_count == 1
    return report.different[0]


def fields_of(verdict: VerdictReplay) -> list[str]:
    return [difference.field for difference in verdict.differences]
