"""Repairing records of former systems, and switching: what somebody writes there is refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.services.migrations import cutover_of, quarantine_of
from consumers.migration.repair import Quarantine
from domain.migration.cutover import CutOverStep, StepRefused
from domain.migration.quarantine import RepairRefused
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import listed
from tests.border.unreadable import LAID_OUT, UNREADABLE
from tests.migration.moving import Moving, moving, record

pytestmark = pytest.mark.server

BAD_NUMBER, NUMBER = "85.07.30-033.29", "85.07.30-033.28"
GOOD = {"field": "niss", "text": NUMBER, "by": "ann", "motive": "asked the employer"}

every_text = pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())


@pytest.fixture
def move(admin_url: str, tmp_path: Path) -> Iterator[Moving]:
    with moving(admin_url, tmp_path) as under_way:
        yield under_way


@pytest.fixture
def quarantine(move: Moving) -> Quarantine:
    return quarantine_of(move.program, MigratingAuthority.BRUSSELS)


def the_one(move: Moving) -> UUID:
    with move.program.unhurried_readers.connection() as connection:
        (waiting,) = listed(connection, authority="brussels")
    return waiting.record_id


def test_no_text_of_a_correction_is_taken_that_could_not_be_kept(move: Moving, quarantine: Quarantine) -> None:
    # given a record that waits for its number
    move.load_brussels(record(niss=BAD_NUMBER))
    it = the_one(move)
    with move.writer() as connection:
        for text in UNREADABLE.values():
            # when anything that somebody writes holds an unreadable text
            for name in GOOD:
                with pytest.raises(RepairRefused, match=f"the {name} holds a control character") as refused:
                    quarantine.correct(connection, it, **GOOD | {name: text})
                assert text not in str(refused.value)
            for name in ("by", "motive"):
                with pytest.raises(RepairRefused, match=f"the {name} holds a control character"):
                    quarantine.replay(connection, it, **{"by": "ann", "motive": "again"} | {name: text})
        # then nothing was noted, and the record can still be put right, with a motive of several lines
        assert move.ask("select count(*) from legacy_correction") == [(0,)]
        quarantine.correct(connection, it, **GOOD | {"motive": LAID_OUT})
        assert quarantine.replay(connection, it, by="ann", motive=LAID_OUT) is None
    assert len(move.events()) == 1


@pytest.mark.parametrize("text", ["Lam\x1bbert", "Lam\x7fbert"], ids=ascii)
def test_a_record_that_the_log_could_not_hold_waits_on_and_is_named(
    move: Moving, quarantine: Quarantine, text: str
) -> None:
    # given a record with such a name, which waits for another reason
    move.load_brussels(record(niss=BAD_NUMBER, nom=text))
    it = the_one(move)
    with move.writer() as connection:
        quarantine.correct(connection, it, **GOOD)
        # when it is tried again
        why = why_it_waits(quarantine, connection, it)
        # then nothing is told of it
        assert why is not None
        assert text not in why
        assert move.events() == ()
        # and once the name is put right too, it is told
        quarantine.correct(connection, it, **GOOD | {"field": "nom", "text": "Lambert"})
        assert why_it_waits(quarantine, connection, it) is None
    assert len(move.events()) == 1


def why_it_waits(quarantine: Quarantine, connection: Any, record_id: UUID) -> str | None:
    """Why a record waits on after another try, whoever says so: the precheck, or the border before the log."""
    try:
        refused = quarantine.replay(connection, record_id, by="ann", motive="again")
    except RepairRefused as why:
        return str(why)
    return None if refused is None else refused.main.value


@every_text
def test_no_step_of_a_switch_is_taken_in_such_a_name_or_for_such_a_motive(move: Moving, text: str) -> None:
    cutover = cutover_of(move.program, MigratingAuthority.BRUSSELS)
    with move.writer() as connection:
        for by, outcome in ((text, {}), ("ann", {"motive": text})):
            with pytest.raises(StepRefused, match="without control characters") as refused:
                cutover.take(connection, CutOverStep.REHEARSED, by=by, outcome=outcome)
            assert text not in str(refused.value)
    assert move.ask("select count(*) from legacy_cutover_step") == [(0,)]
