"""The steps of a reasoning in sentences: a teller for each code that the rules write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Final

from babel.numbers import format_decimal

from api.sentences.durations import days_text
from api.sentences.legal_references import cited_or_not_found
from api.sentences.wording import Wording
from domain.law.worker_rules import PERMIT_NEEDED

StepValues = Mapping[str, str]
StepTeller = Callable[[StepValues, Wording], str]

_CONDITIONS: Final = (
    "qualificationLevel", "employmentShare", "contractForm", "contractDuration", "shortageOccupation", "workerAge",
    "minimumAge", "workerNationality", "priorService", "workHistory", "competentAuthority", "mandate",
    "employerAge", "employerStaff", "employerActivity", "employerDebts", "contractContent",
)  # fmt: skip


def money(amount: str, unit: str, wording: Wording) -> str:
    """An amount with its period."""
    # Cut, not rounded: a pay a fraction of a cent below a threshold must not look like the threshold.
    euros = wording.language.money(Decimal(amount).quantize(Decimal("0.01"), ROUND_FLOOR))
    if unit in ("EUR/month", "month"):
        return wording.language.gettext("%(amount)s a month", amount=euros)
    return wording.language.gettext("%(amount)s a year", amount=euros)


def condition_value(value: str, unit: str, wording: Wording) -> str:
    """A threshold or an observed value that is no amount, as readers write it."""
    language = wording.language
    match unit:
        case "contract":
            return wording.all_quoted("contracts", value.split())
        case "authority":
            return wording.inside("authorities", value)
        case "employerState":
            return wording.inside("employerStates", value)
        case "contractElements":
            return wording.all_inside("contractElements", value.split())
        case "dateAtLatest":
            return wording.day(value)
        case "date":
            return language.gettext("no end") if value == "openEnded" else wording.day(value)
        case "dates":
            return wording.listed(wording.day(each) for each in value.split())
        case "days" if value.isdigit():
            return days_text(int(value), language)
        case "months":
            return language.ngettext("%(num)s month", "%(num)s months", int(value))
        case "yearsBelow" | "yearsAtLeast":
            return language.ngettext("%(num)s year", "%(num)s years", int(value))
        case "nationality" if value == PERMIT_NEEDED:
            return language.gettext("a nationality that needs a permit")
        case "list":
            return wording.label("occupations", value)
        case "fullTimeEquivalent":
            return language.percent(Decimal(value))
        case "document":
            return wording.inside("documentKinds", value)
        case "days":
            return wording.day(value)
        case _:
            return value


def _deciding(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The law of %(day)s applies: %(basis)s decides (%(confidence)s).",
        day=wording.day(values["day"]),
        basis=wording.label("decidingDateBases", values["basis"]),
        confidence=wording.inside("lawConfidences", values["confidence"]),
    )


def _deciding_unknown(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Which law applies is decided by %(basis)s, and that is not known.",
        basis=wording.label("decidingDateBases", values["basis"]),
    )


def _filing_stands_in(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The law of the day of filing, %(day)s, applies: no rule on the deciding day is held for %(authority)s.",
        day=wording.day(values["day"]),
        authority=wording.inside("authorities", values["authority"]),
    )


def _threshold(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The salary threshold is %(amount)s, in force from %(day)s (%(provision)s: %(reference)s; %(confidence)s).",
        amount=money(values["amount"], values["unit"], wording),
        day=wording.day(values["from"]),
        provision=values["provision"],
        reference=cited_or_not_found(values["legalReference"], wording),
        confidence=wording.inside("lawConfidences", values["confidence"]),
    )


def _other_amount(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Another source gives %(amount)s: %(source)s.",
        amount=money(values["amount"], values["unit"], wording),
        source=values["source"],
    )


def _amounts_disputed(values: StepValues, wording: Wording) -> str:
    amounts = (money(each, values["unit"], wording) for each in values["amounts"].split())
    return wording.language.gettext(
        "Sources of equal weight give different amounts: %(amounts)s.", amounts=wording.listed(amounts)
    )


def _not_published_yet(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The amount for this day has not been published yet; until %(day)s it was %(amount)s.",
        amount=money(values["amount"], values["unit"], wording),
        day=wording.day(values["until"]),
    )


def _part_time_unknown(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The job is %(share)s of full time; whether the threshold is reduced for that was not found.",
        share=wording.language.percent(Decimal(values["share"])),
    )


def _part_time_fully(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The job is %(share)s of full time; the threshold is not reduced for that (%(provision)s; %(confidence)s).",
        share=wording.language.percent(Decimal(values["share"])),
        provision=values["provision"],
        confidence=wording.inside("lawConfidences", values["confidence"]),
    )


def _part_time_in_proportion(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The job is %(share)s of full time; in proportion the threshold is %(amount)s (%(provision)s).",
        share=wording.language.percent(Decimal(values["share"])),
        amount=wording.language.money(Decimal(values["threshold"])),
        provision=values["provision"],
    )


def _pay_stated(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Gross pay is %(amount)s.", amount=money(values["amount"], values["period"], wording)
    )


def _pay_converted(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Gross pay is %(amount)s; a year counts %(months)s months, so that is %(converted)s (%(provision)s: "
        "%(reference)s).",
        amount=money(values["amount"], values["period"], wording),
        months=format_decimal(Decimal(values["months"]), locale=wording.language.locale),
        converted=money(values["converted"], values["unit"], wording),
        provision=values["provision"],
        reference=cited_or_not_found(values["legalReference"], wording),
    )


def _pay_compared(values: StepValues, wording: Wording) -> str:
    observed, threshold = (money(values[each], values["unit"], wording) for each in ("observed", "threshold"))
    if values["verdict"] == "met":
        return wording.language.gettext(
            "%(observed)s is not below %(threshold)s: met.", observed=observed, threshold=threshold
        )
    return wording.language.gettext(
        "%(observed)s is below %(threshold)s: not met.", observed=observed, threshold=threshold
    )


def _no_amount(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "No amount applies for %(category)s (%(authority)s).",
        category=wording.quoted(wording.label("categories", values["category"])),
        authority=wording.label("authorities", values["authority"]),
    )


def _publication_terms(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The vacancy must stand published for %(days)s with each of: %(channels)s (%(provision)s: %(reference)s; "
        "%(confidence)s).",
        days=days_text(int(values["days"]), wording.language),
        channels=wording.all_inside("recruitmentChannels", values["channels"].split()),
        provision=values["provision"],
        reference=cited_or_not_found(values["legalReference"], wording),
        confidence=wording.inside("lawConfidences", values["confidence"]),
    )


def _other_publication(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Another source gives %(days)s: %(source)s.",
        days=days_text(int(values["days"]), wording.language),
        source=values["source"],
    )


def _published_in_window(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "From %(start)s until the filing on %(end)s it stood with %(channel)s for %(days)s.",
        start=wording.day(values["from"]),
        end=wording.day(values["to"]),
        channel=wording.label("recruitmentChannels", values["channel"]),
        days=days_text(int(values["days"]), wording.language),
    )


def _published_before(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Until the filing on %(end)s it stood with %(channel)s for %(days)s.",
        end=wording.day(values["to"]),
        channel=wording.label("recruitmentChannels", values["channel"]),
        days=days_text(int(values["days"]), wording.language),
    )


def _publication_compared(values: StepValues, wording: Wording) -> str:
    observed, threshold = (days_text(int(values[each]), wording.language) for each in ("observed", "threshold"))
    if values["verdict"] == "met":
        return wording.language.gettext(
            "The shortest publication, %(observed)s, reaches %(threshold)s: met.",
            observed=observed,
            threshold=threshold,
        )
    return wording.language.gettext(
        "The shortest publication, %(observed)s, does not reach %(threshold)s: not met.",
        observed=observed,
        threshold=threshold,
    )


def _no_publication(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("No publication was given as evidence.")


def _no_test(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("There is no labour-market test to judge.")


def _one_is_enough(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "One of these is enough: %(rules)s (%(provision)s: %(reference)s; %(confidence)s).",
        rules=wording.all_inside("permitRules", values["rules"].split()),
        provision=values["provision"],
        reference=cited_or_not_found(values["legalReference"], wording),
        confidence=wording.inside("lawConfidences", values["confidence"]),
    )


def _branch(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "%(rule)s: %(verdict)s.",
        rule=wording.label("permitRules", values["rule"]),
        verdict=wording.inside("verdicts", values["verdict"]),
    )


def _together(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("Together: %(verdict)s.", verdict=wording.inside("verdicts", values["verdict"]))


def _asked(values: StepValues, wording: Wording) -> str:
    """What a condition asks; an age is asked to be below, a list is asked to hold the function."""
    match values["unit"]:
        case "yearsBelow":
            years = condition_value(values["threshold"], "yearsBelow", wording)
            return wording.language.gettext("less than %(years)s", years=years)
        case "yearsAtLeast":
            years = condition_value(values["threshold"], "yearsAtLeast", wording)
            return wording.language.gettext("at least %(years)s", years=years)
        case "dateAtLatest":
            return wording.language.gettext("at the latest %(day)s", day=wording.day(values["threshold"]))
        case "list":
            return wording.language.gettext("a function on the list %(name)s", name=values["threshold"])
        case unit:
            return condition_value(values["threshold"], unit, wording)


def _condition(rule: str) -> StepTeller:
    def told(values: StepValues, wording: Wording) -> str:
        return wording.language.gettext(
            "%(rule)s: asked is %(threshold)s (%(provision)s: %(reference)s; %(confidence)s).",
            rule=wording.label("permitRules", rule),
            threshold=_asked(values, wording),
            provision=values["provision"],
            reference=cited_or_not_found(values["legalReference"], wording),
            confidence=wording.inside("lawConfidences", values["confidence"]),
        )

    return told


def _condition_compared(values: StepValues, wording: Wording) -> str:
    observed = condition_value(values["observed"], values["unit"], wording)
    if values["verdict"] == "met":
        return wording.language.gettext("The file has %(observed)s: met.", observed=observed)
    return wording.language.gettext("The file has %(observed)s: not met.", observed=observed)


def _renewal_window(values: StepValues, wording: Wording) -> str:
    if "threshold" not in values:
        return wording.language.gettext("A renewal is asked for within a window before the permit expires.")
    first, last = (date.fromisoformat(each) for each in values["threshold"].split())
    return wording.language.gettext(
        "This renewal could be asked for from %(first)s to %(last)s (%(provision)s; %(confidence)s).",
        first=wording.day(first),
        last=wording.day(last),
        provision=values["provision"],
        confidence=wording.inside("lawConfidences", values["confidence"]),
    )


def _renewal_compared(values: StepValues, wording: Wording) -> str:
    day = wording.day(values["observed"])
    match values["verdict"]:
        case "met":
            return wording.language.gettext("It was filed on %(day)s, in time.", day=day)
        case "notMet":
            return wording.language.gettext(
                "It was filed on %(day)s, outside that window: a late renewal may be treated as filed from abroad.",
                day=day,
            )
        case _:
            return wording.language.gettext("It was filed on %(day)s.", day=day)


STEPS: Final[Mapping[str, StepTeller]] = MappingProxyType(
    {
        "decidingDate": _deciding,
        "decidingDateUnknown": _deciding_unknown,
        "filingDateStandsIn": _filing_stands_in,
        "threshold": _threshold,
        "otherAmount": _other_amount,
        "amountsDisputed": _amounts_disputed,
        "amountNotPublishedYet": _not_published_yet,
        "partTimeRuleUnknown": _part_time_unknown,
        "partTimeCountsFully": _part_time_fully,
        "partTimeInProportion": _part_time_in_proportion,
        "payStated": _pay_stated,
        "payConverted": _pay_converted,
        "payCompared": _pay_compared,
        "noAmount": _no_amount,
        "publicationTerms": _publication_terms,
        "otherPublication": _other_publication,
        "publishedInWindow": _published_in_window,
        "publishedBeforeFiling": _published_before,
        "publicationCompared": _publication_compared,
        "noPublication": _no_publication,
        "noLabourMarketTest": _no_test,
        "oneIsEnough": _one_is_enough,
        "branch": _branch,
        "together": _together,
        **{rule: _condition(rule) for rule in _CONDITIONS},
        **{f"{rule}Compared": _condition_compared for rule in _CONDITIONS},
        "renewalWindow": _renewal_window,
        "renewalWindowCompared": _renewal_compared,
    }
)
"""A teller for every code of a step. A code without one would leave a reader without a reason: a test counts them."""
