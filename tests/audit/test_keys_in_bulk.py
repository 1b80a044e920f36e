"""The keys of a page of events are fetched with one question to the key store, whatever is wrong with the bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from infra.log_address import OpenLog
from infra.postgres.journal.bulk_reading import JournalRow
from infra.stored_form.body import Body
from infra.stored_form.compression import CURRENT, compressed
from infra.wire_format import canonical_json
from tests.keys.keys_in_memory import KeysInMemory

WORKER = UUID("6f2f0c4e-3c1d-4e55-9d6b-2f8a7b1c9d01")


class NotingKeys(KeysInMemory):
    """Notes each question by which many keys are fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[list[UUID]] = []

    def prefetch(self, subjects: Sequence[UUID]) -> None:
        self.questions.append(list(subjects))


def fetched(*bodies: bytes) -> list[list[UUID]]:
    keys = NotingKeys()
    unused = cast(Any, None)
    rows = [
        JournalRow(position, uuid4(), 1, "Happened", 1, 0, b"", b"", body) for position, body in enumerate(bodies, 1)
    ]
    OpenLog(connection=unused, codec=unused, keys=keys).fetch_keys(rows)
    return keys.questions


def stored(clear: dict[str, object], dictionary: int = CURRENT) -> bytes:
    return Body(dictionary=dictionary, clear=compressed(canonical_json(clear)), keyed=()).to_bytes()


def test_the_keys_of_all_workers_whom_the_events_name_are_fetched_with_one_question() -> None:
    of_one, of_another = stored({"workerSubject": str(WORKER)}), stored({"workerSubject": str(UUID(int=7))})
    (question,) = fetched(of_one, stored({"outcome": "granted"}), of_another, of_one)
    assert sorted(question) == [UUID(int=7), WORKER]


def test_the_first_form_of_bodies_is_looked_into_too() -> None:
    assert fetched(canonical_json({"clear": {"workerSubject": str(WORKER)}})) == [[WORKER]]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x02", b"\x02\x01\x05abc", b"\xff" * 40, stored({"workerSubject": str(WORKER)}, dictionary=250)],
    ids=["empty", "too short", "broken off", "of no form", "of a later dictionary"],
)
def test_a_body_that_cannot_be_read_is_left_to_decoding_and_the_others_are_looked_into(body: bytes) -> None:
    assert fetched(body, stored({"workerSubject": str(WORKER)})) == [[WORKER]]
