"""``/employer/webhooks``: which systems are told of what happens on the reader's applications, and how that went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.http.paging import AFTER, single, unusable_cursor
from api.http.routes.webhooks import webhook_id_of
from api.pages.counter.ways import PATH, WEBHOOKS, Here, ways
from api.pages.form_values import day_as_sent
from api.pages.page_parts import FieldError, Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.pages.webhooks.contents import WebhookWords, address_of
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.refusals import TooManyWebhooks
from api.services.webhooks import WebhookService
from domain.case.refusals import InvalidInput
from domain.identifiers import enterprise_number_digits
from infra.identity.caller import Role
from infra.postgres.webhooks.subscriptions import Subscription
from projections.lists.keyset_pages import PlaceUnusable

Form = Annotated[SentForm, Depends(sent_form)]

ON_A_PAGE: Final = 20
URL, NUMBER, FROM_DAY, DELIVERY = "url", "enterpriseNumber", "fromDay", "delivery"

_ONE: Final = f"{WEBHOOKS}/{{webhook_id}}"


def employer_webhook_pages(webhooks: WebhookService, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)
    screen = WebhookScreen(webhooks, pages, readers)

    @routes.get(WEBHOOKS, name="ownWebhooks")
    def listing(request: Request) -> Response:
        return screen.listing(request)

    @routes.post(WEBHOOKS, name="addWebhook")
    def add(request: Request, sent: Form) -> Response:
        return screen.add(request, sent)

    @routes.get(_ONE, name="ownWebhook")
    def show(request: Request, webhook_id: str) -> Response:
        return screen.show(request, webhook_id_of(webhook_id))

    @routes.post(f"{_ONE}/secrets", name="newWebhookSecret")
    def rotate(request: Request, webhook_id: str, _: Form) -> Response:
        return screen.rotate(request, webhook_id_of(webhook_id))

    @routes.post(f"{_ONE}/pauses", name="pauseOwnWebhook")
    def pause(request: Request, webhook_id: str, _: Form) -> Response:
        return screen.pause(request, webhook_id_of(webhook_id))

    @routes.post(f"{_ONE}/resumptions", name="resumeOwnWebhook")
    def resume(request: Request, webhook_id: str, _: Form) -> Response:
        return screen.resume(request, webhook_id_of(webhook_id))

    @routes.post(f"{_ONE}/tests", name="testOwnWebhook")
    def test(request: Request, webhook_id: str, _: Form) -> Response:
        return screen.test(request, webhook_id_of(webhook_id))

    @routes.post(f"{_ONE}/replays", name="replayOwnWebhook")
    def replay(request: Request, webhook_id: str, sent: Form) -> Response:
        return screen.replay(request, webhook_id_of(webhook_id), sent)

    @routes.get(f"{_ONE}/deletion", name="askWebhookDeletion")
    def ask_deletion(request: Request, webhook_id: str) -> Response:
        return screen.ask_deletion(request, webhook_id_of(webhook_id))

    @routes.post(f"{_ONE}/deletion", name="deleteOwnWebhook")
    def delete(request: Request, webhook_id: str, _: Form) -> Response:
        return screen.delete(request, webhook_id_of(webhook_id))

    @routes.get(f"{_ONE}/{{what}}", name="webhookAgain")
    def again(webhook_id: str, what: str) -> Response:  # whatever it was, the way back is the same
        """Where somebody comes who changes the language, or signs in again, at the address of a button."""
        return RedirectResponse(f"{WEBHOOKS}/{webhook_id_of(webhook_id)}", 303)

    return routes


class WebhookScreen:
    """The webhooks of the signed-in reader. All raise ``NotSignedIn``, ``NotPermitted`` and ``WebhookUnknown``."""

    def __init__(self, webhooks: WebhookService, pages: Pages, readers: Readers) -> None:
        self._webhooks = webhooks
        self._pages = pages
        self._readers = readers

    def listing(self, request: Request) -> Response:
        """All of them, and the form for another one."""
        return self._list(request, self._reader(request), {URL: "", NUMBER: ""}, ())

    def add(self, request: Request, sent: SentForm) -> Response:
        """Make one and show its secret, this once; or the form again with what is wrong with it."""
        caller = self._reader(request)
        given = {name: sent.one(name) for name in (URL, NUMBER)}
        language = self._pages.language(request)
        try:
            made = self._webhooks.subscribe(caller, given[URL], _digits(given[NUMBER]))
        except InvalidInput as why:
            said = {
                URL: language.gettext(
                    "Enter an https address on the public internet, such as https://hr.example.be/notices"
                ),
                NUMBER: language.gettext(
                    "Enter the number of an employer for which you have applications under a mandate"
                ),
            }
            errors = tuple(FieldError(field=each.path, text=said[each.path]) for each in why.issues)
            return self._list(request, caller, given, errors)
        except TooManyWebhooks:
            said_of_all = language.gettext("There are as many webhooks as there can be: delete one first.")
            return self._list(request, caller, given, (FieldError(field=URL, text=said_of_all),))
        return self._secret(request, caller, made)

    def show(self, request: Request, webhook: UUID) -> Response:
        """One of them with its log. Raises ``RequestRefused`` (400) for a place in it that no page gave."""
        return self._one(request, self._reader(request), webhook, ())

    def rotate(self, request: Request, webhook: UUID) -> Response:
        caller = self._reader(request)
        return self._secret(request, caller, self._webhooks.rotate(caller, webhook))

    def pause(self, request: Request, webhook: UUID) -> Response:
        return _led_back(self._webhooks.pause(self._reader(request), webhook))

    def resume(self, request: Request, webhook: UUID) -> Response:
        return _led_back(self._webhooks.resume(self._reader(request), webhook))

    def test(self, request: Request, webhook: UUID) -> Response:
        caller = self._reader(request)
        self._webhooks.test(caller, webhook)
        return _led_back(self._webhooks.read(caller, webhook).subscription)

    def replay(self, request: Request, webhook: UUID, sent: SentForm) -> Response:
        """Have one delivery sent again, or all from a day on."""
        caller, language = self._reader(request), self._pages.language(request)
        found = self._webhooks.read(caller, webhook).subscription
        if sent.one(DELIVERY):
            self._webhooks.send_one_again(caller, webhook, webhook_id_of(sent.one(DELIVERY)))
            return _led_back(found)
        day = _day(sent.one(FROM_DAY))
        if day is None:
            text = language.gettext("Enter a day, such as 20/01/2026")
            return self._one(request, caller, webhook, (FieldError(field=FROM_DAY, text=text),), sent.one(FROM_DAY))
        self._webhooks.send_again_since(caller, webhook, day)
        return _led_back(found)

    def ask_deletion(self, request: Request, webhook: UUID) -> Response:
        """Whether it is really to be deleted."""
        caller = self._reader(request)
        shown = self._words(request).webhook(self._webhooks.read(caller, webhook))
        return self._response(request, caller, "counter/webhook_deletion.html", {"webhook": shown})

    def delete(self, request: Request, webhook: UUID) -> Response:
        self._webhooks.delete(self._reader(request), webhook)
        return RedirectResponse(WEBHOOKS, 303, {"Cache-Control": "no-store"})

    def _reader(self, request: Request) -> AuthorisedCaller:
        return self._readers.authorised(request, Action.MANAGE_WEBHOOKS)

    def _words(self, request: Request) -> WebhookWords:
        return WebhookWords(self._pages.language(request), self._readers.code_lists)

    def _list(
        self, request: Request, caller: AuthorisedCaller, given: Mapping[str, str], errors: tuple[FieldError, ...]
    ) -> Response:
        words = self._words(request)
        content = {
            "ways": ways(words.language, Here.WEBHOOKS, caller.caller.role),
            "webhooks": [words.webhook(each) for each in self._webhooks.listed(caller)],
            "for_another": caller.caller.role is Role.REPRESENTATIVE,
            "given": given,
            "errors": errors,
        }
        return self._response(request, caller, "counter/webhooks.html", content, status=400 if errors else 200)

    def _one(
        self,
        request: Request,
        caller: AuthorisedCaller,
        webhook: UUID,
        errors: tuple[FieldError, ...],
        from_day: str = "",
    ) -> Response:
        words, found = self._words(request), self._webhooks.read(caller, webhook)
        after = single(request.query_params, AFTER)
        try:
            page = self._webhooks.log(caller, webhook, limit=ON_A_PAGE, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        here, shown = address_of(found.subscription), words.webhook(found)
        content = {
            "webhook": shown,
            "with_employer": caller.caller.role is Role.REPRESENTATIVE,
            "deliveries": [words.delivery(each, is_active=shown.is_active) for each in page.items],
            "kept_days": self._webhooks.kept_days,
            "from_day": from_day,
            "errors": errors,
            "paging": Paging(
                previous_href=here if after else None,
                next_href=None if page.next is None else f"{here}?{urlencode({AFTER: page.next})}",
            ),
        }
        return self._response(request, caller, "counter/webhook.html", content, status=400 if errors else 200)

    def _secret(self, request: Request, caller: AuthorisedCaller, subscription: Subscription) -> Response:
        content = {
            "url": subscription.url,
            "href": address_of(subscription),
            "secret": subscription.secrets[0].text,
            "old_until": subscription.secrets[1].valid_until if len(subscription.secrets) > 1 else None,
        }
        return self._response(request, caller, "counter/webhook_secret.html", content)

    def _response(
        self,
        request: Request,
        caller: AuthorisedCaller,
        template: str,
        content: Mapping[str, object],
        *,
        status: int = 200,
    ) -> Response:
        frame = self._readers.frame(request, caller.caller, PATH)
        return self._pages.response(request, template, content, frame=frame, status=status)


def _digits(number: str) -> str | None:
    """As it is stored, however it was typed; None where nothing was."""
    return enterprise_number_digits(number) if number else None


def _day(text: str) -> date | None:
    """None for what the calendar does not have."""
    try:
        return date.fromisoformat(day_as_sent(text))
    except ValueError:
        return None


def _led_back(subscription: Subscription) -> Response:
    return RedirectResponse(address_of(subscription), 303, {"Cache-Control": "no-store"})
