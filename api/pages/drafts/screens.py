"""What all pages of drafts share: the reader, the language, and the law beside the questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.pages.drafts.beside import Beside, beside
from api.pages.drafts.contents import DraftWords
from api.pages.drafts.groups import Asked
from api.pages.law.words import law_words
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.all_services import Services
from api.words.languages import Language

DRAFTS = "/drafts"


def led_on(address: str) -> Response:
    """The way to the page that follows on what a form did."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


class DraftPages:
    """Draws the pages of drafts for the signed-in reader."""

    def __init__(self, services: Services, pages: Pages, readers: Readers) -> None:
        self.services = services
        self.pages = pages
        self.readers = readers

    def reader(self, request: Request) -> AuthorisedCaller:
        """Who is signed in and may file. Raises ``NotSignedIn`` and ``NotPermitted``."""
        return self.readers.authorised(request, Action.FILE_APPLICATION)

    def language(self, request: Request) -> Language:
        return self.pages.language(request)

    def words(self, request: Request) -> DraftWords:
        return DraftWords(self.language(request), self.readers.code_lists)

    def asked(self, caller: AuthorisedCaller, body: Mapping[str, Any]) -> Asked:
        """What the questions of a draft depend on."""
        drafts, law = self.services.drafts, self.services.law
        return Asked(body=body, role=caller.caller.role.value, rulebook=law.rulebook, today=drafts.today)

    def beside(self, request: Request, body: Mapping[str, Any], asked: Asked) -> Beside:
        """The law on what the answers say so far."""
        return beside(self.services.law, body, asked, law_words(request, self.pages, self.readers))

    def response(
        self,
        request: Request,
        template: str,
        caller: AuthorisedCaller,
        content: Mapping[str, object],
        *,
        status: int = 200,
    ) -> Response:
        return self.pages.response(
            request, template, content, frame=self.readers.frame(request, caller.caller, DRAFTS), status=status
        )
