"""Workers that send notices: each takes a subscription, sends what is due in it one after the other, and gives it back.

A receiver that is slow or fails has others wait for nothing: such receivers share a quarter of the threads, and come
there after the first call that shows it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Final, Protocol

from domain.case.folding import StreamCorrupt
from infra.event_codec import UnreadableEvent
from infra.keys import KeyMissing
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.webhooks.deliveries import Deliveries, Delivery, Lane, Outcome
from infra.postgres.webhooks.subscriptions import StopReason, Subscription, Subscriptions
from infra.structured_logs import get_logger
from infra.webhooks.addresses import AddressRefused, receiver_of
from infra.webhooks.https_call import Answer, CallFailed, HttpsCalls
from infra.webhooks.retries import Retries
from infra.webhooks.signatures import signed_headers
from infra.webhooks.troubles import WebhookTrouble

_LOOK_AGAIN: Final = 0.25
_SLOW_SECONDS: Final = 2.0
_TURN_SECONDS: Final = 5.0
"""For which a worker stays with one subscription, while others may be waiting."""

_GONE: Final = 410

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is sent: ``id`` is the same however often it is."""

    id: str
    content_type: str
    body: bytes


class Notices(Protocol):
    """Makes notices, for those who may still be told."""

    def of(self, subscription: Subscription, delivery: Delivery) -> Notice | None:
        """The notice of a delivery; None where the subscription may no longer be told.

        Raises what a stream raises that cannot be read.
        """


@dataclass(frozen=True, slots=True)
class _Tried:
    """How a call went: ``trouble`` is None where the receiver has taken the notice."""

    status: int | None
    trouble: WebhookTrouble | None
    asked: float | None = None


class WebhookSender:
    """Sends until it is stopped; what is under way is finished first. Any number of processes may do this at once."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        deliveries: Deliveries,
        notices: Notices,
        calls: HttpsCalls,
        retries: Retries,
        *,
        now: Callable[[], datetime],
        chance: Callable[[], float],
        at_once: int,
    ) -> None:
        """``at_once`` is the number of calls at the same moment, at least 2."""
        self._subscriptions = subscriptions
        self._deliveries = deliveries
        self._notices = notices
        self._calls = calls
        self._retries = retries
        self._now = now
        self._chance = chance
        self._slow_at_once = max(1, at_once // 4)
        self._brisk_at_once = max(1, at_once - self._slow_at_once)
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end once what is under way is finished."""
        self._stopping.set()

    def run(self) -> None:
        """Send until stopped. Raises ``DatabaseUnavailable`` when nothing can be claimed."""
        busy: dict[bool, set[Future[None]]] = {False: set(), True: set()}
        room = {False: self._brisk_at_once, True: self._slow_at_once}
        with ThreadPoolExecutor(sum(room.values()), thread_name_prefix="webhook") as threads:
            while not self._stopping.is_set():
                claimed = 0
                for slow, most in room.items():
                    busy[slow] = {each for each in busy[slow] if not each.done()}
                    free = most - len(busy[slow])
                    lanes = self._deliveries.claim(free, self._now(), slow=slow) if free else []
                    busy[slow].update(threads.submit(self._serve, lane) for lane in lanes)
                    claimed += len(lanes)
                if not claimed:
                    under_way = busy[False] | busy[True]
                    wait(under_way, timeout=_LOOK_AGAIN) if under_way else self._stopping.wait(_LOOK_AGAIN)

    def _serve(self, lane: Lane) -> None:
        """Send what is due in a lane; when this ends well the lane is free at once, else when its lease is over."""
        try:
            is_slow = self._send_in_turn(lane)
            self._deliveries.release(lane, is_slow=is_slow)
        except (DatabaseUnavailable, OutcomeUnknown) as why:
            _log.warning("webhooks.waits_for_database", subscription=str(lane.subscription), why=str(why))
        except Exception:
            _log.exception("webhooks.failed", subscription=str(lane.subscription))

    def _send_in_turn(self, lane: Lane) -> bool:
        """Whether the receiver was slow, or took something not."""
        ends_at = time.monotonic() + _TURN_SECONDS
        while not self._stopping.is_set() and time.monotonic() < ends_at:
            delivery = self._deliveries.begin(lane, self._now())
            # Read again each time: it may have been paused, deleted, or have another secret.
            subscription = None if delivery is None else self._subscriptions.at_work(lane.subscription)
            if delivery is None:
                return False
            if subscription is None:
                # Its key is gone: it was deleted, and whoever did that did not come to the end.
                self._subscriptions.delete(lane.subscription)
                return False
            began = time.monotonic()
            went_well = self._deliver(lane, subscription, delivery)
            if not went_well or time.monotonic() - began > _SLOW_SECONDS:
                return True
        return False

    def _deliver(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> bool:
        """Whether the next one may be sent at once."""
        try:
            notice = self._notices.of(subscription, delivery)
        except (UnreadableEvent, KeyMissing, StreamCorrupt) as why:
            _log.error("webhooks.unreadable", case=str(delivery.case_id), error=type(why).__name__)
            self._put_off(lane, subscription, delivery, _Tried(None, WebhookTrouble.UNREADABLE), counts=False)
            return False
        if notice is None:
            self._deliveries.settle(lane, delivery, Outcome.WITHHELD, self._now(), status=None)
            return True
        tried = self._tried(subscription, notice)
        _log.info(
            "webhooks.sent" if tried.trouble is None else "webhooks.not_taken",
            subscription=str(subscription.id),
            notice=notice.id,
            status=tried.status,
            trouble=tried.trouble,
            attempt=delivery.attempts,
        )
        if tried.trouble is None:
            self._deliveries.settle(lane, delivery, Outcome.DELIVERED, self._now(), status=tried.status)
        elif delivery.is_test:
            self._deliveries.fail_test(delivery, self._now(), status=tried.status, trouble=tried.trouble)
        else:
            self._put_off(lane, subscription, delivery, tried, counts=True)
        return tried.trouble is None

    def _tried(self, subscription: Subscription, notice: Notice) -> _Tried:
        now = self._now()
        headers = {
            "Content-Type": notice.content_type,
            **signed_headers(notice.id, notice.body, subscription.valid_secrets(now), now),
        }
        try:
            answer = self._calls.post(receiver_of(subscription.url), headers, notice.body)
        except AddressRefused as why:
            return _Tried(None, why.trouble)
        except CallFailed as why:
            return _Tried(None, why.trouble)
        return _Tried(answer.status, _trouble_of(answer), answer.retry_after)

    def _put_off(
        self, lane: Lane, subscription: Subscription, delivery: Delivery, tried: _Tried, *, counts: bool
    ) -> None:
        """``counts``: whether the receiver is at fault."""
        now = self._now()
        stops: StopReason | None = None
        if counts and tried.status == _GONE:
            stops = StopReason.GONE
        elif counts and self._retries.gives_up(subscription.failing_since, now):
            stops = StopReason.UNREACHABLE
        pause = self._retries.pause(delivery.attempts, self._chance(), asked=tried.asked)
        self._deliveries.put_off(
            lane,
            delivery,
            now + pause,
            now,
            status=tried.status,
            trouble=tried.trouble or "",
            stops=stops,
            counts=counts,
        )
        if stops is not None:
            _log.warning("webhooks.stopped", subscription=str(subscription.id), reason=stops)


def _trouble_of(answer: Answer) -> WebhookTrouble | None:
    """Only success is success: a redirect is not followed, so nobody has taken the notice."""
    if 200 <= answer.status < 300:
        return None
    if answer.status == _GONE:
        return WebhookTrouble.GONE
    return WebhookTrouble.REDIRECTED if 300 <= answer.status < 400 else WebhookTrouble.REFUSED
