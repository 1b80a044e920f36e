"""ClamAV's daemon of Debian's package `clamav-daemon`, with a signature file of this project's own: EICAR and no more.

The signatures that ClamAV publishes are some hundred megabytes and are fetched over the network; one is enough here.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from infra.documents.errors import ScannerUnavailable
from infra.documents.scanning import Clamd, ClamdAddress
from tests.documents.clamd_double import EICAR, STREAM_MAX_LENGTH
from tests.world.servers import NotHere, free_port
from tests.world.waiting import wait_until


@contextmanager
def debian_clamd(*, over_tcp: bool = False) -> Iterator[ClamdAddress]:
    """Run it in a directory of its own until the block ends. Raises NotHere where it is not installed."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        raise NotHere("clamd is not installed: apt-get install clamav-daemon")
    with tempfile.TemporaryDirectory(prefix="clamd-") as name:
        directory, port = Path(name), free_port()
        signatures = directory / "signatures"
        signatures.mkdir()
        (signatures / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        listening = f"TCPSocket {port}\nTCPAddr 127.0.0.1\n" if over_tcp else f"LocalSocket {directory / 'clamd.ctl'}\n"
        configuration = directory / "clamd.conf"
        configuration.write_text(
            f"{listening}DatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength {STREAM_MAX_LENGTH}\n"
            f"TemporaryDirectory {directory}\n"
        )
        address = (
            ClamdAddress(host="127.0.0.1", port=port) if over_tcp else ClamdAddress(path=str(directory / "clamd.ctl"))
        )
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen([program, "-c", configuration], stdout=log, stderr=log, cwd=directory)
        try:
            wait_until(lambda: _answers(address), because=f"clamd answers; {directory / 'log'} says why not")
            yield address
        finally:
            process.terminate()
            process.wait()


def _answers(address: ClamdAddress) -> bool:
    with suppress(ScannerUnavailable):
        Clamd(address, patience=2).require_answer()
        return True
    return False
