"""What the application itself says of its routes: path, name, action, and the parameters that it takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.http.problems import API_ROOT
from api.http.requests import IDEMPOTENCY_HEADER
from api.permissions import Action
from infra.wire_format import wire_name

OPEN_TO_EVERYBODY: Final = {
    "health": Action.READ_HEALTH,
    "refData": Action.READ_REFERENCE_DATA,
    "doc": Action.READ_CONTRACT,
}
"""The actions of routes that ask for no token, and so name none, by the beginning of their paths."""

READS_FOR_ITSELF: Final = {"getProblemType": frozenset({"lang"})}
"""A page for people, which opens whatever stands behind its address: what it looks for in that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``path`` is that under the root of the API, as the contract would write it."""

    method: str
    path: str
    name: str
    action: Action
    needs_token: bool
    query: frozenset[str]
    headers: frozenset[str]


def routes_of(app: FastAPI) -> Iterator[Route]:
    """The routes of the API; pages are no part of it."""
    for found in iter_route_contexts(app.routes):
        path = found.path or ""
        if not path.startswith(f"{API_ROOT}/"):
            continue
        known = _known(found)
        action = known.get("action")
        written = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: f"{{{wire_name(name[1])}}}", path.removeprefix(API_ROOT))
        headers = set()
        if "changes_a_case" in known:
            headers = {IDEMPOTENCY_HEADER, "If-Match"} if known["changes_a_case"] else {IDEMPOTENCY_HEADER}
        for method in found.methods or ():
            yield Route(
                method=method.lower(),
                path=written,
                name=found.name or "",
                action=action or OPEN_TO_EVERYBODY[written.split("/")[1]],
                needs_token=action is not None,
                query=frozenset(known.get("parameters", ())) | READS_FOR_ITSELF.get(found.name or "", frozenset()),
                headers=frozenset(headers),
            )


def _known(found: Any) -> dict[str, Any]:
    """What the functions that let requests through were made with: see :mod:`api.http.requests`."""
    known: dict[str, Any] = {}
    waiting = [each.call for each in found.dependant.dependencies]
    while waiting:
        made_with = inspect.getclosurevars(waiting.pop()).nonlocals
        waiting += [each for each in made_with.values() if inspect.isfunction(each)]
        known |= made_with
    if found.name == "attachDocument":
        known["changes_a_case"] = True  # it says so in its body, not by an argument
    return known
