"""The steps of a reasoning in sentences: a teller for each code that the rules write.

They are for everyone who may read a finding. What only editors of the law data and case handlers need is in
:mod:`api.words.sentences.remarks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.words.sentences.admission_steps import ADMISSION_STEPS
from api.words.sentences.category_steps import CATEGORY_STEPS
from api.words.sentences.condition_steps import CONDITION_STEPS
from api.words.sentences.employer_steps import EMPLOYER_STEPS
from api.words.sentences.figures import StepTeller, StepValues
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.pay_steps import PAY_STEPS
from api.words.sentences.places import PLACE_STEPS
from api.words.sentences.search_steps import SEARCH_STEPS
from api.words.sentences.wording import Wording


def _deciding(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The law of %(day)s applies: %(basis)s decides.",
        day=wording.day(values["day"]),
        basis=wording.label("decidingDateBases", values["basis"]),
    )


def _deciding_unknown(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Which law applies is not known yet: %(basis)s decides, and that day is not known.",
        basis=wording.label("decidingDateBases", values["basis"]),
    )


def _filing_stands_in(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The law of the day of filing, %(day)s, was applied.", day=wording.day(values["day"])
    )


def _one_is_enough(values: StepValues, wording: Wording) -> str:
    rules = wording.either(wording.inside("permitRules", each) for each in values["rules"].split())
    sentence = wording.language.gettext("One of these conditions is enough: %(rules)s.", rules=rules)
    return with_legal_basis(sentence, values["legalReference"], wording)


def _branch(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "%(rule)s: %(verdict)s.",
        rule=wording.label("permitRules", values["rule"]),
        verdict=wording.inside("verdicts", values["verdict"]),
    )


def _together(values: StepValues, wording: Wording) -> str:
    language = wording.language
    match values["verdict"]:
        case "met":
            return language.gettext("So the requirement is met.")
        case "notMet":
            return language.gettext("So the requirement is not met.")
        case _:
            return language.gettext("So it is still open whether the requirement is met.")


STEPS: Final[Mapping[str, StepTeller]] = MappingProxyType(
    {
        "decidingDate": _deciding,
        "decidingDateUnknown": _deciding_unknown,
        "filingDateStandsIn": _filing_stands_in,
        **CATEGORY_STEPS,
        **PAY_STEPS,
        **SEARCH_STEPS,
        "oneIsEnough": _one_is_enough,
        "branch": _branch,
        "together": _together,
        **CONDITION_STEPS,
        **EMPLOYER_STEPS,
        **ADMISSION_STEPS,
        **PLACE_STEPS,
    }
)
"""A teller for every code of a step that is shown to everyone; a test counts them."""
