"""Pages put together: a template, the language of the reader, and what surrounds every page."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from api.pages.security_headers import page_headers
from api.pages.static_files import StaticFiles, accepts_gzip
from api.words.languages import LANGUAGE_COOKIE, LANGUAGE_PARAMETER, Language, Languages

_A_YEAR: Final = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link, with its words in the reader's language; ``here`` on the page it leads to."""

    href: str
    text: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLink:
    """The same page in another language."""

    href: str
    language: Language
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """The frame of a page: the colours of an authority, the navigation, the reader, and where they look for a case.

    ``home_href`` is where the name of the service leads: to the first page of the reader, or the entrance.
    """

    authority: str | None = None
    navigation: tuple[Link, ...] = ()
    reader: str | None = None
    sign_out_href: str | None = None
    search_href: str | None = None
    home_href: str = "/"


NO_FRAME: Final = PageFrame()


@dataclass(frozen=True, slots=True)
class Pages:
    """The templates in every language; one for the whole program, safe between threads."""

    languages: Languages
    static: StaticFiles
    environments: Mapping[str, Environment]

    @classmethod
    def load(cls, *more: BaseLoader) -> Pages:
        """Read catalogues and static files; ``more`` are further places to look for templates.

        Without more, they are read once a process. Raises ``CatalogueUnusable``.
        """
        return cls._read(*more) if more else cls._packaged()

    @classmethod
    @cache
    def _packaged(cls) -> Pages:
        return cls._read()

    @classmethod
    def _read(cls, *more: BaseLoader) -> Pages:
        languages, static = Languages.load(), StaticFiles.load()
        loader = ChoiceLoader([PackageLoader("api.pages"), *more])
        # An environment a language, because a macro that is imported sees no variable of the page it serves.
        environments = {each.code: _environment(loader, each, static) for each in languages}
        return cls(languages, static, MappingProxyType(environments))

    def language(self, request: Request) -> Language:
        """The language in which :meth:`response` answers this request."""
        return self.languages.chosen(request)

    def response(
        self,
        request: Request,
        template: str,
        content: Mapping[str, object],
        *,
        frame: PageFrame = NO_FRAME,
        status: int = 200,
        personal: bool = True,
    ) -> Response:
        """The page; ``personal`` unless nothing on it is about anyone.

        A personal page is never compressed: with text chosen by a stranger, its length would reveal its content.
        """
        language = self.language(request)
        text = (
            self.environments[language.code]
            .get_template(template)
            .render(content, frame=frame, language_links=self._language_links(request, language))
        )
        body = text.encode()
        headers = page_headers(personal=personal) | {
            "Content-Language": language.code,
            "Vary": "Accept-Language, Cookie" if personal else "Accept-Language, Cookie, Accept-Encoding",
        }
        if not personal and accepts_gzip(request):
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        response = Response(body, status, headers, "text/html")
        if request.query_params.get(LANGUAGE_PARAMETER) == language.code:
            response.set_cookie(
                LANGUAGE_COOKIE,
                language.code,
                max_age=_A_YEAR,
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="lax",
            )
        return response

    def _language_links(self, request: Request, now: Language) -> tuple[LanguageLink, ...]:
        """This page in each language, with the other parameters of its address."""
        others = [(name, value) for name, value in request.query_params.multi_items() if name != LANGUAGE_PARAMETER]
        return tuple(
            LanguageLink(
                href="?" + urlencode([*others, (LANGUAGE_PARAMETER, each.code)]), language=each, here=each is now
            )
            for each in self.languages
        )


def _environment(loader: BaseLoader, language: Language, static: StaticFiles) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # A sentence that {% trans %} breaks over lines is the same sentence.
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds its method as it is loaded, unseen by type checkers.
    translated: Any = environment
    translated.install_gettext_translations(language.translations, newstyle=True)
    environment.globals |= {"language": language, "static": static.href}
    environment.filters |= {
        "date": language.date,
        "datetime": language.datetime,
        "money": language.money,
        "integer": language.integer,
        "number": language.number,
        "percent": language.percent,
        "cell": language.cell,
    }
    return environment
