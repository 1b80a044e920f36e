"""``webhooks``: who is told over HTTP of what happens on applications, and what was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.http.bodies import WHOLE_BODY, read_body
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor
from api.http.requests import AuthorisedQuery, authorised_query, authorised_search
from api.http.responses import json_response
from api.http.webhook_content import (
    delivery_address,
    delivery_content,
    secret_content,
    webhook_address,
    webhook_content,
)
from api.permissions import Action
from api.services.refusals import WebhookUnknown
from api.services.webhooks import WebhookService
from domain.case.refusals import InputIssue, InvalidInput, require_no_issues
from domain.case.value_checks import INVALID_INPUT, OUT_OF_RANGE, SCHEMA_VIOLATION, enterprise_number
from projections.lists.keyset_pages import PlaceUnusable

Question = Annotated[AuthorisedQuery, Depends(authorised_query(Action.MANAGE_WEBHOOKS))]
LogQuestion = Annotated[AuthorisedQuery, Depends(authorised_query(Action.MANAGE_WEBHOOKS, *PAGING))]
Order = Annotated[AuthorisedQuery, Depends(authorised_search(Action.MANAGE_WEBHOOKS))]

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LAST_POSITION: Final = 2**62
_NEVER_KEPT: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """``enterprise_number`` is that of the employer whose applications are meant."""

    url: str
    enterprise_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What is to be sent again: one of the three."""

    from_day: date | None = None
    from_position: int | None = None
    delivery_id: str | None = None


def webhook_routes(webhooks: WebhookService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/webhooks")

    @routes.get("", name="getWebhooks")
    def get_webhooks(query: Question) -> Response:
        items = [webhook_content(each, query.base_url) for each in webhooks.listed(query.caller)]
        return json_response({"items": items})

    @routes.post("", name="createWebhook")
    def create_webhook(query: Order) -> Response:
        new = read_body(NewWebhook, query.body)
        if new.enterprise_number is not None:
            require_no_issues(enterprise_number("enterpriseNumber", new.enterprise_number))
        made = webhooks.subscribe(query.caller, new.url, new.enterprise_number)
        headers = {"Location": webhook_address(made, query.base_url), **_NEVER_KEPT}
        return json_response(secret_content(made, query.base_url), 201, headers)

    @routes.get("/{webhook_id}", name="getWebhook")
    def get_webhook(webhook_id: str, query: Question) -> Response:
        return json_response(webhook_content(webhooks.read(query.caller, webhook_id_of(webhook_id)), query.base_url))

    @routes.delete("/{webhook_id}", name="deleteWebhook")
    def delete_webhook(webhook_id: str, query: Question) -> Response:
        webhooks.delete(query.caller, webhook_id_of(webhook_id))
        return Response(status_code=204)

    @routes.post("/{webhook_id}/secrets", name="rotateWebhookSecret")
    def rotate(webhook_id: str, query: Question) -> Response:
        changed = webhooks.rotate(query.caller, webhook_id_of(webhook_id))
        headers = {"Location": webhook_address(changed, query.base_url), **_NEVER_KEPT}
        return json_response(secret_content(changed, query.base_url), 201, headers)

    @routes.post("/{webhook_id}/pauses", name="pauseWebhook")
    def pause(webhook_id: str, query: Question) -> Response:
        webhooks.pause(query.caller, webhook_id_of(webhook_id))
        return json_response(webhook_content(webhooks.read(query.caller, webhook_id_of(webhook_id)), query.base_url))

    @routes.post("/{webhook_id}/resumptions", name="resumeWebhook")
    def resume(webhook_id: str, query: Question) -> Response:
        webhooks.resume(query.caller, webhook_id_of(webhook_id))
        return json_response(webhook_content(webhooks.read(query.caller, webhook_id_of(webhook_id)), query.base_url))

    @routes.post("/{webhook_id}/testNotices", name="testWebhook")
    def test(webhook_id: str, query: Question) -> Response:
        delivery = webhooks.test(query.caller, webhook_id_of(webhook_id))
        subscription = webhooks.read(query.caller, webhook_id_of(webhook_id)).subscription
        address = delivery_address(subscription, delivery, query.base_url)
        return json_response({"id": str(delivery), "href": address}, 201, {"Location": address})

    @routes.get("/{webhook_id}/deliveries", name="getWebhookDeliveries")
    def get_deliveries(webhook_id: str, query: LogQuestion) -> Response:
        size, after = page_size_of(query.parameters), single(query.parameters, AFTER)
        subscription = webhooks.read(query.caller, webhook_id_of(webhook_id)).subscription
        try:
            page = webhooks.log(query.caller, subscription.id, limit=size, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        items = [delivery_content(each, subscription, query.base_url) for each in page.items]
        address = f"{webhook_address(subscription, query.base_url)}/deliveries"
        return json_response({"items": items, "pageSize": size, **next_page(address, query.parameters, page.next)})

    @routes.get("/{webhook_id}/deliveries/{delivery_id}", name="getWebhookDelivery")
    def get_delivery(webhook_id: str, delivery_id: str, query: Question) -> Response:
        subscription = webhooks.read(query.caller, webhook_id_of(webhook_id)).subscription
        sent = webhooks.sent(query.caller, subscription.id, webhook_id_of(delivery_id))
        return json_response(delivery_content(sent, subscription, query.base_url))

    @routes.post("/{webhook_id}/replays", name="replayWebhook")
    def replay(webhook_id: str, query: Order) -> Response:
        wanted, webhook = read_body(Replay, query.body), webhook_id_of(webhook_id)
        match wanted:
            case Replay(from_day=date() as day, from_position=None, delivery_id=None):
                number = webhooks.send_again_since(query.caller, webhook, day)
            case Replay(from_day=None, from_position=int(position), delivery_id=None):
                require_no_issues(_positions(position))
                number = webhooks.send_again(query.caller, webhook, from_position=position)
            case Replay(from_day=None, from_position=None, delivery_id=str(delivery)):
                webhooks.send_one_again(query.caller, webhook, _sent_id(delivery))
                number = 1
            case _:
                raise InvalidInput((_ONE_OF_THREE,))
        return json_response(_replayed(number))

    return routes


def webhook_id_of(text: str) -> UUID:
    """The webhook or delivery that a path names. Raises :class:`WebhookUnknown` for what is spelled otherwise."""
    if _ID.fullmatch(text) is None:
        raise WebhookUnknown
    return UUID(text)


def _sent_id(text: str) -> UUID:
    if _ID.fullmatch(text) is None:
        issue = InputIssue(
            path="deliveryId", code=SCHEMA_VIOLATION, problem="it is no id", remedy="take the id of a delivery"
        )
        raise InvalidInput((issue,))
    return UUID(text)


def _positions(position: int) -> tuple[InputIssue, ...]:
    if 0 <= position <= _LAST_POSITION:
        return ()
    return (
        InputIssue(
            path="fromPosition",
            code=OUT_OF_RANGE,
            problem="it is no position of the log",
            remedy="take position of a delivery",
        ),
    )


def _replayed(number: int) -> dict[str, Any]:
    return {"deliveries": number}


_ONE_OF_THREE: Final = InputIssue(
    path=WHOLE_BODY,
    code=INVALID_INPUT,
    problem="it does not say in one way what is to be sent again",
    remedy="give one of fromDay, fromPosition and deliveryId",
)
