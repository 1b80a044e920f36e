"""Whichever events of a log are at fault, and however: the rows of all other cases are as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.read_models.generations import check_projection
from infra.postgres.read_models.progress import list_projections
from infra.stored_form.stored_body import clear_text
from projections.registered import registered_read_models
from tests.projections.log_of_cases import FILED, LogOfCases, forget_read_models, read_model_tables, run
from tests.projections.parked_cases import parked
from tests.world.stored_bodies import with_clear_text

pytestmark = pytest.mark.server


def silent(_done: int, _there_are: int) -> None:
    """Nobody watches."""


def rows_of_others(log: LogOfCases, *cases: UUID) -> dict[str, list[tuple]]:
    """All rows of the read models but those of these cases."""
    with_cases = run(
        log.url,
        "select table_name::text from information_schema.columns"
        " where table_schema = 'permit' and column_name = 'case_id' and table_name = any(%s) order by 1",
        read_model_tables(log.url),
    )
    return {
        table: run(
            log.url,
            f"select t::text from permit.{table} t where case_id <> all(%s::uuid[]) order by 1",
            [str(each) for each in cases],
        )
        for (table,) in with_cases
    }


_SLOW_AS_IT_IS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=4, suppress_health_check=_SLOW_AS_IT_IS)
@given(data=st.data())
def test_whichever_events_are_at_fault_the_rows_of_all_other_cases_are_those_of_an_undisturbed_run(
    log: LogOfCases, data: st.DataObject
) -> None:
    _others_go_on(log, data)


@pytest.mark.nightly
@settings(max_examples=60, suppress_health_check=_SLOW_AS_IT_IS)
@given(data=st.data())
def test_so_it_is_for_many(log: LogOfCases, data: st.DataObject) -> None:
    _others_go_on(log, data)


def _others_go_on(log: LogOfCases, data: st.DataObject) -> None:
    if log.recorder.max_notification_id() is None:
        log.some_cases(8)
        log.take_over()
        run(log.url, "create table sound as select position, schema, body from permit.journal")
    end = log.recorder.max_notification_id()
    assert end is not None
    positions = data.draw(st.sets(st.integers(1, end), min_size=1, max_size=5), label="positions")
    kinds = {each: data.draw(st.sampled_from(sorted(_SPOIL)), label=f"kind at {each}") for each in sorted(positions)}
    forget_read_models(log.url)
    log.catch_up()
    ill = {row[0] for row in run(log.url, _STREAMS, list(positions))}
    undisturbed = rows_of_others(log, *ill)
    page_size = data.draw(st.sampled_from((1, 7, 50, 2_000)), label="page")
    try:
        for position, kind in kinds.items():
            _SPOIL[kind](log.url, position)
        forget_read_models(log.url)

        log.catch_up(page_size=page_size)

        assert rows_of_others(log, *ill) == undisturbed
        named = parked(log)
        assert {each.stream for each in named} <= ill
        assert all(each.position in positions for each in named)
        assert {each.lag_events for each in list_projections(log.readers, registered_read_models(), now=FILED)} == {0}
        for model in registered_read_models():
            assert check_projection(log.url, log.recorder, model, on_progress=silent).same, model.name
    finally:
        run(
            log.url,
            "update permit.journal j set schema = s.schema, body = s.body from sound s where s.position = j.position",
        )


_STREAMS = "select distinct stream from permit.journal where position = any(%s)"


def _with_body(change: Callable[[bytes], bytes]) -> Callable[[str, int], None]:
    def spoil(url: str, position: int) -> None:
        ((body,),) = run(url, "select body from permit.journal where position = %s", position)
        run(url, "update permit.journal set body = %s where position = %s", change(bytes(body)), position)

    return spoil


def _of_a_later_schema(url: str, position: int) -> None:
    run(url, "update permit.journal set schema = 99 where position = %s", position)


_SPOIL: dict[str, Callable[[str, int], None]] = {
    "no body": _with_body(lambda _: b"nothing"),
    "a body of form 1 without fields": _with_body(lambda _: b'{"clear":{}}'),
    "no fields": _with_body(lambda body: with_clear_text(body, b"{}")),
    "cut off": _with_body(lambda body: body[: len(body) // 3]),
    "another dictionary": _with_body(lambda body: body[:1] + b"\xfa" + body[2:]),
    "later schema": _of_a_later_schema,
    "NUL everywhere": _with_body(
        lambda body: with_clear_text(body, clear_text(body).replace(b':"', rb':"\u0000')),
    ),
}
