"""The tables of one read model for one test, without a log: they vanish with the transaction that made them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from projections.read_model import Cursor, ReadModel


@contextmanager
def scratch_tables(url: str, read_model: ReadModel) -> Iterator[Cursor]:
    with closing(psycopg2.connect(url, options="-c search_path=permit,public -c jit=off")) as connection:
        cursor = connection.cursor()
        cursor.execute(read_model.ddl)
        yield cursor
        connection.rollback()
