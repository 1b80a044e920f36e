"""A development issuer with a key of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.identity.access_tokens import TokenVerifier
from infra.identity.development_issuer import DevelopmentIssuer


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def issuer(home: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer.open(home, create=True)


@pytest.fixture(scope="session")
def verifier(issuer: DevelopmentIssuer) -> TokenVerifier:
    return issuer.verifier()
