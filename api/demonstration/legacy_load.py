"""Load the legacy records of a demonstration, in the same way as every extract of an authority."""

from __future__ import annotations

from pathlib import Path

from api.composition import Program
from api.demonstration.legacy import write_extracts
from api.services.migrations import loader_of
from infra.migration.batch_ledgers import ledgers


def load_legacy_records(program: Program, directory: Path, seed: int) -> None:
    """Load the extract of every authority that moves in; what a run before this one has loaded stays as it is."""
    for authority, file in write_extracts(directory, seed).items():
        with program.unhurried_readers.connection() as connection:
            batches = ledgers(connection, authority)
        if not any(each.source == file.name and each.finished_at is not None for each in batches):
            loader_of(program, authority).load([file])
