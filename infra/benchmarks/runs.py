"""Measuring both sides in one run: interleaved, medians, one form for every benchmark.

Absolute figures drift by a factor of two from machine to machine and from minute to minute; what counts is the
ratio of two sides that ran turn about on the same server.
"""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any, Final

from domain.unusable import Unusable
from infra.postgres.server.connections import connect
from infra.postgres.server.durability import require_durable

RUNS: Final = 5


class BenchmarkImpossible(Unusable):
    """A benchmark cannot be run here; the sentence says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Both sides of one case; ``ratio`` is ours over the peer's."""

    case: str
    ours: float
    peer: float
    ratio: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkReport:
    benchmark: str
    machine: dict[str, Any]
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "benchmark": self.benchmark,
            "machine": self.machine,
            "rows": [asdict(row) for row in self.rows],
        }


def compare(case: str, unit: str, ours: Callable[[], float], peer: Callable[[], float], *, runs: int = RUNS) -> Row:
    """Run both sides turn about, ``runs`` times each, and give the medians."""
    measured_ours, measured_peer = _turn_about((ours, peer), runs)
    return _row(case, unit, measured_ours, measured_peer)


def compare_all(
    unit: str, ours: Mapping[str, Callable[[], float]], peer: Callable[[], float], *, runs: int = RUNS
) -> tuple[Row, ...]:
    """Several cases of ours against one peer: as :func:`compare`, all of them turn about."""
    *measured, measured_peer = _turn_about((*ours.values(), peer), runs)
    return tuple(_row(case, unit, each, measured_peer) for case, each in zip(ours, measured, strict=True))


def compare_with_each(
    unit: str, ours: Callable[[], float], peers: Mapping[str, Callable[[], float]], *, runs: int = RUNS
) -> tuple[Row, ...]:
    """The same measure of ours against several peers, by the cases of their rows: all of them turn about."""
    measured_ours, *measured = _turn_about((ours, *peers.values()), runs)
    return tuple(_row(case, unit, measured_ours, each) for case, each in zip(peers, measured, strict=True))


def _turn_about(sides: Sequence[Callable[[], float]], runs: int) -> list[list[float]]:
    """What each side measured, run by run."""
    measured: list[list[float]] = [[] for _ in sides]
    for _ in range(runs):
        for side, found in zip(sides, measured, strict=True):
            found.append(side())
    return measured


def _row(case: str, unit: str, ours: Sequence[float], peer: Sequence[float]) -> Row:
    our_median, peer_median = statistics.median(ours), statistics.median(peer)
    return Row(
        case=case,
        # Rates are thousands a second; the milliseconds of a quick answer are few, and a tenth of one is much of them.
        ours=round(our_median, 3),
        peer=round(peer_median, 3),
        ratio=round(our_median / peer_median, 2),
        unit=unit,
    )


def machine(admin_url: str) -> dict[str, Any]:
    """What the figures were measured on, with the settings that make a server durable.

    Raises ``ServerNotDurable``: a figure from a server that may lose commits says nothing.
    """
    with closing(connect(admin_url, None)) as connection:
        durability = require_durable(connection)
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "durability": str(durability),
        "runs": RUNS,
    }
