"""What the simulated bank holds on undertakings and wages: pure functions of the seed, no server needed.

A demonstration that wants to know beforehand what the bank will say calls these with the seed and shares the
simulator was started with.
"""

from dataclasses import dataclass
from datetime import date

from infra.crossroads.simulator import seeded_chance

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
_STREETS = ("Havenlaan", "Industrieweg", "Kerkstraat", "Rue de la Station", "Stationsstraat", "Tiensesteenweg")
_MUNICIPALITIES = (
    ("1000", "Brussel", "21004"),
    ("2000", "Antwerpen", "11002"),
    ("3000", "Leuven", "24062"),
    ("4000", "Liège", "62063"),
    ("9000", "Gent", "44021"),
)
"""Postal code, name and NIS code."""
_ACTIVITIES = (
    ("25110", "Manufacture of metal structures"),
    ("41201", "Construction of residential buildings"),
    ("49410", "Freight transport by road"),
    ("62010", "Computer programming"),
    ("86101", "Activities of general hospitals"),
)
_FIRST_DAYS = (date(2016, 3, 1), date(2018, 9, 1), date(2020, 1, 6), date(2022, 5, 2))

_FOUNDINGS = (date(1958, 4, 1), date(1987, 10, 12), date(1999, 1, 4), date(2009, 6, 15), date(2016, 2, 29))
_RECENT_FOUNDINGS = (date(2024, 9, 2), date(2025, 5, 5))

_LOWEST_YEARLY_CENTS = 36_000_00
_HIGHEST_YEARLY_CENTS = 84_000_00


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingShares:
    """Which part (0 to 1) of all undertakings and workers the bank does not know, or knows as something to refuse on.

    Of the ``silent`` ones the register says nothing about founding, staff and debts.
    """

    no_data: float = 0.02
    inactive: float = 0.01
    silent: float = 0.02
    young: float = 0.01
    without_staff: float = 0.01
    indebted: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """An entry of the enterprise register."""

    enterprise_number: str
    name: str
    active: bool
    founded_on: date | None
    has_staff: bool | None
    has_debts: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an undertaking or one of its establishment units is."""

    street: str
    house_number: str
    postal_code: str
    municipality: str
    municipality_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An establishment unit."""

    number: str
    name: str
    address: Address


def address_of(number: str) -> Address:
    """The invented address of an undertaking or unit; the same under every seed."""
    postal_code, municipality, code = seeded_chance.choose(_MUNICIPALITIES, 0, "municipality", number)
    return Address(
        street=seeded_chance.choose(_STREETS, 0, "street", number),
        house_number=str(1 + seeded_chance.number(0, "house", number) % 240),
        postal_code=postal_code,
        municipality=municipality,
        municipality_code=code,
    )


def activity_of(enterprise_number: str) -> tuple[str, str]:
    """Code (NACE-BEL, five digits) and description of the main activity."""
    return seeded_chance.choose(_ACTIVITIES, 0, "activity", enterprise_number)


def units_of(enterprise_number: str) -> tuple[Unit, ...]:
    """One to three establishment units."""
    units = []
    for index in range(1 + seeded_chance.number(0, "units", enterprise_number) % 3):
        serial = 2_000_000_0 + seeded_chance.number(0, "unit", enterprise_number, str(index)) % 50_000_000
        number = f"{serial:08d}{97 - serial % 97:02d}"
        address = address_of(number)
        units.append(
            Unit(number=number, name=f"{company_name(enterprise_number)} {address.municipality}", address=address)
        )
    return tuple(units)


def employment(seed: int, ssin: str, shares: HoldingShares) -> tuple[str, date] | None:
    """The employer and the first day of the employment that the worker has, if the bank knows the worker."""
    if seeded_chance.happens(shares.no_data, seed, "noEmployment", ssin):
        return None
    serial = 2_000_000 + seeded_chance.number(seed, "employedBy", ssin) % 7_000_000
    return f"0{serial:07d}{97 - serial % 97:02d}", seeded_chance.choose(_FIRST_DAYS, seed, "employedSince", ssin)


def undertaking(seed: int, enterprise_number: str, shares: HoldingShares) -> Undertaking | None:
    """The register's entry under this number, or None where the register holds none."""
    if seeded_chance.happens(shares.no_data, seed, "noUndertaking", enterprise_number):
        return None

    def happens(share: float, what: str) -> bool:
        return seeded_chance.happens(share, seed, what, enterprise_number)

    answers = not happens(shares.silent, "silentRegister")
    foundings = _RECENT_FOUNDINGS if happens(shares.young, "young") else _FOUNDINGS
    return Undertaking(
        enterprise_number=enterprise_number,
        name=company_name(enterprise_number),
        active=not happens(shares.inactive, "struckOff"),
        founded_on=seeded_chance.choose(foundings, seed, "foundedOn", enterprise_number) if answers else None,
        has_staff=not happens(shares.without_staff, "noStaff") if answers else None,
        has_debts=happens(shares.indebted, "debts") if answers else None,
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
