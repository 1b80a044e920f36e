"""A connection pooler before a server: PgBouncer, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2

from infra.postgres.server.account import last_words
from tests.world.debian_postgres import OwnServer
from tests.world.servers import NotHere, free_port

CONFIGURATION = """\
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr =
listen_port = {own_port}
unix_socket_dir = {directory}
auth_type = trust
auth_file = {directory}/users
pool_mode = {mode}
default_pool_size = 30
server_login_retry = 1
server_round_robin = {round_robin}
logfile = {directory}/log
"""


def pgbouncer_program() -> str:
    """Raises NotHere."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None:
        raise NotHere("no pgbouncer on this machine (Debian: apt install pgbouncer)")
    return found


@contextmanager
def pooled(server: OwnServer, mode: str, *users: str, round_robin: bool = False) -> Iterator[Pooler]:
    """The server behind a pooler of this mode, which lets these users in."""
    program = pgbouncer_program()
    directory = server.directory / "pooler"
    directory.mkdir()
    pooler = Pooler(directory, free_port())
    (directory / "users").write_text("".join(f'"{user}" ""\n' for user in users))
    (directory / "ini").write_text(
        CONFIGURATION.format(
            host=server.directory, port=server.port, own_port=pooler.port, directory=directory, mode=mode,
            round_robin=int(round_robin),
        )
    )  # fmt: skip
    account = server.account
    if account.changes_identity:
        os.chown(directory, account.uid, account.gid)
    running = subprocess.Popen(
        [program, "--quiet", str(directory / "ini")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=account.uid if account.changes_identity else None,
        group=account.gid if account.changes_identity else None,
        extra_groups=[] if account.changes_identity else None,
    )
    try:
        pooler.wait_for(users[0], running)
        yield pooler
    finally:
        running.kill()
        running.wait()
        shutil.rmtree(directory)


class Pooler:
    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port

    def url(self, user: str, database: str) -> str:
        return f"postgresql://{user}@/{quote(database, safe='')}?host={self.directory}&port={self.port}"

    def wait_for(self, user: str, running: subprocess.Popen[bytes]) -> None:
        for _ in range(500):
            try:
                psycopg2.connect(self.url(user, "postgres")).close()
                return
            except psycopg2.OperationalError:
                if running.poll() is not None:
                    break
                time.sleep(0.02)
        raise RuntimeError(f"PgBouncer did not start: {last_words((self.directory / 'log').read_text())}")
