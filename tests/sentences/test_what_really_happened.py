"""The timelines and clocks of cases that commands made, told in every language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.words.sentences.derivations import derivation_sentence
from api.words.sentences.timeline import TELLERS, timeline_sentence
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import FILED, LogOfCases
from tests.sentences.tellings import LANGUAGES, LISTS, require_readable

pytestmark = pytest.mark.server


def test_every_entry_and_every_step_is_told(log: LogOfCases) -> None:
    cases = [*eventful_cases(log), *log.some_cases(12)]
    met: set[str] = set()
    for case_id in cases:
        page = log.timelines().read(case_id)
        assert page is not None
        for entry in page.entries:
            met.add(entry["event"])
            for each in LANGUAGES:
                require_readable(timeline_sentence(entry, each, LISTS))
    # These need a mandate, a worker who was corrected or got another number, a payment recorded wrongly, a mistaken
    # assignment or document, a work history, declared wages, and a clock that nobody watched.
    assert set(TELLERS) - met <= {
        "mandateVerified", "caseCorrected", "feePaymentVoided", "personIdentifierReplaced", "employmentVerified",
        "salaryVerified", "deadlineWarned", "legacyRecordRetold", "assignmentWithdrawn",
        "documentWithdrawn",
    }  # fmt: skip
    for days in (1, 20, 70):
        log.clock.moment = FILED + timedelta(days=days)
        for case_id in cases[:6]:
            view = log.shown(case_id).deadlines()
            assert view.clocks
            for clock in view.clocks:
                for each in LANGUAGES:
                    told = [derivation_sentence(step, each, LISTS) for step in clock.derivation]
                    assert told
                    for sentence in told:
                        require_readable(sentence)
