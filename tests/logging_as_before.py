"""Tests may set logging up as the program does; afterwards it is as the next test expects it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def logging_as_before() -> Iterator[None]:
    """Bring back handlers and levels, of the root and of every library's logger."""
    root = logging.root
    handlers, level = list(root.handlers), root.level
    loggers = {name: each for name, each in root.manager.loggerDict.items() if isinstance(each, logging.Logger)}
    levels = {name: each.level for name, each in loggers.items()}
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, each in root.manager.loggerDict.items():
            if isinstance(each, logging.Logger):
                each.setLevel(levels.get(name, logging.NOTSET))
