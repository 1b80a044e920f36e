"""Entries about the category, the work, the worker and the employer: what is tested, and what is required."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from domain.codes import CATEGORIES, CONTRACT_ELEMENTS, CONTRACTS, RECRUITMENT_CHANNELS
from domain.law.provisions import employer, job
from domain.law.provisions.effective_dated import Provision
from domain.law.readers.common_keys import (
    CODE,
    CONFIDENCES,
    NATIONALITY,
    Readers,
    categories,
    common_keys,
    paired,
    requirement,
)
from domain.law.readers.entry_reader import EntryReader


def _category_rule(entry: EntryReader, authority: str) -> Provision:
    rule = job.CategoryRule(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES)),
        pay_test=entry.optional_word("pay_test", job.PAY_TESTS),
        labour_market_test=entry.optional_word("labour_market_test", job.LABOUR_MARKET_TESTS),
        combination=entry.word("combination", job.COMBINATIONS),
    )
    if rule.combination == "either" and rule.labour_market_test != "required":
        raise entry.unusable(
            "combination", "there is no second test to choose", 'write labour_market_test = "required"'
        )
    return rule


def _closed_category(entry: EntryReader, authority: str) -> Provision:
    return job.ClosedCategory(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES)), exempt=entry.flag("exempt")
    )


def _labour_market_test(entry: EntryReader, authority: str) -> Provision:
    return job.LabourMarketTestTerms(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES)),
        channels=entry.words("channels", RECRUITMENT_CHANNELS),
        publication_days=_days(entry, "publication"),
        within=entry.optional_duration("within"),
        interruptions=entry.word("interruptions", job.INTERRUPTIONS),
        interruptions_confidence=entry.word("interruptions_confidence", CONFIDENCES),
        other_publications=tuple(_other_publication(each) for each in entry.entries("other_publications")),
        disputed_publications=tuple(_other_publication(each) for each in entry.entries("disputed_publications")),
        complete_when_filed=entry.flag("complete_when_filed") if entry.has("complete_when_filed") else None,
    )


def _qualification_level(entry: EntryReader, authority: str) -> Provision:
    least, highest = entry.whole_number("least"), entry.optional_whole_number("highest")
    if highest is not None and highest < least:
        raise entry.unusable("highest", f"{highest} is below {least}", "write a level that is not below least")
    return job.QualificationLevel(**requirement(entry, authority), least=least, highest=highest)


def _employment_share(entry: EntryReader, authority: str) -> Provision:
    share = entry.number("least")
    if not 0 < share <= 1:
        raise entry.unusable("least", f"{share} is no share of full time", 'write a share such as "0.8"')
    return job.EmploymentShare(**requirement(entry, authority), least=share)


def _contract_form(entry: EntryReader, authority: str) -> Provision:
    return job.ContractForm(**requirement(entry, authority), contracts=entry.words("contracts", CONTRACTS))


def _age_limit(entry: EntryReader, authority: str) -> Provision:
    return job.AgeLimit(
        **requirement(entry, authority),
        below=entry.whole_number("below"),
    )


def _minimum_age(entry: EntryReader, authority: str) -> Provision:
    return job.MinimumAge(
        **common_keys(entry, authority, categories(entry)),
        required=entry.flag("required"),
        least=entry.whole_number("least"),
    )


def _free_movement(entry: EntryReader, authority: str) -> Provision:
    nationalities = entry.matching("nationalities", NATIONALITY, "codes of ISO 3166-1")
    return job.FreeMovement(**common_keys(entry, authority, nationalities), required=entry.flag("required"))


def _contract_duration(entry: EntryReader, authority: str) -> Provision:
    return job.ContractDuration(**requirement(entry, authority), least=entry.duration("least"))


def _permit_duration(entry: EntryReader, authority: str) -> Provision:
    read = job.PermitDuration(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES)),
        most=entry.optional_duration("most"),
        least=entry.optional_duration("least"),
        beyond_contract=entry.optional_duration("beyond_contract"),
        ends_before_age=entry.optional_whole_number("ends_before_age"),
    )
    if (read.least is None) != (read.beyond_contract is None):
        raise entry.unusable("least", "a shorter contract has a rule of its own", "write least and beyond_contract")
    if read.most is None and read.least is None and read.ends_before_age is None:
        raise entry.unusable("most", "the duration is not stated", "write most, least or ends_before_age")
    return read


def _prior_service(entry: EntryReader, authority: str) -> Provision:
    least = entry.duration("least")
    if least.days:
        raise entry.unusable("least", "service is counted in months", "write months: P3M")
    return job.PriorService(**requirement(entry, authority), least_months=least.months)


def _work_history(entry: EntryReader, authority: str) -> Provision:
    nationalities = entry.matching("nationalities", NATIONALITY, 'codes of ISO 3166-1, or "all"')
    return job.WorkHistoryTerms(
        **common_keys(entry, authority, paired(entry.words("categories", CATEGORIES), nationalities)),
        required=entry.flag("required"),
        nationalities=nationalities,
        least=entry.duration("least"),
        within=entry.optional_duration("within"),
        not_counted=(
            entry.matching("not_counted", CODE, "codes of the bases of work that do not count")
            if entry.has("not_counted")
            else ()
        ),
        least_with_family=entry.optional_duration("least_with_family"),
    )


def _employer_age(entry: EntryReader, authority: str) -> Provision:
    return employer.EmployerAge(
        **common_keys(entry, authority, categories(entry)),
        required=entry.flag("required"),
        refusal=entry.word("refusal", employer.REFUSALS),
        least=entry.duration("least"),
    )


def _employer_condition(entry: EntryReader, authority: str) -> Provision:
    condition = entry.word("condition", employer.EMPLOYER_CONDITIONS)
    return employer.EmployerCondition(
        **common_keys(entry, authority, paired(categories(entry), (condition,))),
        required=entry.flag("required"),
        refusal=entry.word("refusal", employer.REFUSALS),
        condition=condition,
    )


def _contract_content(entry: EntryReader, authority: str) -> Provision:
    return job.ContractContent(
        **common_keys(entry, authority, categories(entry)),
        required=entry.flag("required"),
        elements=entry.words("elements", CONTRACT_ELEMENTS),
        contracts=entry.words("contracts", CONTRACTS),
    )


def _other_publication(entry: EntryReader) -> job.OtherPublication:
    other = job.OtherPublication(publication_days=_days(entry, "publication"), source=entry.text("source"))
    entry.finish()
    return other


def _days(entry: EntryReader, key: str) -> int:
    duration = entry.duration(key)
    if duration.months:
        raise entry.unusable(key, "months have no fixed number of days", "write days or weeks: P9W")
    return duration.days


READERS: Final[Readers] = MappingProxyType(
    {
        job.CategoryRule.kind: _category_rule,
        job.ClosedCategory.kind: _closed_category,
        job.LabourMarketTestTerms.kind: _labour_market_test,
        job.QualificationLevel.kind: _qualification_level,
        job.EmploymentShare.kind: _employment_share,
        job.ContractForm.kind: _contract_form,
        job.AgeLimit.kind: _age_limit,
        job.MinimumAge.kind: _minimum_age,
        job.FreeMovement.kind: _free_movement,
        job.ContractDuration.kind: _contract_duration,
        job.PermitDuration.kind: _permit_duration,
        job.PriorService.kind: _prior_service,
        job.WorkHistoryTerms.kind: _work_history,
        employer.EmployerAge.kind: _employer_age,
        employer.EmployerCondition.kind: _employer_condition,
        job.ContractContent.kind: _contract_content,
    }
)
