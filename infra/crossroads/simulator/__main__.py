"""`python -m infra.crossroads.simulator --port 0 --seed 2026`: run the simulated Crossroads Bank.

When it is ready it writes one line with its address on standard output, and nothing else.
"""

import argparse
import contextlib
import os
import socket
import sys

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from infra.child_process import end_with_standard_input
from infra.crossroads.simulator.administration import administration_routes
from infra.crossroads.simulator.bank import Circumstances, SimulatedBank
from infra.crossroads.simulator.holdings import HoldingShares
from infra.crossroads.simulator.rest_protocol import body_refused, rest_routes
from infra.crossroads.simulator.service_desk import ServiceDesk
from infra.crossroads.simulator.soap_protocol import soap_routes
from infra.crossroads.simulator.troubles import TroubleShares

_LOOPBACK = "127.0.0.1"
_KEEP_IDLE_CONNECTIONS_SECONDS = 30


def main() -> None:
    """Serve until stopped, or until standard input closes where `--until-stdin-closes` is given."""
    options = _options().parse_args()
    if options.until_stdin_closes:
        end_with_standard_input(lambda: os._exit(0))
    # Requests carry national numbers: no access log, and nothing of uvicorn's own on standard output.
    config = uvicorn.Config(
        simulator_app(_circumstances(options)),
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=_KEEP_IDLE_CONNECTIONS_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        _AnnouncingServer(config).run(sockets=[_listener(options.port)])


def simulator_app(circumstances: Circumstances) -> FastAPI:
    """The simulator's two faces for consultation, and its administration, over one bank."""
    bank = SimulatedBank(circumstances)
    app = FastAPI(title="Crossroads Bank simulator", docs_url=None, redoc_url=None, openapi_url=None)
    desk = ServiceDesk(bank)
    app.include_router(rest_routes(desk))
    app.include_router(soap_routes(desk))
    app.include_router(administration_routes(bank))
    app.add_exception_handler(RequestValidationError, body_refused)
    return app


class _AnnouncingServer(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            sys.stdout.write(f"crossroads simulator listening on http://{_LOOPBACK}:{_port_of(listener)}\n")
            sys.stdout.flush()


def _listener(port: int) -> socket.socket:
    # Named as TCP, because asyncio turns Nagle's algorithm off only for sockets that say what they are; with
    # it, every reply on a kept connection waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_LOOPBACK, port))
    return listener


def _port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.crossroads.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose a free one")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--delay-ms", type=int, default=0, help="how long every answer takes")
    parser.add_argument("--slow-ms", type=int, default=400, help="how much longer a slow answer takes")
    parser.add_argument("--late-ms", type=int, default=2_000, help="how long an answer that comes late takes")
    parser.add_argument("--retry-after-seconds", type=int, default=1, help="requested with a 429 or 503")
    holdings, troubles = HoldingShares(), TroubleShares()
    for name, default, what in (
        ("no-data", holdings.no_data, "undertakings and workers that the bank does not know"),
        ("inactive", holdings.inactive, "undertakings that have been struck off"),
        ("silent", holdings.silent, "undertakings of whose founding, staff and debts the register says nothing"),
        ("young", holdings.young, "undertakings that were founded lately"),
        ("without-staff", holdings.without_staff, "undertakings without staff"),
        ("indebted", holdings.indebted, "undertakings with debts"),
        ("slow", troubles.slow, "tickets that are answered slowly"),
        ("transient", troubles.transient, "tickets whose first one or two requests fail"),
        ("outage", troubles.outage, "tickets whose requests all fail"),
    ):
        parser.add_argument(f"--{name}-share", type=_share, default=default, help=f"part, 0 to 1, of {what}")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"a share lies between 0 and 1, not at {text}")
    return share


def _circumstances(options: argparse.Namespace) -> Circumstances:
    return Circumstances(
        seed=options.seed,
        delay_ms=options.delay_ms,
        slow_ms=options.slow_ms,
        late_ms=options.late_ms,
        retry_after_seconds=options.retry_after_seconds,
        holding_shares=HoldingShares(
            no_data=options.no_data_share,
            inactive=options.inactive_share,
            silent=options.silent_share,
            young=options.young_share,
            without_staff=options.without_staff_share,
            indebted=options.indebted_share,
        ),
        trouble_shares=TroubleShares(
            slow=options.slow_share, transient=options.transient_share, outage=options.outage_share
        ),
    )


if __name__ == "__main__":
    main()
