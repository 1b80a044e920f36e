"""The page on permissions says what the service does."""

from __future__ import annotations

from api.permissions import Permissions, Reach
from tests.docs.permissions_page import INTRODUCTION, PAGE, page


def test_the_page_is_the_table_that_the_service_reads() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again: python -m tests.docs.permissions_page"


def test_every_word_of_the_table_is_explained() -> None:
    used = set(Permissions.load().reaches.values())
    assert {reach for reach in Reach if f"| `{reach}` |" in INTRODUCTION} == used
