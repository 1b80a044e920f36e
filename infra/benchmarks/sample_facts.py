"""Applications for the rules engine to judge: every authority, every kind of test, near and far from the bounds."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.law.applicable_law import NothingInForce
from domain.law.facts import ApplicationFacts, Publication
from domain.law.provisions.pay import MONTHLY
from domain.law.rulebook import Rulebook

_FIRST_DAY: Final = date(2025, 7, 1)
_DAYS: Final = 365
_SEED: Final = 20_260_101

_MIX: Final = {
    ("flanders", "highlySkilled"): 30, ("flanders", "highlySkilledUnder30"): 8, ("flanders", "executive"): 4,
    ("flanders", "euBlueCard"): 8, ("flanders", "ictSpecialist"): 5, ("flanders", "mediumSkilledOther"): 14,
    ("flanders", "mediumSkilledShortage"): 4, ("brussels", "highlySkilled"): 9, ("brussels", "euBlueCard"): 4,
    ("wallonia", "highlySkilled"): 8, ("wallonia", "executive"): 3, ("german-community", "highlySkilled"): 3,
}  # fmt: skip
_MUNICIPALITIES: Final = {"flanders": "44021", "brussels": "21004", "wallonia": "62063", "german-community": "63023"}
_CHANNELS: Final = ("VDAB", "EURES")


def sample_facts(count: int, rulebook: Rulebook) -> list[ApplicationFacts]:
    """The same ``count`` applications every time, filed over a year with a change of law in its middle."""
    chance = random.Random(_SEED)  # noqa: S311  # nosec B311 # a sample, no secret
    pairs, weights = list(_MIX), list(_MIX.values())
    return [_application(chance, *chance.choices(pairs, weights)[0], rulebook) for _ in range(count)]


def _application(chance: random.Random, authority: str, category: str, rulebook: Rulebook) -> ApplicationFacts:
    filed_on = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
    period = chance.choice(("year", "month"))
    start = filed_on + timedelta(days=60)
    return ApplicationFacts(
        authority=authority,
        category=category,
        filed_on=filed_on,
        contract=chance.choice(("belgian", "belgian", "belgian", "posted")),
        gross_pay=_pay(chance, authority, category, filed_on, period, rulebook),
        pay_period=period,
        publications=_publications(chance, filed_on) if category == "mediumSkilledOther" else None,
        employment_start=start,
        employment_end=date(start.year + 2, start.month, 1),
        full_time_equivalent=Decimal(chance.choice(("1.0", "0.8", "0.5"))),
        qualification_level=chance.randint(3, 8),
        municipality_code=_MUNICIPALITIES[authority],
        birth_date=date(chance.randint(1970, 2002), 7, 13),
        nationality="IN",
        renewal=chance.random() < 0.3,
        change_of_employer=False,
        filed_by="employer",
    )


def _pay(chance: random.Random, authority: str, category: str, on: date, period: str, rulebook: Rulebook) -> Decimal:
    """Pay in cents around the threshold, or around a usual wage where there is none."""
    threshold = rulebook.salary_threshold(authority, category, on)
    if isinstance(threshold, NothingInForce):
        yearly = 45_000
    else:
        yearly = int(threshold.amount * 12 if threshold.unit == MONTHLY else threshold.amount)
    cents = int(yearly * 100 * chance.uniform(0.9, 1.3))
    return Decimal(cents if period == "year" else cents // 13).scaleb(-2)


def _publications(chance: random.Random, filed_on: date) -> tuple[Publication, ...]:
    return tuple(
        Publication(
            channel=channel,
            published_from=filed_on - timedelta(days=chance.randint(60, 120)),
            published_to=filed_on - timedelta(days=chance.randint(0, 20)),
        )
        for channel in _CHANNELS
    )
