"""A day as an option of a command."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import typer

from domain.civil_time import civil_day
from infra.clock import SystemClock

DAY: Final = "YYYY-MM-DD"
"""How a day is written, for ``metavar``."""


def today() -> date:
    """The civil day in Brussels, by the clock of this machine."""
    return civil_day(SystemClock().now())


def day(text: str) -> date:
    """The civil day that was typed. Raises ``typer.BadParameter``."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no time zone)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write it as {DAY}, such as 2026-02-01") from None
