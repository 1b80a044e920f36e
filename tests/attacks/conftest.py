"""The service of the HTTP tests, as those meet it who want something of it that they may not have."""

from tests.http.conftest import (
    address,
    clients,
    clock,
    crossroads,
    employer,
    handler,
    issuer,
    nothing_is_written,
    program,
    stopped_clock,
    worker,
)

__all__ = [
    "address",
    "clients",
    "clock",
    "crossroads",
    "employer",
    "handler",
    "issuer",
    "nothing_is_written",
    "program",
    "stopped_clock",
    "worker",
]
