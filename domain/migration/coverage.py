"""What a report covers: a mark of all that has landed of an authority, compared when the report is relied upon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.migration.cutover import StepRefused

Coverage = Mapping[str, object]
"""JSON: counts by what was counted, and ``sha256`` of them all."""

_IN_WORDS: Final = {
    "batches": "batches and their ledgers",
    "landed": "landed records",
    "quarantine": "records in quarantine and what was done about them",
    "topic": "offsets of the topic",
    "openLetters": "dead-lettered records of the topic",
    "journal": "retold cases",
}


def what_differs(covered: Coverage, now: Coverage) -> list[str]:
    """What has changed since a report was made, in words; nothing where it covers all there is."""
    return [words for what, words in _IN_WORDS.items() if covered.get(what) != now[what]]


def require_same(covered: Coverage, now: Coverage, when: str) -> None:
    """Raise :class:`StepRefused` where something has landed that the report does not cover."""
    if differing := what_differs(covered, now):
        raise StepRefused(
            f"the report does not cover all that has landed: {', '.join(differing)} changed {when}. Take the step"
            " `reconcile` again, and propose the switch on that report"
        )
