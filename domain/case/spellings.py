"""How codes are spelled: of countries and types of file, which are known, and of occupations, committees and work."""

from __future__ import annotations

import re
from typing import Final

from domain.case.document_rules import accepted_media_types
from domain.case.refusals import InputIssue
from domain.case.value_checks import INVALID_INPUT, Issues, one_of, spelled
from domain.places.countries import country_codes, nationality_codes

_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_OCCUPATION: Final = re.compile(r"[A-Za-z0-9.-]{1,20}", re.ASCII)
_JOINT_COMMITTEE: Final = re.compile(r"[0-9]{3}(\.[0-9]{2}){0,2}", re.ASCII)
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,49}", re.ASCII)


def country(path: str, value: str) -> Issues:
    """A code that is one of a country: of an unknown one nobody could say whether a permit is needed."""
    disorder = tuple(spelled(path, value, _COUNTRY, "two capitals of ISO 3166-1, such as IN"))
    yield from disorder
    if not disorder and value not in country_codes():
        yield InputIssue(
            path=path,
            code=INVALID_INPUT,
            problem="no country has this code",
            remedy="write its code of ISO 3166-1 (GB, not UK; GR, not EL), XK for Kosovo",
        )


def nationality(path: str, value: str) -> Issues:
    """A code of a country, or that of the stateless. Of a nationality that is not known nobody could judge anything."""
    if value not in nationality_codes():
        disorder = tuple(spelled(path, value, _COUNTRY, "two capitals of ISO 3166-1, such as IN"))
        yield from disorder
        if not disorder:
            yield InputIssue(
                path=path,
                code=INVALID_INPUT,
                problem="no country has this code",
                remedy=(
                    "write its code of ISO 3166-1 (GB, not UK; GR, not EL), XK for Kosovo, XXA for a stateless person"
                ),
            )


def occupation(path: str, value: str) -> Issues:
    return spelled(path, value, _OCCUPATION, "an occupation code")


def joint_committee(path: str, value: str) -> Issues:
    return spelled(path, value, _JOINT_COMMITTEE, "its number, such as 200 or 140.03")


def basis_of_work(path: str, value: str) -> Issues:
    return spelled(path, value, _CODE, "the code of the right to work, such as singlePermit")


def media_type(path: str, value: str) -> Issues:
    """A type of file that a case takes: one that is announced is to be sent later."""
    return one_of(path, value, accepted_media_types())
