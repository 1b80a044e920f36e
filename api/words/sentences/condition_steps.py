"""The steps of the reasoning on the job and the worker: what each condition requires, and what the file states.

Steps of earlier engines lack some of the values that a full sentence needs; their sentences leave them out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from api.words.sentences.durations import days_text, length_text, months_text, years_text
from api.words.sentences.figures import OPEN_ENDED, StepTeller, StepValues, share_text
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.wording import Wording

_A_DAY: Final = timedelta(days=1)


def required(statement: Callable[[StepValues, Wording], str]) -> StepTeller:
    """What a condition requires, with its legal basis behind it."""

    def teller(values: StepValues, wording: Wording) -> str:
        return with_legal_basis(statement(values, wording), values["legalReference"], wording)

    return teller


def concluded(statement: Callable[[StepValues, Wording], str]) -> StepTeller:
    """What the file states, a clause without its full stop, and whether that meets the condition."""

    def teller(values: StepValues, wording: Wording) -> str:
        language, fact = wording.language, statement(values, wording)
        if values["verdict"] == "met":
            return language.gettext("%(fact)s: the condition is met.", fact=fact)
        return language.gettext("%(fact)s: the condition is not met.", fact=fact)

    return teller


def _level(values: StepValues, wording: Wording) -> str:
    least, _, highest = values["threshold"].partition("-")
    if highest:
        return wording.language.gettext(
            "For this function, level %(least)s to %(highest)s is required.", least=least, highest=highest
        )
    return wording.language.gettext("For this function, at least level %(least)s is required.", least=least)


def _level_stated(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("The file states level %(level)s", level=values["observed"])


def _share(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The job must be at least %(share)s of full time.", share=share_text(values["threshold"], wording)
    )


def _share_stated(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("The job is %(share)s of full time", share=share_text(values["observed"], wording))


def _form(values: StepValues, wording: Wording) -> str:
    forms = (wording.quoted_label("contracts", each) for each in values["threshold"].split())
    return wording.language.gettext("Required form of contract: %(contracts)s.", contracts=wording.either(forms))


def _form_stated(values: StepValues, wording: Wording) -> str:
    stated = wording.quoted_label("contracts", values["observed"])
    return wording.language.gettext("The file states %(contract)s", contract=stated)


def _duration(values: StepValues, wording: Wording) -> str:
    language, threshold = wording.language, values["threshold"]
    if values["unit"] == "duration":
        return language.gettext(
            "The contract must last at least %(duration)s.", duration=length_text(threshold, language)
        )
    if "least" not in values:
        # Engines that did not store the term gave the first day after it.
        last_day = date.fromisoformat(threshold) - _A_DAY
        return language.gettext("The contract must last at least until %(day)s.", day=wording.day(last_day))
    return language.gettext(
        "The contract must last at least %(duration)s, so until %(day)s.",
        duration=length_text(values["least"], language),
        day=wording.day(threshold),
    )


def _duration_stated(values: StepValues, wording: Wording) -> str:
    if values["observed"] == OPEN_ENDED:
        return wording.language.gettext("The contract has no last day")
    return wording.language.gettext("The last day of the contract is %(day)s", day=wording.day(values["observed"]))


def _shortage(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("On the day of filing, the function must be on the list of shortage occupations.")


def _shortage_found(values: StepValues, wording: Wording) -> str:
    language, left = wording.language, values.get("left")
    function = wording.quoted_label("occupations", values["observed"])
    match values["verdict"], left:
        case "met", None:
            return language.gettext(
                "The function %(function)s is on the list: the condition is met.", function=function
            )
        case "met", str(day):
            return language.gettext(
                "The function %(function)s left the list on %(day)s, but this renewal is for the same function with "
                "the same employer: the condition is met.",
                function=function,
                day=wording.day(day),
            )
        case _, None:
            return language.gettext(
                "The function %(function)s is not on the list: the condition is not met.", function=function
            )
        case _:
            return language.gettext(
                "This function left the list on %(day)s; file under “other medium-skilled”.", day=wording.day(left)
            )


def _bottleneck(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "On the day of filing, the occupation must be on the bottleneck list of the employment service."
    )


def _bottleneck_found(values: StepValues, wording: Wording) -> str:
    function = wording.quoted_label("occupations", values["observed"])
    if values["verdict"] == "met":
        return wording.language.gettext("The occupation %(function)s is on that list", function=function)
    return wording.language.gettext("The occupation %(function)s is not on that list", function=function)


def _younger_than(values: StepValues, wording: Wording) -> str:
    years = years_text(int(values["threshold"]), wording.language)
    return wording.language.gettext("On that day the worker must be younger than %(years)s.", years=years)


def _at_least_as_old_as(values: StepValues, wording: Wording) -> str:
    years = years_text(int(values["threshold"]), wording.language)
    return wording.language.gettext("On the first day of work the worker must be at least %(years)s old.", years=years)


def _age_stated(values: StepValues, wording: Wording) -> str:
    years = years_text(int(values["observed"]), wording.language)
    return wording.language.gettext("The worker is then %(years)s old", years=years)


_age_concluded: Final = concluded(_age_stated)


def _age_and_birthday(values: StepValues, wording: Wording) -> str:
    """With what becomes of the permit on the birthday, where the law data say so."""
    statement = _age_concluded(values, wording)
    if values["verdict"] != "met" or "clause" not in values:
        return statement
    ends = wording.language.gettext(
        "The permit ends the day before the %(ordinal)s birthday unless the contract provides for the higher pay from "
        "then on.",
        ordinal=wording.ordinal(int(values["threshold"])),
    )
    return f"{statement} {ends}"


def _permit_needed(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext("Workers who may work in Belgium without a permit are not granted one.")


def _no_permit_needed(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Nationals of this country (%(country)s) may work in Belgium without a permit",
        country=wording.country(values["observed"]),
    )


def _service(values: StepValues, wording: Wording) -> str:
    months = months_text(int(values["threshold"]), wording.language)
    return wording.language.gettext(
        "Before the transfer the worker must have worked for the same undertaking or group for at least %(months)s.",
        months=months,
    )


def _service_stated(values: StepValues, wording: Wording) -> str:
    months = months_text(int(values["observed"]), wording.language)
    return wording.language.gettext("The file states %(months)s", months=months)


def _history(values: StepValues, wording: Wording) -> str:
    language = wording.language
    days = days_text(int(values["threshold"]), language)
    if "least" not in values:
        return language.gettext("At least %(days)s of work before the application are required.", days=days)
    length = length_text(values["least"], language)
    if "within" not in values:
        return language.gettext(
            "At least %(length)s (%(days)s) of work before the application are required.", length=length, days=days
        )
    return language.gettext(
        "At least %(length)s (%(days)s) of work within the %(window)s before the application are required.",
        length=length,
        days=days,
        window=length_text(values["within"], language),
    )


def _history_counted(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "The work history counts %(days)s", days=days_text(int(values["observed"]), wording.language)
    )


CONDITION_STEPS: Final = MappingProxyType[str, StepTeller](
    {
        "qualificationLevel": required(_level),
        "qualificationLevelCompared": concluded(_level_stated),
        "employmentShare": required(_share),
        "employmentShareCompared": concluded(_share_stated),
        "contractForm": required(_form),
        "contractFormCompared": concluded(_form_stated),
        "contractDuration": required(_duration),
        "contractDurationCompared": concluded(_duration_stated),
        "shortageOccupation": required(_shortage),
        "shortageOccupationCompared": _shortage_found,
        "bottleneckOccupation": required(_bottleneck),
        "bottleneckOccupationCompared": concluded(_bottleneck_found),
        "workerAge": required(_younger_than),
        "workerAgeCompared": _age_and_birthday,
        "minimumAge": required(_at_least_as_old_as),
        "minimumAgeCompared": concluded(_age_stated),
        "workerNationality": required(_permit_needed),
        "workerNationalityCompared": concluded(_no_permit_needed),
        "priorService": required(_service),
        "priorServiceCompared": concluded(_service_stated),
        "workHistory": required(_history),
        "workHistoryCompared": concluded(_history_counted),
    }
)
