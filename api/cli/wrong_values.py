"""What is wrong with a value on the command line, in the sentences that all commands use: what, and how to write it.

The library that reads the values says it in terms of a program's types. A kind of error that is not known here keeps
the library's words: a test gives every parameter of every command a wrong value.
"""

from __future__ import annotations

from typing import Final

import typer

_SHAPE_OF_AN_ID: Final = "0198f0a4-7c21-7d3e-9a55-0c1d2e3f4a5b"


def sentence_of(wrong: typer.BadParameter) -> str:
    """What is wrong with the value, in one plain sentence."""
    # Imported late: the library is there as soon as it has refused something, and helps nobody before.
    from pydantic import ValidationError

    refused = wrong.__cause__
    if not isinstance(refused, ValidationError):
        return wrong.message
    error = refused.errors(include_url=False)[0]
    given, limits = str(error["input"]), error.get("ctx", {})
    match error["type"]:
        case "int_parsing" | "int_parsing_size" | "int_from_float" | "int_type":
            return f"{given!r} is no whole number: write digits only, such as 60"
        case "float_parsing" | "float_type" | "finite_number":
            return f"{given!r} is no number: write one, such as 2.5"
        case "greater_than_equal":
            return f"{given} is too small: write {limits['ge']} or more"
        case "less_than_equal":
            return f"{given} is too large: write {limits['le']} or less"
        case "uuid_parsing":
            return f"{given!r} is no id: write it in full, as in {_SHAPE_OF_AN_ID}"
        case _unknown:
            return wrong.message
