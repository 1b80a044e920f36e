"""A finding in words: which law applies, what it requires, what the facts are, and what would have met it.

Everyone may read it: identifiers of provisions, sources and their certainty are in
:func:`api.words.sentences.remarks.finding_remarks`, for those who handle the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from api.words.sentences.durations import days_text, months_text
from api.words.sentences.figures import euros_text, money
from api.words.sentences.finding_steps import STEPS
from api.words.sentences.open_findings import why_open
from api.words.sentences.remarks import REMARKS
from api.words.sentences.search_steps import with_channel
from api.words.sentences.wording import Wording
from domain.law.findings import Verdict
from domain.law.reasons import LEFT_TO_THE_AUTHORITY

_CHANNELS: Final = "labourMarketTest.publications."


def finding_text(finding: Mapping[str, Any], wording: Wording) -> str:
    """A paragraph on a finding in its wire form. Sentences of an earlier engine are repeated as written.

    LookupError for a step without words.
    """
    sentences = list(_reasoning(finding, wording))
    if finding["verdict"] == Verdict.UNDETERMINED:
        sentences += why_open(finding, wording)
    elif finding["verdict"] == Verdict.NOT_MET:
        sentences += _what_would_have_met(finding, wording)
        if finding.get("reason") == LEFT_TO_THE_AUTHORITY:
            sentences.append(
                wording.language.gettext("The authority may refuse the application on this ground, but need not.")
            )
    return " ".join(sentences)


def _reasoning(finding: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    for step in finding["trace"]:
        if isinstance(step, str):
            yield step
        elif step["code"] in STEPS:
            yield STEPS[step["code"]](step["values"], wording)
        elif step["code"] not in REMARKS:
            raise LookupError(f"there are no words for the step {step['code']!r}")


def _what_would_have_met(finding: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    """The way in which the test would have been met; every change of it is needed.

    A level, an age or a nationality is not repeated: what is required is in the reasoning.
    """
    ways = finding.get("counterfactual")
    if isinstance(ways, str):
        yield ways
        return
    channels = []
    for change in ways or ():
        if change["fact"].startswith(_CHANNELS):
            channels.append(_days_with(change, wording))
        else:
            yield from _change(change, wording)
    if channels:
        yield wording.language.gettext("Still needed: %(days)s.", days=wording.listed(channels))


def _days_with(change: Mapping[str, str], wording: Wording) -> str:
    days = days_text(int(change["distance"]), wording.language)
    return f"{days} {with_channel(change['fact'].removeprefix(_CHANNELS), wording)}"


def _change(change: Mapping[str, str], wording: Wording) -> Iterator[str]:
    language, unit, distance = wording.language, change["unit"], change["distance"]
    match change["fact"]:
        case "employment.grossPay.amount":
            yield language.gettext(
                "A gross pay of at least %(amount)s would be enough (%(distance)s more).",
                amount=money(change["threshold"], unit, wording),
                distance=euros_text(distance, wording),
            )
        case "employment.end" if unit == "date":
            last_day = date.fromisoformat(change["threshold"])
            yield language.gettext("A contract up to and including %(day)s would be enough.", day=wording.day(last_day))
        case "workHistory":
            yield language.gettext("Still needed: %(days)s.", days=days_text(int(distance), language))
        case "transfer.priorServiceMonths":
            yield language.gettext("Still needed: %(days)s.", days=months_text(abs(int(distance)), language))
        case _:
            return
