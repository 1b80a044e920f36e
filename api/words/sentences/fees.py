"""A fee in words: to whom, how much, since when, or why nothing is due; and what was paid of it."""

from __future__ import annotations

from api.words.sentences.open_findings import fact_name
from api.words.sentences.wording import Wording
from domain.case.fees import CaseFee, FeeStatus
from domain.law.fees_owed import FeeOwed
from domain.law.findings import Verdict


def fee_text(fee: FeeOwed, wording: Wording) -> str:
    """What an application owes one recipient, in a sentence or two."""
    language = wording.language
    recipient = wording.label("feeRecipients", fee.recipient)
    if fee.exemption is not None:
        exemption = wording.inside("feeExemptions", fee.exemption)
        return language.gettext(
            "%(recipient)s: nothing is due (%(exemption)s).", recipient=recipient, exemption=exemption
        )
    if fee.amount is None or fee.since is None:
        sentences = [language.gettext("%(recipient)s: the amount due is not known to us.", recipient=recipient)]
    else:
        sentences = [
            language.gettext(
                "%(recipient)s: %(amount)s, the amount since %(day)s.",
                recipient=recipient,
                amount=language.money(fee.amount),
                day=wording.day(fee.since),
            )
        ]
    if fee.other_amounts:
        amounts = wording.listed(language.money(each) for each in fee.other_amounts)
        sentences.append(language.gettext("Other sources give %(amounts)s.", amounts=amounts))
    if fee.missing:
        facts = wording.listed(fact_name(each, wording) for each in fee.missing)
        sentences.append(language.gettext("Whether it is due depends on: %(facts)s.", facts=facts))
    return " ".join(sentences)


def payment_text(status: FeeStatus, wording: Wording) -> str:
    """What is due to one recipient, what was paid, and what is still due where that is known."""
    language = wording.language
    sentences = [fee_text(status.fee, wording)]
    if status.paid:
        sentences.append(language.gettext("Paid: %(amount)s.", amount=language.money(status.paid)))
    if status.still_owed is not None:
        sentences.append(language.gettext("Still due: %(amount)s.", amount=language.money(status.still_owed)))
    return " ".join(sentences)


def case_fee_text(fee: CaseFee, wording: Wording) -> str:
    """As :func:`payment_text`, and while something is still to be paid: what to write on the transfer, and by when."""
    language = wording.language
    sentences = [payment_text(fee.status, wording)]
    if fee.status.verdict is not Verdict.MET and fee.communication is not None:
        sentences.append(
            language.gettext("Write on the transfer: %(communication)s.", communication=str(fee.communication))
        )
    if fee.pay_by is not None:
        sentences.append(language.gettext("Pay by %(day)s.", day=wording.day(fee.pay_by)))
    return " ".join(sentences)
