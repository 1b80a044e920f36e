"""A process that stores a document and stops at a named moment, to be killed there.

Run as ``python -m tests.documents.killed_upload ROOT SUBJECT KEY MOMENT``; it writes a line when it is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from domain.case.document_rules import DocumentRules
from infra.documents.document_store import DocumentStore
from infra.documents.stored_files import StoredFiles
from tests.documents.files import ORIGIN, PDF, pdf_of_size, pieces
from tests.documents.storing import store_document
from tests.keys.keys_in_memory import KeysInMemory

CONTENT = pdf_of_size(300_000)


def wait_for_the_end(*_: Any, **__: Any) -> NoReturn:
    sys.stdout.write("there\n")
    sys.stdout.flush()
    sys.stdin.read()  # ends when the parent is gone too
    os._exit(1)


def coming(*, stops_half_way: bool) -> Iterator[bytes]:
    for number, piece in enumerate(pieces(CONTENT, 10_000)):
        if stops_half_way and number == 15:
            wait_for_the_end()
        yield piece


def main(root: str, subject: str, key: str, moment: str) -> None:
    person = UUID(subject)
    keys, rules = KeysInMemory({person: bytes.fromhex(key)}), DocumentRules.load()
    rename = wait_for_the_end if moment == "before the rename" else os.replace
    storage = StoredFiles(Path(root), rename=rename)
    store = DocumentStore(Path(root), keys, rules, ORIGIN, storage=storage)
    store_document(store, person, PDF, coming(stops_half_way=moment == "half-way"), expected_size=len(CONTENT))
    if moment == "after it returned":
        wait_for_the_end()


if __name__ == "__main__":
    main(*sys.argv[1:])
