"""One contract for whatever speaks clamd's protocol: the double of the gate, and Debian's clamd in `make nightly`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from domain.case.document_rules import DocumentRefusal, DocumentRefused
from infra.documents.errors import ScannerUnavailable
from infra.documents.scanning import Clamd, ClamdAddress
from tests.documents.clamd_double import EICAR, STREAM_MAX_LENGTH, clamd_double
from tests.documents.debian_clamd import debian_clamd
from tests.documents.files import pdf, pdf_of_size, pieces
from tests.world.servers import NoServer, NotHere, give_up

BY_DEBIAN: Final = pytest.mark.nightly
SCANNERS: Final = [
    "the double on a Unix socket",
    "the double over TCP",
    pytest.param("Debian's on a Unix socket", marks=BY_DEBIAN),
    pytest.param("Debian's over TCP", marks=BY_DEBIAN),
]


@contextmanager
def opened(which: str, directory: Path) -> Iterator[ClamdAddress]:
    over_tcp = which.endswith("TCP")
    if which.startswith("Debian"):
        with debian_clamd(over_tcp=over_tcp) as address:
            yield address
    else:
        with clamd_double(None if over_tcp else directory / "clamd.ctl") as (address, _):
            yield address


@pytest.fixture(params=SCANNERS)
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Clamd]:
    try:
        with opened(request.param, tmp_path) as address:
            yield Clamd(address, patience=20)
    except NotHere as why:
        give_up(NoServer(str(why)), "clamd")


def test_a_harmless_file_is_clean(scanner: Clamd) -> None:
    scanner.require_answer()
    for content in (pdf(), pdf_of_size(5_000_000)):
        scanner.require_clean(pieces(content, 64 * 1024))
    scanner.require_clean([b"", pdf(), b""])


@pytest.mark.parametrize("size", [len(EICAR), 30, 1])
def test_eicar_is_recognised_in_whatever_pieces(scanner: Clamd, size: int) -> None:
    for content in (EICAR, pdf(EICAR)):
        with pytest.raises(DocumentRefused, match="recognises harmful content") as refused:
            scanner.require_clean(pieces(content, size))
        assert refused.value.code is DocumentRefusal.INFECTED


def test_a_file_that_is_too_long_for_it_has_no_verdict(scanner: Clamd) -> None:
    with pytest.raises(ScannerUnavailable):
        scanner.require_clean(pieces(bytes(STREAM_MAX_LENGTH + 1_000_000), 64 * 1024))
    # and it goes on with the next
    scanner.require_clean([pdf()])


def test_a_scanner_that_is_not_there(tmp_path: Path) -> None:
    for address in (ClamdAddress(path=str(tmp_path / "nobody.ctl")), ClamdAddress(host="127.0.0.1", port=1)):
        scanner = Clamd(address, patience=1)
        with pytest.raises(ScannerUnavailable):
            scanner.require_answer()
        with pytest.raises(ScannerUnavailable):
            scanner.require_clean([pdf()])


def test_a_scanner_that_hangs_or_is_unwell() -> None:
    with clamd_double() as (address, manner):
        manner.is_unwell = True
        with pytest.raises(ScannerUnavailable):
            Clamd(address, patience=1).require_clean([pdf()])
        manner.hangs = True
        with pytest.raises(ScannerUnavailable):
            Clamd(address, patience=0.1).require_clean([pdf()])
