"""Rules about the job: level of the function, share of full time, form and length of the contract, shortage list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, DecidingDate, LawOfFiling
from domain.law.conditions import Asked, compared, unknown
from domain.law.exact_pay import difference
from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Finding
from domain.law.job_provisions import (
    ContractContent,
    ContractDuration,
    ContractForm,
    EmploymentShare,
    QualificationLevel,
    ShortageList,
    ShortageOccupation,
)
from domain.law.rulebook import Rulebook
from domain.law.rules import Rule

_START: Final = "employment.start"


def judge_occupation(
    rulebook: Rulebook,
    filing: LawOfFiling,
    law: ApplicableLaw,
    deciding: DecidingDate,
    facts: ApplicationFacts,
    known_on: date | None,
) -> Iterator[Finding]:
    """Judge the job by each of these rules that is in force."""
    level, share, form, duration = (
        law.qualification_level, law.employment_share, law.contract_form, law.contract_duration,
    )  # fmt: skip
    once = law.findings.once
    if level is not None:
        question = (Rule.QUALIFICATION_LEVEL, deciding, facts.qualification_level)
        yield once(question, lambda: _level(level, law, deciding, facts.qualification_level))
    if share is not None:
        question_of_share = (Rule.EMPLOYMENT_SHARE, deciding, facts.full_time_equivalent)
        yield once(question_of_share, lambda: _share(share, law, deciding, facts.full_time_equivalent))
    if form is not None:
        question_of_form = (Rule.CONTRACT_FORM, deciding, facts.contract)
        yield once(question_of_form, lambda: _form(form, law, deciding, facts.contract))
    if duration is not None:
        yield _duration(duration, law, deciding, facts)
    content = law.contract_content
    if content is not None and facts.contract in (None, *content.contracts):
        question_of_content = (Rule.CONTRACT_CONTENT, deciding, facts.contract_states)
        yield once(question_of_content, lambda: _content(content, deciding, facts.contract_states))
    # The list is that of the day of filing, whatever day decides the rest: so both changes of it were made.
    if filing.shortage_list is not None:
        yield _shortage(rulebook, filing.shortage_list, deciding, facts, known_on)


def _level(terms: QualificationLevel, law: ApplicableLaw, deciding: DecidingDate, level: int | None) -> Finding:
    """A level above the highest is another category, and not met here."""
    threshold = str(terms.least) if terms.highest is None else f"{terms.least}-{terms.highest}"
    asked = Asked("employment.qualificationLevel", threshold, "level", terms.required)
    if level is None:
        return unknown(Rule.QUALIFICATION_LEVEL, terms, deciding, deciding.day, asked)
    too_high = terms.highest is not None and level > terms.highest
    bound = terms.highest if too_high and terms.highest is not None else terms.least
    return compared(
        Rule.QUALIFICATION_LEVEL,
        terms,
        deciding,
        deciding.day,
        asked,
        observed=str(level),
        met=level >= terms.least and not too_high,
        difference=str(level - bound),
    )


def _share(terms: EmploymentShare, law: ApplicableLaw, deciding: DecidingDate, share: Decimal | None) -> Finding:
    asked = Asked("employment.fullTimeEquivalent", str(terms.least), "fullTimeEquivalent", terms.required)
    if share is None:
        return unknown(Rule.EMPLOYMENT_SHARE, terms, deciding, deciding.day, asked)
    return compared(
        Rule.EMPLOYMENT_SHARE,
        terms,
        deciding,
        deciding.day,
        asked,
        observed=str(share),
        met=share >= terms.least,
        difference=str(difference(share, terms.least)),
    )


def _form(terms: ContractForm, law: ApplicableLaw, deciding: DecidingDate, contract: str | None) -> Finding:
    asked = Asked("employment.contract", " ".join(terms.contracts), "contract", terms.required)
    if contract is None:
        return unknown(Rule.CONTRACT_FORM, terms, deciding, deciding.day, asked)
    return compared(
        Rule.CONTRACT_FORM, terms, deciding, deciding.day, asked, observed=contract, met=contract in terms.contracts
    )


def _duration(terms: ContractDuration, law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Finding:
    """The last day of the contract against the last day of the shortest one that is long enough."""
    start, end = facts.employment_start, facts.employment_end
    if start is None:
        return unknown(
            Rule.CONTRACT_DURATION,
            terms,
            deciding,
            deciding.day,
            Asked(_START, str(terms.least), "duration", terms.required),
        )
    last_day = terms.least.last_day_from(start)
    asked = Asked("employment.end", last_day.isoformat(), "date", terms.required)
    if end is None:
        return compared(Rule.CONTRACT_DURATION, terms, deciding, deciding.day, asked, observed="openEnded", met=True)
    return compared(
        Rule.CONTRACT_DURATION,
        terms,
        deciding,
        deciding.day,
        asked,
        observed=end.isoformat(),
        met=end >= last_day,
        difference=str((end - last_day).days),
    )


def _content(terms: ContractContent, deciding: DecidingDate, states: tuple[str, ...] | None) -> Finding:
    """Every element must be there. A contract that nobody has read is undetermined, and refuses nobody."""
    asked = Asked("employment.contractStates", " ".join(terms.elements), "contractElements", terms.required)
    if states is None:
        return unknown(Rule.CONTRACT_CONTENT, terms, deciding, deciding.day, asked._replace(required=False))
    absent = [each for each in terms.elements if each not in states]
    finding = compared(
        Rule.CONTRACT_CONTENT,
        terms,
        deciding,
        deciding.day,
        asked,
        observed=" ".join(sorted(states)),
        met=not absent,
    )
    if absent:
        fact, _, unit, _ = asked
        finding.counterfactual = (Change(fact=fact, threshold=" ".join(absent), distance="", unit=unit),)
    return finding


def _shortage(
    rulebook: Rulebook, terms: ShortageList, deciding: DecidingDate, facts: ApplicationFacts, known_on: date | None
) -> Finding:
    """Whether the function stood on the list when the application was filed.

    A function that left the list keeps its permits renewable for the same work with the same employer. A list
    that we do not hold whole proves nothing against a function that is not among the entries we hold.
    """
    day, code = facts.filed_on, facts.occupation_code
    asked = Asked("employment.occupationCode", terms.id, "list", True)
    if code is None:
        return unknown(Rule.SHORTAGE_OCCUPATION, terms, deciding, day, asked)
    entry = rulebook.find(ShortageOccupation, terms.authority, code, day, known_on)
    if entry is not None:
        return compared(Rule.SHORTAGE_OCCUPATION, entry, deciding, day, asked, observed=code, met=True)
    earlier = [
        each
        for each in rulebook.every(ShortageOccupation, terms.authority, code)
        if each.known_by(known_on) and each.valid_to is not None and each.valid_to <= day
    ]
    if earlier and terms.renewal_keeps:
        missing = _facts_of_renewal_missing(facts)
        if missing:
            return unknown(Rule.SHORTAGE_OCCUPATION, terms, deciding, day, asked, missing=missing)
    if earlier and terms.renewal_keeps and facts.renewal and not facts.change_of_employer:
        return compared(Rule.SHORTAGE_OCCUPATION, earlier[-1], deciding, day, asked, observed=code, met=True)
    if earlier:
        return compared(Rule.SHORTAGE_OCCUPATION, earlier[-1], deciding, day, asked, observed=code, met=False)
    if not terms.complete:
        return unknown(
            Rule.SHORTAGE_OCCUPATION, terms, deciding, day, asked, reason=reasons.SHORTAGE_LIST_INCOMPLETE, missing=()
        )
    return compared(Rule.SHORTAGE_OCCUPATION, terms, deciding, day, asked, observed=code, met=False)


def _facts_of_renewal_missing(facts: ApplicationFacts) -> tuple[str, ...]:
    """Whether a function that left the list is protected depends on these; a first application needs no more."""
    if facts.renewal is None:
        return ("renewal",)
    return ("changeOfEmployer",) if facts.renewal and facts.change_of_employer is None else ()
