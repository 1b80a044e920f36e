"""How this program queries the Crossroads Bank: rate and patience, connection, and look-ups."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import closing, contextmanager

from api.composition import Program
from api.services.employer_lookups import EmployerLookups
from infra.clock import SystemClock
from infra.crossroads.http_bank import HttpCrossroadsBank
from infra.crossroads.policy import CrossroadsPolicy
from infra.postgres.checks.consultation_log import ConsultationLog
from infra.postgres.checks.crossroads_gate import CrossroadsGate


@contextmanager
def employer_lookups(program: Program, crossroads_url: str | None) -> Iterator[EmployerLookups | None]:
    """Look-ups of employers at the bank at this address; None without one. Raises ``PolicyUnusable``."""
    if crossroads_url is None:
        yield None
        return
    policy = program.crossroads_policy
    with closing(crossroads_bank(program, crossroads_url, policy)) as bank:
        yield EmployerLookups(
            bank=bank,
            gate=CrossroadsGate(program.request_writers, policy.gate),
            consultations=ConsultationLog(program.request_writers),
            consulting=policy.authority,
            calendar=policy.calendar,
            now=SystemClock().now,
        )


def crossroads_bank(program: Program, crossroads_url: str, policy: CrossroadsPolicy) -> HttpCrossroadsBank:
    """The bank at this address, by the protocol that the policy names."""

    def digest(content: bytes) -> str:
        return hmac.new(program.exchange_digest_key, content, "sha256").hexdigest()

    return HttpCrossroadsBank(crossroads_url, protocol=policy.protocol, timeout=policy.timeout_seconds, digest=digest)
