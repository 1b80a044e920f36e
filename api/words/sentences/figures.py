"""Amounts, levels, days and codes of a finding, as readers write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from api.words.sentences.durations import days_text, duration_text, months_text, years_text
from api.words.sentences.wording import Wording
from domain.law.assessment import OPEN
from domain.law.rules.worker import PERMIT_NEEDED

StepValues = Mapping[str, str]
StepTeller = Callable[[StepValues, Wording], str]
"""Words one kind of step of a reasoning for everyone who may read it, including the applicant."""

OPEN_ENDED: Final = "openEnded"
"""In place of the last day of a contract that has none."""

_MONTHLY: Final = ("EUR/month", "month")


def money(amount: str, unit: str, wording: Wording) -> str:
    """An amount with its period."""
    euros = euros_text(amount, wording)
    if unit in _MONTHLY:
        return wording.language.gettext("%(amount)s a month", amount=euros)
    return wording.language.gettext("%(amount)s a year", amount=euros)


def euros_text(amount: str, wording: Wording) -> str:
    """An amount to the cent."""
    # Cut, not rounded: a pay a fraction of a cent below a threshold must not look like the threshold.
    return wording.language.money(Decimal(amount).quantize(Decimal("0.01"), ROUND_FLOOR))


def share_text(share: str, wording: Wording) -> str:
    """A share of full time in per cents."""
    return wording.language.percent(Decimal(share))


def condition_value(value: str, unit: str, wording: Wording) -> str:
    """A threshold or an observed value that is no amount, as shown in a table."""
    language = wording.language
    match unit:
        case "contract":
            return wording.either(wording.quoted_label("contracts", each) for each in value.split())
        case "authority":
            return wording.inside("authorities", value)
        case "employerState":
            return wording.inside("employerStates", value)
        case "contractElements":
            return wording.all_inside("contractElements", value.split())
        case "dateAtLatest":
            return wording.day(value)
        case "date":
            return language.gettext("no end") if value == OPEN_ENDED else wording.day(value)
        case "dates":
            first, _, last = value.partition(" ")
            return language.gettext("%(first)s to %(last)s", first=wording.day(first), last=wording.day(last))
        case "days" if value.isdigit():
            return days_text(int(value), language)
        case "days":
            return wording.day(value)
        case "duration":
            return duration_text(value, language)
        case "level" if "-" in value:
            least, _, highest = value.partition("-")
            return language.gettext("%(least)s to %(highest)s", least=least, highest=highest)
        case "months":
            return months_text(int(value), language)
        case "yearsBelow" | "yearsAtLeast":
            return years_text(int(value), language)
        case "nationality":
            needed = language.gettext("a nationality that needs a permit")
            return needed if value == PERMIT_NEEDED else wording.country(value)
        case "category" if value == OPEN:
            return language.gettext("a category that the authority has")
        case "category":
            return wording.label("categories", value)
        case "list":
            return wording.label("occupations", value)
        case "fullTimeEquivalent":
            return share_text(value, wording)
        case "document":
            return wording.inside("documentKinds", value)
        case _:
            return value
