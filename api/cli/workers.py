"""The option of every command whose work is shared out over processes."""

from __future__ import annotations

from typing import Annotated

import typer

Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=256, help="worker processes; by default as many as there are cores, with 1 all is done in this one"
    ),
]
