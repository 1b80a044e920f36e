"""A batch is judged before anything is filed, and each of its rows is filed once, whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest

from api.composition import Program, open_program
from api.permissions import Action, Permissions
from api.services.access import Access, AuthorisedCaller
from api.services.application_batches import ApplicationBatchService, SentRow
from api.services.cases import CaseService
from api.services.refusals import BatchUnknown, DraftsFull
from domain.case.application import Application
from domain.drafts.application_batch import ApplicationBatch, BatchRow, BatchState, RowOutcome, Settled
from domain.drafts.draft import merged
from domain.law.findings import Verdict
from infra.identity.caller import Caller, Role
from infra.limits import BatchLimits, Limits
from infra.settings import Settings
from infra.wire_format import canonical_json, wire_adapter
from infra.workers.old_drafts import OldDrafts
from tests.pages.case_service import FILED_AT
from tests.world.bodies import application_body
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases

pytestmark = pytest.mark.server

CALLER = Caller(role=Role.EMPLOYER, subject="hr-1", token_id="t-1", enterprise_number="0202239951")
COLLEAGUE = replace(CALLER, subject="hr-2")
STRANGER = replace(CALLER, enterprise_number="0420429375")
CANARY = "Vandekanarie"


class Bulk:
    """Somebody who sends batches, and the worker that files them."""

    def __init__(self, program: Program, clock: StoppedClock) -> None:
        self.program = program
        self.clock = clock
        self.access = Access(Permissions.load())
        self.service = ApplicationBatchService(program, self.access, CaseService(program, self.access))

    def caller(self, identity: Caller = CALLER) -> AuthorisedCaller:
        return self.access.authorise(identity, Action.FILE_APPLICATION)

    def sent(self, *rows: SentRow) -> ApplicationBatch:
        return self.service.begin(self.caller(), rows)

    def file_all(self) -> None:
        while self.service.file_some():
            pass

    def again(self, batch: ApplicationBatch) -> ApplicationBatch:
        return self.service.read(self.caller(), batch.batch_id)

    def events(self, statement: str = "select count(*) from permit.journal", *values: object) -> int:
        url = self.program.journal_url
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
            assert row is not None
            return int(row[0])


@pytest.fixture(scope="module")
def bulk(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bulk]:
    clock = StoppedClock(FILED_AT)
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True, clock=clock) as opened:
            yield Bulk(opened, clock)


def application(name: str, **changes: Any) -> Application:
    body = application_body(worker__ssin=None, worker__familyName=name, documents=[], **changes)
    found: Application = wire_adapter(Application).validate_json(canonical_json(body))
    return found


def row(line: int, *names: str, **changes: Any) -> SentRow:
    """An ordinary row, about a worker of its own."""
    name = names[0] if names else f"Werknemer {uuid4()}"
    return SentRow(line=line, application=application(name, **changes))


def outcomes(batch: ApplicationBatch) -> list[RowOutcome]:
    return [each.outcome for each in batch.rows]


def test_nothing_is_filed_before_somebody_says_so_and_then_each_row_is(bulk: Bulk) -> None:
    # given a batch of three rows
    before = bulk.events()
    batch = bulk.sent(row(2), row(3), row(4))
    bulk.file_all()
    assert bulk.events() == before
    # when it is confirmed
    assert bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=False)
    bulk.file_all()
    # then each row is a case, and the batch is done
    done = bulk.again(batch)
    assert done.state is BatchState.DONE
    assert outcomes(done) == [RowOutcome.FILED] * 3
    cases = {each.case_id for each in done.rows}
    assert len(cases) == 3
    for case_id in cases:
        assert case_id is not None
        assert bulk.program.case_snapshots.read(case_id) is not None


def test_the_law_is_told_beside_each_row(bulk: Bulk) -> None:
    little = {"employment__grossPay": {"amount": "12000.00", "period": "year"}, "category": "highlySkilled"}
    batch = bulk.sent(row(2), row(3, **little), SentRow(line=4, application=None, cells=("x",)))
    first, second, third = bulk.service.judged(batch)
    assert first.verdict is not None
    assert second.verdict is not None
    assert second.verdict.verdict is Verdict.NOT_MET
    assert third.verdict is None


def test_with_a_fault_nothing_is_filed_unless_the_row_is_left_out(bulk: Bulk) -> None:
    batch = bulk.sent(row(2), SentRow(line=3, application=None, cells=("a", "b"), notes=((2, "formula"),)))
    assert not bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=False)
    bulk.file_all()
    assert bulk.again(batch).state is BatchState.CHECKED
    assert bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=True)
    bulk.file_all()
    done = bulk.again(batch)
    assert outcomes(done) == [RowOutcome.FILED, RowOutcome.FAULTY]
    # and no row has vanished
    assert (done.rows[1].cells, done.rows[1].notes) == (("a", "b"), {2: "formula"})


def test_a_row_twice_in_a_file_is_a_fault_and_one_filed_today_is_pointed_out(bulk: Bulk) -> None:
    batch = bulk.sent(row(2, "Tweemaal"), row(3, "TWEEMAAL"))
    assert outcomes(batch) == [RowOutcome.READY, RowOutcome.FAULTY]
    assert [each.same_as for each in bulk.service.judged(batch)] == [None, 2]
    bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=True)
    bulk.file_all()
    (filed, _) = bulk.again(batch).rows
    again = bulk.sent(row(2, "Tweemaal"))
    assert outcomes(again) == [RowOutcome.FILED_BEFORE]
    assert again.rows[0].case_id == filed.case_id
    assert not bulk.service.confirm(bulk.caller(), again.batch_id, without_faulty=True)


def test_what_is_filed_twice_at_once_is_one_case(bulk: Bulk) -> None:
    first, second = bulk.sent(row(2, "Gelijktijdig")), bulk.sent(row(2, "Gelijktijdig"))
    for each in (first, second):
        bulk.service.confirm(bulk.caller(), each.batch_id, without_faulty=False)
    bulk.file_all()
    (one,), (other,) = bulk.again(first).rows, bulk.again(second).rows
    assert {one.outcome, other.outcome} == {RowOutcome.FILED, RowOutcome.FILED_BEFORE}
    assert one.case_id == other.case_id


@pytest.mark.parametrize("days", [0, 1])
def test_a_row_that_was_filed_and_not_recorded_is_not_filed_again(bulk: Bulk, days: int) -> None:
    """As when the process is killed between the two; also when it begins again on the next day."""
    batch = bulk.sent(row(2), row(3), row(4))
    bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=False)
    killed = Killed(bulk.program)
    dying = ApplicationBatchService(
        replace(bulk.program, batches=killed),  # type: ignore[arg-type]
        bulk.access,
        CaseService(bulk.program, bulk.access),
    )
    with pytest.raises(ProcessKilled):
        dying.file_some()
    before = bulk.events()
    assert outcomes(bulk.again(batch)) == [RowOutcome.READY] * 3
    # nobody else has it before its time is over
    assert not bulk.service.file_some()
    killed.forget_lease(bulk)
    bulk.clock.moment += timedelta(days=days)
    bulk.file_all()
    done = bulk.again(batch)
    assert outcomes(done) == [RowOutcome.FILED] * 3
    # then the first row is the case that was made before
    assert done.rows[0].case_id == killed.case_id
    assert bulk.events() - before == 2 * (before - killed.before)


class ProcessKilled(Exception):
    """Nothing after it was done."""


class Killed:
    """A store whose process dies when the first row was filed, before that is recorded."""

    def __init__(self, program: Program) -> None:
        self._store = program.batches
        self.before = Bulk(program, StoppedClock(FILED_AT)).events()
        self.case_id: UUID | None = None

    def settle(self, _batch_id: UUID, _number: int, settled: Settled, **_more: object) -> None:
        self.case_id = settled.case_id
        raise ProcessKilled

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def forget_lease(self, bulk: Bulk) -> None:
        bulk.events(
            "with freed as (update permit.application_batch set leased_until = now() - interval '1 second' returning 1)"
            " select count(*) from freed"
        )


def test_several_workers_file_a_batch_once(bulk: Bulk) -> None:
    batch = bulk.sent(*(row(line) for line in range(2, 62)))
    bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=False)
    with ThreadPoolExecutor(3) as workers:
        for each in [workers.submit(bulk.file_all) for _ in range(3)]:
            each.result()
    done = bulk.again(batch)
    assert (done.state, done.count(RowOutcome.FILED)) == (BatchState.DONE, 60)
    assert len({each.case_id for each in done.rows}) == 60


def test_colleagues_share_a_batch_and_nobody_else_finds_it(bulk: Bulk) -> None:
    batch = bulk.sent(row(2))
    assert bulk.service.read(bulk.caller(COLLEAGUE), batch.batch_id) == batch
    stranger = bulk.caller(STRANGER)
    with pytest.raises(BatchUnknown):
        bulk.service.read(stranger, batch.batch_id)
    with pytest.raises(BatchUnknown):
        bulk.service.confirm(stranger, batch.batch_id, without_faulty=True)
    assert not bulk.service.delete(stranger, batch.batch_id)
    representative = bulk.caller(replace(CALLER, role=Role.REPRESENTATIVE))
    with pytest.raises(BatchUnknown):
        bulk.service.read(representative, batch.batch_id)
    # whoever confirms it is the one in whose name it is filed, and only once
    assert bulk.service.confirm(bulk.caller(COLLEAGUE), batch.batch_id, without_faulty=False)
    assert bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=False)
    filer = bulk.again(batch).filer
    assert filer is not None
    assert filer.subject == "hr-2"
    bulk.file_all()


BRUSSELS = {"authority": "brussels", "employment__workplace__municipalityCode": "21004"}
"""Of an authority whose cases are decided elsewhere."""


def test_what_cannot_be_filed_says_why_at_its_row_before_anything_is_filed(bulk: Bulk) -> None:
    of_another = {"employer__enterpriseNumber": "0420429375"}
    batch = bulk.sent(row(2), row(3, **BRUSSELS), row(4, **of_another), row(5))
    assert [(each.outcome, each.reason) for each in batch.rows] == [
        (RowOutcome.READY, None),
        (RowOutcome.REFUSED, "authorityNotLive"),
        (RowOutcome.REFUSED, "notPermitted"),
        (RowOutcome.READY, None),
    ]
    assert not bulk.service.confirm(bulk.caller(), batch.batch_id, without_faulty=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": "withdrawn"}, "invalidInput"),
        ({"employment": {}}, "invalidInput"),
        ({"authority": "brussels", "employment": {"workplace": {"municipalityCode": "21004"}}}, "authorityNotLive"),
        ({"employer": {"enterpriseNumber": "0420429375"}}, "notPermitted"),
    ],
)
def test_what_was_good_when_it_was_sent_may_be_refused_when_its_turn_comes(
    bulk: Bulk, change: dict[str, Any], reason: str
) -> None:
    """A category was withdrawn, an authority has gone back to its former system: it stops no other row."""
    batch = bulk.sent(row(2), row(3), row(4))
    first, second, third = batch.rows
    assert second.application is not None
    other = replace(batch, batch_id=uuid4(), rows=(first, replace(second, application=changed(second, change)), third))
    bulk.program.batches.add(owner_of(bulk), other)
    bulk.service.confirm(bulk.caller(), other.batch_id, without_faulty=False)
    bulk.file_all()
    done = bulk.again(other)
    assert done.state is BatchState.DONE
    assert [(each.outcome, each.reason) for each in done.rows] == [
        (RowOutcome.FILED, None),
        (RowOutcome.REFUSED, reason),
        (RowOutcome.FILED, None),
    ]


def changed(row: BatchRow, change: dict[str, Any]) -> dict[str, Any]:
    assert row.application is not None
    if change.get("employment") == {}:
        return {**row.application, **change}
    return merged(row.application, change)


def owner_of(bulk: Bulk) -> str:
    return bulk.program.drafts.owner(CALLER.role, CALLER.enterprise_number or "")


def test_nothing_of_a_batch_lies_in_the_clear_and_it_goes_with_its_key(bulk: Bulk) -> None:
    batch = bulk.service.begin(
        bulk.caller(), [replace(row(2, CANARY), cells=(CANARY,))], columns=[f"{CANARY} (column)"]
    )
    for table in ("application_batch", "application_batch_row"):
        shown = f"select count(*) from permit.{table} t where concat(t::text, encode(t.sealed, 'escape')) ilike %s"
        assert bulk.events(shown, f"%{CANARY}%") == 0
    # when nobody touched it for as long as it is kept
    late = bulk.clock.now() + timedelta(days=91)
    retention = bulk.program.limits.drafts.retention
    OldDrafts(bulk.program.drafts, bulk.program.batches, bulk.program.draft_keys, retention, lambda: late).collect()
    with pytest.raises(BatchUnknown):
        bulk.again(batch)
    assert not bulk.program.draft_keys.of((batch.batch_id,))


def test_one_row_and_one_batch_more_are_refused(bulk: Bulk) -> None:
    few = replace(bulk.program, limits=Limits(batches=BatchLimits(most_rows=2, most_of_one_owner=1)))
    service = ApplicationBatchService(few, bulk.access, CaseService(few, bulk.access))
    caller = bulk.caller(replace(CALLER, enterprise_number="0403170701"))
    with pytest.raises(DraftsFull, match="at most 2 applications"):
        service.begin(caller, [row(2), row(3), row(4)])
    batch = service.begin(caller, [row(2)])
    with pytest.raises(DraftsFull, match="You have 1 batches"):
        service.begin(caller, [row(2)])
    service.delete(caller, batch.batch_id)
    assert service.listed(caller) == []
