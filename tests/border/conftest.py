"""The service of the HTTP tests, for the doors that are open to the net."""

from tests.http.conftest import address, clients, crossroads, employer, handler, issuer, program, stopped_clock

__all__ = ["address", "clients", "crossroads", "employer", "handler", "issuer", "program", "stopped_clock"]
