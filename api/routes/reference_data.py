"""``refData/problemTypes``: what the ``href`` of a problem of our own leads to, for people to read."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from api.problems import NOT_FOUND, OWN_PROBLEM_TYPES, Problem, RequestRefused

_MEANING: Final = {
    "methodNotAllowed": "This path has no such method; the header Allow names those it has.",
    "notAcceptable": "Answers are application/json only.",
    "unsupportedMediaType": "Bodies are application/json in UTF-8 only.",
    "applicationAlreadySubmitted": "An application with this id was filed before.",
    "authorityNotLive": "This authority does not take applications here yet: file with its own counter.",
    "decisionAlreadyMade": "The application has been decided; nothing of this kind changes it any more.",
    "applicationWithdrawn": "The applicant has taken the application back.",
    "checkPending": "The Crossroads Bank has not answered yet: wait for it, or for the check to become a manual task.",
    "requirementNotMet": "A permit cannot be granted while a requirement of the law is not met.",
    "motivationRequired": "A person has to judge what the rules leave open, and to say why in the motivation.",
    "groundRequired": "A refusal names at least one ground.",
    "groundNotSupported": "A refusal rests on grounds that the file bears; 'other' needs a motivation.",
    "groundNotApplicable": "Grounds belong to a refusal only.",
    "staleVersion": "The application has changed since it was read: read it again and decide on what it says now.",
    "idempotencyKeyReused": "An Idempotency-Key stands for one command for ever: use a new one for a new command.",
}


def reference_data_routes() -> APIRouter:
    """The pages, in English; the codes on them never change."""
    routes = APIRouter(prefix="/refData")

    @routes.get("/problemTypes/{problem_type}", name="getProblemType")
    async def get_problem_type(problem_type: str) -> Response:
        known = OWN_PROBLEM_TYPES.get(problem_type)
        if known is None:
            raise RequestRefused(Problem(type=NOT_FOUND, detail="There is no such problem type."))
        page = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{known.title}</title></head>'
            f"<body><h1>{known.title}</h1><p><code>{problem_type}</code>, status {known.status}</p>"
            f"<p>{_MEANING[problem_type]}</p></body></html>"
        )
        return Response(page, media_type="text/html")

    return routes
