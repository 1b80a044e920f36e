"""The steps of the reasoning on the employer, as the register knows it, and on what the contract must state."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from api.words.sentences.condition_steps import concluded, required
from api.words.sentences.figures import StepTeller, StepValues
from api.words.sentences.wording import Wording


def _founded_in_time(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The undertaking must have been founded on %(day)s at the latest.", day=wording.day(values["threshold"])
    )


def _founded(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "According to the register, it was founded on %(day)s", day=wording.day(values["observed"])
    )


def _state_required(values: StepValues, wording: Wording) -> str:
    language = wording.language
    match values["threshold"]:
        case "staff":
            return language.gettext("The employer must have staff.")
        case "active":
            return language.gettext("The employer must be an active undertaking.")
        case _:
            return language.gettext("The employer must not have social or tax debts.")


def _state(values: StepValues, wording: Wording) -> str:
    language = wording.language
    match values["observed"]:
        case "staff":
            return language.gettext("According to the register, the employer has staff")
        case "noStaff":
            return language.gettext("According to the register, the employer has no staff")
        case "active":
            return language.gettext("According to the register, the employer is active")
        case "inactive":
            return language.gettext("According to the register, the employer is not active")
        case "noDebts":
            return language.gettext("According to the register, the employer has no social or tax debts")
        case _:
            return language.gettext("According to the register, the employer has social or tax debts")


def _content(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The contract of employment must state: %(elements)s.",
        elements=wording.all_inside("contractElements", values["threshold"].split()),
    )


def _content_stated(values: StepValues, wording: Wording) -> str:
    elements = values["observed"].split()
    if not elements:
        return wording.language.gettext("It states none of them")
    return wording.language.gettext("It states %(elements)s", elements=wording.all_inside("contractElements", elements))


EMPLOYER_STEPS: Final = MappingProxyType[str, StepTeller](
    {
        "employerAge": required(_founded_in_time),
        "employerAgeCompared": concluded(_founded),
        **{rule: required(_state_required) for rule in ("employerStaff", "employerActivity", "employerDebts")},
        **{f"{rule}Compared": concluded(_state) for rule in ("employerStaff", "employerActivity", "employerDebts")},
        "contractContent": required(_content),
        "contractContentCompared": concluded(_content_stated),
    }
)
