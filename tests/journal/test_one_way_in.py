"""Nothing comes into the journal but by one sealing function and one function of the database."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.journal.product_code import product_modules

SEALING = "infra/postgres/journal/sealing.py"
APPENDING = {"infra/postgres/journal/append_function.py", "infra/postgres/journal/bulk.py"}
COPYING = {"infra/benchmarks/multiplied_journal.py"}
"""Makes a large log for a benchmark of the rows of a small one; no leaf of it verifies, and nobody else uses it."""


def sealed_by_hand(module: ast.AST) -> Iterator[str]:
    """What only the sealing may do: make a sealed event, make a request of them, encrypt an event for its place."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id="SealedEvent" | "AppendRequest" as made)):
                yield f"line {node.lineno}: {made}"
            case ast.Call(func=ast.Attribute(attr="encode", value=ast.Name(id=called) | ast.Attribute(attr=called))):
                if called.endswith("codec"):
                    yield f"line {node.lineno}: {called}.encode"


def appended_by_hand(module: ast.AST) -> Iterator[str]:
    """SQL, or a part of it, that calls the database's function or writes its table."""
    for node in ast.walk(module):
        match node:
            case ast.Constant(value=str(text)):
                words = " ".join(text.split()).lower()
                if "insert into journal " in words or "journal_append(" in words or words == "journal_append":
                    yield f"line {node.lineno}"


@pytest.mark.parametrize(
    "source",
    [
        "event = SealedEvent(stream, 1, 'Noted', 1, at, leaf_hash, envelope, body)",
        "request = AppendRequest(command, at, touches, ())",
        "body = self._codec.encode(event, stream, 1)",
        "body = codec.encode(event, stream, 1)",
    ],
)
def test_sealing_by_hand_is_noticed(source: str) -> None:
    assert len(list(sealed_by_hand(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "cursor.execute('select * from journal_append(%s)')",
        "prepare('journal_append', ARGUMENTS)",
        "cursor.execute('insert into journal (position) values (1)')",
    ],
)
def test_appending_by_hand_is_noticed(source: str) -> None:
    assert len(list(appended_by_hand(ast.parse(source)))) == 1


def test_events_are_sealed_in_one_module() -> None:
    sealing = {place: found for place, module in product_modules() if (found := list(sealed_by_hand(module)))}
    assert sealing.keys() == {SEALING}, sealing


def test_requests_reach_the_database_by_one_statement_for_each_way() -> None:
    # Parameters for the commands that wait at the same moment, staging tables for loads.
    appending = {place: found for place, module in product_modules() if (found := list(appended_by_hand(module)))}
    assert appending.keys() == APPENDING | COPYING, appending
