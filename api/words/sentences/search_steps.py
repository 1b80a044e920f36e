"""The steps of the reasoning on the labour market: for how long and with whom a vacancy must be published, and was."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from api.words.sentences.durations import days_text, length_text, of_days_text, weeks_text
from api.words.sentences.figures import StepTeller, StepValues
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.wording import Wording
from domain.law import reasons


def with_channel(channel: str, wording: Wording) -> str:
    """Where a vacancy stands published, with the preposition that the name asks for: "beim VDAB"."""
    language = wording.language
    match channel:
        case "VDAB":
            return language.gettext("with VDAB")
        case "EURES":
            return language.gettext("with EURES")
        case "ACTIRIS":
            return language.gettext("with Actiris")
        case "FOREM":
            return language.gettext("with Forem")
        case "ADG":
            return language.gettext("with the ADG")
        case _:
            return language.gettext("with the channel %(channel)s", channel=wording.quoted(channel))


def with_all_channels(channels: list[str], wording: Wording) -> str:
    """All of them; of two, that one does not replace the other."""
    places = [with_channel(each, wording) for each in channels]
    if len(places) != 2:
        return wording.listed(places)
    one, other = places
    return wording.language.gettext("both %(one)s and %(other)s", one=one, other=other)


def _publication_terms(values: StepValues, wording: Wording) -> str:
    language = wording.language
    days = weeks_text(int(values["days"]), language)
    channels = with_all_channels(values["channels"].split(), wording)
    if "within" in values:
        sentence = language.gettext(
            "The vacancy must have been published for at least %(days)s %(channels)s, within the %(window)s before "
            "the application.",
            days=days,
            channels=channels,
            window=length_text(values["within"], language),
        )
    else:
        sentence = language.gettext(
            "The vacancy must have been published for at least %(days)s %(channels)s before the application.",
            days=days,
            channels=channels,
        )
    return with_legal_basis(sentence, values["legalReference"], wording)


def _published_in_window(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Between %(start)s and the application on %(end)s it was published %(channel)s for %(days)s.",
        start=wording.day(values["from"]),
        end=wording.day(values["to"]),
        channel=with_channel(values["channel"], wording),
        days=days_text(int(values["days"]), wording.language),
    )


def _published_before(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Before the application on %(end)s it was published %(channel)s for %(days)s.",
        end=wording.day(values["to"]),
        channel=with_channel(values["channel"], wording),
        days=days_text(int(values["days"]), wording.language),
    )


def _publication_compared(values: StepValues, wording: Wording) -> str:
    language = wording.language
    observed = of_days_text(int(values["observed"]), language)
    match values["verdict"]:
        case "met":
            return language.gettext(
                "The shortest publication, %(days)s, is long enough: the condition is met.", days=observed
            )
        case "notMet":
            return language.gettext(
                "The shortest publication, %(days)s, is too short: the condition is not met.", days=observed
            )
        case _:
            lengths = (values[each] for each in ("lowest", "threshold") if each in values)
            return language.gettext(
                "The shortest publication, %(days)s, lies between the lengths that may be required: %(lengths)s.",
                days=observed,
                lengths=wording.either(weeks_text(int(each), language) for each in lengths),
            )


def _no_publication(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("No publication has been submitted as evidence.")


def _no_test(values: StepValues, wording: Wording) -> str:
    """Why there is nothing to hold the search against."""
    language = wording.language
    match values.get("reason"):
        case reasons.NOT_REQUIRED:
            return language.gettext("No labour-market test is required for this category.")
        case reasons.NO_TERMS_IN_FORCE:
            return language.gettext("A labour-market test is required. Its terms on this day are not known to us.")
        case reasons.UNDERLYING_CATEGORY_UNKNOWN:
            return language.gettext(
                "The labour-market test of the category to which the job itself belongs applies. The application does "
                "not say which category that is."
            )
        case _:
            return language.gettext(
                "We could not establish whether a labour-market test is required for this category."
            )


SEARCH_STEPS: Final = MappingProxyType[str, StepTeller](
    {
        "publicationTerms": _publication_terms,
        "publishedInWindow": _published_in_window,
        "publishedBeforeFiling": _published_before,
        "publicationCompared": _publication_compared,
        "noPublication": _no_publication,
        "noLabourMarketTest": _no_test,
    }
)
