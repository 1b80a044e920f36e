"""A machine with nothing on it but what the README asks for: a bare Debian in a folder.

It has Python with venv, make and git. Where Debian's packages and Python's come from is read from this machine's own
configuration and written nowhere: every address is struck out of what is kept of a run. Commands run in name spaces of
their own, so that whatever they mount or leave running ends with them, also when this process is killed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROGRAMS: Final = ("debootstrap", "unshare", "chroot", "apt-get", "git")
PACKAGES: Final = ("python3", "python3-venv", "make", "git")
ORDINARY_USER: Final = "newcomer"
PIP_CONFIGURATION: Final = Path("/etc/pip.conf")
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_ADDRESS: Final = re.compile(r"(https?|file)://(?!127\.0\.0\.1|localhost)[^\s/'\"]+")
_SETTING_OF_THE_INDEX: Final = re.compile(r"PIP_\w+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|(https?|no)_proxy", re.IGNORECASE)
_LONGEST_MAKING_SECONDS: Final = 900
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_IN_NAME_SPACES: Final = (
    "unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private",
)  # fmt: skip

# What a machine has and a folder has not: its processes, its terminals and its memory-backed storage.
_ENTER: Final = """
mount -t proc proc "$1/proc"
mount -t devpts -o ptmxmode=666,newinstance devpts "$1/dev/pts"
mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
mount -t tmpfs -o mode=1777 tmp "$1/tmp"
exec chroot "$1" su - "$2" -s /bin/sh -c "$3"
"""


class NoBareMachine(Exception):
    """Nothing was tried: this machine cannot make one. The text says what is missing."""


class MakingFailed(Exception):
    """A step of the making failed; the text is the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command as it was run: ``output`` is both of its streams, without the names of foreign hosts."""

    user: str
    command: str
    code: int
    seconds: float
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BareMachine:
    """``root`` is the folder that the machine sees as ``/``."""

    release: str
    root: Path
    seconds_to_make: float

    def run(self, command: str, *, user: str = "root", timeout: float = 3600) -> Step:
        """Run a line of shell as ``user``, in that user's home, with the settings that a login gives and no more."""
        settings = "".join(f"export {name}='{value}'; " for name, value in _settings_of_the_index().items())
        began = time.monotonic()
        entered = subprocess.Popen(
            [
                *_IN_NAME_SPACES, "sh", "-euc", _ENTER, "enter", str(self.root), user, f"{settings}{command}",
            ],
            env={"PATH": _PATH, "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )  # fmt: skip
        try:
            output, _ = entered.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            entered.kill()
            output, _ = entered.communicate()
            output += f"\n(ended after {timeout:.0f} s)\n"
        return Step(
            user=user,
            command=command,
            code=entered.returncode,
            seconds=time.monotonic() - began,
            output=without_addresses(output),
        )

    def bring_in(self, checkout: Path) -> str:
        """Put the commit of ``checkout`` where any user of the machine can clone it from; the path to clone."""
        bundle = self.root / "srv" / "single-permit.bundle"
        _must(["git", "-C", str(checkout), "bundle", "create", "--quiet", str(bundle), "HEAD"])
        bundle.chmod(0o644)
        return "/srv/single-permit.bundle"


@contextmanager
def bare_machine(release: str) -> Iterator[BareMachine]:
    """A Debian of that code name with an ordinary user; removed at the end.

    Raises :class:`NoBareMachine` and :class:`MakingFailed`.
    """
    _require_programs()
    # The server's account has to pass this folder, which is "/" to it.
    folder = Path(tempfile.mkdtemp(prefix=f"permit-{release}-"))
    folder.chmod(0o755)
    root = folder / "root"
    try:
        began = time.monotonic()
        _must([
            *_IN_NAME_SPACES, "--mount-proc",
            "debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", release, str(root), _debian_source(),
        ])  # fmt: skip
        _reach_the_index(root)
        _must(["chroot", str(root), "useradd", "--create-home", ORDINARY_USER])
        yield BareMachine(release=release, root=root, seconds_to_make=time.monotonic() - began)
    finally:
        shutil.rmtree(folder)


def without_addresses(text: str) -> str:
    """The text with each foreign host struck out: a log may be kept, the names of this machine's sources may not."""
    return _ADDRESS.sub(r"\1://...", text)


def _require_programs() -> None:
    if os.geteuid() != 0:
        raise NoBareMachine("a bare machine is made by root only")
    missing = [each for each in PROGRAMS if shutil.which(each) is None]
    if missing:
        raise NoBareMachine(f"{', '.join(missing)} not found (Debian: apt install debootstrap util-linux git)")


def _debian_source() -> str:
    """Where this machine takes Debian's packages from, in the words of its own configuration."""
    listed = _must(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Component: main"])
    # Security and other suites have folders of their own; the main archive holds every release.
    sources = [each for each in dict.fromkeys(listed.split()) if each.rstrip("/").endswith("/debian")]
    if not sources:
        raise NoBareMachine("this machine's apt names no archive of Debian")
    return sources[0]


def _settings_of_the_index() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if _SETTING_OF_THE_INDEX.fullmatch(name)}


def _reach_the_index(root: Path) -> None:
    """Give the machine what this one needs to reach its package index: certificates, pip's settings, their files."""
    named = [Path(value) for value in _settings_of_the_index().values() if value.startswith("/")]
    for each in (CERTIFICATES, PIP_CONFIGURATION, *named):
        there = root / each.relative_to("/")
        if each.is_file():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(each, there)
        elif each.is_dir() and not there.exists():
            shutil.copytree(each, there)
    for name in ("hosts", "resolv.conf"):
        shutil.copyfile(Path("/etc") / name, root / "etc" / name)


def _must(command: list[str]) -> str:
    """Run a command and give its output. Raises :class:`MakingFailed`."""
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST_MAKING_SECONDS)
    if finished.returncode != 0:
        said = without_addresses((finished.stdout + finished.stderr).strip()[-500:])
        raise MakingFailed(f"{command[0]} ended with {finished.returncode}: {said}")
    return finished.stdout
