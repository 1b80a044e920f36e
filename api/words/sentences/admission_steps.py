"""The steps of the reasoning on admission: who is competent, the mandate, and when a renewal is filed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from api.words.sentences.condition_steps import concluded, required
from api.words.sentences.figures import StepTeller, StepValues
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.places import competence_text
from api.words.sentences.wording import Wording


def the_authority(authority: str, wording: Wording) -> str:
    """An authority with its article, as the subject of a sentence."""
    language = wording.language
    match authority:
        case "flanders":
            return language.gettext("the Flemish Region")
        case "brussels":
            return language.gettext("the Brussels-Capital Region")
        case "wallonia":
            return language.gettext("the Walloon Region")
        case "german-community":
            return language.gettext("the German-speaking Community")
        case _:
            return wording.label("authorities", authority)


def _competent(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The competent authority must be %(authority)s.", authority=the_authority(values["threshold"], wording)
    )


def _workplace(values: StepValues, wording: Wording) -> str:
    """As decisions hold it whose engine knew of no other link and did not store the municipality."""
    workplace = wording.language.gettext("The workplace")
    return competence_text(workplace, values["observed"], wording, elsewhere=values["verdict"] != "met")


def _mandate(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("A representative must have a mandate of the employer.")


def _mandate_stated(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("The file states a mandate")


def _renewal_window(values: StepValues, wording: Wording) -> str:
    language = wording.language
    if "threshold" not in values:
        sentence = language.gettext("A renewal must be applied for within a set period before the permit expires.")
    else:
        *first, last = (wording.day(each) for each in values["threshold"].split())
        if first:
            sentence = language.gettext(
                "This renewal could be applied for from %(first)s up to and including %(last)s.",
                first=first[0],
                last=last,
            )
        else:
            sentence = language.gettext("This renewal could be applied for up to and including %(last)s.", last=last)
    return with_legal_basis(sentence, values.get("legalReference"), wording)


def _renewal_compared(values: StepValues, wording: Wording) -> str:
    language, day = wording.language, wording.day(values["observed"])
    match values["verdict"]:
        case "met":
            return language.gettext("The application was filed in time, on %(day)s.", day=day)
        case "notMet":
            return language.gettext("The application was filed on %(day)s, outside that period.", day=day)
        case _:
            return language.gettext("The application was filed on %(day)s.", day=day)


ADMISSION_STEPS: Final = MappingProxyType[str, StepTeller](
    {
        "competentAuthority": required(_competent),
        "competentAuthorityCompared": _workplace,
        "mandate": required(_mandate),
        "mandateCompared": concluded(_mandate_stated),
        "renewalWindow": _renewal_window,
        "renewalWindowCompared": _renewal_compared,
    }
)
