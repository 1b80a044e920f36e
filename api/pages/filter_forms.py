"""The filter form above a list or a board; its address can be bookmarked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from starlette.datastructures import QueryParams

from api.pages.page_parts import REFRESH_PARAMETER
from api.words.choices import Choice
from infra.identity.caller import Role

HANDLER: Final = "handler"
_ROLE: Final = f"{Role.CASE_HANDLER}:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One field; with ``choices`` one of them is chosen, else ``type`` is the type of the input."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...] = ()
    type: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterForm:
    """The fields in order; ``kept`` are the other parameters of the address, which stay.

    ``everything`` is where nothing is filtered, where that is not the address of the list itself.
    """

    action: str
    filters: tuple[Filter, ...]
    kept: tuple[tuple[str, str], ...] = ()
    everything: str | None = None


def filled_in(request: Request) -> QueryParams:
    """The parameters of the address, as the interface accepts them: an empty field is left out."""
    return QueryParams([(name, value.strip()) for name, value in request.query_params.multi_items() if value.strip()])


def with_actor(parameters: QueryParams) -> QueryParams:
    """The same, with a handler as named in the journal: people write only the pseudonym."""
    return QueryParams(
        [
            (name, _ROLE + value if name == HANDLER and ":" not in value else value)
            for name, value in parameters.multi_items()
        ]
    )


def address(path: str, *parameters: tuple[str, str | None]) -> str:
    """A path with its parameters; those that are None are left out."""
    given = [(name, value) for name, value in parameters if value is not None]
    return f"{path}?{urlencode(given)}" if given else path


def refresh_kept(request: Request) -> tuple[tuple[str, str], ...]:
    """A reader who has paused the refresh keeps it paused when they choose other cases."""
    paused = request.query_params.get(REFRESH_PARAMETER)
    return () if paused is None else ((REFRESH_PARAMETER, paused),)


def choices_with_all(all_of_them: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices, and before them to choose none."""
    return (Choice(value="", text=all_of_them), *choices)


def pseudonym(actor: str) -> str:
    """What people call a handler: the pseudonym without the role."""
    return actor.removeprefix(_ROLE)
