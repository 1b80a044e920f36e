"""The countries that a worker can be of, or an undertaking lie in: codes of ISO 3166-1 and two that users agreed on."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

PACKAGED: Final = Path(__file__).parent / "countries.toml"


@cache
def country_codes() -> frozenset[str]:
    """Every code that is one of a country, of Kosovo (``XK``) or of the stateless (``XX``)."""
    content = tomllib.loads(PACKAGED.read_text(encoding="utf-8"))
    return frozenset((*content["iso_3166_1"], *content["user_assigned"]))
