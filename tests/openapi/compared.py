"""One request and its answer, as they went over the wire, held against the contract."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import parse_qsl

import httpx

from api.http.problems import API_ROOT
from tests.openapi.written import JSON_TYPES, Operation, contract, followed, operation_at, problems_with

OF_THE_DEFAULT: Final = (405, 406, 500, 503)
"""Problems of every operation, which none of them lists."""


def compare(answer: httpx.Response) -> str | None:
    """Gives the name of the operation, None where the contract has none: that is a 404 or 405.

    Raises AssertionError for anything that the contract does not say.
    """
    request = answer.request
    operation = operation_at(request.method, request.url.path.removeprefix(API_ROOT))
    if operation is None:
        assert answer.status_code in (404, 405), f"{request.method} {request.url.path} is not in the contract"
        return None
    if answer.is_success:
        _compare_request(operation, request)
    _compare_answer(operation, answer)
    return operation.name


def _compare_request(operation: Operation, request: httpx.Request) -> None:
    """What was accepted has to be as the contract asks for it."""
    asked = {name for name, _ in parse_qsl(request.url.query.decode())}
    assert asked <= operation.names_in("query"), f"{operation.name} takes {asked}, and the contract does not say so"
    if operation.sent is not None:
        wrong = problems_with(json.loads(request.content), operation.sent)
        assert not wrong, f"{operation.name} took what the contract does not describe: {wrong}"


def _compare_answer(operation: Operation, answer: httpx.Response) -> None:
    what = f"the answer {answer.status_code} of {operation.name}"
    written = operation.answer(answer.status_code)
    if written is None:
        assert answer.status_code in OF_THE_DEFAULT, f"{what} is not in the contract"
        written = contract()["components"]["responses"]["Default"]
    for header, said in written.get("headers", {}).items():
        assert header in answer.headers or not followed(said).get("required"), f"{what} lacks the header {header}"
    if not answer.content:
        assert "content" not in written, f"{what} has no body"
        return
    media_type = answer.headers["Content-Type"].partition(";")[0]
    assert media_type in written["content"], f"{what} is {media_type}"
    if media_type in JSON_TYPES:
        wrong = problems_with(answer.json(), written["content"][media_type]["schema"])
        assert not wrong, f"{what} is not as the contract describes it: {wrong}"
    if media_type == "application/problem+json":
        _compare_problem(answer, written, what)


def _compare_problem(answer: httpx.Response, written: dict[str, object], what: str) -> None:
    """A problem of our own has to be named with its status."""
    _, place, code = answer.json()["type"].rsplit(":", 2)
    if place == "singlePermit":
        named = followed(written).get("x-problemTypes", {})
        assert named.get(code) == answer.status_code, f"{what} is {code}, which the contract does not name"
