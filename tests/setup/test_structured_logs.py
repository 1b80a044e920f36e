"""Log lines are JSON on standard error, and no line holds a national number."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from infra.structured_logs import configure_logging, get_logger, without_personal_data

PACKAGES = ("domain", "projections", "consumers", "infra", "api")
ROOT = Path(__file__).parents[2]

OF_1985, OF_2017, BIS = "85073003328", "17073003384", "98472899765"


class StandardError(io.StringIO):
    def only_line(self) -> dict[str, object]:
        (line,) = self.getvalue().splitlines()
        return json.loads(line)


@pytest.fixture
def standard_error() -> StandardError:
    """Where the lines go while a test runs."""
    stream = StandardError()
    with redirect_stderr(stream):
        configure_logging()
    return stream


def masked(**fields: object) -> dict[str, object]:
    return dict(without_personal_data(None, "info", fields))


def test_a_decision_is_one_line_of_json(standard_error: StandardError) -> None:
    get_logger("permit").info("case.decided", case="FL-2026-0001234-18", version=4)
    line = standard_error.only_line()
    assert line.pop("at")
    assert line == {
        "event": "case.decided",
        "level": "info",
        "logger": "permit",
        "case": "FL-2026-0001234-18",
        "version": 4,
    }


def test_what_a_library_says_goes_the_same_way(standard_error: StandardError) -> None:
    logging.getLogger("uvicorn").warning("asked for %s", f"/workers/{OF_1985}")
    assert standard_error.only_line()["event"] == "asked for /workers/[national number]"


def test_a_traceback_is_masked_too(standard_error: StandardError) -> None:
    try:
        raise ValueError(f"no worker {OF_2017}")
    except ValueError:
        get_logger("permit").exception("consumer.stopped")
    line = standard_error.only_line()
    assert "ValueError: no worker [national number]" in str(line["exception"])


def test_configuring_twice_does_not_write_twice(standard_error: StandardError) -> None:
    with redirect_stderr(standard_error):
        configure_logging()
    get_logger("permit").info("once")
    assert standard_error.only_line()["event"] == "once"


@pytest.mark.parametrize("number", [OF_1985, OF_2017, BIS, "85.07.30-033.28", "85 07 30 033 28", int(OF_1985)])
def test_a_national_number_is_masked_wherever_it_stands(number: object) -> None:
    line = masked(note=f"of {number}, who", value=number, nested={"rows": [(number,)], f"{number}": 1})
    assert line == {
        "note": "of [national number], who",
        "value": "[national number]",
        "nested": {"rows": [["[national number]"]], "[national number]": 1},
    }


@pytest.mark.parametrize("key", ["ssin", "givenName", "given_name", "birthDate", "birth-date", "grossPay"])
def test_what_stands_under_a_personal_name_is_masked(key: str) -> None:
    assert masked(worker={key: "anything"}) == {"worker": {key: "[personal]"}}


def test_an_object_is_named_and_not_shown() -> None:
    @dataclass
    class Worker:
        family_name: str

    assert masked(worker=Worker("Peeters")) == {"worker": "[Worker]"}


def test_other_values_stay_as_they_are() -> None:
    digest = f"a{OF_1985}b" + sha256(b"leaf").hexdigest()[:51]
    case = UUID("00000000-0000-4000-8000-a85073003328")
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    line = masked(digest=digest, case=case, at=at, pay=Decimal("1.50"), open=True, none=None, wrong="85073003329")
    assert line == {
        "digest": digest,
        "case": str(case),
        "at": "2026-03-01T09:30:00+00:00",
        "pay": "1.50",
        "open": True,
        "none": None,
        "wrong": "85073003329",
    }


def test_a_field_may_have_any_name(standard_error: StandardError) -> None:
    get_logger("permit").warning("consumer.waits", name="intake", message="none", args=[1])
    line = standard_error.only_line()
    assert (line["event"], line["name"], line["message"], line["args"]) == ("consumer.waits", "intake", "none", [1])


def test_what_is_below_the_level_is_not_written(standard_error: StandardError) -> None:
    get_logger("permit").debug("producer.gauge")
    assert standard_error.getvalue() == ""


def test_one_module_knows_how_lines_are_written() -> None:
    """All others ask it for their log, so that no line goes around the mask."""
    importing = {
        path.relative_to(ROOT).as_posix()
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported_names(node)
        if name.split(".")[0] in ("logging", "structlog")
    }
    assert importing == {"infra/structured_logs.py"}


def python_files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
