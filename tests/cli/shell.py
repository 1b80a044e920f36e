"""``permit`` as a process of its own, for what only a process meets: signals, closed streams, locales, homes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PERMIT = [sys.executable, "-m", "api.cli"]
SHOW = ["law", "show", "flanders", "highlySkilled", "--on", "2026-03-01"]


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """An environment with this home and no other setting of ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("PERMIT_")}
    return {**inherited, "PYTHONPATH": str(ROOT), "PERMIT_HOME": str(home), **more}


def run(
    *arguments: str | bytes, home: Path, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """The command, to its end; output and errors as bytes unless ``options`` say otherwise."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    done = subprocess.run(
        [*PERMIT, *arguments], env=surroundings(home, **(environment or {})), check=False, timeout=90, **options
    )
    assert b"Traceback" not in (done.stderr or b""), done.stderr.decode()
    assert b"Exception ignored" not in (done.stderr or b""), done.stderr.decode()
    return done
