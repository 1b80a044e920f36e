"""Garbage collection, seldom: a chunk of records is a hundred thousand objects, none of which is part of a cycle.

They go when nothing refers to them any more. At its usual threshold the collector looks at all of them a hundred times
a chunk and finds nothing: an eighth of the time of a load.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_OBJECTS: Final = 50_000
"""New ones before the collector looks again; the program's own threshold is some hundreds."""


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Let the collector of this process look seldom for as long as the block runs."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
