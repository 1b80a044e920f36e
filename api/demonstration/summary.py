"""The figures of a demonstration in a short table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

NARROWEST: Final = 80
"""Characters in which every figure is whole."""


def print_summary(console: Console, figures: Mapping[str, Any]) -> None:
    """Print the most important of ``figures``, which are those of ``permit demo --json``."""
    stages = figures["stages"]
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", title="Five months of one region, as of 6 March 2026")
    table.add_column("what")
    table.add_column("number", justify="right")
    table.add_column("of which")
    for what, number, of_which in (
        (
            "applications",
            figures["applications"],
            f"{stages['closed']} closed, {figures['inadmissible']} inadmissible, {figures['withdrawn']} withdrawn",
        ),
        (
            "open",
            figures["applications"] - stages["closed"],
            f"{stages['admissibility']} admissibility, {stages['additionalInformation']} additional information, "
            f"{stages['workPart']} work, {stages['residencePart']} residence",
        ),
        (
            "open and late",
            figures["openLate"],
            f"{figures['atRisk']} other open ones at risk; {figures['paused']} open ones paused",
        ),
        ("closed late", figures["late"] - figures["openLate"], ""),
        ("decisions on work", figures["decisions"], f"{figures['residenceDecisions']} followed by one on residence"),
        ("requests for information", figures["informationRequests"], f"{figures['lapsed']} not answered in time"),
        ("Crossroads checks", figures["checks"], f"tasks left to a person: {figures['manualTasks']}"),
        (
            "legacy records taken over",
            sum(figures["retold"].values()),
            ", ".join(f"{number} {authority}" for authority, number in figures["retold"].items())
            + f"; {sum(figures['setAside'].values())} quarantined",
        ),
        ("events", figures["events"], f"sealed under the root {figures['root'][:16]}…"),
    ):
        table.add_row(what, f"{number:,}", of_which)
    console.print(table)
