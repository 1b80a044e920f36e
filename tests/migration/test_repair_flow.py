"""A record in quarantine is repaired, over a store in memory: in which order, and what must hold between."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from consumers.migration.repair import Quarantine
from domain.migration.cutover_status import AuthorityIsLive, CutoverStatus, NotAccepting
from domain.migration.fates import Fate
from domain.migration.findings import Finding, RefusalReason
from domain.migration.identities import case_id_of
from domain.migration.quarantine import ChangedSince, RepairRefused
from domain.migration.source_lines import RawRecord
from tests.migration.in_memory import (
    NOW,
    People,
    PlainAppend,
    Waiting,
    judge_of_brussels,
    reconciled_by,
)
from tests.migration.samples import BRUSSELS

WRONG = Finding(RefusalReason.IDENTIFIER_INVALID, "niss", "its check digits are wrong")
BAD_NUMBER, NUMBER = "85.07.30-033.29", "85.07.30-033.28"
KEY = BRUSSELS["no_dossier"]


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def quarantine(waiting: Waiting) -> Quarantine[None, PlainAppend]:
    return Quarantine(judge=judge_of_brussels(), store=waiting, now=lambda: NOW)


def raw(line: int = 2, **changes: str) -> RawRecord:
    return RawRecord(source="brussels.csv", line=line, record={**BRUSSELS, "niss": BAD_NUMBER, **changes})


def steps(waiting: Waiting, record_id: UUID) -> list[str]:
    return [what for of, what, _, _ in waiting.traces if of == record_id]


def test_a_record_is_corrected_tried_again_and_retold(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    # given a record with a wrong number
    it = waiting.wait(raw(), WRONG)
    # when somebody puts the number right and tries again
    quarantine.correct(None, it, "niss", NUMBER, by="ann", motive="asked the employer")
    assert quarantine.replay(None, it, by="ann", motive="number asked") is None
    # then its event says what was corrected, on the case of its file number
    (append,) = waiting.appended
    assert (append.case_id, append.event.corrected) == (case_id_of("brussels", KEY), ("niss",))
    # and it can be found by its names
    people = quarantine.judge.index
    assert isinstance(people, People)
    assert people.named == [append.event]
    # and quarantine, ledger and trace have moved with it
    assert waiting.quarantined(it).state == "retold"
    assert waiting.recounted == [("identifierInvalid", {Fate.RETOLD: 1}, {})]
    assert steps(waiting, it) == ["setAside", "corrected: niss", "retold"]
    # and its dossier knows the record as it came, while the event names the content that was retold
    dossier = waiting.dossiers[KEY]
    assert dossier.digest == waiting.records[it].digest != append.lineage.digest
    assert (dossier.version, dossier.others) == (1, ())


def test_a_record_that_is_refused_again_waits_for_another_reason(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    it = waiting.wait(raw(niss=NUMBER, remuneration="n.c."), WRONG)
    refused = quarantine.replay(None, it, by="ann", motive="new mapping")
    assert refused is not None
    assert waiting.quarantined(it).reason == "amountInvalid"
    assert waiting.recounted == [("identifierInvalid", {}, {"amountInvalid": 1})]
    assert (steps(waiting, it)[-1], waiting.appended) == ("replayed in vain: amountInvalid", [])


def test_what_somebody_decides_for_overrules_other_contents_of_its_time(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    # given a version that was retold, and two other contents under the same time of change
    first = waiting.wait(raw(niss=NUMBER), WRONG)
    quarantine.replay(None, first, by="ann", motive="right")
    one = waiting.wait(raw(3, niss=NUMBER, fonction="one"), WRONG, digest="0e" * 32)
    other = waiting.wait(raw(4, niss=NUMBER, fonction="other"), WRONG, digest="0f" * 32)
    # when a person decides for one of them
    quarantine.replay(None, one, by="ann", motive="seen on paper")
    # then the case goes on with it, and the other does not wait any more
    assert [append.events[0].version for append in waiting.appended] == [1, 2]
    assert waiting.quarantined(other).state == "superseded"
    assert waiting.dossiers[KEY].others == (waiting.records[first].digest,)


def test_a_version_that_a_newer_one_has_overtaken_is_not_retold(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    newer = waiting.wait(raw(niss=NUMBER, modifie_le="21/04/2025 09:00"), WRONG)
    quarantine.replay(None, newer, by="ann", motive="right")
    older = waiting.wait(raw(3, niss=NUMBER), WRONG)
    with pytest.raises(RepairRefused, match="this one is stale"):
        quarantine.replay(None, older, by="ann", motive="late")
    assert len(waiting.appended) == 1


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (CutoverStatus(authority="brussels", epoch=1, steps=()), AuthorityIsLive),
        (reconciled_by("ann"), NotAccepting),
    ],
)
def test_nothing_is_repaired_from_the_report_on_and_while_the_authority_is_live(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend], status: CutoverStatus, refusal: type[Exception]
) -> None:
    it = waiting.wait(raw(), WRONG)
    waiting.status_now = status
    with pytest.raises(refusal):
        quarantine.correct(None, it, "niss", NUMBER, by="ann", motive="m")
    with pytest.raises(refusal):
        quarantine.replay(None, it, by="ann", motive="m")
    assert isinstance(quarantine.closed(None), refusal)
    # and whoever looks is still in the trace
    quarantine.shown(None, it, by="bob")
    assert steps(waiting, it) == ["setAside", "lookedAt"]


def test_while_files_are_loaded_nothing_is_tried_again(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    it = waiting.wait(raw(niss=NUMBER), WRONG)
    waiting.load_is_under_way = True
    with pytest.raises(RepairRefused, match="try again when loading has ended"):
        quarantine.replay(None, it, by="ann", motive="m")


def test_a_form_that_is_sent_twice_is_carried_out_once(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    it = waiting.wait(raw(), WRONG)
    seen = quarantine.shown(None, it, by="ann").seen
    for _ in range(2):
        quarantine.correct(None, it, "niss", NUMBER, by="ann", motive="m", seen=seen)
    assert steps(waiting, it).count("corrected: niss") == 1
    # but not what somebody else has not seen, nor the same field with another text
    with pytest.raises(ChangedSince, match="ann has changed the record"):
        quarantine.correct(None, it, "niss", NUMBER, by="bob", motive="m", seen=seen)
    with pytest.raises(ChangedSince):
        quarantine.correct(None, it, "niss", BAD_NUMBER, by="ann", motive="m", seen=seen)
    seen = quarantine.shown(None, it, by="ann").seen
    for _ in range(2):
        assert quarantine.replay(None, it, by="ann", motive="m", seen=seen) is None
    assert len(waiting.appended) == 1


def test_a_record_that_was_settled_or_erased_is_not_repaired(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    settled, erased = waiting.wait(raw(), WRONG, state="superseded"), waiting.wait(raw(3), WRONG)
    waiting.erased.add(erased)
    with pytest.raises(RepairRefused, match="it is superseded"):
        quarantine.replay(None, settled, by="ann", motive="m")
    with pytest.raises(RepairRefused, match="were erased"):
        quarantine.correct(None, erased, "niss", NUMBER, by="ann", motive="m")
    shown = quarantine.shown(None, erased, by="ann")
    assert (shown.raw, shown.provenance) == (None, ())


def test_a_correction_names_a_field_and_is_a_text_that_can_be_kept(
    waiting: Waiting, quarantine: Quarantine[None, PlainAppend]
) -> None:
    it = waiting.wait(replace(raw(), record={**BRUSSELS, "langue": ["FR"]}), WRONG)
    with pytest.raises(RepairRefused, match="is not a field of the record"):
        quarantine.correct(None, it, "langue[4].x", "NL", by="ann", motive="m")
    with pytest.raises(RepairRefused, match="the motive holds a control character"):
        quarantine.correct(None, it, "niss", NUMBER, by="ann", motive="m\x00")
    assert waiting.records[it].corrections == {}
