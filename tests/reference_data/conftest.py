"""The packaged code lists, read once."""

from __future__ import annotations

import pytest

from api.words.code_lists import CodeLists


@pytest.fixture(scope="session")
def lists() -> CodeLists:
    return CodeLists.load()
