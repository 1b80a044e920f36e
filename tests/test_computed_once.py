"""A part that is computed once an object, by whoever comes first, and by nobody for another object."""

from __future__ import annotations

from threading import Event, Thread

from domain.computed_once import computed_once


class Computing:
    def __init__(self, wait: Event | None = None) -> None:
        self.times = 0
        self.began = Event()
        self._wait = wait

    @computed_once
    def part(self) -> int | None:
        """What is computed."""
        self.times += 1
        self.began.set()
        if self._wait is not None:
            assert self._wait.wait(10)
        return None


def test_a_part_is_computed_when_it_is_first_used_and_kept_even_if_it_is_nothing() -> None:
    computing = Computing()
    assert computing.times == 0
    assert (computing.part, computing.part) == (None, None)
    assert computing.times == 1
    assert Computing.part.__doc__ == "What is computed."


def test_one_object_does_not_wait_for_another_of_its_class() -> None:
    # given an object whose part takes long
    goes_on = Event()
    slow, quick = Computing(goes_on), Computing()
    computing = Thread(target=lambda: slow.part)
    computing.start()
    try:
        assert slow.began.wait(10)
        # when the part of another is used, then it is there at once
        asking = Thread(target=lambda: quick.part)
        asking.start()
        asking.join(5)
        assert (quick.times, asking.is_alive()) == (1, False)
    finally:
        goes_on.set()
        computing.join()
