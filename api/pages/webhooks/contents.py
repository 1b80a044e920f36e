"""Webhooks and their deliveries in their reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.pages.counter.ways import WEBHOOKS
from api.pages.page_parts import Badge, Tone
from api.services.webhooks import Sent, Webhook
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.wording import Wording
from infra.postgres.webhooks.deliveries import Outcome
from infra.postgres.webhooks.subscriptions import Subscription, SubscriptionState

_TONES = {
    SubscriptionState.ACTIVE: Tone.GOOD,
    SubscriptionState.PAUSED: Tone.WAITING,
    SubscriptionState.STOPPED: Tone.LATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookShown:
    """``why`` says why it stopped or that it fails, empty where neither is so; ``waiting`` how much waits."""

    url: str
    href: str
    employer: str
    state: Badge
    is_active: bool
    why: str
    failing_since: datetime | None
    waiting: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryShown:
    """``tried_at`` is None before the first attempt; ``again`` is the id by which it is sent again, if it can be."""

    event: str
    reference: str
    case_href: str
    state: Badge
    detail: str
    attempts: int
    tried_at: datetime | None
    due_at: datetime | None
    again: str | None


class WebhookWords:
    """What is said of webhooks in one language."""

    def __init__(self, language: Language, code_lists: CodeLists) -> None:
        self.language = language
        self._wording = Wording(language, code_lists)

    def webhook(self, webhook: Webhook) -> WebhookShown:
        """A webhook with its state."""
        found, waiting = webhook.subscription, webhook.waiting
        return WebhookShown(
            url=found.url,
            href=address_of(found),
            employer=self._wording.enterprise(found.employer),
            state=Badge(text=self._wording.label("webhookStates", found.state), tone=_TONES[found.state]),
            is_active=found.state is SubscriptionState.ACTIVE,
            why="" if found.stopped_for is None else self._wording.label("webhookStopReasons", found.stopped_for),
            failing_since=found.failing_since,
            waiting=self.language.ngettext("%(num)s notice is waiting", "%(num)s notices are waiting", waiting),
            made_at=found.made_at,
        )

    def delivery(self, sent: Sent, *, is_active: bool) -> DeliveryShown:
        """A delivery with how it went. Of a webhook that is not active nothing is tried again by itself."""
        each = sent.delivery
        is_due = is_active and each.settled_at is None and each.attempts > 0
        return DeliveryShown(
            event=self.event(each.event),
            reference=sent.reference or "",
            case_href="" if each.case_id is None else f"/cases/{each.case_id}",
            state=self._state(sent, is_due=is_due),
            detail=self._detail(sent),
            attempts=each.attempts,
            tried_at=each.tried_at,
            due_at=each.due_at if is_due else None,
            again=str(each.id) if each.outcome is Outcome.DELIVERED and each.case_id is not None else None,
        )

    def event(self, name: str | None) -> str:
        """What an event is called, by its stored name; None is a test."""
        _ = self.language.gettext
        said = {
            None: _("Test"),
            "ApplicationSubmitted": _("Application filed"),
            "InformationRequested": _("Information requested"),
            "InformationProvided": _("Information received"),
            "DeadlineWarned": _("Last day to answer is near"),
            "DeadlineBreached": _("Last day to answer has passed"),
            "ApplicationDeclaredAdmissible": _("Declared admissible"),
            "ApplicationDeclaredInadmissible": _("Declared inadmissible"),
            "WorkPartDecided": _("Work part decided"),
            "ApplicationForwardedToImmigrationOffice": _("Forwarded to the Immigration Office"),
            "ResidencePartDecided": _("Residence part decided"),
            "ApplicationDecided": _("Application decided"),
            "ApplicationWithdrawn": _("Application withdrawn"),
            "FeePaid": _("Payment recorded"),
            "FeePaymentVoided": _("Payment voided"),
            "MandateVerified": _("Mandate checked"),
            "CaseCorrected": _("Data corrected"),
        }
        return said[name]

    def _state(self, sent: Sent, *, is_due: bool) -> Badge:
        each = sent.delivery
        if each.outcome is not None:
            tone = Tone.GOOD if each.outcome is Outcome.DELIVERED else Tone.LATE
            return Badge(text=self._wording.label("webhookOutcomes", each.outcome), tone=tone)
        _ = self.language.gettext
        if is_due:
            return Badge(text=_("Will be tried again"), tone=Tone.ATTENTION)
        return Badge(text=_("Waiting"), tone=Tone.WAITING)

    def _detail(self, sent: Sent) -> str:
        each = sent.delivery
        if each.trouble is None:
            return ""
        said = self._wording.label("webhookTroubles", each.trouble)
        return said if each.status is None else f"{said} ({each.status})"


def address_of(subscription: Subscription) -> str:
    """The page of a webhook."""
    return f"{WEBHOOKS}/{subscription.id}"
