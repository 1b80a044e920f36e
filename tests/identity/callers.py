"""One usable caller of each role, and the moment at which they call."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.identity.caller import Caller, Role

NOW = datetime(2026, 1, 20, 10, tzinfo=UTC)
ENTERPRISE = "0202239951"
OTHER_ENTERPRISE = "0206731645"
SSIN = "85073003328"

CALLERS = {
    Role.EMPLOYER: Caller(role=Role.EMPLOYER, subject="hr-7", token_id="t-1", enterprise_number=ENTERPRISE),
    Role.REPRESENTATIVE: Caller(
        role=Role.REPRESENTATIVE, subject="desk.2", token_id="t-2", enterprise_number=OTHER_ENTERPRISE
    ),
    Role.WORKER: Caller(role=Role.WORKER, subject="w_9f3c", token_id="t-3", ssin=SSIN),
    Role.CASE_HANDLER: Caller(role=Role.CASE_HANDLER, subject="handler-12", token_id="t-4", authority="flanders"),
    Role.OPERATIONS: Caller(role=Role.OPERATIONS, subject="ops-1", token_id="t-5", authority="flanders"),
    Role.REGULATOR: Caller(role=Role.REGULATOR, subject="auditor-3", token_id="t-6", authority="flanders"),
}
SUPERVISOR_OF_ALL = Caller(role=Role.REGULATOR, subject="auditor-4", token_id="t-7")
