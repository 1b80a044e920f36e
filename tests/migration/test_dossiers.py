"""The dossier of a file number: what a further version makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.migration.comparison import NAME_DIGEST_BYTES, Kinship, kinship
from domain.migration.dossiers import Dossier, confirmed, contents_overruled, in_conflict, traits_of
from domain.migration.reading import CanonicalRecord
from domain.migration.versions import TakenVersion, Version

TOLD = datetime(2025, 4, 20, 7, tzinfo=UTC)
LATER = TOLD + timedelta(days=1)
DOSSIER = Dossier(
    key="BXL/1", case_id=UUID(int=1), subject=UUID(int=2), sequence=TOLD, digest="aa", record_id=UUID(int=3),
    fate="retold", version=1, leaf_hash=b"leaf", others=("bb",),
)  # fmt: skip
RECORD = CanonicalRecord(
    authority="brussels", key="BXL/1", modified_at=TOLD, status="decidedGranted", category="highlySkilled",
    filed_on=date(2025, 3, 7), admissible_on=None, decided_on=None, valid_from=None, valid_to=None,
    family_name="Lambert", given_name="Élise", birth_date=date(1985, 7, 30), nationality="BR", ssin="85073003328",
    enterprise_number="0202239951", employer_name=None, job_title=None, gross_pay=Decimal(4000), pay_period="month",
)  # fmt: skip
KEY = b"a key of a test"


def test_the_same_content_under_a_later_time_takes_its_place_in_the_order_of_time() -> None:
    # a newer version decides a conflict, also with the content that was taken
    assert confirmed(DOSSIER, TakenVersion(LATER, "aa")) == replace(DOSSIER, sequence=LATER, others=())
    assert confirmed(DOSSIER, TakenVersion(TOLD, "aa")) is None


def test_another_content_under_the_same_time_leaves_what_was_taken_first() -> None:
    assert in_conflict(DOSSIER, Version("BXL/1", TOLD, "cc")) == replace(DOSSIER, others=("bb", "cc"))
    assert in_conflict(DOSSIER, Version("BXL/1", LATER, "cc")) is None
    assert in_conflict(None, Version("BXL/1", TOLD, "cc")) is None


def test_a_person_who_decides_for_one_content_overrules_the_others_of_its_time() -> None:
    assert contents_overruled(DOSSIER, Version("BXL/1", TOLD, "bb")) == ("aa",)
    assert contents_overruled(DOSSIER, Version("BXL/1", LATER, "bb")) == ()
    assert contents_overruled(None, Version("BXL/1", TOLD, "bb")) == ()


def test_a_person_is_compared_by_digests_alone() -> None:
    traits = traits_of(RECORD, KEY)
    assert traits.person is not None
    assert traits.name_birth is not None
    assert len(traits.name_birth) == 2 * NAME_DIGEST_BYTES
    assert b"Lambert" not in traits.name_birth + traits.person
    # in any spelling, and by whoever holds the key alone
    same = traits_of(replace(RECORD, family_name="LAMBERT", given_name="Elise", ssin=None), KEY)
    assert kinship(traits, "brussels", same, "brussels") == (Kinship.SAME_PERSON_BY_NAME,)
    assert traits_of(RECORD, b"another key").person != traits.person


def test_a_name_that_tells_nobody_from_another_is_compared_with_none() -> None:
    for changed in (
        replace(RECORD, family_name="Lamb?rt"), replace(RECORD, family_name=None), replace(RECORD, birth_date=None),
    ):  # fmt: skip
        assert traits_of(changed, KEY).name_birth is None
