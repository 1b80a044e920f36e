"""kill -9 of the service and of its database while drafts are saved: what was acknowledged is there, and no half."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from hashlib import sha256
from itertools import count
from threading import Event, Thread

import httpx
import pytest

from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.documents.files import PDF, pdf
from tests.drafts.applicants import PERMIT, version_of
from tests.faults.filings import EMPLOYER
from tests.faults.killable_service import KillableService
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

SERVICE, DATABASE = "service", "database"
ONE_KILL = [{SERVICE, DATABASE}]
THIRTY_KILLS = [{SERVICE}, {DATABASE}, {SERVICE, DATABASE}] * 10
WRITERS = 2
SAVES_TO_A_DOCUMENT = 3
MOST_DOCUMENTS = 60
"""Acknowledged, of one draft: it takes a hundred, and each kill may leave one of which nobody was told."""


class Writer:
    """Saves the pages of one draft again and again, each time with the next number in every answer of the page."""

    def __init__(self, address: Callable[[], str], token: str) -> None:
        self.sent = 0
        self.acknowledged = 0
        self.attached: set[str] = set()
        self.draft = ""
        self.unexpected: list[str] = []
        self._address = address
        self._token = token
        self._client = httpx.Client()

    def close(self) -> None:
        self._client.close()

    def client(self) -> httpx.Client:
        """A client at the address of now: the service has another one after each start."""
        if str(self._client.base_url).rstrip("/") != self._address():
            self._client.close()
            self._client = httpx.Client(base_url=self._address(), timeout=5, trust_env=False)
            self._client.cookies.set(SESSION_COOKIE, self._token)
        return self._client

    def begin(self) -> None:
        begun = self.client().post("/drafts", data=dict(PERMIT))
        assert begun.status_code == 303, begun.text
        self.draft = begun.headers["Location"].partition("/questions/")[0]

    def write_until(self, stopped: Event) -> None:
        for number in count(1):
            if stopped.wait(0.01):
                return
            # Whoever gets no answer, or an apology, saves the next page.
            with suppress(httpx.HTTPError):
                self._save(self.client(), number)

    def _save(self, client: httpx.Client, number: int) -> None:
        page = client.get(f"{self.draft}/questions/worker")
        if page.status_code != 200:
            self._judge(page)
            return
        names = {"worker.givenName": f"Voornaam {number}", "worker.familyName": f"Familienaam {number}"}
        self.sent = number
        saved = client.post(f"{self.draft}/questions/worker", data={**names, "version": version_of(page.text)})
        if not self._judge(saved):
            return
        self.acknowledged = number
        if number % SAVES_TO_A_DOCUMENT == 0 and len(self.attached) < MOST_DOCUMENTS:
            content = pdf(f"{self.draft} {number}".encode())
            sent = client.post(f"{self.draft}/documents", files=[("file-passport", ("p.pdf", content, PDF))])
            if self._judge(sent):
                self.attached.add(sha256(content).hexdigest())

    def _judge(self, answer: httpx.Response) -> bool:
        """Whether it was done; it may have been refused because a part of the service was away."""
        if answer.status_code not in (303, 503):
            self.unexpected.append(f"{answer.status_code}: {answer.text[:2000]}")
        return answer.status_code == 303

    def require_whole(self) -> None:
        """The draft says what was acknowledged last, or what was sent after it; whole, with every document."""
        client = self.client()
        page = client.get(f"{self.draft}/questions/worker").text
        (given,) = re.findall(r'name="worker.givenName" type="text" value="Voornaam ([0-9]+)"', page)
        (family,) = re.findall(r'name="worker.familyName" type="text" value="Familienaam ([0-9]+)"', page)
        assert given == family
        assert self.acknowledged <= int(given) <= self.sent
        listed = client.get(f"{self.draft}/documents").text
        for digest in self.attached:
            assert f"{self.draft}/documents/{digest}" in listed
        # Whatever the draft names is there to its end.
        for digest in set(re.findall(rf"{self.draft}/documents/([0-9a-f]{{64}})", listed)):
            read = client.get(f"{self.draft}/documents/{digest}")
            assert (read.status_code, sha256(read.content).hexdigest()) == (200, digest)


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(ONE_KILL, id="one"),
        pytest.param(THIRTY_KILLS, id="thirty", marks=(pytest.mark.nightly, pytest.mark.timeout(1_800))),
    ],
)
def test_kills_lose_no_page_that_was_acknowledged_and_leave_no_half(kills: list[set[str]]) -> None:
    chance = random.Random(20_261_130)
    with (
        reachable_directory(on_disk=True) as directory,
        KillableService(directory / "var") as service,
        ExitStack() as there,
    ):
        token = service.token(Role.EMPLOYER, "--enterprise", EMPLOYER)
        writers = [there.enter_context(closing(Writer(lambda: service.address, token))) for _ in range(WRITERS)]
        for each in writers:
            each.begin()
        stopped = Event()
        threads = [Thread(target=each.write_until, args=(stopped,)) for each in writers]
        for thread in threads:
            thread.start()
        try:
            for victims in kills:
                # given drafts that are being saved, whatever was killed before
                _wait_for_more(writers)
                time.sleep(chance.uniform(0, 0.3))
                # when
                if DATABASE in victims:
                    service.kill_database()
                if SERVICE in victims:
                    service.kill()
                    service.start()
            _wait_for_more(writers)
        finally:
            stopped.set()
            for thread in threads:
                thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        # then
        assert [wrong for each in writers for wrong in each.unexpected] == []
        assert all(each.attached for each in writers)
        for each in writers:
            each.require_whole()


def _wait_for_more(writers: list[Writer]) -> None:
    """Wait until each has saved a few pages more, and sent a document among them."""
    before = [each.acknowledged for each in writers]
    wait_until(
        lambda: all(each.acknowledged > then + SAVES_TO_A_DOCUMENT for each, then in zip(writers, before, strict=True)),
        because="every draft is saved a few times more",
        within=60,
    )
