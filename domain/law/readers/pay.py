"""Entries about money: thresholds, what they are compared with, fees and who owes none."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from domain.codes import CATEGORIES, CONTRACTS, FEE_RECIPIENTS
from domain.law.provisions import pay, procedure
from domain.law.provisions.effective_dated import Provision
from domain.law.readers.common_keys import NATIONALITY, Readers, categories, common_keys
from domain.law.readers.entry_reader import EntryReader


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
    parts = (*read.counts, *read.does_not_count, *read.disputed)
    if len(set(parts)) != len(parts):
        raise entry.unusable("counts", "a part of pay is in two lists", "put each in one list only")
    return read


def _part_time(entry: EntryReader, authority: str) -> Provision:
    unknown = entry.has("rule_not_found") and entry.flag("rule_not_found")
    if unknown and entry.has("pro_rata"):
        raise entry.unusable("pro_rata", "the rule is present but marked as not found", "write one of the two")
    return pay.PartTime(
        **common_keys(entry, authority, categories(entry)), pro_rata=None if unknown else entry.flag("pro_rata")
    )


def _fee(entry: EntryReader, authority: str) -> Provision:
    return pay.Fee(
        **common_keys(entry, authority, categories(entry)),
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
        nationalities = entry.matching("nationalities", NATIONALITY, "codes of ISO 3166-1")
    else:
        circumstances = entry.words("circumstances", pay.EXEMPT_CIRCUMSTANCES)
    return pay.FeeExemption(
        **common_keys(entry, authority, nationalities or circumstances),
        nationalities=nationalities,
        circumstances=circumstances,
    )


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


READERS: Final[Readers] = MappingProxyType(
    {
        pay.SalaryThreshold.kind: _salary_threshold,
        pay.BaseAmount.kind: _base_amount,
        pay.PayConversion.kind: _pay_conversion,
        pay.PayDefinition.kind: _pay_definition,
        pay.PartTime.kind: _part_time,
        pay.Fee.kind: _fee,
        pay.FeeExemption.kind: _fee_exemption,
    }
)
