"""A form that was sent after the session had ended: its text is restored once its writer has signed in again.

The text stays in the browser, in a hidden field of the sign-in page, and is sent with each of its forms:
it is on no disk and in no URL, and works without scripts. The way is

    POST the form        307  SIGN_IN_AGAIN, which shows the sign-in with what was typed
    POST the sign-in     307  the address of the form, which shows itself filled in again

A browser repeats a POST for a 307. What is restored this way is shown and never carried out: the writer sends it.
"""

from __future__ import annotations

import json
from typing import Final

from fastapi import Request

from api.pages.sent_forms import FORM, SentForm

KEPT: Final = "kept"
"""The field that holds the form as it was sent."""

SIGN_IN_AGAIN: Final = "/session/again"
_WITH_FORMS: Final = ("/cases/", "/drafts", "/migration/", "/queue/payments/", "/search")
"""Where people send what they typed; what is only a click is clicked again."""


def is_worth_keeping(request: Request) -> bool:
    """Whether a request is a filled-in form. A file is not kept: it has to be chosen again."""
    is_form = request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == FORM
    return request.method == "POST" and is_form and request.url.path.startswith(_WITH_FORMS)


def kept_text(sent: SentForm) -> str:
    """A form as the text of one hidden field; one that was kept already stays as it is."""
    return sent.one(KEPT) or json.dumps({name: list(values) for name, values in sent.values.items()})


def kept_form(sent: SentForm) -> SentForm | None:
    """The form that another one holds; None where it holds none, or none that is ours."""
    try:
        held = json.loads(sent.one(KEPT) or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict):
        return None
    for values in held.values():
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            return None
    return SentForm(held)
