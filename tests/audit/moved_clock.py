"""Runs a program in a process whose clock is another: ``python moved_clock.py DAYS MODULE ARGUMENTS...``.

No library for it is needed: the names by which Python code asks for the time are given other functions before
anything else is imported. The first line on standard error says what day it became, and how long ago 1970 was.
"""

from __future__ import annotations

import datetime as datetimes
import runpy
import sys
import time
from typing import Any

SECONDS_A_DAY = 24 * 60 * 60


def move_clock(days: int) -> None:
    """From now on it is ``days`` days later for whoever asks Python for the time."""
    seconds = days * SECONDS_A_DAY
    real_time, real_time_ns = time.time, time.time_ns
    real_localtime, real_gmtime = time.localtime, time.gmtime
    real_datetime, real_date = datetimes.datetime, datetimes.date

    class MadeReal(type):
        """Instances are of the real class, so that whatever compares types or passes them on is not disturbed."""

        real: type

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, cls.real)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, cls.real)

        def __call__(cls, *args: Any, **named: Any) -> Any:
            return cls.real(*args, **named)

        def __getattribute__(cls, name: str) -> Any:
            own = type.__getattribute__(cls, "__dict__")
            if name in ("now", "utcnow", "today") and name in own:
                return type.__getattribute__(cls, name)
            if name in ("__class__", "__dict__", "__mro__", "__bases__", "real"):
                return type.__getattribute__(cls, name)
            return getattr(type.__getattribute__(cls, "real"), name)

    class MovedDatetime(real_datetime, metaclass=MadeReal):
        real = real_datetime

        @classmethod
        def now(cls, tz: datetimes.tzinfo | None = None) -> Any:
            return real_datetime.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return real_datetime.fromtimestamp(time.time(), datetimes.UTC).replace(tzinfo=None)

        today = now

    class MovedDate(real_date, metaclass=MadeReal):
        real = real_date

        @classmethod
        def today(cls) -> Any:
            return real_date.fromtimestamp(time.time())

    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_time_ns() + seconds * 10**9
    time.localtime = lambda at=None: real_localtime(time.time() if at is None else at)
    time.gmtime = lambda at=None: real_gmtime(time.time() if at is None else at)
    datetimes.datetime = MovedDatetime  # type: ignore[misc]
    datetimes.date = MovedDate  # type: ignore[misc]


if __name__ == "__main__":
    move_clock(int(sys.argv[1]))
    from datetime import UTC, date, datetime  # after the move, as the program's own modules do

    sys.stderr.write(f"{datetime.now(UTC).date()} {date.today()} {time.time():.0f}\n")  # noqa: DTZ011
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
