"""How the bank is asked is a file of settings; one that cannot be used says which entry and how to mend it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from infra.crossroads.errors import PolicyUnusable
from infra.crossroads.policy import CrossroadsPolicy
from infra.crossroads.rest_protocol import RestProtocol
from infra.crossroads.soap_protocol import SoapProtocol

BRUSSELS = ZoneInfo("Europe/Brussels")


def policy(tmp_path: Path, text: str) -> CrossroadsPolicy:
    file = tmp_path / "crossroads.toml"
    file.write_text(text, encoding="utf-8")
    return CrossroadsPolicy.read(file)


def test_what_the_file_leaves_out_is_as_described(tmp_path: Path) -> None:
    read = policy(tmp_path, "calls_per_second = 5.0")
    assert (read.gate.per_second, read.gate.burst) == (5.0, 100)
    assert read.patience.give_up_after == timedelta(hours=24)
    assert isinstance(read.protocol, RestProtocol)


def test_the_soap_face_is_asked_for_with_the_authoritys_number(tmp_path: Path) -> None:
    read = policy(tmp_path, 'face = "soap"\ncustomer = "0316380841"')
    assert read.protocol == SoapProtocol(customer="0316380841")


def test_a_maintenance_window_closes_the_calendar(tmp_path: Path) -> None:
    calendar = policy(tmp_path, "[[closed]]\nweekday = 7\nfrom = 02:00:00\nto = 06:00:00").calendar
    sunday = datetime(2026, 1, 25, 3, tzinfo=BRUSSELS)
    assert not calendar.is_open(sunday)
    assert calendar.is_open(sunday + timedelta(hours=3))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('face = "soap"', "needs customer, the authority's own enterprise number"),
        ('face = "morse"', "face: Input should be 'rest' or 'soap'"),
        ("calls_per_second = 0", "calls_per_second: Input should be greater than 0"),
        ("colour = 1", "It may hold face, customer"),
        ("[[closed]]\nweekday = 8\nfrom = 02:00:00\nto = 06:00:00", "closed.0.weekday"),
        ("calls = = 1", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PolicyUnusable) as unusable:
        policy(tmp_path, text)
    assert told in str(unusable.value)
    assert "crossroads.toml" in str(unusable.value)
