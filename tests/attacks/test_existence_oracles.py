"""Somebody else's case and a case that is not there cannot be told apart: by text, status, headers, count or time."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from api.http.problems import API_ROOT
from api.permissions import Action
from api.server import running_server
from domain.identifiers import ApplicationReference
from infra.identity.caller import Caller
from infra.limits import AnswerLimits, Limits
from infra.postgres.read_models.case_snapshots import CaseSnapshot, CaseSnapshots
from tests.attacks.asked_routes import OF_A_CASE, Asked, sent, sent_by
from tests.attacks.everybody import FILED, NOBODYS, Everybody, everybody
from tests.http.test_permission_matrix import EMPLOYER, EVERYBODY, expected_of

pytestmark = pytest.mark.server

NOT_OF_THE_ANSWER = frozenset({"date", "belgov-trace-id"})
"""Headers that are new with each answer whatever it is about."""


@pytest.fixture(scope="module")
def there(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    with everybody(admin_url, tmp_path_factory.mktemp("oracles")) as opened:
        yield opened


def told(answer: httpx.Response, case: object) -> tuple[int, str, list[tuple[str, str]], str]:
    """All that a caller can see of an answer, with the id that they sent and its own number taken out."""

    def neutral(text: str) -> str:
        return re.sub(r"urn:uuid:[0-9a-f-]{36}", "urn:uuid:INSTANCE", text.replace(str(case), "CASE"))

    headers = sorted((name, neutral(value)) for name, value in answer.headers.items() if name not in NOT_OF_THE_ANSWER)
    return answer.status_code, answer.reason_phrase, headers, neutral(answer.text)


def out_of_reach(asked: Asked) -> list[tuple[Caller, str]]:
    """Each caller whose role may do this to some case, with each kind of case that is not theirs."""
    assert asked.action is not None
    return [(caller, kind) for caller in EVERYBODY for kind in FILED if expected_of(caller, asked.action, kind) == 404]


def chosen(asked: Asked, number: int) -> list[tuple[Caller, str]]:
    """A third of those: each caller, and each kind of case in its turn."""
    return [each for place, each in enumerate(out_of_reach(asked)) if (place + number) % 3 == 0]


ORACLES = {asked.name: asked for asked in OF_A_CASE}


@pytest.mark.parametrize(
    "choice",
    [chosen, pytest.param(lambda asked, _: out_of_reach(asked), marks=(pytest.mark.nightly, pytest.mark.timeout(600)))],
    ids=["a third", "all"],
)
def test_a_foreign_case_is_answered_as_one_that_is_not_there(
    there: Everybody, choice: Callable[[Asked, int], list[tuple[Caller, str]]]
) -> None:
    tried = 0
    for number, asked in enumerate(OF_A_CASE):
        for caller, kind in choice(asked, number):
            known = there.cases[kind]
            # A version that the case had, one it never had: neither leads anywhere else.
            for version in ("1", "999"):
                foreign, absent = (
                    sent_by(there.client(caller), asked, case=case, document=known.document, version=version)
                    for case in (known.case_id, NOBODYS)
                )
                assert told(foreign, known.case_id) == told(absent, NOBODYS), f"{asked.name} by {caller.subject}"
                tried += 1
    assert tried > 2 * len(OF_A_CASE)


def test_what_is_looked_for_would_be_seen(there: Everybody) -> None:
    # given answers about one's own case and about none, whose difference is meant
    (known,) = (there.cases[kind] for kind in FILED if kind == "of the employer")
    for asked in OF_A_CASE:
        if asked.action is Action.READ_APPLICATION:
            own = sent(there, EMPLOYER, asked, case=known.case_id)
            assert told(own, known.case_id) != told(sent(there, EMPLOYER, asked), NOBODYS)


def test_a_document_of_another_case_is_as_one_that_nobody_sent(there: Everybody) -> None:
    # given a case of the caller's own, and the digest of a document in a stranger's
    own, foreign = there.cases["of the employer"], there.cases["of strangers"]
    for asked in OF_A_CASE:
        if "{document}" in asked.path:
            answers = [
                sent_by(there.client(EMPLOYER), asked, case=own.case_id, document=digest)
                for digest in (foreign.document, "0" * 64)
            ]
            assert answers[0].status_code == 404
            first, second = (
                told(answer, digest) for answer, digest in zip(answers, (foreign.document, "0" * 64), strict=True)
            )
            assert first == second


def test_no_search_counts_what_is_not_shown(there: Everybody) -> None:
    # given a reference, an employer and a national number that are a stranger's, and others that are nobody's
    of_a_stranger = {
        "reference": there.cases["of strangers"].reference,
        "enterpriseNumber": "0409536968",
        "ssin": "17073003384",
    }
    of_nobody = {
        "reference": str(ApplicationReference(authority="flanders", year=2026, number=999)),
        "enterpriseNumber": "0203430576",
        "ssin": "64040100180",
    }
    searched = 0
    for caller in EVERYBODY:
        if expected_of(caller, Action.QUERY_APPLICATIONS, "of strangers") != 404:
            continue
        for name in of_a_stranger:
            first, second = (
                there.client(caller).post(f"{API_ROOT}/applications/query", json={name: searched_for[name]})
                for searched_for in (of_a_stranger, of_nobody)
            )
            assert first.status_code == 200, first.text
            assert told(first, NOBODYS) == told(second, NOBODYS)
            assert first.json()["items"] == []
            searched += 1
    assert searched > 10


PAIRS = 20
"""Of measurements. A difference that is always there shows in all of them."""

OF_ONE_SIGN = 17
"""Of the pairs: as many by chance once in 390 times, and twice in a row once in 150,000."""

NOTICEABLE = 0.002
"""Seconds by which two medians may differ for no reason on a machine with much else to do."""

STEP = 0.2
LONGER = 0.06
"""Seconds that reading a case takes longer here than it does, to be seen on a busy machine where nothing hides it."""

READINGS = {
    "the case file": f"{API_ROOT}/applications/{{case}}",
    "its timeline": f"{API_ROOT}/applications/{{case}}/events",
    "its page": "/cases/{case}",
}


@dataclass(frozen=True, slots=True)
class Timed:
    """How much longer the foreign case took than the absent one, pair by pair, in seconds."""

    differences: tuple[float, ...]

    @property
    def tells_them_apart(self) -> bool:
        """Whether somebody who measures learns which is which: nearly always the same one, and noticeably later."""
        slower = sum(each > 0 for each in self.differences)
        always = max(slower, len(self.differences) - slower) >= OF_ONE_SIGN
        return always and abs(statistics.median(self.differences)) > NOTICEABLE


def timed(there: Everybody, caller: Caller, reading: str, foreign: UUID) -> Timed:
    """Foreign and absent in turns, each first as often as the other, so that what else happens slows both."""
    client, found = there.client(caller), []
    for number in range(PAIRS):
        seconds = {}
        for case in (foreign, NOBODYS) if number % 2 else (NOBODYS, foreign):
            began = time.perf_counter()
            answer = client.get(reading.format(case=case))
            seconds[case] = time.perf_counter() - began
            assert answer.status_code == 404
        found.append(seconds[foreign] - seconds[NOBODYS])
    return Timed(tuple(found))


@dataclass(frozen=True, slots=True)
class SlowlyRead:
    """Cases as the program reads them, some time later; what is not there is said at once."""

    snapshots: CaseSnapshots

    def read(self, case_id: UUID) -> CaseSnapshot | None:
        found = self.snapshots.read(case_id)
        if found is not None:
            time.sleep(LONGER)
        return found


@contextmanager
def slowly_read(admin_url: str, folder: Path, *, step: float) -> Iterator[Everybody]:
    with everybody(admin_url, folder) as there:
        program = replace(
            there.program,
            case_snapshots=SlowlyRead(there.program.case_snapshots),  # type: ignore[arg-type]
            limits=Limits(answers=AnswerLimits(not_found_step_seconds=step)),
        )
        with running_server(program) as address, closing(there.at(address)) as elsewhere:
            yield elsewhere


@pytest.mark.parametrize(
    "readings",
    [("the case file",), pytest.param(tuple(READINGS), marks=(pytest.mark.nightly, pytest.mark.timeout(600)))],
    ids=["one reading", "all"],
)
def test_the_time_of_an_answer_does_not_tell_them_apart(
    admin_url: str, tmp_path: Path, readings: tuple[str, ...]
) -> None:
    with slowly_read(admin_url, tmp_path, step=STEP) as there:
        foreign = there.cases["of strangers"].case_id
        for reading in readings:
            measured = timed(there, EMPLOYER, READINGS[reading], foreign)
            if measured.tells_them_apart:
                measured = timed(there, EMPLOYER, READINGS[reading], foreign)
            assert not measured.tells_them_apart, (reading, sorted(measured.differences))


def test_it_would_tell_them_apart_if_nothing_waited(admin_url: str, tmp_path: Path) -> None:
    # given the same service, whose answers come as soon as they are known
    with slowly_read(admin_url, tmp_path, step=0.000_001) as there:
        foreign = there.cases["of strangers"].case_id
        # then who measures sees it, on a busy machine at the second or third try
        reading = READINGS["the case file"]
        assert any(timed(there, EMPLOYER, reading, foreign).tells_them_apart for _ in range(3))
