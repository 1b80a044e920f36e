"""The fees of cases, as callers see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.http.case_representation import address_of, words
from api.services.fees import FeesOfCase
from api.services.open_fees import OpenFee
from api.services.payment_lists import JudgedLine, is_in_order
from domain.case.fees import CaseFee


def fees_content(found: FeesOfCase) -> dict[str, Any]:
    """What each recipient is owed and was paid, and every payment on record."""
    return {
        "version": found.version,
        "fees": [fee_content(each) for each in found.fees],
        "payments": [dict(each) for each in found.payments],
    }


def fee_content(fee: CaseFee) -> dict[str, Any]:
    """A fee as in an assessment, and what its payer needs: ``structuredCommunication`` and ``payBy``."""
    content = words(fee.status)
    if fee.communication is not None:
        content["structuredCommunication"] = str(fee.communication)
    if fee.pay_by is not None:
        content["payBy"] = fee.pay_by.isoformat()
    return content


def open_fee_content(open_fee: OpenFee, base_url: str) -> dict[str, Any]:
    """A fee that is still to be paid, with the application that it is of."""
    return {
        "id": str(open_fee.case_id),
        "href": address_of(open_fee.case_id, base_url),
        "reference": open_fee.reference,
        **fee_content(open_fee.fee),
    }


def payment_list_content(judged: Sequence[JudgedLine], base_url: str) -> dict[str, Any]:
    """What became of each line of a list; ``inOrder`` is false where one is at fault, and then none was recorded."""
    return {"inOrder": is_in_order(judged), "lines": [_line_content(each, base_url) for each in judged]}


def _line_content(line: JudgedLine, base_url: str) -> dict[str, Any]:
    content: dict[str, Any] = {"line": line.sent.number, "outcome": line.outcome.value}
    if line.case_id is not None:
        content |= {
            "id": str(line.case_id),
            "href": address_of(line.case_id, base_url),
            "reference": line.reference,
        }
    return content
