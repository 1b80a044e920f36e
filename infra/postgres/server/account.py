"""Whom the embedded server's processes belong to, and whether that account can do its work.

Root may not run PostgreSQL, so it runs it as a system account. What that account can reach is checked before anything
is made, and the rights of a directory that was found are never changed.
"""

import os
import pwd
import subprocess  # nosec B404 # makes an account of this machine
from dataclasses import dataclass
from pathlib import Path

from domain.unusable import Unusable

ACCOUNT_UNDER_ROOT = "pgserver"


class EmbeddedPostgresUnusable(Unusable):
    """The embedded server cannot run here; the text says why and what to do, in sentences for an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the server's processes belong to. An account still to be made has the numbers -1: a stranger."""

    name: str
    uid: int
    gid: int
    groups: frozenset[int]
    changes_identity: bool


def account_for_the_server() -> Account:
    if (uid := os.geteuid()) != 0:
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            name = str(uid)  # a container started with --user has no name for its number
        groups = frozenset(os.getgroups())
        return Account(name=name, uid=uid, gid=os.getegid(), groups=groups, changes_identity=False)
    try:
        entry = pwd.getpwnam(ACCOUNT_UNDER_ROOT)
    except KeyError:
        entry = None
    uid, gid = (entry.pw_uid, entry.pw_gid) if entry else (-1, -1)
    return Account(name=ACCOUNT_UNDER_ROOT, uid=uid, gid=gid, groups=frozenset(), changes_identity=True)


def existing_account(account: Account) -> Account:
    """The account itself, made now if root needs it and the machine does not know it yet."""
    if account.uid != -1:
        return account
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", account.name]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # nosec B603 # fixed words
    account = account_for_the_server()  # also when another process made it a moment ago
    if account.uid == -1:
        raise EmbeddedPostgresUnusable(
            f"Root may not run PostgreSQL, and the system account {account.name!r} for it could not be made: "
            f"{last_words(made.stderr)} Make it by hand, or run permit as an ordinary user."
        )
    return account


def require_reach(account: Account, data: Path, programs: Path) -> None:
    """Raise unless the server's account can pass to its data and to its programs; changes nothing."""
    who = f"the user {account.name!r}" + (
        ", under which PostgreSQL runs because root may not run it," if account.changes_identity else ""
    )
    if blocked := first_obstacle(account, data):
        raise EmbeddedPostgresUnusable(
            f"PostgreSQL cannot keep its data in {data}: {who} cannot pass the directory {blocked}. "
            f"Set PERMIT_HOME to a directory that this user can reach, or run: chmod o+x {blocked}"
        )
    if blocked := first_obstacle(account, programs / "postgres"):
        raise EmbeddedPostgresUnusable(
            f"PostgreSQL's programs in {programs} cannot be run: {who} cannot pass the directory {blocked}. "
            "Make the virtual environment in a directory that this user can reach, or run: "
            f"chmod o+x {blocked}"
        )


def first_obstacle(account: Account, target: Path) -> Path | None:
    """The first directory on the way down to `target` that exists and does not let the account pass."""
    for directory in reversed(target.parents):
        try:
            found = directory.stat()
        except FileNotFoundError:
            return None  # from here on the directories are still to be made, by us
        except PermissionError:
            return directory.parent
        if found.st_uid == account.uid:
            may_pass = found.st_mode & 0o100
        elif found.st_gid == account.gid or found.st_gid in account.groups:
            may_pass = found.st_mode & 0o010
        else:
            may_pass = found.st_mode & 0o001
        if not may_pass:
            return directory
    return None


def has_living_processes(directory: Path, account: Account) -> bool:
    """Whether a process works in `directory`; in doubt, yes.

    Root may see the working directory of another account only with CAP_SYS_PTRACE, which containers do not
    have unless they are given it: then every living process of the account is taken for one.
    """
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if (process / "cwd").readlink() == directory:
                    return True
            except PermissionError:
                if lives(process, account):
                    return True
            except OSError:
                continue  # it ended meanwhile or is a zombie
    return False


def lives(process: Path, account: Account) -> bool:
    """Whether this entry of /proc is a process of the account and no zombie."""
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX" and process.stat().st_uid == account.uid
    except OSError:
        return False


def last_words(output: str) -> str:
    """The last lines of a program's output, as one line."""
    return " ".join(line.strip() for line in output.splitlines()[-4:] if line.strip())
