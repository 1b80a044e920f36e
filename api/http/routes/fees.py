"""``fees``: what applications owe and what was paid of it, and lists of payments.

A single payment is recorded in :mod:`api.http.routes.steps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.bodies import read_body
from api.http.case_representation import entity_tag
from api.http.fee_content import fees_content, open_fee_content, payment_list_content
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor
from api.http.problems import API_ROOT
from api.http.requests import AuthorisedQuery, authorised_query, authorised_search, case_id_of
from api.http.responses import json_response
from api.permissions import Action
from api.services.fees import FeeService
from api.services.open_fees import OpenFeeService
from api.services.payment_lists import PaymentListService
from domain.case.payment_lines import MOST_LINES, SentLine
from domain.case.refusals import InputIssue, require_no_issues
from domain.case.value_checks import OUT_OF_RANGE, Issues
from projections.lists.keyset_pages import PlaceUnusable

ListQuery = Annotated[AuthorisedQuery, Depends(authorised_search(Action.RECORD_FEE_PAYMENT))]
OpenFeesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.LIST_OPEN_FEES, *PAGING))]
FeesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_FEES))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPayment:
    paid_on: date
    amount: Decimal
    structured_communication: str

    def numbered(self, number: int) -> SentLine:
        return SentLine(
            number=number, paid_on=self.paid_on, amount=self.amount, communication=self.structured_communication
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentList:
    """``dry_run``: the payments are judged, and nothing is recorded."""

    payments: tuple[ListedPayment, ...]
    dry_run: bool = True


def fee_routes(fees: FeeService, open_fees: OpenFeeService, payment_lists: PaymentListService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter()

    @routes.get("/applications/{application_id}/fees", name="getFees")
    def get_fees(application_id: str, query: FeesQuery) -> Response:
        found = fees.of_case(query.caller, case_id_of(application_id))
        return json_response(fees_content(found), headers={"ETag": entity_tag(found.version)})

    @routes.get("/openFees", name="getOpenFees")
    def get_open_fees(query: OpenFeesQuery) -> Response:
        size, after = page_size_of(query.parameters), single(query.parameters, AFTER)
        try:
            page = open_fees.page(query.caller, limit=size, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        address = f"{query.base_url}{API_ROOT}/openFees"
        items = [open_fee_content(each, query.base_url) for each in page.items]
        return json_response({"items": items, "pageSize": size, **next_page(address, query.parameters, page.next)})

    @routes.post("/feePaymentLists", name="recordFeePaymentList")
    def record_list(query: ListQuery) -> Response:
        sent = read_body(PaymentList, query.body)
        require_no_issues(at_most_lines(sent))
        lines = tuple(
            SentLine(
                number=number, paid_on=each.paid_on, amount=each.amount, communication=each.structured_communication
            )
            for number, each in enumerate(sent.payments, start=1)
        )
        judged = (payment_lists.judged if sent.dry_run else payment_lists.record)(query.caller, lines)
        return json_response(payment_list_content(judged, query.base_url))

    return routes


def at_most_lines(sent: PaymentList) -> Issues:
    """The issue of a list that is too long, or empty."""
    if not 1 <= len(sent.payments) <= MOST_LINES:
        yield InputIssue(
            path="payments",
            code=OUT_OF_RANGE,
            problem=f"it does not have 1 to {MOST_LINES} payments",
            remedy="divide it over several requests",
        )
