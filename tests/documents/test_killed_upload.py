"""A process that is killed while it stores a document: either the document is there whole, or it is not there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from domain.case.document_rules import DocumentRules
from infra.documents.document_store import DocumentStore
from infra.documents.errors import DocumentUnknown
from infra.documents.unfinished import UNFINISHED
from infra.keys import KEY_BYTES
from tests.documents.files import ORIGIN, PDF
from tests.documents.killed_upload import CONTENT
from tests.documents.storing import store_document
from tests.keys.keys_in_memory import KeysInMemory

PROJECT = Path(__file__).resolve().parents[2]
DIGEST = sha256(CONTENT).hexdigest()
SUBJECT = uuid4()
KEY = os.urandom(KEY_BYTES)


def kill_an_upload(root: Path, moment: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.documents.killed_upload", str(root), str(SUBJECT), KEY.hex(), moment],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def opened(root: Path) -> DocumentStore:
    return DocumentStore(root, KeysInMemory({SUBJECT: KEY}), DocumentRules.load(), ORIGIN)


def test_what_was_acknowledged_is_there(root: Path) -> None:
    kill_an_upload(root, "after it returned")
    assert b"".join(opened(root).read(SUBJECT, DIGEST)) == CONTENT
    assert list((root / UNFINISHED).iterdir()) == []


@pytest.mark.parametrize("moment", ["half-way", "before the rename"])
def test_what_was_not_yet_acknowledged_is_not_there(root: Path, moment: str) -> None:
    kill_an_upload(root, moment)

    store = opened(root)
    assert not store.holds(SUBJECT, DIGEST)
    with pytest.raises(DocumentUnknown):
        store.read(SUBJECT, DIGEST)

    # and what is left of it is unreadable, and is found by its age
    for each in (root / UNFINISHED).iterdir():
        assert b"%PDF" not in each.read_bytes()
        os.utime(each, (time.time() - 1_860, time.time() - 1_860))
    assert list(store.left_uploads(for_seconds=1_900)) == []
    for left in store.left_uploads(for_seconds=1_800):
        if left.place is not None:
            store.put_right(left.path, left.place, is_named=False)
        store.forget(left)
    assert list((root / UNFINISHED).iterdir()) == []

    store_document(store, SUBJECT, PDF, [CONTENT])
    assert b"".join(store.read(SUBJECT, DIGEST)) == CONTENT
