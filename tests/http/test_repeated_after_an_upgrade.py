"""A filing that was recorded before filings could say more is repeated by a newer program: it is the same one still."""

from __future__ import annotations

import hmac
from uuid import uuid4

import pytest

from api.composition import Program
from domain.case.application import Application
from domain.case.commands import CommandContext, Minted, SubmitApplication
from infra.keys import MasterKey
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import canonical_json, wire_adapter
from tests.world.bodies import application_body

pytestmark = pytest.mark.server


def test_a_filing_of_before_is_repeated_by_the_program_of_today(program: Program) -> None:
    # given a filing, recorded under the digest that it had before it could bring files or name what it renews
    body = application_body(worker__familyName="Vroeger")
    application = wire_adapter(Application).validate_json(canonical_json(body))
    minted = Minted(reference="FL-2026-0000977-00", worker_subject=program.keys.mint())
    filing = SubmitApplication(application=application, minted=minted)
    context = CommandContext(actor="employer:hr-1", command_id=str(uuid4()), now=program.clock.now())
    first = program.handle(time_ordered_id(context.now), filing, context).receipt
    said = wire_adapter(SubmitApplication).dump_python(filing, mode="json", by_alias=True)
    for added in ("minted", "received"):
        del said[added]
    del said["application"]["renewalOf"]
    key = MasterKey.from_file(program.settings.key_encryption_key_path, create=False).command_digest_key
    digest = hmac.digest(key, canonical_json({**said, "command": "SubmitApplication"}), "sha256")
    recorded = program.recorder.command_result(context.holder, context.command_id)
    # then that is the digest of today, and a repetition gets the first receipt
    assert recorded is not None
    assert bytes(recorded[0]) == digest
    again = program.handle(time_ordered_id(context.now), filing, context).receipt
    assert (again.repeated, again.case_id) == (True, first.case_id)
