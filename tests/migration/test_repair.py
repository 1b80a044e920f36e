"""Records that were set aside are put right with a motive and tried again; nothing leaves without a trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import UUID

import pytest

from api.services.migrations import lineage_of, quarantine_of, signed_report
from consumers.migration.repair import Quarantine
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.cutover_status import AuthorityIsLive
from domain.migration.quarantine import LOOKED_AT, ChangedSince, RepairRefused
from infra.migration.quarantine_trace import hold, steps_of
from infra.migration.related_records import related_records
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import listed, reasons
from infra.postgres.server.connections import connect, transaction
from tests.migration.cutting_over import go_live
from tests.migration.moving import KEY, Moving, record
from tests.migration.samples import WALLONIA, wallonia_file

pytestmark = pytest.mark.server

BAD_NUMBER = "85.07.30-033.29"


@pytest.fixture
def quarantine(move: Moving) -> Quarantine:
    return quarantine_of(move.program, MigratingAuthority.BRUSSELS)


def the_one(move: Moving, authority: str = "brussels") -> UUID:
    with move.program.unhurried_readers.connection() as connection:
        (waiting,) = listed(connection, authority=authority)
    return waiting.record_id


def steps(move: Moving) -> list[str]:
    return [what for (what,) in move.ask("select what from legacy_quarantine_step order by id")]


def test_a_record_is_corrected_with_a_motive_and_retold(move: Moving, quarantine: Quarantine) -> None:
    # given a record with a wrong check digit
    assert move.load_brussels(record(niss=BAD_NUMBER))["quarantined"] == {"identifierInvalid": 1}
    it = the_one(move)
    # when somebody puts the number right and tries again
    with move.writer() as connection:
        quarantine.correct(connection, it, "niss", "85.07.30-033.28", by="ann", motive="asked the employer")
        assert quarantine.replay(connection, it, by="ann", motive="number asked") is None
    # then the case is there, says what was corrected, and the ledger has moved with it
    (told,) = move.events()
    assert isinstance(told, LegacyRecordRetold)
    assert (told.corrected, told.record_id) == (("niss",), it)
    assert move.ask("select records, retold, quarantined from legacy_batch") == [(1, 1, 0)]
    assert steps(move) == ["setAside", "corrected: niss", "retold"]
    # and the same file again finds it unchanged
    assert move.load_brussels(record(niss=BAD_NUMBER))["unchanged"] == 1
    with move.writer() as connection, pytest.raises(RepairRefused, match="it is retold"):
        quarantine.replay(connection, it, by="ann", motive="again")


def test_the_raw_record_stands_beside_what_was_made_of_it(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER, nom="Nov?k"))
    with move.writer() as connection:
        shown = quarantine.shown(connection, the_one(move), by="ann")
    assert shown.raw is not None
    assert (shown.raw["niss"], shown.raw["nom"]) == (BAD_NUMBER, "Nov?k")
    assert [finding.field for finding in shown.quarantined.findings] == ["niss"]
    assert {each.fact.value: each.field for each in shown.provenance}["ssin"] == "niss"


def test_a_replay_in_vain_leaves_a_trace_too(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    with move.writer() as connection:
        quarantine.correct(connection, the_one(move), "remuneration", "n.c.", by="ann", motive="mistake")
        quarantine.correct(connection, the_one(move), "niss", "", by="ann", motive="no number")
        refused = quarantine.replay(connection, the_one(move), by="ann", motive="try")
    assert refused is not None
    assert steps(move)[-1] == "replayed in vain: amountInvalid"
    with move.program.unhurried_readers.connection() as connection:
        assert reasons(connection, "brussels") == {"amountInvalid": 1}


def test_a_newer_version_takes_the_place_of_one_that_waits(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    it = the_one(move)
    assert move.load_brussels(record(modifie_le="21/04/2025 09:00"))["retold"] == 1
    assert move.ask("select state from legacy_quarantine") == [("superseded",)]
    with move.writer() as connection, pytest.raises(RepairRefused, match="superseded"):
        quarantine.replay(connection, it, by="ann", motive="late")


def test_what_can_be_read_of_a_refused_record_is_shown(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    with move.writer() as connection:
        shown = quarantine.shown(connection, the_one(move), by="ann")
    read = {each.fact.value: each.value for each in shown.provenance}
    assert (read["filedOn"], read["grossPay"], read["status"]) == ("2025-03-07", "4303.75", "decidedGranted")
    assert (read["ssin"], read["familyName"]) == (None, "Lambert")


def test_whoever_looks_at_the_content_is_in_its_trace(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    with move.writer() as connection:
        quarantine.shown(connection, the_one(move), by="ann")
        shown = quarantine.shown(connection, the_one(move), by="bob")
    assert [(each.what, each.by) for each in shown.steps[1:]] == [("lookedAt", "ann"), ("lookedAt", "bob")]
    # which is no change of it
    assert shown.seen == shown.steps[0].id


def test_a_correction_that_rests_on_what_was_seen_is_made_once(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    it = the_one(move)
    with move.writer() as connection:
        seen = quarantine.shown(connection, it, by="ann").seen
        for _ in range(2):
            quarantine.correct(connection, it, "niss", "85.07.30-033.28", by="ann", motive="asked", seen=seen)
        assert steps(move)[-2:] == ["lookedAt", "corrected: niss"]
        # another text, or another person, has not seen that
        with pytest.raises(ChangedSince, match="ann has changed the record since you opened it"):
            quarantine.correct(connection, it, "niss", "", by="ann", motive="asked", seen=seen)
        with pytest.raises(ChangedSince):
            quarantine.replay(connection, it, by="bob", motive="try", seen=seen)
        # and once seen it is done
        assert quarantine.replay(connection, it, by="bob", motive="try", seen=last_change(move, it)) is None


def test_trying_again_twice_with_one_form_is_trying_once(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    it = the_one(move)
    with move.writer() as connection:
        for _ in range(2):
            refused = quarantine.replay(connection, it, by="ann", motive="try", seen=last_change(move, it, skip=1))
            assert refused is not None
        assert steps(move) == ["setAside", "replayed in vain: identifierInvalid"]


def test_no_correction_opens_again_what_was_retold_meanwhile(move: Moving, quarantine: Quarantine) -> None:
    # given a record that somebody retells while another person has just begun to correct it
    move.load_brussels(record(niss=BAD_NUMBER))
    it, late = the_one(move), ThreadPoolExecutor(1)
    with move.writer() as retelling, move.writer() as correcting, late:
        quarantine.correct(retelling, it, "niss", "85.07.30-033.28", by="ann", motive="asked")
        with transaction(retelling) as cursor:
            hold(cursor, it)
            begun = late.submit(quarantine.correct, correcting, it, "niss", "", by="bob", motive="late")
            cursor.execute("update legacy_quarantine set state = 'retold' where record_id = %s", (it,))
        # then that person is told, and nothing waits again
        with pytest.raises(RepairRefused, match="it is retold"):
            begun.result(timeout=20)
    assert move.ask("select state from legacy_quarantine") == [("retold",)]


def test_nothing_is_corrected_of_an_authority_that_is_live(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(niss=BAD_NUMBER))
    it = the_one(move)
    go_live(move)
    with move.writer() as connection:
        with pytest.raises(AuthorityIsLive, match="brussels is live here"):
            quarantine.correct(connection, it, "niss", "", by="ann", motive="late")
        assert isinstance(quarantine.closed(connection), AuthorityIsLive)
    assert steps(move) == ["setAside"]


def last_change(move: Moving, record_id: UUID, skip: int = 0) -> int:
    """The last change of a record but for ``skip`` of them, or the first where there are no more."""
    with move.program.unhurried_readers.connection() as connection:
        changes = [each.id for each in steps_of(connection, record_id, None) if each.what != LOOKED_AT]
    return changes[max(len(changes) - 1 - skip, 0)]


def test_a_history_is_corrected_where_it_stands(move: Moving, tmp_path_factory: pytest.TempPathFactory) -> None:
    history = [{"statut": "introduite", "le": "31/02/2024"}, {"statut": "recevable", "le": "17/07/2024"}]
    file = wallonia_file(tmp_path_factory.mktemp("wallonia"), {**WALLONIA, "historique": history})
    assert move.load(MigratingAuthority.WALLONIA, file)["quarantined"] == {"dateInvalid": 1}
    it, quarantine = the_one(move, "wallonia"), quarantine_of(move.program, MigratingAuthority.WALLONIA)
    with move.writer() as connection:
        field = quarantine.shown(connection, it, by="ann").quarantined.findings[0].field
        assert field == "historique[0].le"
        quarantine.correct(connection, it, field, "07/07/2024", by="ann", motive="on paper")
        assert quarantine.replay(connection, it, by="ann", motive="on paper") is None


def test_lineage_leads_from_file_number_and_event_to_file_and_line(move: Moving) -> None:
    move.load_brussels(record(no_dossier="BXL/OTHER"), record(), record(modifie_le="21/04/2025 09:00", fonction="x"))
    by_number = lineage_of(move.program, KEY, None)
    assert [(each.source, each.line, each.version) for each in by_number] == [
        ("brussels.csv", 3, 1), ("brussels.csv", 4, 2),
    ]  # fmt: skip
    assert lineage_of(move.program, str(by_number[1].position), None) == by_number[1:]
    assert lineage_of(move.program, str(by_number[0].case_id), None) == by_number
    assert lineage_of(move.program, "BXL/NOWHERE", None) == []


def test_both_sides_agree_and_one_changed_field_is_found_and_named(move: Moving) -> None:
    move.load_brussels(record(), record(no_dossier="BXL/2", statut="refusée"), record(no_dossier="BXL/3", bce="1"))
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert told["agrees"] is True
    assert told["source"] == told["target"]
    assert told["source"]["grossPay"] == {"month": "8607.50"}
    assert told["quarantineWaiting"] == {"identifierInvalid": 1}
    assert told["betweenRecords"] == {"samePersonByNumber": 1, "overlappingPermits": 1}
    # when somebody changes one field of one case in what is read
    move.ask("update legacy_mirror set valid_to = '2030-01-01' where reference = %s", KEY)
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    # then the report finds it, and names case and fact
    assert told["agrees"] is False
    assert told["differences"] == {"number": 1, "named": [{"key": KEY, "facts": ["validTo"]}]}
    # and a case that is missing is one too
    move.ask("delete from legacy_mirror where reference = 'BXL/2'")
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert {"key": "BXL/2", "missing": "target"} in told["differences"]["named"]


def test_who_was_erased_is_withheld_everywhere_and_nothing_else_is(move: Moving, quarantine: Quarantine) -> None:
    move.load_brussels(record(), record(no_dossier="BXL/2"), record(no_dossier="BXL/3", niss=BAD_NUMBER))
    subjects = move.ask("select subject from legacy_record where key <> 'BXL/2'")
    with closing(connect(move.program.settings.key_database_url or "", None)) as owner, owner.cursor() as cursor:
        for (subject,) in subjects:
            cursor.execute(
                "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (subject,)
            )
    move.program.keys._cache.clear()
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert (told["agrees"], told["source"]["withheld"], told["target"]["withheld"]) == (True, 1, 1)
    with move.writer() as connection:
        assert quarantine.shown(connection, the_one(move), by="ann").raw is None


def test_people_and_applications_that_are_one_are_reported_and_not_merged(
    move: Moving, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # given the same person, employer and category filed with Wallonia within days, and with another spelling there
    person = {"nom": "LAMBERT", "prenom": "Elise", "naissance": "30/07/1985", "nationalite": "BR", "niss": None}
    filed = [{"statut": "introduite", "le": "10/03/2025"}, {"statut": "recevable", "le": "11/03/2025"}]
    wallonia = {**WALLONIA, "travailleur": person, "historique": filed, "categorie": "hautement qualifié"}
    move.load_brussels(record())
    move.load(MigratingAuthority.WALLONIA, wallonia_file(tmp_path_factory.mktemp("wallonia"), wallonia))
    with move.program.unhurried_readers.connection() as connection:
        (kin,) = related_records(connection, "brussels")
    assert (kin.other_authority, kin.found) == ("wallonia", ("samePersonByName", "sameApplication"))
    assert move.ask("select count(distinct stream) from journal") == [(2,)]
