"""Drafts take a bounded room: so many of one owner, so much text in each; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.composition import Program, open_program
from api.permissions import Action, Permissions
from api.services.access import Access
from api.services.cases import CaseService
from api.services.drafts import DraftService
from api.services.refusals import DraftsFull
from infra.identity.caller import Caller, Role
from infra.limits import DraftLimits, Limits
from infra.settings import Settings
from tests.world.databases import program_databases

pytestmark = pytest.mark.server

CALLER = Caller(role=Role.EMPLOYER, subject="hr-1", token_id="t-1", enterprise_number="0202239951")
FEW = Limits(drafts=DraftLimits(most_of_one_owner=2, largest_bytes=500))


@pytest.fixture(scope="module")
def program(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as opened:
            yield replace(opened, limits=FEW)


def test_one_draft_more_and_one_text_too_long_are_refused(program: Program) -> None:
    access = Access(Permissions.load())
    drafts = DraftService(program, CaseService(program, access))
    caller = access.authorise(CALLER, Action.FILE_APPLICATION)
    first = drafts.begin(caller, {"authority": "flanders"})
    drafts.begin(caller, {})
    with pytest.raises(DraftsFull, match="You have 2 drafts"):
        drafts.begin(caller, {})
    with pytest.raises(DraftsFull, match="at most 500 bytes"):
        drafts.save(caller, first.draft_id, "job", ("employment",), {"employment": {"title": "x" * 500}}, opened_at=1)
    assert drafts.read(caller, first.draft_id) == first
    # whoever deletes one may begin another
    drafts.delete(caller, first.draft_id)
    assert drafts.begin(caller, {}).version == 1


def test_drafts_are_warned_of_while_they_are_kept() -> None:
    with pytest.raises(ValueError, match="warned_days may not be more than kept_days"):
        DraftLimits(kept_days=10, warned_days=11)
