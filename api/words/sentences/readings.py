"""Which day decides which law applies, stated once: that it is one of several readings, and their outcomes."""

from __future__ import annotations

from api.words.sentences.wording import Wording
from domain.law.other_readings import Readings

_BASES = "decidingDateBases"


def readings_text(readings: Readings, wording: Wording) -> str:
    """A line of a few sentences; it also states if the facts lack the day of a reading."""
    _ = wording.language.gettext
    sentences = [
        _(
            "Which law applies is decided by %(basis)s: one of %(count)s readings that the sources leave open.",
            basis=wording.label(_BASES, readings.selected),
            count=wording.language.integer(len(readings.others) + 1),
        )
    ]
    sentences += [
        _(
            "If %(basis)s (%(day)s) decided, the outcome would be: %(verdict)s.",
            basis=wording.label(_BASES, each.basis),
            day=wording.day(each.legal_reference_date),
            verdict=wording.inside("verdicts", each.verdict),
        )
        for each in readings.differing
        if each.legal_reference_date is not None
    ]
    if readings.known and not readings.differing:
        sentences.append(_("The other readings whose day is known give the same outcome."))
    if readings.unknown:
        days = wording.listed(wording.label(_BASES, each.basis) for each in readings.unknown)
        sentences.append(_("Not known from these facts: %(days)s.", days=days))
    return " ".join(sentences)
