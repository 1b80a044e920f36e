"""An answer is worked out once and kept, up to a bound."""

from hypothesis import given
from hypothesis import strategies as st

from domain.law.remembered import Remembered


def test_a_question_is_answered_once() -> None:
    # given
    asked: list[int] = []
    doubled = Remembered[tuple[int], int](lambda number: asked.append(number) or 2 * number, most=2)
    # when
    answers = [doubled[(1,)], doubled[(2,)], doubled[(1,)], doubled[(2,)]]
    # then
    assert answers == [2, 4, 2, 4]
    assert asked == [1, 2]


def test_the_answer_beyond_the_bound_is_kept_and_those_before_are_forgotten() -> None:
    # given
    asked: list[int] = []
    doubled = Remembered[tuple[int], int](lambda number: asked.append(number) or 2 * number, most=2)
    # when
    answers = [doubled[(number,)] for number in (1, 2, 3, 3, 1)]
    # then
    assert answers == [2, 4, 6, 6, 2]
    assert asked == [1, 2, 3, 1]


@given(st.integers(1, 5), st.lists(st.integers(0, 9)))
def test_it_never_holds_more_than_its_bound_and_never_answers_otherwise(most: int, questions: list[int]) -> None:
    doubled = Remembered[tuple[int], int](lambda number: 2 * number, most)

    for number in questions:
        assert doubled[(number,)] == 2 * number
        assert len(doubled) <= most
