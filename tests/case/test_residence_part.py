"""The file goes to the Immigration Office, which decides on the residence, and so on the whole."""

from datetime import UTC, date, datetime

import pytest

from domain.case.commands import DecideResidencePart
from domain.case.events import (
    ApplicationDecided,
    ApplicationForwardedToImmigrationOffice,
    ResidencePartDecided,
    WorkPartDecided,
)
from domain.case.lifecycle import CaseStatus, Stage
from domain.case.refusals import Reason
from domain.civil_time import beginning_of
from tests.case.vocabulary import (
    FORWARD,
    HANDLER,
    NOW,
    TODAY,
    WORKER,
    allow_residence,
    asked,
    at_residence,
    case,
    checked,
    days_later,
    grant,
    happened,
    judged,
    pause,
    refuse_residence,
    resume,
    state_after,
)

OFFICE = "caseHandler:dvz-1"
LATER = days_later(20)


class TestForwarding:
    def test_an_admissible_file_is_forwarded(self) -> None:
        case(actor=HANDLER).given(*judged()).when(FORWARD).then(
            ApplicationForwardedToImmigrationOffice(effective_at=NOW, by=HANDLER)
        )

    def test_before_the_work_part_it_stays_at_that_stage(self) -> None:
        state = state_after(happened(judged(), FORWARD))

        assert (state.status, state.stage) == (CaseStatus.ADMISSIBLE, Stage.WORK_PART)
        case().given(*happened(judged(), FORWARD)).when(grant()).then_events(WorkPartDecided)

    def test_after_the_work_part_too(self) -> None:
        past = happened(judged(), grant())

        case().given(*past).when(FORWARD).then_events(ApplicationForwardedToImmigrationOffice)

    def test_not_before_it_is_admissible(self) -> None:
        case().given(*checked()).when(FORWARD).then_refused(Reason.NOT_ADMISSIBLE_YET)
        case().given(*asked()).when(FORWARD).then_refused(Reason.NOT_ADMISSIBLE_YET)

    def test_not_twice_and_the_refusal_says_who_did_it(self) -> None:
        past = [*judged(), *case(actor=HANDLER).given(*judged()).when(FORWARD).decided()]

        refused = case(LATER).given(*past).when(FORWARD).then_refused(Reason.ALREADY_FORWARDED)

        assert f"forwarded by {HANDLER} on 2026-01-20" in refused.sentence


class TestDeciding:
    def test_residence_is_granted_and_with_it_the_permit(self) -> None:
        past = at_residence()
        decided = (
            ResidencePartDecided(
                effective_at=LATER, outcome="granted", grounds=(), by=OFFICE, worker_subject=WORKER, motivation=None
            ),
            ApplicationDecided(effective_at=LATER, outcome="granted", refused_part=None),
        )

        case(LATER, actor=OFFICE).given(*past).when(allow_residence()).then(*decided)

        state = state_after([*past, *decided])
        assert (state.status, state.stage) == (CaseStatus.DECIDED_GRANTED, Stage.CLOSED)

    def test_residence_is_refused_and_with_it_the_permit(self) -> None:
        past = at_residence()

        residence, whole = (
            case(LATER)
            .given(*past)
            .when(refuse_residence("publicOrder"))
            .then_events(ResidencePartDecided, ApplicationDecided)
        )

        assert isinstance(residence, ResidencePartDecided)
        assert residence.grounds == ("publicOrder",)
        assert whole == ApplicationDecided(effective_at=LATER, outcome="refused", refused_part="residence")
        assert state_after([*past, residence, whole]).status is CaseStatus.DECIDED_REFUSED

    def test_a_refusal_names_a_ground_and_a_grant_none(self) -> None:
        case().given(*at_residence()).when(refuse_residence()).then_refused(Reason.GROUND_REQUIRED)
        with_grounds = DecideResidencePart(outcome="granted", grounds=("fraud",))
        case().given(*at_residence()).when(with_grounds).then_refused(Reason.GROUND_NOT_APPLICABLE)

    def test_not_before_the_file_was_forwarded(self) -> None:
        case().given(*happened(judged(), grant())).when(allow_residence()).then_refused(Reason.NOT_FORWARDED)
        case().given(*checked()).when(allow_residence()).then_refused(Reason.NOT_FORWARDED)

    def test_not_before_the_work_part_is_decided(self) -> None:
        forwarded = happened(judged(), FORWARD)

        case().given(*forwarded).when(allow_residence()).then_refused(Reason.WORK_PART_NOT_GRANTED)

    def test_not_while_the_clock_stands_still(self) -> None:
        paused = happened(at_residence(), pause())

        case().given(*paused).when(allow_residence()).then_refused(Reason.CLOCK_PAUSED)
        resumed = happened(paused, resume())
        case().given(*resumed).when(allow_residence()).then_events(ResidencePartDecided, ApplicationDecided)

    @pytest.mark.parametrize("again", [allow_residence(), refuse_residence("fraud")])
    def test_not_twice_and_the_refusal_says_who_decided(self, again: DecideResidencePart) -> None:
        decided = case(LATER, actor=OFFICE).given(*at_residence()).when(allow_residence()).decided()

        refused = case(LATER).given(*at_residence(), *decided).when(again).then_refused(Reason.ALREADY_DECIDED)

        assert f"granted by {OFFICE} on 2026-02-09" in refused.sentence


class TestTheDayOfTheDecision:
    def test_a_day_gone_by_counts_from_its_beginning(self) -> None:
        earlier = date(2026, 1, 28)

        residence, whole = case(LATER).given(*at_residence()).when(allow_residence(earlier)).decided()

        assert (residence.effective_at, whole.effective_at) == (beginning_of(earlier), beginning_of(earlier))

    def test_the_day_of_forwarding_counts_from_the_moment_of_forwarding(self) -> None:
        residence, _ = case(LATER).given(*at_residence()).when(allow_residence(TODAY)).decided()

        assert residence.effective_at == NOW

    def test_today_is_now(self) -> None:
        residence, _ = case(LATER).given(*at_residence()).when(allow_residence(date(2026, 2, 9))).decided()

        assert residence.effective_at == LATER

    @pytest.mark.parametrize("day", [date(2026, 1, 19), date(2026, 2, 10)], ids=["before forwarding", "to come"])
    def test_another_day_is_refused_with_the_days_that_can_be(self, day: date) -> None:
        refused = case(LATER).given(*at_residence()).when(allow_residence(day)).then_refused(Reason.DAY_NOT_POSSIBLE)

        assert "(2026-01-20) and today (2026-02-09)" in refused.sentence

    def test_days_are_those_of_brussels(self) -> None:
        """Half past eleven in the evening by UTC is the next day there, and so is the decision of that day."""
        past_midnight = datetime(2026, 2, 9, 23, 30, tzinfo=UTC)

        residence, _ = case(past_midnight).given(*at_residence()).when(allow_residence(date(2026, 2, 10))).decided()

        assert residence.effective_at == past_midnight
