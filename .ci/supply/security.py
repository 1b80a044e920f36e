"""Bandit over all that runs, by the configuration in pyproject.toml."""

from __future__ import annotations

import subprocess  # nosec B404 # runs bandit
import sys
from typing import Final

from packages import ROOT

FOLDERS: Final = (".ci", "api", "consumers", "domain", "infra", "projections")
_OF_A_PART: Final = "nosec encountered"
"""Bandit looks at each part of a text that is put together, and warns where an exception covers one without fault."""


def bandit() -> int:
    """What bandit ends with; its findings are printed."""
    done = subprocess.run(  # noqa: S603  # nosec B603 # the interpreter itself, fixed words
        [sys.executable, "-m", "bandit", "-c", "pyproject.toml", "-q", "-r", *FOLDERS],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    sys.stderr.write("".join(line for line in done.stderr.splitlines(keepends=True) if _OF_A_PART not in line))
    return done.returncode
