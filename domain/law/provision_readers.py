"""From one entry of a law file to a provision, kind by kind; what cannot be read is refused with a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from domain.case.codes import (
    CATEGORIES,
    CONTRACT_ELEMENTS,
    CONTRACTS,
    DOCUMENT_KINDS,
    FEE_RECIPIENTS,
    RECRUITMENT_CHANNELS,
)
from domain.law import employer_provisions as employer
from domain.law import job_provisions as job
from domain.law import pay_provisions as pay
from domain.law import procedure_provisions as procedure
from domain.law.common_keys import APPLICATIONS, CODE, CONFIDENCES, Common, code_of, common_keys, requirement
from domain.law.effective_dated import Provision
from domain.law.entry_reader import EntryReader

_OCCUPATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,19}", re.ASCII)
_NATIONALITY: Final = re.compile(r"[A-Z]{2}|all", re.ASCII)
_MUNICIPALITIES: Final = re.compile(r"[0-9]{1,5}", re.ASCII)


def _salary_threshold(entry: EntryReader, authority: str) -> Provision:
    return pay.SalaryThreshold(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES), may_be_undated=True),
        amount=entry.amount("amount"),
        unit=entry.word("unit", pay.UNITS),
        basis=entry.word("basis", pay.BASES),
        percentage=entry.optional_number("percentage"),
        other_values=_values(entry, "other_values"),
        disputed_amounts=_values(entry, "disputed_amounts"),
        reduced_amounts=tuple(_reduced_amount(each) for each in entry.entries("reduced_amounts")),
        amount_a_month=entry.amount("amount_a_month") if entry.has("amount_a_month") else None,
        published_until=entry.optional_day("published_until"),
    )


def _base_amount(entry: EntryReader, authority: str) -> Provision:
    return pay.BaseAmount(
        **common_keys(entry, authority, (entry.word("basis", pay.BASES),)),
        amount=entry.amount("amount"),
        unit=entry.word("unit", pay.UNITS),
    )


def _pay_conversion(entry: EntryReader, authority: str) -> Provision:
    return pay.PayConversion(
        **common_keys(entry, authority, (entry.word("contract", CONTRACTS),)),
        months_per_year=entry.number("months_per_year"),
    )


def _pay_definition(entry: EntryReader, authority: str) -> Provision:
    read = pay.PayDefinition(
        **common_keys(entry, authority, (procedure.ALL,)),
        counts=entry.words("counts", pay.PAY_COMPONENTS),
        does_not_count=entry.words("does_not_count", pay.PAY_COMPONENTS),
        disputed=entry.words("disputed", pay.PAY_COMPONENTS) if entry.has("disputed") else (),
    )
    said = (*read.counts, *read.does_not_count, *read.disputed)
    if len(set(said)) != len(said):
        raise entry.unusable("counts", "a part of pay stands in two lists", "put each in one list only")
    return read


def _part_time(entry: EntryReader, authority: str) -> Provision:
    unknown = entry.has("rule_not_found") and entry.flag("rule_not_found")
    if unknown and entry.has("pro_rata"):
        raise entry.unusable("pro_rata", "the rule is there and said to be not found", "write one of the two")
    return pay.PartTime(
        **common_keys(entry, authority, _categories(entry)), pro_rata=None if unknown else entry.flag("pro_rata")
    )


def _fee(entry: EntryReader, authority: str) -> Provision:
    return pay.Fee(
        **common_keys(entry, authority, _categories(entry)),
        recipient=entry.word("recipient", FEE_RECIPIENTS),
        amount=entry.amount("amount"),
        other_values=_values(entry, "other_values"),
    )


def _fee_exemption(entry: EntryReader, authority: str) -> Provision:
    nationalities: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = ()
    if entry.has("nationalities") == entry.has("circumstances"):
        raise entry.unusable("nationalities", "an exemption is one of nationalities or of circumstances", "write one")
    if entry.has("nationalities"):
        nationalities = entry.matching("nationalities", _NATIONALITY, "codes of ISO 3166-1")
    else:
        circumstances = entry.words("circumstances", pay.EXEMPT_CIRCUMSTANCES)
    return pay.FeeExemption(
        **common_keys(entry, authority, nationalities or circumstances),
        nationalities=nationalities,
        circumstances=circumstances,
    )


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
        **common_keys(entry, authority, _categories(entry)),
        required=entry.flag("required"),
        least=entry.whole_number("least"),
    )


def _free_movement(entry: EntryReader, authority: str) -> Provision:
    nationalities = entry.matching("nationalities", _NATIONALITY, "codes of ISO 3166-1")
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
        raise entry.unusable("most", "nothing is said of the duration", "write most, least or ends_before_age")
    return read


def _prior_service(entry: EntryReader, authority: str) -> Provision:
    least = entry.duration("least")
    if least.days:
        raise entry.unusable("least", "service is counted in months", "write months: P3M")
    return job.PriorService(**requirement(entry, authority), least_months=least.months)


def _work_history(entry: EntryReader, authority: str) -> Provision:
    nationalities = entry.matching("nationalities", _NATIONALITY, 'codes of ISO 3166-1, or "all"')
    return job.WorkHistoryTerms(
        **common_keys(entry, authority, _paired(entry.words("categories", CATEGORIES), nationalities)),
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
        **common_keys(entry, authority, _categories(entry)),
        required=entry.flag("required"),
        refusal=entry.word("refusal", employer.REFUSALS),
        least=entry.duration("least"),
    )


def _employer_condition(entry: EntryReader, authority: str) -> Provision:
    condition = entry.word("condition", employer.EMPLOYER_CONDITIONS)
    return employer.EmployerCondition(
        **common_keys(entry, authority, _paired(_categories(entry), (condition,))),
        required=entry.flag("required"),
        refusal=entry.word("refusal", employer.REFUSALS),
        condition=condition,
    )


def _contract_content(entry: EntryReader, authority: str) -> Provision:
    return job.ContractContent(
        **common_keys(entry, authority, _categories(entry)),
        required=entry.flag("required"),
        elements=entry.words("elements", CONTRACT_ELEMENTS),
        contracts=entry.words("contracts", CONTRACTS),
    )


def _shortage_list(entry: EntryReader, authority: str) -> Provision:
    return job.ShortageList(
        **_occupation_list(entry, authority),
        renewal_keeps=entry.flag("renewal_keeps"),
        long_term_residents_only=(
            entry.flag("long_term_residents_only") if entry.has("long_term_residents_only") else None
        ),
    )


def _bottleneck_list(entry: EntryReader, authority: str) -> Provision:
    return job.BottleneckList(**_occupation_list(entry, authority))


def _shortage_occupation(entry: EntryReader, authority: str) -> Provision:
    return job.ShortageOccupation(**_listed_occupation(entry, authority))


def _bottleneck_occupation(entry: EntryReader, authority: str) -> Provision:
    return job.BottleneckOccupation(**_listed_occupation(entry, authority))


def _occupation_list(entry: EntryReader, authority: str) -> _OccupationList:
    unknown = entry.has("list_not_found") and entry.flag("list_not_found")
    if unknown and entry.has("complete"):
        raise entry.unusable("complete", "the list is there and said to be not found", "write one of the two")
    common = common_keys(entry, authority, entry.words("categories", CATEGORIES))
    return _OccupationList(
        **common,
        functions=entry.optional_whole_number("functions") if unknown else entry.whole_number("functions"),
        complete=None if unknown else entry.flag("complete"),
    )


def _listed_occupation(entry: EntryReader, authority: str) -> _ListedOccupation:
    occupation = entry.text("occupation")
    if _OCCUPATION.fullmatch(occupation) is None:
        raise entry.unusable(
            "occupation", f"{occupation!r} is no occupation code", "write small letters, digits and hyphens, 20 at most"
        )
    return _ListedOccupation(
        **common_keys(entry, authority, (occupation,)), held_until=entry.optional_day("held_until")
    )


def _reference_date(entry: EntryReader, authority: str) -> Provision:
    return procedure.ReferenceDateRule(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES)),
        basis=procedure.ReferenceDateBasis(entry.word("basis", tuple(procedure.ReferenceDateBasis))),
    )


def _selected_reading(entry: EntryReader, authority: str) -> Provision:
    common = common_keys(entry, authority, (code_of(entry, "question"),))
    # The choice itself is no reading of the question: it is what the question is asked for.
    common["question"] = None
    return procedure.SelectedReading(**common)


def _required_document(entry: EntryReader, authority: str) -> Provision:
    categories, document = _categories(entry), entry.word("document", DOCUMENT_KINDS)
    condition = entry.word("condition", procedure.CONDITIONS)
    return procedure.RequiredDocument(
        **common_keys(entry, authority, _paired(categories, (document,))),
        categories=categories,
        document=document,
        part=entry.word("part", procedure.PARTS),
        condition=condition,
    )


def _retention(entry: EntryReader, authority: str) -> Provision:
    return procedure.Retention(
        **common_keys(entry, authority, entry.words("records", procedure.RECORDS)),
        keep=entry.duration("keep"),
        online=entry.duration("online"),
    )


def _duty(entry: EntryReader, authority: str) -> Provision:
    return procedure.Duty(
        **common_keys(entry, authority, (entry.word("duty", procedure.DUTIES),)),
        transposed=entry.word("application", APPLICATIONS) == "applied",
    )


def _territory(entry: EntryReader, authority: str) -> Provision:
    codes = entry.matching("municipalities", _MUNICIPALITIES, "NIS codes of five digits, or their beginnings")
    return procedure.Territory(**common_keys(entry, authority, codes))


def _competence_order(entry: EntryReader, authority: str) -> Provision:
    says_who_files = entry.has("by_worker")
    known = procedure.COMPETENCE_LINKS if says_who_files else procedure.EARLIER_COMPETENCE_LINKS
    return procedure.CompetenceOrder(
        **common_keys(entry, authority, _categories(entry)),
        by=_links(entry, "by", known),
        by_worker=_links(entry, "by_worker", known) if says_who_files else (),
    )


def _links(entry: EntryReader, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    links = entry.texts(key)
    if not set(links) <= set(known):
        raise entry.unusable(key, "a link is unknown", f"use words of {', '.join(known)}, the strongest first")
    return links


READERS: Final[Mapping[str, Callable[[EntryReader, str], Provision]]] = MappingProxyType(
    {
        pay.SalaryThreshold.kind: _salary_threshold,
        pay.BaseAmount.kind: _base_amount,
        pay.PayConversion.kind: _pay_conversion,
        pay.PayDefinition.kind: _pay_definition,
        pay.PartTime.kind: _part_time,
        pay.Fee.kind: _fee,
        pay.FeeExemption.kind: _fee_exemption,
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
        job.ShortageList.kind: _shortage_list,
        job.ShortageOccupation.kind: _shortage_occupation,
        job.BottleneckList.kind: _bottleneck_list,
        job.BottleneckOccupation.kind: _bottleneck_occupation,
        procedure.ReferenceDateRule.kind: _reference_date,
        procedure.SelectedReading.kind: _selected_reading,
        procedure.RequiredDocument.kind: _required_document,
        procedure.Retention.kind: _retention,
        procedure.Duty.kind: _duty,
        procedure.Territory.kind: _territory,
        procedure.CompetenceOrder.kind: _competence_order,
    }
)
"""How each kind of ``[[table]]`` of a law file is read."""


class _OccupationList(Common, total=False):
    functions: int | None
    complete: bool | None


class _ListedOccupation(Common, total=False):
    held_until: date | None


def _values(entry: EntryReader, key: str) -> tuple[pay.OtherValue, ...]:
    found = []
    for each in entry.entries(key):
        found.append(pay.OtherValue(amount=each.amount("amount"), source=each.text("source")))
        each.finish()
    return tuple(found)


def _reduced_amount(entry: EntryReader) -> pay.ReducedAmount:
    reduced = pay.ReducedAmount(
        amount=entry.amount("amount"),
        experience_below=entry.duration("experience_below"),
        source=entry.text("source"),
    )
    entry.finish()
    return reduced


def _other_publication(entry: EntryReader) -> job.OtherPublication:
    other = job.OtherPublication(publication_days=_days(entry, "publication"), source=entry.text("source"))
    entry.finish()
    return other


def _days(entry: EntryReader, key: str) -> int:
    duration = entry.duration(key)
    if duration.months:
        raise entry.unusable(key, "months have no fixed number of days", "write days or weeks: P9W")
    return duration.days


def _categories(entry: EntryReader) -> tuple[str, ...]:
    found = entry.words("categories", (*CATEGORIES, procedure.ALL))
    if procedure.ALL in found and len(found) > 1:
        raise entry.unusable(
            "categories", f"{procedure.ALL!r} stands beside others", f'write ["{procedure.ALL}"] or name the categories'
        )
    return found


def _paired(ones: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{one}:{other}" for one in ones for other in others)
