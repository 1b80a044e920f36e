"""Rules about the job: level of the function, share of full time, form and length of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from domain.law.applicable_law import ApplicableLaw, DecidingDate
from domain.law.exact_pay import difference
from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Judged
from domain.law.provisions.job import (
    ContractContent,
    ContractDuration,
    ContractForm,
    EmploymentShare,
    QualificationLevel,
)
from domain.law.rule_codes import Rule
from domain.law.rules.conditions import Condition, compared, unknown

_START: Final = "employment.start"


def judge_job(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Iterator[Judged]:
    """Judge the job by each of these rules that is in force."""
    level, share, form = law.qualification_level, law.employment_share, law.contract_form
    if level is not None:
        yield _level(level, deciding, facts.qualification_level)
    if share is not None:
        yield _share(share, deciding, facts.full_time_equivalent)
    if form is not None:
        yield _form(form, deciding, facts.contract)
    if law.contract_duration is not None:
        yield _duration(law.contract_duration, deciding, facts)
    yield from judge_contract_content(law, deciding, facts)


def judge_contract_content(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Iterator[Judged]:
    """Judge what the contract states, where the law requires of its form that it states something."""
    content = law.contract_content
    if content is not None and facts.contract in (None, *content.contracts):
        yield _content(content, deciding, facts.contract_states)


def _level(terms: QualificationLevel, deciding: DecidingDate, level: int | None) -> Judged:
    """A level above the highest is another category, and not met here."""
    threshold = str(terms.least) if terms.highest is None else f"{terms.least}-{terms.highest}"
    condition = Condition("employment.qualificationLevel", threshold, "level", terms.required)
    if level is None:
        return unknown(Rule.QUALIFICATION_LEVEL, terms, deciding, deciding.day, condition)
    too_high = terms.highest is not None and level > terms.highest
    bound = terms.highest if too_high and terms.highest is not None else terms.least
    return compared(
        Rule.QUALIFICATION_LEVEL,
        terms,
        deciding,
        deciding.day,
        condition,
        observed=str(level),
        met=level >= terms.least and not too_high,
        difference=str(level - bound),
    )


def _share(terms: EmploymentShare, deciding: DecidingDate, share: Decimal | None) -> Judged:
    condition = Condition("employment.fullTimeEquivalent", str(terms.least), "fullTimeEquivalent", terms.required)
    if share is None:
        return unknown(Rule.EMPLOYMENT_SHARE, terms, deciding, deciding.day, condition)
    return compared(
        Rule.EMPLOYMENT_SHARE,
        terms,
        deciding,
        deciding.day,
        condition,
        observed=str(share),
        met=share >= terms.least,
        difference=str(difference(share, terms.least)),
    )


def _form(terms: ContractForm, deciding: DecidingDate, contract: str | None) -> Judged:
    condition = Condition("employment.contract", " ".join(terms.contracts), "contract", terms.required)
    if contract is None:
        return unknown(Rule.CONTRACT_FORM, terms, deciding, deciding.day, condition)
    return compared(
        Rule.CONTRACT_FORM, terms, deciding, deciding.day, condition, observed=contract, met=contract in terms.contracts
    )


def _duration(terms: ContractDuration, deciding: DecidingDate, facts: ApplicationFacts) -> Judged:
    """The last day of the contract against the last day of the shortest one that is long enough."""
    start, end = facts.employment_start, facts.employment_end
    if start is None:
        return unknown(
            Rule.CONTRACT_DURATION,
            terms,
            deciding,
            deciding.day,
            Condition(_START, str(terms.least), "duration", terms.required),
        )
    last_day = terms.least.last_day_from(start)
    condition = Condition("employment.end", last_day.isoformat(), "date", terms.required, {"least": str(terms.least)})
    if end is None:
        return compared(
            Rule.CONTRACT_DURATION, terms, deciding, deciding.day, condition, observed="openEnded", met=True
        )
    return compared(
        Rule.CONTRACT_DURATION,
        terms,
        deciding,
        deciding.day,
        condition,
        observed=end.isoformat(),
        met=end >= last_day,
        difference=str((end - last_day).days),
    )


def _content(terms: ContractContent, deciding: DecidingDate, states: tuple[str, ...] | None) -> Judged:
    """Every element must be there. A contract that nobody has read is undetermined, and refuses nobody."""
    condition = Condition("employment.contractStates", " ".join(terms.elements), "contractElements", terms.required)
    if states is None:
        return unknown(Rule.CONTRACT_CONTENT, terms, deciding, deciding.day, condition._replace(required=False))
    absent = " ".join(each for each in terms.elements if each not in states)
    return compared(
        Rule.CONTRACT_CONTENT,
        terms,
        deciding,
        deciding.day,
        condition,
        observed=" ".join(sorted(states)),
        met=not absent,
        change=Change(fact=condition.fact, threshold=absent, distance="", unit=condition.unit),
    )
