"""Notices to the systems of employers and representatives: who is told, with which secret, and what was sent.

A subscription belongs to the enterprise in the token, in the role in the token; who else asks for it finds nothing.
What it is told of is judged by the stream of each application when it is sent: see :mod:`api.services.webhook_notices`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from api.composition import Program
from api.permissions import Action
from api.services.access import AuthorisedCaller, rows_of
from api.services.cases import CaseService
from api.services.own_rows import OwnRows
from api.services.refusals import ApplicationUnknown, NotPermitted, TooManyWebhooks, WebhookChanged, WebhookUnknown
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.value_checks import INVALID_INPUT, REJECTED_INPUT, REQUIRED_INPUT
from domain.civil_time import beginning_of
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.limit_counts import Limit
from infra.postgres.read_models.row_scope import RowScope
from infra.postgres.webhooks.deliveries import After, Delivery
from infra.postgres.webhooks.subscriptions import (
    NoRoom,
    Secret,
    StaleSubscription,
    Subscription,
    SubscriptionState,
)
from infra.sealed_places import Listing
from infra.time_ordered_ids import time_ordered_id
from infra.webhooks.addresses import AddressRefused, receiver_of
from infra.webhooks.signatures import new_secret
from projections.lists.keyset_pages import Page
from projections.lists.own_queries import Wanted

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A subscription, and how many deliveries wait for it."""

    subscription: Subscription
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A delivery as its owner is shown it: ``reference`` is that of the application, None for a test."""

    delivery: Delivery
    reference: str | None


class WebhookService:
    """The use cases, for callers who may subscribe; safe between threads.

    All raise ``DatabaseUnavailable``, and :class:`WebhookUnknown` for a subscription that is not the caller's. Moments
    are those of the machine, also where the cases live in a time of their own: receivers do not.
    """

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases
        self._rows = OwnRows(program)
        self._machine = SystemClock()

    @property
    def kept_days(self) -> int:
        """For how many days deliveries can be sent again."""
        return self._program.limits.webhooks.kept_days

    @property
    def rotation_hours(self) -> int:
        """For how many hours a secret that was replaced is valid beside the new one."""
        return self._program.limits.webhooks.rotation_hours

    def listed(self, caller: AuthorisedCaller) -> tuple[Webhook, ...]:
        """All subscriptions of the caller's enterprise in its role, the oldest first."""
        found = self._program.subscriptions.of_owner(_scope(caller), caller.caller.role, _owner(caller))
        waiting = self._program.deliveries.waiting(_scope(caller), [each.id for each in found])
        return tuple(Webhook(subscription=each, waiting=waiting.get(each.id, 0)) for each in found)

    def read(self, caller: AuthorisedCaller, webhook: UUID) -> Webhook:
        """One of them."""
        found = self._found(caller, webhook)
        return Webhook(
            subscription=found, waiting=self._program.deliveries.waiting(_scope(caller), [webhook]).get(webhook, 0)
        )

    def subscribe(self, caller: AuthorisedCaller, url: str, employer: str | None) -> Subscription:
        """Have an address told of the applications of an employer, from now on; its secret is shown this once.

        ``employer`` is an enterprise number; None is the caller's own. Raises ``InvalidInput`` for an address that
        nothing is sent to and for another's applications, and :class:`TooManyWebhooks`.
        """
        try:
            self._program.address_book.require_permitted(receiver_of(url))
        except AddressRefused as why:
            problem, _, remedy = why.sentence.partition(": ")
            issue = InputIssue(path="url", code=INVALID_INPUT, problem=problem, remedy=remedy.rstrip("."))
            raise InvalidInput((issue,)) from None
        about = self._employer(caller, employer)
        now, most = self._machine.now(), self._program.limits.webhooks.most_of_one_owner
        new = Subscription(
            id=time_ordered_id(now),
            role=caller.caller.role,
            owner=_owner(caller),
            employer=about,
            state=SubscriptionState.ACTIVE,
            stopped_for=None,
            made_at=now,
            after_position=0,
            version=1,
            failing_since=None,
            url=url,
            secrets=(Secret(text=new_secret()),),
        )
        try:
            return self._program.subscriptions.add(new, most=most)
        except NoRoom:
            self._program.limit_counts.reached(Limit.WEBHOOKS_OF_ONE_OWNER)
            raise TooManyWebhooks(most) from None

    def rotate(self, caller: AuthorisedCaller, webhook: UUID) -> Subscription:
        """Give it a new secret, shown this once; the one before is valid beside it for a while, older ones no more."""
        ends_at = self._machine.now() + self._program.limits.webhooks.rotation

        def rotated(found: Subscription) -> Subscription:
            before = replace(found.secrets[0], valid_until=ends_at)
            return replace(found, secrets=(Secret(text=new_secret()), before))

        return self._changed(caller, webhook, rotated)

    def pause(self, caller: AuthorisedCaller, webhook: UUID) -> Subscription:
        """Send nothing until it is resumed; what happens waits."""
        return self._changed(
            caller, webhook, lambda found: replace(found, state=SubscriptionState.PAUSED, stopped_for=None)
        )

    def resume(self, caller: AuthorisedCaller, webhook: UUID) -> Subscription:
        """Go on where it was paused or stopped: what waited is sent, in its order."""
        return self._changed(
            caller,
            webhook,
            lambda found: replace(found, state=SubscriptionState.ACTIVE, stopped_for=None, failing_since=None),
        )

    def delete(self, caller: AuthorisedCaller, webhook: UUID) -> None:
        """Delete it with its secrets and all that waits for it."""
        self._program.subscriptions.delete(self._found(caller, webhook).id)

    def test(self, caller: AuthorisedCaller, webhook: UUID) -> UUID:
        """Have a test sent before everything else, also while it is paused; gives the id of the delivery."""
        return self._program.deliveries.add_test(self._found(caller, webhook).id)

    def send_again(self, caller: AuthorisedCaller, webhook: UUID, *, from_position: int) -> int:
        """Have all that was delivered sent once more, from a position of the log on; gives how much that is."""
        return self._program.deliveries.send_again(self._found(caller, webhook).id, from_position=from_position)

    def send_again_since(self, caller: AuthorisedCaller, webhook: UUID, day: date) -> int:
        """The same from a civil day on."""
        return self._program.deliveries.send_again(self._found(caller, webhook).id, since=beginning_of(day))

    def send_one_again(self, caller: AuthorisedCaller, webhook: UUID, delivery: UUID) -> None:
        """Have one notice sent once more. Raises ``InvalidInput`` where there is none of this id."""
        if not self._program.deliveries.send_one_again(self._found(caller, webhook).id, delivery):
            issue = InputIssue(
                path="deliveryId",
                code=INVALID_INPUT,
                problem="there is no such notice that can be sent again",
                remedy="give the id of a delivery of this webhook that is no test",
            )
            raise InvalidInput((issue,))

    def log(self, caller: AuthorisedCaller, webhook: UUID, *, limit: int, after: str | None) -> Page[Sent]:
        """What was sent and what waits, the newest event first. Raises ``PlaceUnusable``.

        What is about an application that is no longer the caller's is left out, so a page may be short.
        """
        place = self._program.places.opened(after, Listing.WEBHOOK_DELIVERIES)
        found = self._program.deliveries.log(
            _scope(caller), self._found(caller, webhook).id, limit=limit + 1, after=_after(place)
        )
        shown, references = found[:limit], self._references(caller, found[:limit])
        items = tuple(
            Sent(delivery=each, reference=None if each.case_id is None else references[each.case_id])
            for each in shown
            if each.case_id is None or each.case_id in references
        )
        end = f"{shown[-1].position} {shown[-1].id}" if len(found) > limit else None
        return self._program.places.sealed(Page(items=items, next=end), Listing.WEBHOOK_DELIVERIES)

    def sent(self, caller: AuthorisedCaller, webhook: UUID, delivery: UUID) -> Sent:
        """One of them. Raises :class:`WebhookUnknown` where it has none of this id that the caller may see."""
        found = self._program.deliveries.one(_scope(caller), self._found(caller, webhook).id, delivery)
        if found is None:
            raise WebhookUnknown
        if found.case_id is None:
            return Sent(delivery=found, reference=None)
        reference = self._reference(caller, found.case_id)
        if reference is None:
            raise WebhookUnknown
        return Sent(delivery=found, reference=reference)

    def _found(self, caller: AuthorisedCaller, webhook: UUID) -> Subscription:
        found = self._program.subscriptions.read(_scope(caller), caller.caller.role, _owner(caller), webhook)
        if found is None:
            raise WebhookUnknown
        return found

    def _changed(
        self, caller: AuthorisedCaller, webhook: UUID, change: Callable[[Subscription], Subscription]
    ) -> Subscription:
        """Raises :class:`WebhookChanged` where others change it again and again meanwhile."""
        for _ in range(_ATTEMPTS):
            found = self._found(caller, webhook)
            try:
                return self._program.subscriptions.save(change(found), over=found.version)
            except StaleSubscription:
                continue
        raise WebhookChanged

    def _employer(self, caller: AuthorisedCaller, employer: str | None) -> str:
        """Whose applications are meant. Raises ``InvalidInput`` for those of another."""
        if caller.caller.role is Role.EMPLOYER:
            if employer not in (None, _owner(caller)):
                raise _wrong_employer(
                    REJECTED_INPUT, "an employer is told of its own applications", "leave enterpriseNumber out"
                )
            return _owner(caller)
        if employer is None or not self._represents(caller, employer):
            raise _wrong_employer(
                REQUIRED_INPUT if employer is None else INVALID_INPUT,
                "a representative is told of what it filed for an employer under a mandate, and there is nothing yet",
                "give the enterprise number of an employer for which you have applications",
            )
        return employer

    def _represents(self, caller: AuthorisedCaller, employer: str) -> bool:
        """Whether some application of that employer is the representative's by its stream."""
        rows = self._rows.every(self._rows.own(caller), Wanted(employer_number=employer))
        return any(self._reference(caller, each.case_id) is not None for each in rows)

    def _references(self, caller: AuthorisedCaller, deliveries: list[Delivery]) -> dict[UUID, str]:
        """Of the applications that are the caller's by their streams."""
        cases = dict.fromkeys(each.case_id for each in deliveries if each.case_id is not None)
        found = {case_id: self._reference(caller, case_id) for case_id in cases}
        return {case_id: reference for case_id, reference in found.items() if reference is not None}

    def _reference(self, caller: AuthorisedCaller, case_id: UUID) -> str | None:
        try:
            return self._cases.case(caller, case_id).case.reference
        except ApplicationUnknown:
            return None


def _wrong_employer(code: str, problem: str, remedy: str) -> InvalidInput:
    return InvalidInput((InputIssue(path="enterpriseNumber", code=code, problem=problem, remedy=remedy),))


def _owner(caller: AuthorisedCaller) -> str:
    number = caller.caller.enterprise_number
    if number is None:
        raise NotPermitted(f"The role {caller.caller.role} has no webhooks ({Action.MANAGE_WEBHOOKS}).")
    return number


def _scope(caller: AuthorisedCaller) -> RowScope:
    return rows_of(caller)


def _after(place: str | None) -> After | None:
    if place is None:
        return None
    position, _, delivery = place.partition(" ")
    return After(int(position), UUID(delivery))
