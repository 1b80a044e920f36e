"""Another account of the machine, or a page in a browser on it, that wants a role of the development issuer."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.cli.serving import way_in
from api.composition import Program
from api.server import running_server
from infra.identity.chooser_secret import ChooserSecret, FailedAttempts
from infra.identity.errors import ChooserSecretUnusable
from infra.limit_counts import Limit, LimitCounts
from infra.limits import Limits, SignInLimits
from infra.settings import Settings

pytestmark = pytest.mark.server

HANDLER = {"role": "caseHandler", "sub": "h-1", "authority": "flanders"}
FEW = Limits(sign_in=SignInLimits(failed_attempts=3, failed_seconds=60))


@pytest.fixture
def secret(program: Program) -> str:
    return ChooserSecret.open(program.settings.home).text


@pytest.fixture
def guarded(program: Program) -> Iterator[tuple[str, LimitCounts]]:
    """A service of this test's own, where three wrong secrets are enough."""
    counts = LimitCounts()
    with running_server(replace(program, limits=FEW, limit_counts=counts)) as address:
        yield address, counts


def signed_in(address: str, **form: str) -> httpx.Response:
    return httpx.post(f"{address}/session", data={**HANDLER, **form}, headers={"Accept-Language": "en"})


def test_whoever_started_the_service_signs_in_with_what_it_printed(program: Program, address: str) -> None:
    # given what `permit serve` prints
    printed = way_in(address, program.settings)
    secret = printed.partition("with the secret ")[2].split()[0]
    # when a browser goes to the address that is named there, and the secret is pasted
    answer = signed_in(address, secret=secret)
    # then it works as a case handler
    assert f"sign in at {address}/" in printed
    assert (answer.status_code, answer.headers["Location"]) == (303, "/queue")
    assert answer.headers["Set-Cookie"].startswith("session=eyJ")


@pytest.mark.parametrize("given", ["", "guess", "a" * 27, "é" * 27, "\u202e"])
def test_nobody_else_gets_a_role(address: str, given: str) -> None:
    refused = signed_in(address, secret=given)
    assert refused.status_code in (400, 429)
    assert "Set-Cookie" not in refused.headers


def test_the_page_says_where_the_secret_is_and_repeats_none(guarded: tuple[str, LimitCounts], secret: str) -> None:
    address, _ = guarded
    refused = signed_in(address, secret="a wrong one")
    assert refused.status_code == 400
    assert '<li><a href="#secret">' in refused.text
    assert "development-secret" in refused.text
    assert "a wrong one" not in refused.text
    # nor is the right one repeated, where something else is wrong
    other = signed_in(address, secret=secret, authority="atlantis")
    assert other.status_code == 400
    assert secret not in other.text


def test_guessing_ends_after_a_few(guarded: tuple[str, LimitCounts], secret: str) -> None:
    address, counts = guarded
    with ThreadPoolExecutor(8) as people:
        codes = list(people.map(lambda n: signed_in(address, secret=f"guess-{n}").status_code, range(30)))
    # those under way when the third failed may still be judged, and no more
    assert codes.count(429) >= 20
    late = signed_in(address, secret=secret)
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert "The secret was wrong too often" in late.text
    assert counts.totals()[Limit.SIGN_IN_ATTEMPTS] == codes.count(429) + 1


def test_after_a_while_it_is_possible_again() -> None:
    now = [100.0]
    failed = FailedAttempts(2, 60.0, clock=lambda: now[0])
    failed.add()
    now[0] = 130.0
    failed.add()
    assert failed.seconds_to_wait() == 31
    now[0] = 160.0
    assert failed.seconds_to_wait() == 0


def test_the_secret_is_for_its_owner_alone_and_the_same_for_every_process(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as processes:
        found = {each.text for each in processes.map(lambda _: ChooserSecret.open(tmp_path), range(8))}
    path = ChooserSecret.path(tmp_path)
    assert len(found) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    (text,) = found
    assert len(text) >= 27
    assert text not in repr(ChooserSecret.open(tmp_path))
    # another home has another
    assert ChooserSecret.open(tmp_path / "other").text != text


@pytest.mark.parametrize(("mode", "content"), [(0o644, "a" * 27), (0o600, ""), (0o600, "short"), (0o600, "é" * 30)])
def test_a_secret_that_others_know_or_that_is_none_stops_the_start(tmp_path: Path, mode: int, content: str) -> None:
    path = ChooserSecret.path(tmp_path)
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(ChooserSecretUnusable, match="remove it, a new one is made at the next start"):
        ChooserSecret.open(tmp_path)
    with pytest.raises(ChooserSecretUnusable):
        way_in("http://127.0.0.1:1", Settings(home=tmp_path))
