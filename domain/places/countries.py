"""The countries that a worker can be of, or an undertaking lie in, and who is of none.

Codes of ISO 3166-1, ``XK`` for Kosovo, on which users agreed, and of those who are of no country the code of their
travel documents.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

PACKAGED: Final = Path(__file__).parent / "countries.toml"


@cache
def country_codes() -> frozenset[str]:
    """Every code that is one of a country, Kosovo (``XK``) among them."""
    content = _content()
    return frozenset((*content["iso_3166_1"], *content["user_assigned"]))


@cache
def nationality_codes() -> frozenset[str]:
    """Those, and that of a stateless person (``XXA``). ``XX``, which says that nothing is known, is none of them."""
    return country_codes() | frozenset(_content()["travel_documents"])


@cache
def _content() -> dict[str, list[str]]:
    return tomllib.loads(PACKAGED.read_text(encoding="utf-8"))
