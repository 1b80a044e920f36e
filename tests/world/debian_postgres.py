"""A second PostgreSQL beside the embedded one: Debian's own, or any other whose programs are on this machine.

`python -m tests.world.debian_postgres -- COMMAND` runs a command on it, with PERMIT_TEST_DATABASE_URL naming a user who
may make databases and roles and is no superuser; `--programs DIRECTORY` names the server's `bin`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg2

from infra.postgres.server.account import Account, account_for_the_server, existing_account, last_words
from tests.world.servers import NotHere, free_port, memory_storage

DEBIAN: Final = Path("/usr/lib/postgresql")
MAKER: Final = "permit_maker"

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    # Debian's default; what the program needs must fit into it.
    "max_connections": "100",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnServer:
    """A running server. Through its socket it trusts everybody; over TCP it wants a password."""

    programs: Path
    directory: Path
    port: int
    account: Account

    def url(self, user: str = "postgres", database: str = "postgres") -> str:
        """Through the socket."""
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={self.directory}&port={self.port}"

    def tcp_url(self, user: str, password: str, database: str = "postgres", **options: str) -> str:
        """Over TCP, with options of libpq such as ``sslmode``."""
        given = "&".join(f"{name}={quote(value, safe='/')}" for name, value in options.items())
        user, password, database = (quote(each, safe="") for each in (user, password, database))
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}" + (f"?{given}" if given else "")

    @property
    def maker_url(self) -> str:
        """A user who may make databases and roles, and is no superuser."""
        return self.url(MAKER)

    @property
    def speaks_tls(self) -> bool:
        options = subprocess.run(
            [self.programs / "pg_config", "--configure"], capture_output=True, text=True, check=False
        )
        return re.search(r"--with-(openssl|ssl)", options.stdout) is not None

    def run_as_superuser(self, *statements: str, database: str = "postgres") -> None:
        with closing(psycopg2.connect(self.url(database=database))) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for statement in statements:
                cursor.execute(statement)

    def set_and_wait(self, **settings: str) -> None:
        """Change settings that a running server takes up, and wait until new sessions have them."""
        changes = [f"alter system set {name} = '{value}'" for name, value in settings.items()]
        self.run_as_superuser(*changes, "select pg_reload_conf()")
        for _ in range(500):
            with closing(psycopg2.connect(self.url())) as connection, connection.cursor() as cursor:
                cursor.execute("select name, setting from pg_settings where name = any(%s)", (list(settings),))
                if dict(cursor.fetchall()) == settings:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"the server did not take up {', '.join(settings)}")


def debian_programs() -> Path:
    """The directory of the newest server that Debian's packages have put here; raises NotHere.

    PERMIT_TEST_POSTGRES_PROGRAMS names another version's.
    """
    if given := os.environ.get("PERMIT_TEST_POSTGRES_PROGRAMS"):
        return Path(given)
    found = [path for path in DEBIAN.glob("*/bin") if (path / "postgres").exists()]
    if not found:
        raise NotHere(f"no server under {DEBIAN} (Debian: apt install postgresql)")
    return max(found, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))


@contextmanager
def own_server(programs: Path | None = None, **settings: str) -> Iterator[OwnServer]:
    """A new cluster of the server in ``programs`` (Debian's newest), gone afterwards with all that is in it."""
    programs = programs or debian_programs()
    account = existing_account(account_for_the_server())
    directory = Path(tempfile.mkdtemp(prefix="permit-pg-", dir=memory_storage()))
    try:
        if account.changes_identity:
            os.chown(directory, account.uid, account.gid)
        server = OwnServer(programs=programs, directory=directory, port=free_port(), account=account)
        _make(server, {**SETTINGS, **settings})
        run_in(server, "pg_ctl", "start", "--wait", "-D", "data", "--log=server.log")
        try:
            server.run_as_superuser(f"create role {MAKER} login createdb createrole")
            yield server
        finally:
            run_in(server, "pg_ctl", "stop", "--mode=immediate", "-D", "data")
    finally:
        shutil.rmtree(directory)


def run_in(server: OwnServer, program: str, *arguments: str) -> None:
    """Run one of the server's programs in its directory, as its account."""
    account = server.account
    done = subprocess.run(
        [server.programs / program, *arguments],
        cwd=server.directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=account.uid if account.changes_identity else None,
        group=account.gid if account.changes_identity else None,
        extra_groups=[] if account.changes_identity else None,
    )
    if done.returncode != 0:
        log = server.directory / "server.log"
        said = done.stdout + (log.read_text(errors="replace") if log.exists() else "")
        raise RuntimeError(f"{program} ended with {done.returncode}: {last_words(said)}")


def _make(server: OwnServer, settings: Mapping[str, str]) -> None:
    run_in(server, "initdb", "-D", "data", "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256",
           "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    lines += [f"port = {server.port}", f"unix_socket_directories = '{server.directory}'"]
    with (server.directory / "data" / "postgresql.conf").open("a") as file:
        file.write("\n".join(lines) + "\n")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.world.debian_postgres", description=__doc__)
    options.add_argument("--programs", type=Path, help="the server's directory `bin` (default: Debian's newest)")
    options.add_argument("--superuser", action="store_true", help="name the superuser instead")
    options.add_argument("command", nargs="+")
    given = options.parse_args()
    try:
        with own_server(given.programs) as server:
            url = server.url() if given.superuser else server.maker_url
            environment = {
                **os.environ,
                "PERMIT_TEST_DATABASE_URL": url,
                "PERMIT_TEST_POSTGRES_PROGRAMS": str(server.programs),
            }
            return subprocess.run(given.command, env=environment, check=False).returncode
    except NotHere as why:
        sys.stderr.write(f"{why}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
