"""``permit token``: a token on standard output and nothing else there; wrong claims are told, never repeated."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from api.cli.token import token
from domain.identifiers import EnterpriseNumber, Ssin
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.identity.errors import DevelopmentKeyUnusable, IssuerNotAccepted, TokenFault, TokenRefused
from tests.identity.callers import ENTERPRISE, SSIN

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command as the shell runs it, in a home of its own."""
    for name in os.environ:
        if name.upper().startswith("PERMIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PERMIT_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    DevelopmentIssuer.open(tmp_path, create=True)  # as the service that accepts the tokens
    app = typer.Typer()
    app.command("token")(token)

    def run(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(app, arguments, input=given)

    return run


def caller_of(home: Path, text: str, *, later: timedelta = timedelta(0)) -> Caller:
    """Whom a service with the same home takes the bearer for."""
    verifier = DevelopmentIssuer.open(home, create=False).verifier()
    return verifier.verify(text, now=datetime.now(UTC) + later)


def test_a_handlers_token_is_printed_and_accepted(run: Run, tmp_path: Path) -> None:
    ended = run("--role", "caseHandler", "--authority", "flanders")
    assert (ended.exit_code, ended.stderr) == (0, "")
    (line,) = ended.stdout.splitlines()
    caller = caller_of(tmp_path, line)
    assert (caller.actor, caller.authority) == ("caseHandler:development", "flanders")


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("employer", "--enterprise", ENTERPRISE), ""),
        (("representative", "--enterprise", ENTERPRISE), ""),
        (("worker", "--ssin", "-"), f"{SSIN}\n"),
        (("operations", "--authority", "wallonia"), ""),
        (("regulator", "--authority", "brussels"), ""),
        (("regulator",), ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_role_can_have_one(run: Run, tmp_path: Path, arguments: tuple[str, ...], given: str) -> None:
    ended = run("--role", *arguments, "--subject", "somebody-1", "--json", given=given)
    assert ended.exit_code == 0
    told = json.loads(ended.stdout)
    caller = caller_of(tmp_path, told["token"])
    assert (told["role"], told["subject"], told["tokenId"]) == (caller.role.value, "somebody-1", caller.token_id)
    assert caller.role == Role(arguments[0])
    assert caller.ssin == (SSIN if given else None)
    assert SSIN not in ended.output


@pytest.mark.parametrize("printed", ["85.07.30-033.28", "85.07.30 033-28", "850730-033.28", " 850730 033 28 "])
def test_a_national_number_is_taken_as_it_is_printed(run: Run, tmp_path: Path, printed: str) -> None:
    ended = run("--role", "worker", "--ssin", "-", given=f"{printed}\n")
    assert ended.exit_code == 0, ended.stderr
    assert caller_of(tmp_path, ended.stdout.strip()).ssin == "85073003328"


@pytest.mark.parametrize("printed", ["BE 0206.731.645", "BE0206731645", "be-0206.731.645", "0206 731 645"])
def test_an_enterprise_number_is_taken_as_it_is_printed(run: Run, tmp_path: Path, printed: str) -> None:
    ended = run("--role", "employer", "--enterprise", printed)
    assert ended.exit_code == 0, ended.stderr
    assert caller_of(tmp_path, ended.stdout.strip()).enterprise_number == "0206731645"


@pytest.mark.parametrize("wrong", ["0206,731,645", "NL 0206.731.645", "BE 02.067.316.45", "BE"])
def test_another_form_is_refused_with_the_right_one(run: Run, wrong: str) -> None:
    ended = run("--role", "employer", "--enterprise", wrong)
    assert ended.exit_code == 2
    assert "write ten digits" in ended.stderr


def test_where_no_service_ran_there_is_no_token_and_nothing_is_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "mistyped"
    monkeypatch.setenv("PERMIT_HOME", str(home))
    ended = run("--role", "regulator")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert isinstance(ended.exception, DevelopmentKeyUnusable)
    assert "`permit serve` or `permit demo` makes it; or set PERMIT_HOME" in str(ended.exception)
    assert not home.exists()


def test_a_token_lasts_as_long_as_was_asked(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("--role", "regulator", "--hours", "2", "--json").stdout)
    expires_in = datetime.fromisoformat(told["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=50) < expires_in <= timedelta(hours=2)
    assert caller_of(tmp_path, told["token"], later=timedelta(hours=1, minutes=50)).role is Role.REGULATOR
    with pytest.raises(TokenRefused) as refused:
        caller_of(tmp_path, told["token"], later=timedelta(hours=2, minutes=2))
    assert refused.value.code is TokenFault.EXPIRED


def test_two_tokens_are_never_the_same(run: Run, tmp_path: Path) -> None:
    one, other = (caller_of(tmp_path, run("--role", "regulator").stdout.strip()) for _ in range(2))
    assert one.token_id != other.token_id


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        ((), "", "--role"),
        (("--role", "minister"), "", "'employer', 'representative', 'worker', 'caseHandler'"),
        (("--role", "migrationOperator"), "", "--role"),
        (("--role", "employer"), "", "--enterprise: it is missing; the role employer needs it"),
        (("--role", "employer", "--enterprise", "0202239952"), "", "--enterprise: its last two digits do not fit"),
        (("--role", "employer", "--enterprise", ENTERPRISE, "--authority", "flanders"), "", "--authority: the role"),
        (("--role", "caseHandler"), "", "--authority: it is missing"),
        (("--role", "caseHandler", "--authority", "atlantis"), "", "it is not one of 'flanders', 'brussels'"),
        (("--role", "worker"), "", "--ssin: it is missing"),
        (("--role", "worker", "--ssin", "-"), "", "--ssin: it does not have the right form"),
        (("--role", "worker", "--ssin", "-"), f"{SSIN[:-1]}9\n", "--ssin: its last two digits do not fit"),
        (("--role", "worker", "--ssin", SSIN), "", "write --ssin - and give the number on standard input"),
        (("--role", "regulator", "--subject", "Asha Rao"), "", "--subject: it does not have the right form"),
        (("--role", "regulator", "--subject", SSIN), "", "--subject: it is a national number"),
        (("--role", "regulator", "--hours", "0"), "", "--hours"),
        (("--role", "regulator", "--hours", "25"), "", "--hours"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what_to_do(
    run: Run, arguments: tuple[str, ...], given: str, said: str
) -> None:
    ended = run(*arguments, given=given)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert not any(number in ended.stderr for number in (SSIN, f"{SSIN[:-1]}9", "Asha", "0202239952"))


def test_beside_a_real_issuer_there_are_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_OIDC_ISSUER", "https://login.example")
    ended = run("--role", "regulator")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert isinstance(ended.exception, IssuerNotAccepted)


def test_the_numbers_of_these_tests_are_good_ones() -> None:
    assert Ssin.parse(SSIN, today=datetime.now(UTC).date()).digits == SSIN
    assert EnterpriseNumber.parse(ENTERPRISE).digits == ENTERPRISE
