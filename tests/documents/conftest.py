"""A document store in a directory of the test's own, for one person."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from domain.case.document_rules import DocumentRules
from infra.documents.document_store import DocumentStore
from tests.documents.files import ORIGIN
from tests.keys.keys_in_memory import KeysInMemory


@pytest.fixture
def keys() -> KeysInMemory:
    return KeysInMemory()


@pytest.fixture
def subject(keys: KeysInMemory) -> UUID:
    return keys.mint()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def store(root: Path, keys: KeysInMemory) -> DocumentStore:
    return DocumentStore(root, keys, DocumentRules.load(), ORIGIN)
