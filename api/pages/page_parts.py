"""What the macros are given: the parts that pages are made of, in words that are already the reader's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from api.services.freshness import Reached

REFRESH_PARAMETER: Final = "refresh"
_PAUSED: Final = "paused"


class Tone(StrEnum):
    """The meaning of a badge, in addition to its words; each has its own shape, independent of colour."""

    GOOD = "good"
    ATTENTION = "attention"
    LATE = "late"
    WAITING = "waiting"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    text: str
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far the figures had read the log, and when; ``behind`` counts the events still to be read.

    ``parked`` counts the cases of which they lack an event for good, until one can be read that nobody can apply now.
    """

    position: int
    read_at: datetime
    behind: int = 0
    parked: int = 0


def freshness_of(reached: Reached) -> Freshness:
    """The same of a read model that has been looked at."""
    return Freshness(position=reached.position, read_at=reached.at, behind=reached.behind, parked=reached.parked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure to be read from afar; ``href`` leads to the cases it counts."""

    label: str
    value: str
    freshness: Freshness
    note: str | None = None
    badge: Badge | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with a field and how to correct it; ``field`` is its name."""

    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """The position of a page in a long list; the ends of the list have no next or previous page.

    ``number`` and ``last`` are absent where the pages are not counted.
    """

    previous_href: str | None = None
    next_href: str | None = None
    number: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshing:
    """Whether a page renews its figures by itself, and the addresses by which its reader stops or resumes that."""

    seconds: int
    paused: bool
    href: str
    pause_href: str
    resume_href: str

    @classmethod
    def of(cls, request: Request, *, seconds: int = 30) -> Refreshing:
        """By the address: pausing is a part of it, so that it works without scripts and can be bookmarked."""
        parameters = request.query_params.multi_items()
        others = [(name, value) for name, value in parameters if name != REFRESH_PARAMETER]
        paused = request.query_params.get(REFRESH_PARAMETER) == _PAUSED
        resume = "?" + urlencode(others)
        pause = "?" + urlencode([*others, (REFRESH_PARAMETER, _PAUSED)])
        return cls(
            seconds=seconds,
            paused=paused,
            href=request.url.path + (pause if paused else resume),
            pause_href=request.url.path + pause,
            resume_href=request.url.path + resume,
        )
