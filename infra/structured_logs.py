"""Log lines: one JSON object each on standard error, for decisions, and never with a national number.

Our own modules log through :func:`get_logger` and nothing else. What libraries say through `logging` (uvicorn, kafka)
goes the same way: the last thing before a line is written is `without_personal_data`.
"""

import logging
import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Final, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL = "[personal]"
NATIONAL_NUMBER = "[national number]"

PERSONAL_KEYS = frozenset(
    {"ssin", "insz", "niss", "nationalnumber", "nationalregisternumber", "bisnumber", "passportnumber"}
    | {"givenname", "firstname", "familyname", "lastname", "surname", "fullname", "birthdate", "dateofbirth"}
    | {"nationality", "address", "street", "email", "phone", "telephone", "contact", "grosspay", "freetext"}
    | {"employername", "jobtitle"}
)
"""Names of DESIGN's personal data (choice 4), in lower case and without separators."""

DIGITS_OF_A_PERSON = re.compile(
    r"""
    # Digests and UUIDs are random, so some of them hold eleven fitting digits: recognised first, left alone.
    (?P<random> [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12} | [0-9a-f]{32,} )
    # 85.07.30-033.28, 85073003328 and the spellings between.
    | (?<!\d) (?P<number> \d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2} ) (?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)


_FIELDS: Final = "fields_of_ours"

_TALKATIVE: Final = ("httpx", "httpcore", "uvicorn", "kafka", "confluent_kafka")
"""Libraries that log each step; we log decisions."""


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The log of a module, by its `__name__`: ``log.warning("relay.waits", why=str(why))``.

    The first word is what happened, the rest are its fields, under any names but ``event``.
    """
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, _as_record],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return logger


def logger_for(library: str) -> logging.Logger:
    """For a library that is to be given a logger: what it says goes the way of all others."""
    return logging.getLogger(library)


def configure_logging(level: int = logging.INFO, *, to: TextIO | None = None) -> None:
    """Send everything of `level` and above `to` a file, or today's standard error. Calling it again starts afresh."""
    before_writing: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _with_its_fields,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before_writing,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_personal_data,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)


def _as_record(_logger: WrappedLogger, _method: str, line: EventDict) -> tuple[tuple[object], dict[str, object]]:
    """The arguments for a logger of `logging`. Our fields go under one name: some would be refused as its own."""
    passed = {name: line.pop(name) for name in ("exc_info", "stack_info") if name in line}
    return (line.pop("event"),), {**passed, "extra": {_FIELDS: line}}


def _with_its_fields(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A line of ours with the fields that `_as_record` collected."""
    fields = line.pop(_FIELDS, {})
    return {**line, **fields}


def without_personal_data(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """The line with what is a person's replaced: values under telling names, and national numbers anywhere.

    An object that is no plain value is named by its type only, because its `repr` may hold anything.
    """
    return {_clean_text(str(key)): _clean(key, value) for key, value in line.items()}


def _clean(key: object, value: object) -> object:
    if isinstance(key, str) and re.sub(r"[^a-z]", "", key.lower()) in PERSONAL_KEYS:
        return PERSONAL
    match value:
        case bool():
            return value
        case Enum():
            return _clean(None, value.value)
        case str() | PurePath() | BaseException():
            return _clean_text(str(value))
        case int():
            # One leading zero lost; smaller numbers are counts and durations.
            return NATIONAL_NUMBER if value >= 10**9 and _is_national_number(f"{value:011d}") else value
        case Mapping():
            return {_clean_text(str(inner)): _clean(inner, item) for inner, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(None, item) for item in value]
        case datetime() | date() | time():
            return value.isoformat()
        case float() | None:
            return value
        case Decimal() | UUID() | timedelta():
            return str(value)
        case _:
            return f"[{type(value).__name__}]"


def _clean_text(text: str) -> str:
    return DIGITS_OF_A_PERSON.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    number = found["number"]
    if number is None or not _is_national_number(re.sub(r"\D", "", number)):
        return found[0]
    return NATIONAL_NUMBER


def _is_national_number(digits: str) -> bool:
    """97 minus the remainder of the first nine digits by 97; for births from 2000 on a 2 is put before them.

    Only the check digits are checked, not whether a birth date can be read: that also catches BIS numbers, and
    a number masked for nothing is the worst that can happen.
    """
    if len(digits) != 11:
        return False
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int(f"2{digits[:9]}") % 97)
