"""Municipalities in sentences: where the links of an application lie, who is competent there, what became of a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from api.words.languages import Language
from api.words.sentences.wording import Wording
from domain.case.place_checks import MunicipalityIssue
from domain.places.municipalities import municipalities

_COMMUNITY: Final = "german-community"

StepValues = Mapping[str, str]


def municipality_name(code: str, language: Language) -> str:
    """The name with the code behind it; the code alone where the list does not hold it."""
    found = municipalities().find(code)
    return code if found is None else f"{found.name(language.code)}, {code}"


def code_remedy(issue: MunicipalityIssue, language: Language) -> str:
    """What is wrong with a code that was sent, and what to write in its place."""
    codes = language.gettext(" or ").join(f"{each.code} ({each.name(language.code)})" for each in issue.instead)
    if issue.ended is not None and codes:
        day = language.date(issue.ended, "long")
        return language.gettext("this code was in force until %(day)s: write %(codes)s", day=day, codes=codes)
    if issue.begins is not None and codes:
        day = language.date(issue.begins, "long")
        return language.gettext("this code is in force from %(day)s on: write %(codes)s", day=day, codes=codes)
    return language.gettext("no municipality has this NIS code: look it up in the list of the statistical office")


def _link(link: str, code: str, language: Language) -> str:
    """The link with its municipality, as the subject of a sentence."""
    _, place = language.gettext, municipality_name(code, language)
    match link:
        case "establishmentUnit":
            return _("The establishment unit (%(place)s)", place=place)
        case "registeredOffice":
            return _("The registered office (%(place)s)", place=place)
        case "residence":
            return _("The residence of the worker (%(place)s)", place=place)
        case _:
            return _("The workplace (%(place)s)", place=place)


def _where(authority: str, wording: Wording) -> str:
    _ = wording.language.gettext
    match authority:
        case "flanders":
            return _("in the Flemish Region")
        case "brussels":
            return _("in the Brussels-Capital Region")
        case "wallonia":
            return _("in the Walloon Region")
        case _:
            return _("in the German-speaking Community")


def _competent(values: StepValues, wording: Wording) -> str:
    link = _link(values["link"], values["municipality"], wording.language)
    return competence_text(link, values["authority"], wording, elsewhere=False)


def _competent_elsewhere(values: StepValues, wording: Wording) -> str:
    link = _link(values["link"], values["municipality"], wording.language)
    return competence_text(link, values["authority"], wording, elsewhere=True)


def competence_text(link: str, authority: str, wording: Wording, *, elsewhere: bool) -> str:
    """Where a link lies and who is competent there; ``elsewhere``: another authority than the one that has the file."""
    _, where = wording.language.gettext, _where(authority, wording)
    match authority == _COMMUNITY, elsewhere:
        case True, True:
            return _(
                "%(link)s lies %(where)s; that Community is competent and the file should be transferred.",
                link=link,
                where=where,
            )
        case True, False:
            return _("%(link)s lies %(where)s; that Community is competent.", link=link, where=where)
        case False, True:
            return _(
                "%(link)s lies %(where)s; that region is competent and the file should be transferred.",
                link=link,
                where=where,
            )
        case _:
            return _("%(link)s lies %(where)s; that region is competent.", link=link, where=where)


def _link_unknown(values: StepValues, wording: Wording) -> str:
    _ = wording.language.gettext
    match values["link"]:
        case "establishmentUnit":
            return _("In which municipality the establishment unit lies is not known.")
        case "registeredOffice":
            return _("In which municipality the registered office lies is not known.")
        case "residence":
            return _("In which municipality the worker lives is not known.")
        case _:
            return _("In which municipality the work is done is not known.")


def _place_unknown(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "%(link)s is not on the list of municipalities on %(day)s.",
        link=_link(values["link"], values["municipality"], wording.language),
        day=wording.day(values["day"]),
    )


def _succeeded(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The code of %(before)s was in force until %(day)s; since then the municipality is %(after)s.",
        before=municipality_name(values["municipality"], wording.language),
        day=wording.day(values["lastDay"]),
        after=municipality_name(values["successor"], wording.language),
    )


PLACE_STEPS: Final[Mapping[str, Callable[[StepValues, Wording], str]]] = MappingProxyType(
    {
        "competent": _competent,
        "competentElsewhere": _competent_elsewhere,
        "competenceLinkUnknown": _link_unknown,
        "competencePlaceUnknown": _place_unknown,
        "municipalitySucceeded": _succeeded,
    }
)
"""The tellers of the steps that speak of places."""
