"""Callers: each role with just its claims, and a person's number that nothing shows."""

from __future__ import annotations

import traceback
from dataclasses import replace

import pytest

from infra.identity.caller import CLAIM_OF_ROLE, Caller, CallerUnusable, Claim, Role, require_usable
from infra.identity.development_issuer import DevelopmentIssuer
from tests.identity.callers import CALLERS, ENTERPRISE, NOW, SSIN, SUPERVISOR_OF_ALL

TODAY = NOW.date()
FIELDS = {Claim.AUTHORITY: "authority", Claim.ENTERPRISE_NUMBER: "enterprise_number", Claim.SSIN: "ssin"}
GOOD = {Claim.AUTHORITY: "brussels", Claim.ENTERPRISE_NUMBER: ENTERPRISE, Claim.SSIN: SSIN}


@pytest.mark.parametrize("caller", [*CALLERS.values(), SUPERVISOR_OF_ALL], ids=lambda caller: caller.actor)
def test_a_caller_with_the_claims_of_its_role_is_usable(caller: Caller) -> None:
    require_usable(caller, today=TODAY)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("claim", FIELDS)
def test_each_role_has_its_own_claim_and_no_other(role: Role, claim: Claim) -> None:
    own = CLAIM_OF_ROLE[role]
    value = None if claim is own else GOOD[claim]
    if role is Role.REGULATOR and claim is own:
        return  # who supervises all authorities names none
    with pytest.raises(CallerUnusable) as refused:
        require_usable(replace(CALLERS[role], **{FIELDS[claim]: value}), today=TODAY)
    assert refused.value.claim is claim
    assert GOOD[claim] not in str(refused.value)


def test_a_pseudonym_is_no_national_number(issuer: DevelopmentIssuer) -> None:
    for subject in (SSIN, "85.07.30-033.28", "850730_033_28"):
        with pytest.raises(CallerUnusable, match="national number") as refused:
            issuer.issue(replace(CALLERS[Role.WORKER], subject=subject), now=NOW)
        assert subject not in str(refused.value)
    require_usable(replace(CALLERS[Role.WORKER], subject="12345678901"), today=TODAY)


def test_nothing_shows_the_number_of_a_worker(issuer: DevelopmentIssuer) -> None:
    worker = CALLERS[Role.WORKER]
    assert worker.ssin == SSIN
    for shown in (repr(worker), str(worker), f"{worker}", worker.actor):
        assert SSIN not in shown
    mistyped = SSIN[:-1] + "9"
    with pytest.raises(CallerUnusable) as refused:
        issuer.issue(replace(worker, ssin=mistyped), now=NOW)
    assert mistyped not in "".join(traceback.format_exception(refused.value))
