"""From one entry of a law file to a provision, kind by kind; what cannot be read is refused with a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, TypedDict

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
from domain.law.effective_dated import ConfidenceFrom, Provision
from domain.law.entry_reader import EntryReader

CONFIDENCES: Final = ("confirmed", "single-source", "disputed", "project-brief", "derived")
KNOWN_FROM_BASES: Final = ("published", "assumed")

_OCCUPATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,19}", re.ASCII)
_NATIONALITY: Final = re.compile(r"[A-Z]{2}|all", re.ASCII)
_MUNICIPALITIES: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_CODE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,49}", re.ASCII)


def _salary_threshold(entry: EntryReader, authority: str) -> Provision:
    return pay.SalaryThreshold(
        **_common(entry, authority, entry.words("categories", CATEGORIES), may_be_undated=True),
        amount=entry.amount("amount"),
        unit=entry.word("unit", pay.UNITS),
        basis=entry.word("basis", pay.BASES),
        percentage=entry.optional_number("percentage"),
        other_values=_values(entry, "other_values"),
        disputed_amounts=_values(entry, "disputed_amounts"),
        published_until=entry.optional_day("published_until"),
    )


def _base_amount(entry: EntryReader, authority: str) -> Provision:
    return pay.BaseAmount(
        **_common(entry, authority, (entry.word("basis", pay.BASES),)),
        amount=entry.amount("amount"),
        unit=entry.word("unit", pay.UNITS),
    )


def _pay_conversion(entry: EntryReader, authority: str) -> Provision:
    return pay.PayConversion(
        **_common(entry, authority, (entry.word("contract", CONTRACTS),)),
        months_per_year=entry.number("months_per_year"),
    )


def _pay_definition(entry: EntryReader, authority: str) -> Provision:
    read = pay.PayDefinition(
        **_common(entry, authority, (procedure.ALL,)),
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
        **_common(entry, authority, _categories(entry)), pro_rata=None if unknown else entry.flag("pro_rata")
    )


def _fee(entry: EntryReader, authority: str) -> Provision:
    return pay.Fee(
        **_common(entry, authority, _categories(entry)),
        recipient=entry.word("recipient", FEE_RECIPIENTS),
        amount=entry.amount("amount"),
        other_values=_values(entry, "other_values"),
    )


def _category_rule(entry: EntryReader, authority: str) -> Provision:
    rule = job.CategoryRule(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
        pay_test=entry.optional_word("pay_test", job.PAY_TESTS),
        labour_market_test=entry.optional_word("labour_market_test", job.LABOUR_MARKET_TESTS),
        combination=entry.word("combination", job.COMBINATIONS),
    )
    if rule.combination == "either" and rule.labour_market_test != "required":
        raise entry.unusable(
            "combination", "there is no second test to choose", 'write labour_market_test = "required"'
        )
    return rule


def _labour_market_test(entry: EntryReader, authority: str) -> Provision:
    return job.LabourMarketTestTerms(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
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
    return job.QualificationLevel(**_requirement(entry, authority), least=least, highest=highest)


def _employment_share(entry: EntryReader, authority: str) -> Provision:
    share = entry.number("least")
    if not 0 < share <= 1:
        raise entry.unusable("least", f"{share} is no share of full time", 'write a share such as "0.8"')
    return job.EmploymentShare(**_requirement(entry, authority), least=share)


def _contract_form(entry: EntryReader, authority: str) -> Provision:
    return job.ContractForm(**_requirement(entry, authority), contracts=entry.words("contracts", CONTRACTS))


def _age_limit(entry: EntryReader, authority: str) -> Provision:
    return job.AgeLimit(**_requirement(entry, authority), below=entry.whole_number("below"))


def _minimum_age(entry: EntryReader, authority: str) -> Provision:
    return job.MinimumAge(
        **_common(entry, authority, _categories(entry)),
        required=entry.flag("required"),
        least=entry.whole_number("least"),
    )


def _free_movement(entry: EntryReader, authority: str) -> Provision:
    nationalities = entry.matching("nationalities", _NATIONALITY, "codes of ISO 3166-1")
    return job.FreeMovement(**_common(entry, authority, nationalities), required=entry.flag("required"))


def _contract_duration(entry: EntryReader, authority: str) -> Provision:
    return job.ContractDuration(**_requirement(entry, authority), least=entry.duration("least"))


def _prior_service(entry: EntryReader, authority: str) -> Provision:
    least = entry.duration("least")
    if least.days:
        raise entry.unusable("least", "service is counted in months", "write months: P3M")
    return job.PriorService(**_requirement(entry, authority), least_months=least.months)


def _work_history(entry: EntryReader, authority: str) -> Provision:
    nationalities = entry.matching("nationalities", _NATIONALITY, 'codes of ISO 3166-1, or "all"')
    return job.WorkHistoryTerms(
        **_common(entry, authority, _paired(entry.words("categories", CATEGORIES), nationalities)),
        required=entry.flag("required"),
        nationalities=nationalities,
        least=entry.duration("least"),
        within=entry.optional_duration("within"),
        not_counted=(
            entry.matching("not_counted", _CODE, "codes of the bases of work that do not count")
            if entry.has("not_counted")
            else ()
        ),
        least_with_family=entry.optional_duration("least_with_family"),
    )


def _employer_age(entry: EntryReader, authority: str) -> Provision:
    return employer.EmployerAge(
        **_common(entry, authority, _categories(entry)),
        required=entry.flag("required"),
        refusal=entry.word("refusal", employer.REFUSALS),
        least=entry.duration("least"),
    )


def _employer_condition(entry: EntryReader, authority: str) -> Provision:
    condition = entry.word("condition", employer.EMPLOYER_CONDITIONS)
    return employer.EmployerCondition(
        **_common(entry, authority, _paired(_categories(entry), (condition,))),
        required=entry.flag("required"),
        refusal=entry.word("refusal", employer.REFUSALS),
        condition=condition,
    )


def _contract_content(entry: EntryReader, authority: str) -> Provision:
    return job.ContractContent(
        **_common(entry, authority, _categories(entry)),
        required=entry.flag("required"),
        elements=entry.words("elements", CONTRACT_ELEMENTS),
        contracts=entry.words("contracts", CONTRACTS),
    )


def _shortage_list(entry: EntryReader, authority: str) -> Provision:
    return job.ShortageList(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
        functions=entry.whole_number("functions"),
        complete=entry.flag("complete"),
        renewal_keeps=entry.flag("renewal_keeps"),
    )


def _shortage_occupation(entry: EntryReader, authority: str) -> Provision:
    occupation = entry.text("occupation")
    if _OCCUPATION.fullmatch(occupation) is None:
        raise entry.unusable(
            "occupation", f"{occupation!r} is no occupation code", "write small letters, digits and hyphens, 20 at most"
        )
    return job.ShortageOccupation(**_common(entry, authority, (occupation,)))


def _reference_date(entry: EntryReader, authority: str) -> Provision:
    return procedure.ReferenceDateRule(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
        basis=procedure.ReferenceDateBasis(entry.word("basis", tuple(procedure.ReferenceDateBasis))),
    )


def _selected_reading(entry: EntryReader, authority: str) -> Provision:
    common = _common(entry, authority, (_code(entry, "question"),))
    # The choice itself is no reading of the question: it is what the question is asked for.
    common["question"] = None
    return procedure.SelectedReading(**common)


def _required_document(entry: EntryReader, authority: str) -> Provision:
    categories, document = _categories(entry), entry.word("document", DOCUMENT_KINDS)
    condition = entry.word("condition", procedure.CONDITIONS)
    return procedure.RequiredDocument(
        **_common(entry, authority, _paired(categories, (document,))),
        categories=categories,
        document=document,
        part=entry.word("part", procedure.PARTS),
        condition=condition,
    )


def _territory(entry: EntryReader, authority: str) -> Provision:
    codes = entry.matching("municipalities", _MUNICIPALITIES, "NIS codes of five digits, or their beginnings")
    return procedure.Territory(**_common(entry, authority, codes))


def _competence_order(entry: EntryReader, authority: str) -> Provision:
    by = entry.texts("by")
    if not set(by) <= set(procedure.COMPETENCE_LINKS):
        raise entry.unusable(
            "by", "a link is unknown", f"use words of {', '.join(procedure.COMPETENCE_LINKS)}, the strongest first"
        )
    return procedure.CompetenceOrder(**_common(entry, authority, _categories(entry)), by=by)


READERS: Final[Mapping[str, Callable[[EntryReader, str], Provision]]] = MappingProxyType(
    {
        pay.SalaryThreshold.kind: _salary_threshold,
        pay.BaseAmount.kind: _base_amount,
        pay.PayConversion.kind: _pay_conversion,
        pay.PayDefinition.kind: _pay_definition,
        pay.PartTime.kind: _part_time,
        pay.Fee.kind: _fee,
        job.CategoryRule.kind: _category_rule,
        job.LabourMarketTestTerms.kind: _labour_market_test,
        job.QualificationLevel.kind: _qualification_level,
        job.EmploymentShare.kind: _employment_share,
        job.ContractForm.kind: _contract_form,
        job.AgeLimit.kind: _age_limit,
        job.MinimumAge.kind: _minimum_age,
        job.FreeMovement.kind: _free_movement,
        job.ContractDuration.kind: _contract_duration,
        job.PriorService.kind: _prior_service,
        job.WorkHistoryTerms.kind: _work_history,
        employer.EmployerAge.kind: _employer_age,
        employer.EmployerCondition.kind: _employer_condition,
        job.ContractContent.kind: _contract_content,
        job.ShortageList.kind: _shortage_list,
        job.ShortageOccupation.kind: _shortage_occupation,
        procedure.ReferenceDateRule.kind: _reference_date,
        procedure.SelectedReading.kind: _selected_reading,
        procedure.RequiredDocument.kind: _required_document,
        procedure.Territory.kind: _territory,
        procedure.CompetenceOrder.kind: _competence_order,
    }
)
"""How each kind of ``[[table]]`` of a law file is read."""


class _Common(TypedDict, total=False):
    id: str
    authority: str
    scope: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    known_from: date | None
    known_from_basis: str | None
    supersedes: tuple[str, ...]
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str
    later_confidence: tuple[ConfidenceFrom, ...]
    note: str | None
    question: str | None
    reading: str | None


class _Required(_Common, total=False):
    required: bool


def _requirement(entry: EntryReader, authority: str) -> _Required:
    common = _common(entry, authority, entry.words("categories", CATEGORIES))
    return _Required(**common, required=entry.flag("required"))


def _common(entry: EntryReader, authority: str, scope: tuple[str, ...], *, may_be_undated: bool = False) -> _Common:
    undated = may_be_undated and not entry.has("from")
    valid_from = None if undated else entry.day("from")
    # A file says the last day in force, as publications do; from here on intervals are half-open.
    last_day = None if undated else entry.optional_day("last_day")
    if valid_from is not None and last_day is not None and last_day < valid_from:
        raise entry.unusable("last_day", f"{last_day} is before {valid_from}", "write a day on or after from")
    known_from = None if undated else entry.day("known_from")
    known_from_basis = None if undated else entry.word("known_from_basis", KNOWN_FROM_BASES)
    if known_from_basis == "assumed" and known_from != valid_from:
        raise entry.unusable(
            "known_from", f"{known_from} is assumed but is not from", "repeat from, or state it as published"
        )
    if entry.has("question") != entry.has("reading"):
        raise entry.unusable("question", "a reading answers a question", "write question and reading, or neither")
    return _Common(
        id=entry.text("id"),
        authority=authority,
        scope=scope,
        valid_from=valid_from,
        valid_to=None if last_day is None else last_day + timedelta(days=1),
        known_from=known_from,
        known_from_basis=known_from_basis,
        supersedes=entry.optional_texts("supersedes"),
        legal_reference=entry.legal_reference(),
        sources=entry.texts("sources"),
        confidence=entry.word("confidence", CONFIDENCES),
        later_confidence=tuple(_later_confidence(each) for each in entry.entries("later_confidence")),
        note=entry.optional_text("note"),
        question=_code(entry, "question") if entry.has("question") else None,
        reading=_code(entry, "reading") if entry.has("reading") else None,
    )


def _later_confidence(entry: EntryReader) -> ConfidenceFrom:
    change = ConfidenceFrom(
        valid_from=entry.day("from"),
        confidence=entry.word("confidence", CONFIDENCES),
        because=entry.text("because"),
    )
    entry.finish()
    return change


def _values(entry: EntryReader, key: str) -> tuple[pay.OtherValue, ...]:
    found = []
    for each in entry.entries(key):
        found.append(pay.OtherValue(amount=each.amount("amount"), source=each.text("source")))
        each.finish()
    return tuple(found)


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


def _code(entry: EntryReader, key: str) -> str:
    text = entry.text(key)
    if _CODE.fullmatch(text) is None:
        raise entry.unusable(key, f"{text!r} is no code", "write letters, digits and hyphens")
    return text


def _paired(ones: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{one}:{other}" for one in ones for other in others)
