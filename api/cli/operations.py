"""``permit status``: for those who keep it running."""

from __future__ import annotations

from api.cli.output import Json, say
from api.composition import open_program
from api.http.status_content import status_content
from api.services.operations import installation_figures, why_no_append
from infra.settings import load_settings


def status(as_json: Json = False) -> None:
    """How far relay, consumers and read models are behind, the work at the Crossroads Bank, and what needs a person."""
    with open_program(load_settings()) as program:
        why_not = why_no_append(program)
        result = {
            "appends": {"succeed": why_not is None, "why": why_not},
            **status_content(installation_figures(program, program.readers)),
        }
    say(result, as_json)
