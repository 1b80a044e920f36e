"""What the simulated bank holds on undertakings and wages: pure functions of the seed, no server needed.

A demonstration that wants to know beforehand what the bank will say calls these with the seed and shares the
simulator was started with.
"""

from dataclasses import dataclass

from infra.crossroads_simulator import seeded_chance

_FAMILIES = (
    "Aerts",
    "Baert",
    "Claes",
    "Dubois",
    "Everaert",
    "Gilles",
    "Hermans",
    "Lambert",
    "Maes",
    "Peeters",
)
_TRADES = ("Bouw", "Consulting", "Diensten", "Engineering", "Farma", "Logistics", "Software", "Staal", "Zorg")
_LEGAL_FORMS = ("BV", "NV", "SRL", "SA")

_LOWEST_YEARLY_CENTS = 36_000_00
_HIGHEST_YEARLY_CENTS = 84_000_00


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingShares:
    """Which part (0 to 1) of all undertakings and workers the bank does not know, or knows as struck off."""

    no_data: float = 0.02
    inactive: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """An entry of the enterprise register."""

    enterprise_number: str
    name: str
    active: bool


def undertaking(seed: int, enterprise_number: str, shares: HoldingShares) -> Undertaking | None:
    """The register's entry under this number, or None where the register holds none."""
    if seeded_chance.happens(shares.no_data, seed, "noUndertaking", enterprise_number):
        return None
    return Undertaking(
        enterprise_number=enterprise_number,
        name=company_name(enterprise_number),
        active=not seeded_chance.happens(shares.inactive, seed, "struckOff", enterprise_number),
    )


def company_name(enterprise_number: str) -> str:
    """The invented name of an undertaking; the same under every seed."""
    family, trade, form = (
        seeded_chance.choose(words, 0, part, enterprise_number)
        for part, words in (("family", _FAMILIES), ("trade", _TRADES), ("form", _LEGAL_FORMS))
    )
    return f"{family} {trade} {form}"


def gross_cents(seed: int, ssin: str, enterprise_number: str, quarter: str, shares: HoldingShares) -> int | None:
    """The gross pay declared for the quarter, in euro cents, or None where nothing was declared.

    A worker's yearly pay lies between EUR 36,000 and EUR 84,000 and is the same in every quarter, save for
    a few euros of variable pay. The bank either holds every quarter of a worker with an employer or none.
    """
    if seeded_chance.happens(shares.no_data, seed, "noWages", ssin, enterprise_number):
        return None
    spread = _HIGHEST_YEARLY_CENTS - _LOWEST_YEARLY_CENTS
    yearly = _LOWEST_YEARLY_CENTS + seeded_chance.number(seed, "yearlyPay", ssin, enterprise_number) % spread
    variable = seeded_chance.number(seed, "variablePay", ssin, enterprise_number, quarter) % 1_000
    return yearly // 4 + variable
