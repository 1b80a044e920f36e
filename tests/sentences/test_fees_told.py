"""What a fee comes to, told in each language: to whom, how much, since when, or why nothing is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from api.words.sentences.fees import fee_text, payment_text
from api.words.sentences.finding_steps import STEPS
from api.words.sentences.wording import Wording
from domain.case.fees import FeeStatus
from domain.law.fees_owed import FeeOwed
from domain.law.findings import Verdict
from tests.sentences.tellings import LANGUAGES, LISTS

RETRIBUTION = FeeOwed(recipient="regional", amount=Decimal("180.00"), since=date(2026, 9, 1))
EXEMPT = replace(RETRIBUTION, recipient="federal", amount=Decimal("0.00"), exemption="residenceExtended")


def wording(code: str) -> Wording:
    return next(Wording(each, LISTS) for each in LANGUAGES if each.code == code)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("nl", "Gewest of gemeenschap: €\xa0180,00, het bedrag sinds 1 september 2026."),
        ("fr", "Région ou Communauté\xa0: 180,00\xa0€, montant applicable depuis le 1 septembre 2026."),
        ("de", "Region oder Gemeinschaft: 180,00\xa0€, der Betrag seit dem 1. September 2026."),
        ("en", "Region or Community: €180.00, the amount since 1 September 2026."),
    ],
)
def test_an_amount_with_its_first_day(code: str, text: str) -> None:
    # how French writes the first of a month is the language's, and may be bettered there
    assert fee_text(RETRIBUTION, wording(code)).replace("1er", "1") == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("nl", ": niets verschuldigd (verlenging van het verblijf in hetzelfde statuut)."),
        ("fr", "\xa0: rien n\u2019est dû (prolongation du séjour dans le même statut)."),
        ("de", ": Es ist nichts geschuldet (Verlängerung des Aufenthalts im selben Status)."),
        ("en", ": nothing is due (residence extended in the same status)."),
    ],
)
def test_why_nothing_is_owed(code: str, text: str) -> None:
    words = wording(code)
    assert fee_text(EXEMPT, words) == words.label("feeRecipients", "federal") + text


def test_what_is_not_known_is_said() -> None:
    unknown = FeeOwed(recipient="federal", reason="factMissing", missing=("renewal", "worker.nationality"))
    told = fee_text(unknown, wording("en"))
    assert "the amount due is not known to us. Whether it is due depends on: whether it is a renewal" in told


def test_what_was_paid_and_what_is_still_owed() -> None:
    short = FeeStatus(
        fee=RETRIBUTION, verdict=Verdict.NOT_MET, paid=Decimal("179.99"), still_owed=Decimal("0.01")
    )  # fmt: skip
    assert payment_text(short, wording("en")).endswith("Paid: €179.99. Still due: €0.01.")


@pytest.mark.parametrize("code", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("threshold", ["2026-06-30", "2026-02-28 2026-06-30"])
def test_a_late_renewal_is_told_its_window_and_nothing_of_what_might_follow(code: str, threshold: str) -> None:
    words = wording(code)
    values = {"provision": "BR-RENEWAL-WINDOW", "confidence": "confirmed", "threshold": threshold}
    window = STEPS["renewalWindow"](values, words)
    assert all(words.day(each) in window for each in threshold.split())
    late = STEPS["renewalWindowCompared"]({"observed": "2026-07-01", "verdict": "notMet"}, words)
    assert words.day("2026-07-01") in late
    for abroad in ("buitenland", "étranger", "Ausland", "abroad"):
        assert abroad not in late
