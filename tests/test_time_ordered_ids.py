"""UUIDv7: sorts by the time it was made, and is the UUIDv7 that others read."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122

from infra.time_ordered_ids import time_ordered_id

NOW = datetime(2026, 1, 20, 10, 0, 0, 123_456, tzinfo=UTC)


def test_an_id_holds_its_millisecond() -> None:
    made = time_ordered_id(NOW)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(NOW.timestamp() * 1000)
    assert time_ordered_id(NOW.astimezone(timezone(timedelta(hours=2)))).int >> 80 == made.int >> 80


def test_later_ids_sort_after_earlier_ones() -> None:
    ids = [time_ordered_id(NOW + timedelta(milliseconds=n)) for n in range(100)]
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ_in_all_their_random_bits() -> None:
    ids = [time_ordered_id(NOW).int for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    random = ~((0xF << 76) | (0b11 << 62)) & ((1 << 80) - 1)
    seen_set = seen_clear = 0
    for each in ids:
        seen_set |= each & random
        seen_clear |= ~each & random
    assert seen_set == seen_clear == random
