"""The last line before the log: what nothing behind it can hold is encoded in no field of no event, by no door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.case.refusals import NotRecordable
from infra.event_codec import EventCodec
from infra.event_formats import AUTHORITY_FORMATS, FORMATS
from infra.recordable import EARLIEST, LARGEST_NUMBER, LATEST
from tests.border.unreadable import LAID_OUT, SUBJECT, UNREADABLE, ordinary, placed
from tests.keys.keys_in_memory import KeysInMemory

EVENT_TYPES = sorted({each.event_type for each in (*FORMATS, *AUTHORITY_FORMATS)}, key=lambda each: each.__name__)
STREAM = UUID("11111111-1111-4111-8111-111111111111")
CODEC = EventCodec("tests/border", KeysInMemory({SUBJECT: b"k" * 32}))

every_event_type = pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda each: each.__name__)
every_text = pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())


def refusal(event: Any) -> NotRecordable:
    with pytest.raises(NotRecordable) as refused:
        CODEC.encode(event, STREAM, 1)
    return refused.value


@every_event_type
def test_an_event_whose_every_field_is_ordinary_is_recorded(event_type: type[Any]) -> None:
    event = ordinary(event_type)
    stored = CODEC.encode(event, STREAM, 1)
    assert CODEC.decode(stored.name, stored.schema, stored.body, STREAM, 1) == event


@every_event_type
@every_text
def test_no_field_of_an_event_takes_an_unreadable_text(event_type: type[Any], text: str) -> None:
    for each in placed(event_type, str, text):
        refused = refusal(each.value)
        assert [issue.path for issue in refused.issues] == [each.path]
        assert text not in str(refused)
        assert each.path in str(refused)


@every_event_type
def test_only_free_texts_take_ends_of_lines(event_type: type[Any]) -> None:
    for each in placed(event_type, str, LAID_OUT):
        if each.is_free_text:
            stored = CODEC.encode(each.value, STREAM, 1)
            assert CODEC.decode(stored.name, stored.schema, stored.body, STREAM, 1) == each.value
        else:
            assert [issue.path for issue in refusal(each.value).issues] == [each.path]


@every_event_type
@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+100", "1E-101", "0." + "0" * 101])
def test_no_amount_takes_what_is_no_number_of_json(event_type: type[Any], number: str) -> None:
    for each in placed(event_type, Decimal, Decimal(number)):
        assert [issue.path for issue in refusal(each.value).issues] == [each.path]


@every_event_type
@pytest.mark.parametrize("number", [LARGEST_NUMBER + 1, -LARGEST_NUMBER - 1, 2**64])
def test_no_number_is_larger_than_every_reader_can_tell(event_type: type[Any], number: int) -> None:
    for each in placed(event_type, int, number):
        assert [issue.path for issue in refusal(each.value).issues] == [each.path]


@every_event_type
@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(1, 1, 1, 12, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))),
        datetime(9999, 12, 31, 12, tzinfo=UTC),
        datetime(2026, 1, 20, 9, 30),  # noqa: DTZ001 - the fault itself
    ],
    ids=str,
)
def test_every_moment_has_a_date_in_every_time_zone(event_type: type[Any], moment: datetime) -> None:
    for each in placed(event_type, datetime, moment):
        assert [issue.path for issue in refusal(each.value).issues] == [each.path]


@pytest.mark.parametrize("moment", [EARLIEST, LATEST], ids=str)
def test_the_first_and_the_last_moment_are_read_everywhere(moment: datetime) -> None:
    for each in (-12, 14):
        assert moment.astimezone(timezone(timedelta(hours=each)))


def test_all_that_is_wrong_is_named_at_once_and_nothing_of_its_content() -> None:
    event_type = _type("LegacyRecordRetold")
    event = ordinary(event_type)
    worker = replace(event.worker, given_name="Zwaluwina\x00", family_name="Vande\ud800")
    both = replace(event, worker=worker)

    assert str(refusal(both)) == (
        "LegacyRecordRetold cannot be recorded: "
        "worker.givenName: it holds a control character, remove what cannot be printed; "
        "worker.familyName: it holds a control character, remove what cannot be printed"
    )


def test_places_are_found_in_parts_in_lists_and_in_alternatives() -> None:
    places = {
        each.path for name in ("ApplicationSubmitted", "WorkPartDecided") for each in placed(_type(name), str, "")
    }
    assert {
        "reference",
        "worker.givenName",
        "documents[0].sha256",
        "candidates[0]",
        "facts.workHistory[0].basis",
    } < places
    assert {"findings[0].trace[0]", "findings[0].trace[0].code", "findings[0].trace[0].values"} < places


def _type(name: str) -> type[Any]:
    return next(each for each in EVENT_TYPES if each.__name__ == name)
