"""Make the environment of a checkout: wheels only, one call of the installer, and no build of the product.

Run by ``make env`` with the interpreter that the environment is for; it needs nothing but that interpreter. The
product is not installed but found: a ``.pth`` file names the checkout, and a ``.dist-info`` folder made from
pyproject.toml gives ``importlib.metadata`` the version and the requirements, as an installed wheel does.
"""

from __future__ import annotations

import compileall
import os
import re
import shutil
import stat
import subprocess  # nosec B404 # runs pip
import sys
import sysconfig
import time
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "requirements-dev.lock"
_PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_LINES_OF_A_FAILURE: Final = 20
_SECONDS_BETWEEN_LINES: Final = 5.0

_COMMAND = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

# A process that this one starts may import this file anew: the command is run once.
if __name__ == "__main__":
    sys.exit({function}())
"""


class InstallerFailed(Exception):
    """The installer ended with an error; the text is the end of what it printed."""


class Progress:
    """Says on standard error what is being done and how long it has taken: often, but not in every line of a log."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def step(self, text: str) -> None:
        self._last = time.monotonic()
        sys.stderr.write(f"{self.seconds:5.0f} s  {text}\n")
        sys.stderr.flush()

    def sometimes(self, text: str) -> None:
        if time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES:
            self.step(text)


def main(environment: Path) -> int:
    """Make ``environment``, or bring it up to date. A mark in it says that it is not finished."""
    progress = Progress()
    unfinished = environment / ".being-made"
    version = ".".join(map(str, sys.version_info[:3]))
    clear = unfinished.exists() or _made_by_another_python(environment)
    progress.step(f"making the environment {environment} with Python {version}")
    environment.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0 and (closed := _closed_to_others(environment)):
        progress.step(
            f"note: as root, PostgreSQL runs as another user, who cannot pass {closed}. Clone to a directory such as "
            f"/srv, or run chmod o+x {closed}, or set PERMIT_DATABASE_URL to a server of yours."
        )
    if clear:
        shutil.rmtree(environment)
        environment.mkdir()
    unfinished.touch()
    venv.create(environment, with_pip=True, symlinks=True)
    python = environment / "bin" / "python"
    try:
        for each in _installed(python, progress):
            progress.sometimes(each)
    except InstallerFailed as failure:
        sys.stderr.write(
            f"{failure}\nAbove is what pip said: the packages of {LOCK.name} could not go into {environment}.\n"
            "Check that this machine reaches a package index (pip config list), then run make env again.\n"
        )
        return 1
    packages = _packages_of(environment)
    progress.step("compiling the packages")
    # Some packages carry templates that are no valid Python: what cannot be compiled is left as it is.
    compileall.compile_dir(packages, quiet=2, workers=0)
    _make_findable(environment, packages)
    unfinished.unlink()
    progress.step(f"done: {environment / 'bin' / 'permit'}")
    return 0


def _closed_to_others(path: Path) -> Path | None:
    """The first directory on the way to ``path`` that other users may not pass."""
    for each in reversed(path.absolute().parents):
        if not each.stat().st_mode & stat.S_IXOTH:
            return each
    return None


def _made_by_another_python(environment: Path) -> bool:
    """Whether there is an environment already that belongs to another minor version of Python."""
    libraries = environment / "lib"
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return libraries.is_dir() and not (libraries / own).is_dir()


def _installed(python: Path, progress: Progress) -> Iterator[str]:
    """Install what the lock names and say in between how far it is. Raises :class:`InstallerFailed`.

    The lock is complete, so nothing is resolved; each file must have one of its hashes.
    """
    pinned = len(set(_PINNED.findall(LOCK.read_text(encoding="utf-8"))))
    command = [
        str(python), "-P", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off",
        "--only-binary", ":all:", "--no-deps", "--no-compile", "--require-hashes", "-r", str(LOCK),
    ]  # fmt: skip
    progress.step(f"fetching up to {pinned} packages")
    printed: list[str] = []
    fetched = 0
    with subprocess.Popen(  # noqa: S603  # nosec B603 # the environment's own interpreter
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            printed.append(line)
            if line.startswith("Collecting "):
                fetched += 1
                yield f"fetching {fetched} of {pinned}: {line.split()[1]}"
            elif line.startswith("Installing collected packages"):
                progress.step(f"installing {fetched} packages")
    if pip.returncode != 0:
        raise InstallerFailed("".join(printed[-_LINES_OF_A_FAILURE:]).rstrip())


def _packages_of(environment: Path) -> Path:
    variables = dict.fromkeys(("base", "platbase"), str(environment.absolute()))
    return Path(sysconfig.get_path("purelib", "venv", variables))


def _make_findable(environment: Path, packages: Path) -> None:
    """Let the environment's interpreter import the checkout, know its version, and run its commands."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stem = project["name"].replace("-", "_")
    (packages / f"{stem}.pth").write_text(f"{ROOT}\n", encoding="utf-8")

    for older in packages.glob(f"{stem}-*.dist-info"):
        shutil.rmtree(older)
    description = packages / f"{stem}-{project['version']}.dist-info"
    description.mkdir()
    commands = project["scripts"]
    (description / "METADATA").write_text(_metadata(project), encoding="utf-8")
    (description / "INSTALLER").write_text("make env\n", encoding="utf-8")
    (description / "entry_points.txt").write_text(
        "[console_scripts]\n" + "".join(f"{name} = {target}\n" for name, target in commands.items()), encoding="utf-8"
    )
    files = [f"{stem}.pth", *(f"{description.name}/{each}" for each in ("METADATA", "INSTALLER", "entry_points.txt"))]
    record = "".join(f"{each},,\n" for each in [*files, f"{description.name}/RECORD"])
    (description / "RECORD").write_text(record, encoding="utf-8")

    for name, target in commands.items():
        module, function = target.split(":")
        command = environment / "bin" / name
        command.write_text(
            _COMMAND.format(python=(environment / "bin" / "python").absolute(), module=module, function=function),
            encoding="utf-8",
        )
        command.chmod(0o755)


def _metadata(project: dict[str, Any]) -> str:
    """What ``importlib.metadata`` and ``pip check`` read."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {each}" for each in project["dependencies"]),
    ]
    for extra, requirements in project["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}", *(f'Requires-Dist: {each} ; extra == "{extra}"' for each in requirements)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
