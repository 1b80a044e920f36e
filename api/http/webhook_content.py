"""Webhooks and what was sent to them, as callers see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.http.case_representation import address_of
from api.http.problems import API_ROOT
from api.services.webhooks import Sent, Webhook
from consumers.webhook_notices import TEST_KIND, notice_kind
from infra.postgres.webhooks.subscriptions import Subscription


def webhook_address(subscription: Subscription, base_url: str) -> str:
    return f"{base_url}{API_ROOT}/webhooks/{subscription.id}"


def delivery_address(subscription: Subscription, delivery: object, base_url: str) -> str:
    return f"{webhook_address(subscription, base_url)}/deliveries/{delivery}"


def webhook_content(webhook: Webhook, base_url: str) -> dict[str, Any]:
    """A webhook; its secret is no part of it."""
    return {**subscription_content(webhook.subscription, base_url), "waiting": webhook.waiting}


def subscription_content(subscription: Subscription, base_url: str) -> dict[str, Any]:
    """What its owner set, and in which state it is."""
    content: dict[str, Any] = {
        "id": str(subscription.id),
        "href": webhook_address(subscription, base_url),
        "url": subscription.url,
        "enterpriseNumber": subscription.employer,
        "state": subscription.state.value,
        "createdAt": _time(subscription.made_at),
        "afterPosition": subscription.after_position,
    }
    if subscription.stopped_for is not None:
        content["stoppedFor"] = subscription.stopped_for
    if subscription.failing_since is not None:
        content["failingSince"] = _time(subscription.failing_since)
    return content


def secret_content(subscription: Subscription, base_url: str) -> dict[str, Any]:
    """A webhook with its newest secret: given once, when that was made."""
    newest, *before = subscription.secrets
    content = {**subscription_content(subscription, base_url), "secret": newest.text}
    if before and before[0].valid_until is not None:
        content["previousSecretValidUntil"] = _time(before[0].valid_until)
    return content


def delivery_content(sent: Sent, subscription: Subscription, base_url: str) -> dict[str, Any]:
    """What was sent, or is to be, and how that went."""
    delivery = sent.delivery
    content: dict[str, Any] = {
        "id": str(delivery.id),
        "href": delivery_address(subscription, delivery.id, base_url),
        "kind": TEST_KIND if delivery.event is None else notice_kind(delivery.event),
        "position": delivery.position,
        "attempts": delivery.attempts,
        "createdAt": _time(delivery.made_at),
    }
    if delivery.case_id is not None:
        content |= {
            "applicationId": str(delivery.case_id),
            "application": address_of(delivery.case_id, base_url),
            "reference": sent.reference,
            "streamVersion": delivery.version,
        }
    settled = delivery.settled_at is not None
    stated = {
        "lastAttemptAt": _time_or_none(delivery.tried_at),
        "nextAttemptAt": None if settled else _time(delivery.due_at),
        "settledAt": _time_or_none(delivery.settled_at),
        "outcome": None if delivery.outcome is None else delivery.outcome.value,
        "status": delivery.status,
        "trouble": delivery.trouble,
    }
    return content | {name: value for name, value in stated.items() if value is not None}


def _time(moment: datetime) -> str:
    return moment.isoformat()


def _time_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _time(moment)
