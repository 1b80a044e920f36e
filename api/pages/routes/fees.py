"""``/fees``: what the signed-in reader still has to pay over all applications, and the same as a file to pay from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.http.paging import AFTER, single, unusable_cursor
from api.pages.charts.figures import csv_of_table
from api.pages.counter.ways import PATH as OWN_APPLICATIONS
from api.pages.page_parts import Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action
from api.services.open_fees import OpenFee, OpenFeeService
from api.words.languages import Language
from projections.lists.keyset_pages import PlaceUnusable

PATH: Final = "/fees"
CSV: Final = "/fees.csv"
ON_A_PAGE: Final = 50
COLUMNS: Final = ("reference", "recipient", "amount", "structured_reference", "pay_by", "application")
"""Of the file, in every language: it is also read by programs. Nothing in it is about a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeShown:
    reference: str
    href: str
    recipient: str
    still_due: str
    communication: str
    pay_by: date | None


def fee_pages(open_fees: OpenFeeService, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)

    @routes.get(PATH, name="openFees")
    def to_pay(request: Request) -> Response:
        caller = readers.authorised(request, Action.LIST_OPEN_FEES)
        after = single(request.query_params, AFTER)
        language = pages.language(request)
        try:
            page = open_fees.page(caller, limit=ON_A_PAGE, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        content = {
            "fees": [_shown(readers, language, each) for each in page.items],
            "csv_href": CSV,
            "paging": Paging(
                previous_href=PATH if after else None,
                next_href=None if page.next is None else f"{PATH}?{urlencode({AFTER: page.next})}",
            ),
        }
        return pages.response(
            request, "fees.html", content, frame=readers.frame(request, caller.caller, OWN_APPLICATIONS)
        )

    @routes.get(CSV, name="openFeesFile")
    def file(request: Request) -> Response:
        caller = readers.authorised(request, Action.LIST_OPEN_FEES)
        rows = [_row(each) for each in open_fees.every(caller)]
        headers = {"Content-Disposition": 'attachment; filename="fees.csv"', "Cache-Control": "no-store"}
        return Response(csv_of_table(COLUMNS, rows), 200, headers, "text/csv; charset=utf-8")

    return routes


def _shown(readers: Readers, language: Language, each: OpenFee) -> FeeShown:
    status = each.fee.status
    return FeeShown(
        reference=each.reference,
        href=f"/cases/{each.case_id}",
        recipient=readers.code_lists.label("feeRecipients", status.fee.recipient, language.code),
        still_due=(
            language.gettext("The amount is not known here")
            if status.still_owed is None
            else language.money(status.still_owed)
        ),
        communication="" if each.fee.communication is None else str(each.fee.communication),
        pay_by=each.fee.pay_by,
    )


def _row(each: OpenFee) -> tuple[str | Decimal | date | None, ...]:
    """A line of the file. A communication is written without its frame, which spreadsheets take for a formula."""
    status, communication = each.fee.status, each.fee.communication
    return (
        each.reference,
        status.fee.recipient,
        status.still_owed,
        None if communication is None else str(communication).strip("+"),
        each.fee.pay_by,
        str(each.case_id),
    )
