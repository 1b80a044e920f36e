"""The steps of the reasoning on pay: the amount that applies, what becomes of pay, and how the two compare."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Final

from babel.numbers import format_decimal

from api.words.sentences.durations import length_text
from api.words.sentences.figures import StepTeller, StepValues, euros_text, money, share_text
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.wording import Wording
from domain.law import reasons


def _threshold(values: StepValues, wording: Wording) -> str:
    sentence = wording.language.gettext(
        "The salary threshold is %(amount)s, in force since %(day)s.",
        amount=money(values["amount"], values["unit"], wording),
        day=wording.day(values["from"]),
    )
    return with_legal_basis(sentence, values["legalReference"], wording)


def _amounts_disputed(values: StepValues, wording: Wording) -> str:
    amounts = (money(each, values["unit"], wording) for each in values["amounts"].split())
    return wording.language.gettext("The amount is not certain: %(amounts)s.", amounts=wording.either(amounts))


def _amount_reduced(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "With less than %(experience)s of experience %(amount)s is enough; the file does not state the experience.",
        experience=length_text(values["experienceBelow"], wording.language),
        amount=money(values["amount"], values["unit"], wording),
    )


def _amount_a_month(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "For monthly pay under a Belgian contract that is %(amount)s.",
        amount=money(values["amount"], values["unit"], wording),
    )


def _not_published_yet(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "No amount has been published for this day yet. The last one published, %(amount)s, applies up to and "
        "including %(day)s.",
        amount=money(values["amount"], values["unit"], wording),
        day=wording.day(values["until"]),
    )


def _part_time_unknown(values: StepValues, wording: Wording) -> str:
    language, share = wording.language, share_text(values["share"], wording)
    if "threshold" not in values:
        return language.gettext(
            "The job is %(share)s of full time; we could not establish whether the threshold is reduced for that.",
            share=share,
        )
    return language.gettext(
        "The job is %(share)s of full time; we could not establish whether the threshold is reduced to %(amount)s "
        "for that.",
        share=share,
        amount=_reduced(values, wording),
    )


def _part_time_fully(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The job is %(share)s of full time; the threshold is not reduced for that.",
        share=share_text(values["share"], wording),
    )


def _part_time_in_proportion(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The job is %(share)s of full time; in proportion the threshold is %(amount)s.",
        share=share_text(values["share"], wording),
        amount=_reduced(values, wording),
    )


def _reduced(values: StepValues, wording: Wording) -> str:
    """The amount in proportion; the steps of earlier engines do not say for which period."""
    if "unit" not in values:
        return euros_text(values["threshold"], wording)
    return money(values["threshold"], values["unit"], wording)


def _pay_stated(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Gross pay is %(amount)s.", amount=money(values["amount"], values["period"], wording)
    )


def _pay_converted(values: StepValues, wording: Wording) -> str:
    language = wording.language
    amount = money(values["amount"], values["period"], wording)
    months = format_decimal(Decimal(values["months"]), locale=language.locale)
    converted = money(values["converted"], values["unit"], wording)
    if values["period"] == "month":
        return language.gettext(
            "Gross pay is %(amount)s; annualised at %(months)s months, that is %(converted)s.",
            amount=amount,
            months=months,
            converted=converted,
        )
    return language.gettext(
        "Gross pay is %(amount)s; divided by %(months)s months, that is %(converted)s.",
        amount=amount,
        months=months,
        converted=converted,
    )


def _pay_compared(values: StepValues, wording: Wording) -> str:
    language = wording.language
    observed, threshold = (money(values[each], values["unit"], wording) for each in ("observed", "threshold"))
    match values["verdict"]:
        case "met":
            return language.gettext(
                "A gross pay of %(observed)s is not below %(threshold)s: the condition is met.",
                observed=observed,
                threshold=threshold,
            )
        case "notMet":
            return language.gettext(
                "A gross pay of %(observed)s is below %(threshold)s: the condition is not met.",
                observed=observed,
                threshold=threshold,
            )
        case _:
            return language.gettext(
                "A gross pay of %(observed)s lies between the amounts that may apply.", observed=observed
            )


def _no_amount(values: StepValues, wording: Wording) -> str:
    """Why there is nothing to compare pay with."""
    language = wording.language
    match values.get("reason"):
        case reasons.AMOUNT_UNDATED:
            return language.gettext("The amount that applies is not known to us with a date.")
        case reasons.JOINT_COMMITTEE_SCALE_UNKNOWN:
            return language.gettext("Pay must reach the scale of the joint committee. That scale is not known to us.")
        case reasons.SECTOR_SCALE_UNKNOWN:
            return language.gettext(
                "Pay must reach the scale of the sector or the guaranteed minimum income. Neither is known to us."
            )
        case reasons.UNDERLYING_CATEGORY_UNKNOWN:
            return language.gettext(
                "The pay of the category to which the job itself belongs is required. The application does not say "
                "which category that is."
            )
        case reasons.DECIDED_BY_CONTRACT:
            return language.gettext("There is no salary threshold: a valid employment contract is required.")
        case reasons.NOT_STATED:
            return language.gettext("No salary threshold for this category is known to us.")
        case reasons.NOT_FOUND:
            return language.gettext("We could not establish whether a salary threshold applies to this category.")
        case _:
            return language.gettext(
                "For the category %(category)s no amount that applies on this day is known to us.",
                category=wording.quoted_label("categories", values["category"]),
            )


PAY_STEPS: Final = MappingProxyType[str, StepTeller](
    {
        "threshold": _threshold,
        "amountsDisputed": _amounts_disputed,
        "amountReduced": _amount_reduced,
        "amountAMonth": _amount_a_month,
        "amountNotPublishedYet": _not_published_yet,
        "partTimeRuleUnknown": _part_time_unknown,
        "partTimeCountsFully": _part_time_fully,
        "partTimeInProportion": _part_time_in_proportion,
        "payStated": _pay_stated,
        "payConverted": _pay_converted,
        "payCompared": _pay_compared,
        "noAmount": _no_amount,
    }
)
