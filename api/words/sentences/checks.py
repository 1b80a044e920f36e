"""The queries to the Crossroads Bank, its answers, and the assessment of pay and recruitment."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.words.sentences.wording import Teller, Values, Wording


def _check_requested(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "A query was sent to the Crossroads Bank: %(check)s.",
        check=wording.inside("checks", values["check"]),
    )


def _check_answered(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The Crossroads Bank answered the query on %(check)s: %(outcome)s.",
        check=wording.quoted_label("checks", values["check"]),
        outcome=wording.inside("checkStates", values["outcome"]),
    )


def _check_failed(values: Values, wording: Wording) -> str:
    """A query that could not be sent has no attempts."""
    language, attempts = wording.language, values["attempts"]
    check = wording.quoted_label("checks", values["check"])
    reason = wording.quoted_label("findingReasons", values["reason"])
    if not attempts:
        return language.gettext(
            "The query on %(check)s could not be sent to the Crossroads Bank: %(reason)s. A case handler judges "
            "this point.",
            check=check,
            reason=reason,
        )
    return language.ngettext(
        "After %(num)s attempt there is no usable answer from the Crossroads Bank to the query on %(check)s: "
        "%(reason)s. A case handler judges this point.",
        "After %(num)s attempts there is no usable answer from the Crossroads Bank to the query on %(check)s: "
        "%(reason)s. A case handler judges this point.",
        attempts,
        check=check,
        reason=reason,
    )


def _employer_identified(values: Values, wording: Wording) -> str:
    language, number = wording.language, wording.enterprise(values["enterpriseNumber"])
    if values["active"]:
        return language.gettext(
            "The employer is registered under enterprise number %(number)s; the undertaking is active.", number=number
        )
    return language.gettext(
        "The employer is registered under enterprise number %(number)s; the undertaking is not active.", number=number
    )


def _identifier_replaced(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The registers hold the worker under a newer identification number, which replaces the one on file."
    )


def _employment_verified(values: Values, wording: Wording) -> str:
    if values["covered"]:
        return wording.language.gettext(
            "The work history was compared with the declared employments (Dimona): every day of it was declared."
        )
    return wording.language.gettext(
        "The work history was compared with the declared employments (Dimona): not every day of it was declared. A "
        "case handler judges this point."
    )


def _salary_verified(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The pay was compared with the salary threshold. Basis: %(basis)s. Result: %(verdict)s.",
        basis=wording.inside("payBases", values["basis"]),
        verdict=wording.inside("verdicts", values["verdict"]),
    )


def _evidence_added(values: Values, wording: Wording) -> str:
    if not values["channels"]:
        return wording.language.gettext("Further evidence of the recruitment was added.")
    return wording.language.gettext(
        "Further evidence of the recruitment was added. The vacancy was published with: %(channels)s.",
        channels=wording.all_inside("recruitmentChannels", dict.fromkeys(values["channels"])),
    )


def _test_assessed(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The search on the labour market was assessed. Result: %(verdict)s.",
        verdict=wording.inside("verdicts", values["verdict"]),
    )


CHECKS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        "crossroadsCheckRequested": _check_requested,
        "crossroadsCheckAnswered": _check_answered,
        "crossroadsCheckFailed": _check_failed,
        "employerIdentified": _employer_identified,
        "personIdentifierReplaced": _identifier_replaced,
        "employmentVerified": _employment_verified,
        "salaryVerified": _salary_verified,
        "labourMarketEvidenceAdded": _evidence_added,
        "labourMarketTestAssessed": _test_assessed,
    }
)
