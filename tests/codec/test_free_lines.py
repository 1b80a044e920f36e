"""Whatever a person wrote as a free line lies under a key: nothing of it is in the clear part of any event."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from domain.case.commands import CaseCommand, PauseClock, WithdrawApplication
from domain.case.events import CaseEvent
from infra.event_codec import EventCodec
from infra.stored_form.stored_body import clear_text
from tests.case.vocabulary import (
    AGENT,
    NOW,
    ON_REGISTER,
    TODAY,
    WORKER,
    answered,
    ask,
    correct,
    fee,
    filed,
    happened,
    mandate,
    published,
)
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.applications import application

STREAM = UUID("11111111-1111-4111-8111-111111111111")
CODEC = EventCodec("urn:test", KeysInMemory({WORKER: bytes(32)}))

ORDINARY = application()
WRITTEN = replace(
    ORDINARY,
    filed_by="representative",
    representative=replace(AGENT, mandate_reference="canary mandate"),
    employer=replace(ORDINARY.employer, name="Canary Bakker"),
    worker=replace(ORDINARY.worker, given_name="Canary", family_name="Canarie"),
    employment=replace(ORDINARY.employment, title="canary keeper"),
    labour_market_test=replace(published(70, "VDAB"), candidates=("canary candidate",)),
)


@pytest.mark.parametrize(
    "command",
    [
        answered(replace(ON_REGISTER, name="Canary Bakker BV", has_debts=True)),
        fee(reference="canary 090/9337/55493"),
        mandate(),
        ask(),
        correct(employer=replace(ORDINARY.employer, name="Canary Slager"), worker=WRITTEN.worker),
        correct(employment=WRITTEN.employment),
        PauseClock(on=TODAY, ground="courtOrder", motivation="canary motivation", legal_reference="canary v. Brussels"),
        WithdrawApplication(reason="canary reason"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_no_line_that_somebody_wrote_is_in_clear(command: CaseCommand) -> None:
    events = happened(filed(WRITTEN), command)

    assert len(events) > len(filed(WRITTEN))
    assert [each for each in map(in_clear, events) if b"canar" in each.lower()] == []


def test_nor_whether_the_employer_owes() -> None:
    in_debt = happened(filed(WRITTEN), answered(replace(ON_REGISTER, has_debts=True)))

    assert not any(b"ebts" in in_clear(each) for each in in_debt)


def in_clear(event: CaseEvent) -> bytes:
    return clear_text(CODEC.encode(event, STREAM, 1).body)


def test_what_is_looked_for_would_be_found() -> None:
    (submitted, *_) = filed(WRITTEN)

    assert b"representative" in in_clear(submitted)
    assert "canary mandate" in repr(submitted)
    assert NOW.date().isoformat().encode() in in_clear(submitted)
