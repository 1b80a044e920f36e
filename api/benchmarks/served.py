"""A service of a benchmark's own: the product's processes over scratch databases, with a home that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from api.composition import Program, open_program
from api.server import LOOPBACK
from infra.benchmarks.scratch import scratch_database
from infra.child_process import running_child
from infra.clock import SystemClock
from infra.identity.accepted_issuer import issuer_for
from infra.identity.caller import Caller, Role
from infra.settings import Settings

_LIFETIME: Final = timedelta(hours=1)
_LIMITS: Final = """
[requests]
most_at_a_time = 1000
a_minute = 10_000_000
"""
"""All requests of a benchmark are one caller's: they are counted as usual, and never too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedProgram:
    """The program as this process has it open, and the address at which a process of its own serves it."""

    program: Program
    address: str
    environment: Mapping[str, str]
    """What a further process of the same program needs to know."""

    def token(self, role: Role, *, authority: str | None = None, enterprise_number: str | None = None) -> str:
        """A token of the development issuer under the benchmark's home."""
        caller = Caller(
            role=role,
            subject="benchmark",
            token_id=str(uuid4()),
            authority=authority,
            enterprise_number=enterprise_number,
        )
        issuer = issuer_for(self.program.settings, LOOPBACK)
        return issuer.issue(caller, now=SystemClock().now(), lifetime=_LIFETIME)


@contextmanager
def served_program(admin_url: str, journal_url: str | None = None, *, processes: int = 2) -> Iterator[ServedProgram]:
    """Serve ``journal_url``, or an empty journal, without workers, by the given number of ``processes``."""
    with ExitStack() as opened:
        home = Path(tempfile.mkdtemp(prefix="permit-bench-"))
        opened.callback(shutil.rmtree, home, ignore_errors=True)
        keys_url = opened.enter_context(scratch_database(admin_url))
        journal_url = journal_url or opened.enter_context(scratch_database(admin_url))
        limits = home / "limits.toml"
        limits.write_text(_LIMITS, encoding="utf-8")
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url)
        program = opened.enter_context(open_program(settings, set_up=True))
        environment = {
            "PERMIT_HOME": str(home),
            "PERMIT_DATABASE_URL": journal_url,
            "PERMIT_KEY_DATABASE_URL": keys_url,
            "PERMIT_LIMITS_FILE": str(limits),
        }
        service = opened.enter_context(
            running_child(
                "api.cli",
                ["serve", "--no-workers", "--until-stdin-closes", "--port=0", f"--processes={processes}"],
                announcement="listening on ",
                environment=environment,
            )
        )
        yield ServedProgram(program=program, address=service.announced, environment=environment)
