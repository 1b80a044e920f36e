"""Commands are encoded and sealed when it is their turn, by whoever appends for all who wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from infra.postgres.journal.append_requests import Appended, AppendRequest
from infra.postgres.journal.group_commit import GroupCommitter
from infra.stored_form.compression import CURRENT, decompressed
from tests.journal.appends import JournalAsStored, request
from tests.journal.test_group_commit import head_held, together

pytestmark = pytest.mark.server


def nothing() -> None:
    """What most requests do beside."""


class ToSeal:
    """A request that does something else when it is written and when it is sealed."""

    def __init__(
        self,
        request: AppendRequest,
        seals: Callable[[], None] = nothing,
        *,
        writes: Callable[[], None] = nothing,
        texts: Sequence[bytes] = (),
    ) -> None:
        self._request = request
        self._seals = seals
        self._writes = writes
        self._texts = list(texts)
        self.claims = request.claims
        self.size = request.size
        self.given: list[bytes] = []

    def texts(self) -> list[bytes]:
        self._writes()
        return self._texts

    def sealed(self, frames: Sequence[bytes]) -> AppendRequest:
        self.given = [decompressed(each, CURRENT) for each in frames]
        self._seals()
        return self._request.sealed(frames)


def cannot_be_sealed() -> None:
    raise ValueError("no key")


@pytest.mark.parametrize("at_fault", [{"seals": cannot_be_sealed}, {"writes": cannot_be_sealed}], ids=["seal", "write"])
def test_what_cannot_be_sealed_is_its_callers_error_alone(
    journal_url: str, committer: GroupCommitter, at_fault: dict[str, Callable[[], None]]
) -> None:
    before, after = ToSeal(request(), texts=[b"one", b"two"]), ToSeal(request(), texts=[b"three"])
    outcomes = together(
        journal_url, committer, [before, ToSeal(request(), texts=[b"lost"], **at_fault), after, request()]
    )

    assert [type(each) for each in outcomes] == [Appended, ValueError, Appended, Appended]
    assert (before.given, after.given) == ([b"one", b"two"], [b"three"])
    JournalAsStored.of(journal_url).require_sound()


def test_each_of_many_is_given_its_own_texts_compressed(journal_url: str, committer: GroupCommitter) -> None:
    requests = [ToSeal(request(), texts=[f"{n}, {part}".encode() for part in range(n % 4)]) for n in range(40)]

    together(journal_url, committer, requests)

    assert [each.given for each in requests] == [[f"{n}, {part}".encode() for part in range(n % 4)] for n in range(40)]


def test_a_lone_command_that_cannot_be_sealed_holds_nobody_up(committer: GroupCommitter) -> None:
    with pytest.raises(ValueError, match="no key"):
        committer.submit(ToSeal(request(), cannot_be_sealed))

    assert committer.submit(request()).first_position == 1


def test_the_next_is_sealed_while_the_one_before_is_being_committed(
    journal_url: str, committer: GroupCommitter
) -> None:
    sealed = Event()
    with ThreadPoolExecutor(2) as callers:
        with head_held(journal_url):
            # given a commit that waits for the head of the journal
            first = callers.submit(committer.submit, request())
            time.sleep(0.1)
            # when another command comes
            second = callers.submit(committer.submit, ToSeal(request(), sealed.set))
            # then it is sealed meanwhile
            assert sealed.wait(10)
            assert not first.done()
        assert (first.result().first_position, second.result().first_position) == (1, 2)


def test_one_thread_seals_at_a_time(committer: GroupCommitter) -> None:
    sealing, met = Lock(), []

    def seals() -> None:
        if not sealing.acquire(blocking=False):
            met.append("another one is sealing")
            return
        time.sleep(0.002)
        sealing.release()

    with ThreadPoolExecutor(16) as callers:
        appended = list(callers.map(lambda _: committer.submit(ToSeal(request(), seals)), range(200)))

    assert sorted(each.first_position or 0 for each in appended) == list(range(1, 201))
    assert met == []
