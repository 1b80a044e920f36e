"""The service of the HTTP tests, for the doors that are open to the net."""

from tests.http.conftest import address, counter, counters, crossroads, desk, issuer, program, standing_clock

__all__ = ["address", "counter", "counters", "crossroads", "desk", "issuer", "program", "standing_clock"]
