"""A finding told to a person: which law applies, what it asks, what the facts say, and what would have met it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.sentences.durations import days_text
from api.sentences.finding_steps import STEPS, condition_value, money
from api.sentences.wording import Wording
from domain.law.findings import Verdict
from domain.law.reasons import LEFT_TO_THE_AUTHORITY

_CHANNELS = "labourMarketTest.publications."


def finding_text(finding: Mapping[str, Any], wording: Wording) -> str:
    """A paragraph on a finding in its wire form. What an earlier engine wrote as sentences is told as it was written.

    LookupError for a step that nobody has words for.
    """
    told = [
        step if isinstance(step, str) else STEPS[step["code"]](step["values"], wording) for step in finding["trace"]
    ]
    told += _why_open(finding, wording)
    told += _what_would_have_met(finding, wording)
    return " ".join(told)


def fact_name(path: str, wording: Wording) -> str:
    """What readers call a fact: ``employment.grossPay.amount`` is the gross pay."""
    if path.startswith(_CHANNELS):
        channel = wording.label("recruitmentChannels", path.removeprefix(_CHANNELS))
        return f"{fact_name(_CHANNELS[:-1], wording)} ({channel})"
    return wording.label("factNames", path.replace(".", "-"))


def _why_open(finding: Mapping[str, Any], wording: Wording) -> list[str]:
    language = wording.language
    if finding.get("reason") == LEFT_TO_THE_AUTHORITY:
        return [language.gettext("The authority may refuse on this ground and need not.")]
    if finding["verdict"] != Verdict.UNDETERMINED:
        return []
    missing = finding.get("missing", ())
    if missing:
        facts = wording.listed(fact_name(each, wording) for each in missing)
        return [language.gettext("Undetermined: this is missing: %(facts)s.", facts=facts)]
    reason = finding.get("reason")
    if reason is None:
        return []
    return [language.gettext("Undetermined: %(reason)s.", reason=wording.inside("findingReasons", reason))]


def _what_would_have_met(finding: Mapping[str, Any], wording: Wording) -> list[str]:
    """The way in which the test would have been met; every change of it is needed."""
    ways = finding.get("counterfactual")
    if isinstance(ways, str):
        return [ways]
    if not ways or finding["verdict"] != Verdict.NOT_MET:
        return []
    changes = wording.listed(_change(each, wording) for each in ways)
    return [wording.language.gettext("It would have been met with: %(changes)s.", changes=changes)]


def _change(change: Mapping[str, str], wording: Wording) -> str:
    language = wording.language
    name, unit = fact_name(change["fact"], wording), change["unit"]
    threshold, distance = change["threshold"], change["distance"]
    if unit in ("EUR/year", "EUR/month"):
        return language.gettext(
            "%(fact)s of at least %(threshold)s (%(distance)s more)",
            fact=name,
            threshold=money(threshold, unit, wording),
            distance=language.money(Decimal(distance)),
        )
    if unit == "days" and threshold.isdigit():
        return language.gettext(
            "%(fact)s of %(threshold)s (%(distance)s more)",
            fact=name,
            threshold=days_text(int(threshold), language),
            distance=days_text(int(distance), language),
        )
    if unit in ("yearsBelow", "yearsAtLeast", "nationality", "list", "dateAtLatest"):
        # Nobody changes an age, a nationality or a founding, and which function is on the list the finding has said.
        return language.gettext("another value of %(fact)s", fact=name)
    return language.gettext("%(fact)s: %(threshold)s", fact=name, threshold=condition_value(threshold, unit, wording))
