"""What an application owes on the day it is filed, to whom, since when, and whether it is exempt (FACTS 4.9).

The contribution to the Immigration Office is due everywhere; a retribution only where the authority's law has one.
Where the law data have no amount nothing is made up, and where a fact that would exempt is not known nobody is shown
to pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.law import reasons
from domain.law.facts import ApplicationFacts
from domain.law.provisions.pay import RESIDENCE_EXTENDED, Fee, FeeExemption
from domain.law.provisions.procedure import ALL
from domain.law.readers.law_files import FEDERAL
from domain.law.rulebook import Rulebook

REGIONAL: Final = "regional"
BY_NATIONALITY: Final = "nationality"

EXEMPTIONS: Final = (BY_NATIONALITY, RESIDENCE_EXTENDED)
"""Why somebody owes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeOwed:
    """One fee by the law of the day of filing. ``amount`` is EUR, and absent where the law data hold none.

    ``since`` is the first day of that amount, or of the ``exemption`` by which nothing is owed: ``amount`` is then
    nought. ``other_amounts`` are those of sources that say otherwise. ``missing`` names the facts by which it may
    be exempt and that are not known, and ``reason`` says why something is undetermined.
    """

    recipient: str
    amount: Decimal | None = None
    other_amounts: tuple[Decimal, ...] = ()
    since: date | None = None
    exemption: str | None = None
    rule_id: str | None = None
    legal_reference: str | None = None
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()


def fees_owed(rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> tuple[FeeOwed, ...]:
    """The contribution to the Immigration Office, and the retribution of the authority where it has one."""
    contribution = contribution_owed(rulebook, facts, known_on)
    retribution = fee_in_force(rulebook, facts.authority, facts.category, facts.filed_on, known_on)
    if retribution is None:
        return (contribution,)
    return contribution, _owed(REGIONAL, facts.authority, retribution, rulebook, facts, known_on)


def contribution_owed(rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> FeeOwed:
    fee = fee_in_force(rulebook, FEDERAL, facts.category, facts.filed_on, known_on)
    return _owed(FEDERAL, FEDERAL, fee, rulebook, facts, known_on)


def fee_in_force(
    rulebook: Rulebook, authority: str, category: str, filed_on: date, known_on: date | None = None
) -> Fee | None:
    """What federal law, or that of an authority, requires for a category; a fee for it goes before one for all."""
    found = (rulebook.find(Fee, authority, each, filed_on, known_on) for each in (category, ALL))
    return next((fee for fee in found if fee is not None), None)


def _owed(
    recipient: str,
    authority: str,
    fee: Fee | None,
    rulebook: Rulebook,
    facts: ApplicationFacts,
    known_on: date | None,
) -> FeeOwed:
    missing = []
    for exemption, holds, path in _exemptions(rulebook, authority, facts, known_on):
        if holds:
            return FeeOwed(
                recipient=recipient,
                amount=Decimal("0.00"),
                since=exemption.valid_from,
                exemption=RESIDENCE_EXTENDED if exemption.circumstances else BY_NATIONALITY,
                rule_id=exemption.id,
                legal_reference=exemption.legal_reference,
                sources=exemption.sources,
                confidence=exemption.confidence_on(facts.filed_on),
            )
        if holds is None:
            missing.append(path)
    if fee is None:
        reason = reasons.FACT_MISSING if missing else reasons.NO_AMOUNT_IN_FORCE
        return FeeOwed(recipient=recipient, reason=reason, missing=tuple(missing))
    return FeeOwed(
        recipient=recipient,
        amount=fee.amount,
        other_amounts=tuple(each.amount for each in fee.other_values),
        since=fee.valid_from,
        rule_id=fee.id,
        legal_reference=fee.legal_reference,
        sources=fee.sources,
        confidence=fee.confidence_on(facts.filed_on),
        reason=reasons.FACT_MISSING if missing else None,
        missing=tuple(missing),
    )


def _exemptions(
    rulebook: Rulebook, authority: str, facts: ApplicationFacts, known_on: date | None
) -> Iterator[tuple[FeeExemption, bool | None, str]]:
    """Each exemption in force: whether it holds, None where that is not known, and the fact it requires.

    Residence is extended in the same status where the permit is renewed; another status is another first permit.
    """
    for each in rulebook.every_in_force(FeeExemption, authority, facts.filed_on, known_on):
        if each.circumstances:
            yield each, facts.renewal, "renewal"
        else:
            nationality = facts.nationality
            yield each, None if nationality is None else nationality in each.nationalities, "worker.nationality"
