"""``permit status``: for those who keep it running."""

from __future__ import annotations

from api.cli.output import Json, say
from api.composition import open_program
from api.services.operations import status_of
from infra.settings import load_settings


def status(as_json: Json = False) -> None:
    """How far relay, consumers and read models are behind, the work at the Crossroads Bank, and what needs a person."""
    with open_program(load_settings()) as program:
        result = status_of(program)
    say(result, as_json)
