"""A service of a module's own, and people at it who draft and file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.drafts.applicants import Applicant, Meet
from tests.pages.case_service import CaseService, case_service


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture
def meet(service: CaseService) -> Iterator[Meet]:
    """Somebody at the service, until the end of the test."""
    with ExitStack() as there:
        yield lambda *who, **token: there.enter_context(closing(Applicant(service, *who, **token)))


@pytest.fixture
def applicant(meet: Meet) -> Applicant:
    return meet()
