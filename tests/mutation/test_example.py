from tests.mutation.example import days_late


def test_a_day_after_the_last_is_late() -> None:
    assert days_late(due=10, today=12) == 2


def test_the_last_day_is_in_time() -> None:
    assert days_late(due=10, today=10) == 0
