"""Questions as the check worker puts them, one call each."""

from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

from domain.crossroads.answers import Consultation
from infra.crossroads.http_bank import HttpCrossroadsBank
from infra.crossroads.protocol import BankProtocol
from infra.crossroads.rest_protocol import RestProtocol
from infra.crossroads.soap_protocol import SoapProtocol

FACES: dict[str, BankProtocol] = {"rest": RestProtocol(), "soap": SoapProtocol(customer="0316380841")}


def under(ticket: str) -> Consultation:
    """What goes along with a question under this ticket."""
    return Consultation(
        ticket=ticket,
        trace_id=str(uuid4()),
        legal_context="SINGLE_PERMIT:WORK_PART",
        purpose="WORK_PERMIT_APPLICATION",
    )


def bank_at(address: str, *, face: str = "rest", timeout: float = 3.0) -> HttpCrossroadsBank:
    return HttpCrossroadsBank(
        address,
        protocol=FACES[face],
        timeout=timeout,
        digest=lambda content: sha256(b"salt" + content).hexdigest(),
    )
