"""Who owes which fee on the day of filing: to the Immigration Office, and to a region that asks one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.law.checklist import checklist
from domain.law.facts import ApplicationFacts
from domain.law.fees_owed import FeeOwed, fees_owed
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook

FIRST_DAY = date(2026, 9, 1)
FACTS = ApplicationFacts(
    authority="flanders", category="highlySkilled", filed_on=FIRST_DAY, nationality="IN", renewal=False
)


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return Rulebook.load()


def owed(law: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> dict[str, FeeOwed]:
    return {each.recipient: each for each in fees_owed(law, facts, known_on)}


def test_a_highly_skilled_worker_owes_both_and_since_when_is_said(law: Rulebook) -> None:
    found = owed(law, FACTS)
    assert list(found) == ["federal", "regional"]
    assert (found["regional"].amount, found["regional"].since) == (Decimal("180.00"), FIRST_DAY)
    assert found["federal"].amount is not None
    assert found["federal"].since is not None
    assert found["federal"].since <= FIRST_DAY


@pytest.mark.parametrize(
    ("filed_on", "amounts"),
    [(date(2026, 8, 31), []), (date(2026, 9, 1), [Decimal("180.00")]), (date(2027, 2, 1), [Decimal("180.00")])],
)
def test_flanders_asks_its_fee_of_what_is_filed_from_1_september_2026(
    law: Rulebook, filed_on: date, amounts: list[Decimal]
) -> None:
    found = owed(law, replace(FACTS, filed_on=filed_on))
    assert [fee.amount for recipient, fee in found.items() if recipient == "regional"] == amounts


def test_it_is_not_owed_before_it_is_known(law: Rulebook) -> None:
    assert "regional" not in owed(law, FACTS, date(2026, 8, 31))
    assert "regional" in owed(law, FACTS, FIRST_DAY)


@pytest.mark.parametrize("authority", ["brussels", "wallonia", "german-community"])
def test_no_other_authority_asks_one(law: Rulebook, authority: str) -> None:
    assert list(owed(law, replace(FACTS, authority=authority))) == ["federal"]


@pytest.mark.parametrize(
    ("nationality", "renewal", "exemption", "missing"),
    [
        ("IN", False, None, ()),
        ("TR", False, "nationality", ()),
        ("IN", True, "residenceExtended", ()),
        ("TR", None, "nationality", ()),
        (None, True, "residenceExtended", ()),
        (None, False, None, ("worker.nationality",)),
        ("IN", None, None, ("renewal",)),
        (None, None, None, ("renewal", "worker.nationality")),
    ],
)
def test_one_exemption_is_enough_and_what_would_exempt_and_is_not_known_is_named(
    law: Rulebook, nationality: str | None, renewal: bool | None, exemption: str | None, missing: tuple[str, ...]
) -> None:
    federal = owed(law, replace(FACTS, nationality=nationality, renewal=renewal))["federal"]
    assert (federal.exemption, federal.missing) == (exemption, missing)
    assert (federal.amount == 0) is (exemption is not None)
    assert federal.reason == ("factMissing" if missing else None)


def test_without_an_amount_the_fee_is_said_to_be_unknown(law: Rulebook) -> None:
    federal = owed(law, replace(FACTS, filed_on=date(2018, 12, 31)))["federal"]
    assert (federal.amount, federal.since, federal.reason) == (None, None, "noAmountInForce")


def test_the_checklist_has_the_fees_and_asks_no_proof_of_whoever_owes_nothing(law: Rulebook) -> None:
    def asked(facts: ApplicationFacts) -> tuple[bool, tuple[FeeOwed, ...]]:
        found = checklist(law, facts, ())
        return any(each.document == "feeProof" for each in found.entries), found.fees

    assert asked(FACTS) == (True, fees_owed(law, FACTS))
    renewed = replace(FACTS, renewal=True)
    assert asked(renewed) == (False, fees_owed(law, renewed))
    # where it is not known whether anything is owed, the proof is not known to be missing
    unknown = checklist(law, replace(FACTS, nationality=None), ())
    (proof,) = [each for each in unknown.entries if each.document == "feeProof"]
    assert (proof.verdict, proof.missing) == (Verdict.UNDETERMINED, ("worker.nationality",))
