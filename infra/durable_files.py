"""Files of secrets: made whole or not at all, durably, and for their owner's eyes only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp


def write_whole_or_not_at_all(path: Path, content: bytes) -> None:
    """Make the file durably, mode 0600; one that somebody else made in the meantime stays as it is."""
    descriptor, unfinished = mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        os.unlink(unfinished)
    make_names_durable(path.parent)


def make_names_durable(directory: Path) -> None:
    """Write the names in a directory to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
