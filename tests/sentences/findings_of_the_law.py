"""Findings of every kind, made by the law as it is packaged and by small laws that are in doubt.

Whatever the rules can conclude should be among them: the tests count rules, verdicts, steps and sentences.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final

import orjson

from api.http.case_representation import words
from domain.case.stated_assessment import assess_stated
from domain.case.stated_facts import StatedFacts
from domain.codes import CATEGORIES
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts, Publication, WorkDone
from domain.law.findings import Finding
from domain.law.rulebook import Rulebook
from domain.law.rules.labour_market_test import assess_labour_market_test
from infra.wire_format import wire_adapter
from tests.law.legal_case_files import worked_cases
from tests.law.small_laws import entry, origin, threshold

AUTHORITIES: Final = ("flanders", "brussels", "wallonia", "german-community")
DAYS: Final = (date(2019, 6, 3), date(2023, 2, 1), date(2025, 6, 2), date(2026, 2, 1), date(2027, 2, 1))
READINGS: Final = ("filedOn", "admissibleOn", "employmentStart", "decidedOn", "ongoing")
CHANNELS: Final = ("VDAB", "EURES", "ACTIRIS", "FOREM", "ADG")
WORKPLACES: Final = ("44021", "21004", "54010", "63023", "00999")

NOTHING: Final = ApplicationFacts(authority="", category="", filed_on=DAYS[0])
GOOD: Final = replace(
    NOTHING,
    contract="belgian",
    gross_pay=Decimal("120000.00"),
    pay_period="year",
    employment_start=date(2027, 3, 1),
    full_time_equivalent=Decimal(1),
    qualification_level=6,
    occupation_code="roofer",
    municipality_code="44021",
    birth_date=date(2000, 2, 29),
    nationality="IN",
    renewal=False,
    filed_by="representative",
    mandate_reference="M-1",
    prior_service_months=12,
)
BAD: Final = replace(
    GOOD,
    contract="posted",
    gross_pay=Decimal("1000.00"),
    pay_period="month",
    employment_end=date(2027, 3, 31),
    full_time_equivalent=Decimal("0.5"),
    qualification_level=1,
    occupation_code="truck-driver",
    birth_date=date(1975, 1, 1),
    nationality="PT",
    renewal=True,
    change_of_employer=True,
    permit_expires_on=date(2019, 1, 1),
    mandate_reference=None,
    prior_service_months=1,
)
VARIED: Final = (
    GOOD,
    BAD,
    replace(BAD, full_time_equivalent=Decimal("0.8"), pay_period="year", employment_start=None, renewal=False),
    replace(BAD, change_of_employer=False, qualification_level=4, birth_date=date(2015, 1, 1), renewal=True),
    replace(GOOD, renewal=True, occupation_code="astronaut", municipality_code=None, qualification_level=3),
)

ORIGIN: Final = origin("2019-01-01", point="1", confidence="single-source")


def _amount(*others: str) -> str:
    return threshold("HS", "41868.00", ORIGIN, *others)


def _part_time(rule: str) -> str:
    return entry("part_time", f'id = "PART-TIME"\ncategories = ["highlySkilled"]\n{rule}', ORIGIN)


DOUBTFUL: Final = {
    "an amount in dispute": _amount(
        'other_values = [{ amount = "42000.00", source = "a publisher" }]',
        'disputed_amounts = [{ amount = "41739.00", source = "another" }]',
    ),
    "an amount that is not published yet": _amount("published_until = 2019-01-31"),
    "a part-time rule that was not found": _amount() + _part_time("rule_not_found = true"),
    "a part-time rule in proportion": _amount() + _part_time("pro_rata = true"),
    "a length in dispute": entry(
        "category_rule",
        """
id = "RULE"
categories = ["highlySkilled"]
labour_market_test = "required"
combination = "each"
""",
        ORIGIN,
    )
    + entry(
        "labour_market_test",
        """
id = "SEARCH"
categories = ["highlySkilled"]
channels = ["FOREM", "ADG", "ACTIRIS"]
publication = "P5W"
interruptions = "continuous"
interruptions_confidence = "disputed"
other_publications = [{ publication = "P3W", source = "a publisher" }]
disputed_publications = [{ publication = "P4W", source = "another" }]
""",
        ORIGIN,
    ),
    "a whole bottleneck list": entry(
        "bottleneck_list", 'id = "LIST"\ncategories = ["highlySkilled"]\nfunctions = 1\ncomplete = true', ORIGIN
    )
    + entry("bottleneck_occupation", 'id = "ROOFER"\noccupation = "roofer"', ORIGIN),
    "a whole shortage list": entry(
        "shortage_list",
        """
id = "LIST"
categories = ["highlySkilled"]
functions = 1
complete = true
renewal_keeps = true
""",
        ORIGIN,
    )
    + entry(
        "work_history",
        """
id = "HISTORY"
categories = ["highlySkilled"]
nationalities = ["all"]
least = "P30M"
required = true
""",
        ORIGIN,
    ),
}
"""Laws of a single doubt."""


def searches(filed_on: date) -> Iterator[tuple[Publication, ...] | None]:
    """None told of, none made, one that is too short, one between two bounds, and one that is long enough."""
    yield None
    yield ()
    for days in (1, 30, 100):
        start = date.fromordinal(filed_on.toordinal() - days)
        yield tuple(Publication(channel=each, published_from=start, published_to=filed_on) for each in CHANNELS)


def work(filed_on: date) -> Iterator[tuple[WorkDone, ...] | None]:
    yield None
    for days in (0, 1, 1000, 2000):
        start = date.fromordinal(filed_on.toordinal() - days)
        yield (WorkDone(from_=start, to=filed_on, basis="singlePermit"),)


@cache
def wire_findings(directory: Path) -> tuple[dict[str, Any], ...]:
    """Every finding in its wire form, each once; ``directory`` is where the small laws may be written."""
    found: dict[str, dict[str, Any]] = {}
    for finding in _all_findings(directory):
        wire = words(finding)
        told = [wire.get(each) for each in ("rule", "verdict", "trace", "missing", "reason", "counterfactual")]
        found.setdefault(json.dumps(told), wire)
    return tuple(found.values())


def _all_findings(directory: Path) -> Iterator[Finding]:
    packaged = Rulebook.load()
    for authority, category, filed_on in product(AUTHORITIES, CATEGORIES, DAYS):
        for facts in VARIED:
            yield from _judged(packaged, replace(facts, authority=authority, category=category, filed_on=filed_on))
    for category, filed_on in product(("mediumSkilledOther", "unlimited", "highlySkilled"), DAYS):
        about = replace(GOOD, authority="flanders", category=category, filed_on=filed_on, gross_pay=Decimal(1))
        yield from _judged(packaged, replace(NOTHING, authority="flanders", category=category, filed_on=filed_on))
        for search, history, place in product(searches(filed_on), work(filed_on), WORKPLACES):
            changed = replace(about, publications=search, work_history=history, municipality_code=place)
            for authority in AUTHORITIES:
                yield from _judged(packaged, replace(changed, authority=authority))
    yield from _of_places(packaged)
    for reading in READINGS:
        law = _law((("decidingDate", reading),))
        for start in (None, date(2026, 3, 1)):
            facts = replace(GOOD, authority="flanders", category="nurse", filed_on=DAYS[-2], employment_start=start)
            yield from _judged(law, replace(facts, admissible_on=start, decided_on=start))
    yield from _of_worked_cases()
    yield from _of_doubtful_laws(directory)


def _of_places(law: Rulebook) -> Iterator[Finding]:
    """Each link of competence, known and not, with a code that is none and with one that another followed."""
    filed = replace(GOOD, authority="flanders", category="unlimited", filed_on=DAYS[-2], municipality_code=None)
    links = ("establishment_unit_municipality", "registered_office_municipality", "municipality_code")
    for filed_by, place in product(("employer", "worker"), (None, *WORKPLACES, "44034", "12030")):
        for link in (*links, "residence_municipality"):
            yield from _judged(law, replace(filed, filed_by=filed_by, **{link: place}))


def _judged(law: Rulebook, facts: ApplicationFacts) -> Iterator[Finding]:
    yield assess_labour_market_test(law, facts, facts.filed_on)
    for finding in assess(law, facts, facts.filed_on).findings:
        yield from finding.each()


def _of_worked_cases() -> Iterator[Finding]:
    """But those of laws that the tests made up, whose references are made up too."""
    for case in worked_cases():
        if case.rules is not None:
            continue
        stated = wire_adapter(StatedFacts).validate_json(orjson.dumps(case.facts))
        law = _law(tuple(case.readings.items()))
        for finding in assess_stated(law, stated, case.known_on).findings:
            yield from finding.each()


@cache
def _law(readings: tuple[tuple[str, str], ...]) -> Rulebook:
    return Rulebook.load(None, dict(readings))


def _of_doubtful_laws(directory: Path) -> Iterator[Finding]:
    filed_on = date(2019, 6, 3)
    facts = replace(GOOD, authority="flanders", category="highlySkilled", filed_on=filed_on)
    for number, text in enumerate(DOUBTFUL.values()):
        place = directory / str(number)
        (place / "flanders").mkdir(parents=True)
        (place / "flanders" / "law.toml").write_text(text, encoding="utf-8")
        law = Rulebook.load(place)
        for share, amount, period in product(("1", "0.8"), ("41800.00", "41867.99", "1.00"), ("year", "month")):
            paid = replace(facts, full_time_equivalent=Decimal(share), gross_pay=Decimal(amount), pay_period=period)
            yield from _judged(law, paid)
        for search, history in product(searches(filed_on), work(filed_on)):
            yield from _judged(law, replace(facts, publications=search, work_history=history, occupation_code="baker"))
