"""What is kept of a fold comes back as the very case that was folded, whatever has happened in it."""

from hypothesis import given, settings

from domain.case.folding import NOTHING, fold
from infra.postgres.journal.folded_cases import KeptFold, code_of_the_fold
from infra.wire_format import wire_adapter
from tests.case.histories import FILED, THEN_ASKED, events_of, play
from tests.case.vocabulary import submit
from tests.stored_events.samples import SAMPLES
from tests.world.examples import examples


def stored(kept: KeptFold) -> bytes:
    return wire_adapter(KeptFold).dump_json(kept, by_alias=True)


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_a_case_of_any_history_comes_back_and_is_folded_on(filed, commands) -> None:
    events = events_of(play(submit(filed), commands))
    whole = NOTHING.and_then(events)

    for n in range(1, len(events) + 1):
        then = NOTHING.and_then(events[:n])
        kept = wire_adapter(KeptFold).validate_json(stored(KeptFold.of(then.case, then.latest_on, 1)))
        assert (kept.case, kept.latest_on, kept.stored_bytes) == (then.case, then.latest_on, 1)
        assert fold(events[n:], kept.case) == whole.case


def test_every_event_that_begins_a_case_can_be_kept() -> None:
    begun = [NOTHING.and_then([each]) for each in SAMPLES if type(each).__name__ in BEGINNINGS]

    assert len(begun) >= len(BEGINNINGS)
    for then in begun:
        kept = wire_adapter(KeptFold).validate_json(stored(KeptFold.of(then.case, then.latest_on, 0)))
        assert kept.case == then.case


BEGINNINGS = {"ApplicationSubmitted", "LegacyRecordRetold"}


def test_the_code_of_a_fold_is_named_by_one_digest() -> None:
    assert len(code_of_the_fold()) == 32
    assert code_of_the_fold() == code_of_the_fold()
