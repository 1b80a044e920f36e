"""A migration under way in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migration.moving import Moving, moving


@pytest.fixture
def move(admin_url: str, tmp_path: Path) -> Iterator[Moving]:
    with moving(admin_url, tmp_path) as under_way:
        yield under_way
