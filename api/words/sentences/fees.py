"""A fee told to a person: to whom, how much, since when, or why nothing is owed; and what was paid of it."""

from __future__ import annotations

from api.words.sentences.open_findings import fact_name
from api.words.sentences.wording import Wording
from domain.case.fees import FeeStatus
from domain.law.fees_owed import FeeOwed


def fee_text(fee: FeeOwed, wording: Wording) -> str:
    """What an application owes one recipient, in a sentence or two."""
    language = wording.language
    recipient = wording.label("feeRecipients", fee.recipient)
    if fee.exemption is not None:
        exemption = wording.inside("feeExemptions", fee.exemption)
        return language.gettext(
            "%(recipient)s: nothing is owed (%(exemption)s).", recipient=recipient, exemption=exemption
        )
    if fee.amount is None or fee.since is None:
        told = [language.gettext("%(recipient)s: the amount owed is not known to us.", recipient=recipient)]
    else:
        told = [
            language.gettext(
                "%(recipient)s: %(amount)s, the amount since %(day)s.",
                recipient=recipient,
                amount=language.money(fee.amount),
                day=wording.day(fee.since),
            )
        ]
    if fee.other_amounts:
        amounts = wording.listed(language.money(each) for each in fee.other_amounts)
        told.append(language.gettext("Other sources give %(amounts)s.", amounts=amounts))
    if fee.missing:
        facts = wording.listed(fact_name(each, wording) for each in fee.missing)
        told.append(language.gettext("Whether it is owed depends on: %(facts)s.", facts=facts))
    return " ".join(told)


def standing_text(standing: FeeStatus, wording: Wording) -> str:
    """What is owed to one recipient, what was paid, and what is still owed where that is known."""
    language = wording.language
    told = [fee_text(standing.fee, wording)]
    if standing.paid:
        told.append(language.gettext("Paid: %(amount)s.", amount=language.money(standing.paid)))
    if standing.still_owed is not None:
        told.append(language.gettext("Still owed: %(amount)s.", amount=language.money(standing.still_owed)))
    return " ".join(told)
