"""The notices that workers send: each judged by its stream at the moment it is sent, and made of it.

A subscription acts as its enterprise would: what the permission table gives it today is what it is told. So a mandate
that was found invalid, or an employer that was corrected, ends what is sent, also of what happened before.
"""

from __future__ import annotations

from api.composition import Program
from api.permissions import Action
from api.services.access import Access
from api.services.refusals import ServiceRefused
from consumers.webhook_notices import CONTENT_TYPE, notice_of, notice_of_a_test, notice_source
from domain.case.folding import fold
from domain.case.lifecycle import Case
from infra.identity.caller import Caller, Role
from infra.postgres.webhooks.deliveries import Delivery
from infra.postgres.webhooks.subscriptions import Subscription
from infra.wire_format import canonical_json
from infra.workers.webhook_sender import Notice


class NoticesByStream:
    """Implements :class:`infra.workers.webhook_sender.Notices`; safe between threads."""

    def __init__(self, program: Program, access: Access) -> None:
        self._program = program
        self._access = access
        self._source = notice_source(program.recorder.origin)

    def of(self, subscription: Subscription, delivery: Delivery) -> Notice | None:
        """Raises ``UnreadableEvent``, ``KeyMissing`` and ``StreamCorrupt``."""
        if delivery.case_id is None or delivery.version is None or delivery.event is None:
            content = notice_of_a_test(delivery.id, delivery.made_at, self._source)
        else:
            case = self._program.journal.read(delivery.case_id).case
            if case is None or not self._may_be_told(subscription, case):
                return None
            (recorded,) = self._program.recorder.select_events(
                delivery.case_id, gt=delivery.version - 1, lte=delivery.version
            )
            events = self._program.journal.events_of(delivery.case_id, up_to=delivery.version)
            after = fold(events)
            if after is None:
                raise AssertionError("a stream that has this event has a case")
            content = notice_of(
                events[-1],
                delivery.event,
                recorded.known_at,
                after,
                case_id=delivery.case_id,
                version=delivery.version,
                source=self._source,
            )
        return Notice(id=content["id"], content_type=CONTENT_TYPE, body=canonical_json(content))

    def _may_be_told(self, subscription: Subscription, case: Case) -> bool:
        """Whether the enterprise may read the case, and has webhooks."""
        told = _acting_as(subscription)
        try:
            for action in (Action.MANAGE_WEBHOOKS, Action.READ_APPLICATION):
                self._access.admission(self._access.authorise(told, action))(case)
        except ServiceRefused:
            return False
        return case.parties.employer == subscription.employer


def _acting_as(subscription: Subscription) -> Caller:
    """The enterprise of a subscription, as if it asked now."""
    return Caller(
        role=Role(subscription.role),
        subject=f"webhook-{subscription.id}",
        token_id="",  # nosec B106 # there is no token: nobody signed in
        enterprise_number=subscription.owner,
    )
