"""A draft is saved a group of questions at a time, and nothing of the other groups changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.drafts.draft import Draft, Retention, StaleDraft, merged, without

BEGUN = datetime(2026, 1, 20, 10, tzinfo=UTC)
LATER = datetime(2026, 1, 21, 9, tzinfo=UTC)
NAMES = st.sampled_from(["worker", "employment", "grossPay", "amount", "title", "start"])
BODIES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(NAMES, st.text(max_size=3), max_size=4),
    lambda bodies: st.dictionaries(NAMES, bodies | st.text(max_size=3) | st.lists(st.text(max_size=2)), max_size=4),
    max_leaves=12,
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(".".join)


def draft(body: dict[str, Any], **saved_at: int) -> Draft:
    return Draft(draft_id=UUID(int=1), version=4, body=body, saved_at=saved_at, begun_at=BEGUN, touched_at=BEGUN)


def test_a_group_replaces_what_stood_in_its_places_and_nothing_else() -> None:
    # given a draft with a worker and a job
    before = draft({"worker": {"givenName": "Nino", "ssin": "85073003328"}, "employment": {"title": "nurse"}}, worker=2)
    # when the page of the worker is saved without a number
    after = before.with_group("worker", ("worker",), {"worker": {"givenName": "Nina"}}, opened_at=4, now=LATER)
    # then the number is gone, and the job is as it was
    assert after.body == {"worker": {"givenName": "Nina"}, "employment": {"title": "nurse"}}
    assert (after.version, after.saved_at, after.touched_at) == (5, {"worker": 5}, LATER)
    assert before.body["worker"] == {"givenName": "Nino", "ssin": "85073003328"}


def test_a_part_that_has_nothing_in_it_any_more_is_gone() -> None:
    before = draft({"employment": {"grossPay": {"amount": "1.00"}, "title": "nurse"}})
    after = before.with_group("pay", ("employment.grossPay",), {}, opened_at=4, now=LATER)
    assert after.body == {"employment": {"title": "nurse"}}


def test_what_a_colleague_saved_since_is_not_undone_in_silence() -> None:
    # given a page of the worker that was opened at version 3, and a colleague who saved it as version 4
    opened = draft({"worker": {"givenName": "Nina"}}, worker=4)
    with pytest.raises(StaleDraft):
        opened.with_group("worker", ("worker",), {"worker": {"givenName": "Nino"}}, opened_at=3, now=LATER)
    # but another group, which nobody saved since, is saved
    saved = opened.with_group("job", ("employment",), {"employment": {"title": "nurse"}}, opened_at=3, now=LATER)
    assert saved.text("worker.givenName") == "Nina"
    assert saved.text("employment.title") == "nurse"


@given(body=BODIES, paths=st.lists(PATHS, max_size=3), other=PATHS)
def test_what_lies_apart_from_the_places_of_a_group_stays(body: dict[str, Any], paths: list[str], other: str) -> None:
    if any(f"{other}.".startswith(f"{path}.") or f"{path}.".startswith(f"{other}.") for path in paths):
        return
    before, after = draft(body), draft(without(body, paths))
    assert before.text(other) == after.text(other)
    assert all(after.text(path) is None for path in paths)


@given(body=BODIES, given_=BODIES)
def test_what_was_given_stands_in_the_whole(body: dict[str, Any], given_: dict[str, Any]) -> None:
    whole = merged(body, given_)
    assert merged(whole, given_) == whole
    assert whole.keys() == body.keys() | given_.keys()


def test_a_draft_is_kept_for_ninety_days_after_it_was_touched_and_its_owners_are_warned() -> None:
    retention = Retention(kept=timedelta(days=90), warned=timedelta(days=14))
    kept = draft({})
    assert retention.last_day(kept) == date(2026, 4, 19)
    assert not retention.is_ending(kept, BEGUN + timedelta(days=75))
    assert retention.is_ending(kept, BEGUN + timedelta(days=76))
    assert retention.untouched_since(BEGUN + timedelta(days=90)) == BEGUN
