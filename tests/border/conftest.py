"""The service of the HTTP tests, for the doors that are open to the net."""

from tests.consumers.conftest import counter
from tests.http.conftest import (
    address,
    clients,
    crossroads,
    employer,
    handler,
    issuer,
    nothing_is_written,
    program,
    stopped_clock,
)

__all__ = [
    "address",
    "clients",
    "counter",
    "crossroads",
    "employer",
    "handler",
    "issuer",
    "nothing_is_written",
    "program",
    "stopped_clock",
]
