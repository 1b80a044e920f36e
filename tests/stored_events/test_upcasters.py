"""Earlier shapes are lifted to that of today: what was said stays, what was not yet said is there and says nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.event_codec import EventCodec
from infra.event_formats import FORMATS, EventFormat
from infra.stored_form.stored_body import clear_fields
from infra.upcasters import STEPS, lifted
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import ORIGIN, STREAM, WORKER, sample_of
from tests.stored_events.stored_sample import KEY, StoredSample, file_of

LATEST = {each.name: max(form.schema for form in FORMATS if form.name == each.name) for each in FORMATS}
NO_PLACES = {"registeredOfficeMunicipality": None, "establishmentUnitMunicipality": None}
CODEC = EventCodec(ORIGIN, KeysInMemory({WORKER: KEY}))


def stored(name: str, schema: int) -> dict[str, Any]:
    """The clear part of the golden sample."""
    clear: dict[str, Any] = clear_fields(StoredSample.read(file_of(name, schema)).body)
    return clear


NO_SUBJECT = {"workerSubject": None}
MOVED = {"employer.name": "employerName", "representative.mandateReference": "mandateReference"}
"""What lies under a key today, out of what still is in clear."""


@pytest.mark.parametrize(
    ("name", "schema", "added"),
    [
        ("ApplicationSubmitted", 1, {"leftOpen": [], "employment.contractStates": [], "renewalOf": None}),
        ("ApplicationSubmitted", 2, {"renewalOf": None}),
        ("ApplicationSubmitted", 3, {"renewalOf": None}),
        ("CaseCorrected", 1, {"leftOpen": [], "employment.contractStates": []}),
        ("CaseCorrected", 2, {}),
        ("FeePaid", 1, NO_SUBJECT),
        ("MandateVerified", 1, NO_SUBJECT),
        (
            "EmployerIdentified",
            1,
            NO_PLACES | NO_SUBJECT | {"leftOpen": [], "foundedOn": None, "hasStaff": None, "hasDebts": None},
        ),
        ("EmployerIdentified", 2, NO_PLACES | NO_SUBJECT),
        ("SalaryVerified", 1, {"result.provisions": []}),
        ("SalaryVerified", 2, {}),
        ("WorkPartDecided", 1, {"results.0.provisions": []}),
        ("WorkPartDecided", 2, {}),
        ("ApplicationDecided", 1, {"results.0.provisions": []}),
        (
            "LabourMarketTestAssessed",
            1,
            {"finding.provisions": [], "facts.admissibleOn": None, "facts.employmentStart": None},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, str | int) else "",
)
def test_a_step_adds_what_was_not_said_yet_and_nothing_else(name: str, schema: int, added: dict[str, Any]) -> None:
    before = stored(name, schema)

    after = lifted(name, schema, copy.deepcopy(before))

    was, is_ = {MOVED.get(place, place): value for place, value in leaves(before)}, dict(leaves(after))
    assert {place: value for place, value in is_.items() if place not in was} == added
    assert {place: value for place, value in is_.items() if place in was} == was


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: f"{form.name}.v{form.schema}")
def test_whatever_was_stored_has_the_words_of_today(form: EventFormat) -> None:
    event = of_subject(sample_of(form.name, form.schema, form.event_type))
    today = clear_fields(CODEC.encode(event, STREAM, 1).body)

    of_then = lifted(form.name, form.schema, stored(form.name, form.schema))

    assert {word: value for word, value in of_then.items() if word not in form.in_clear} == today | no_subject(of_then)
    assert lifted(form.name, LATEST[form.name], today) == today


def test_the_alternatives_of_a_finding_are_lifted_with_it() -> None:
    old = stored("LabourMarketTestAssessed", 1)
    branch = {word: value for word, value in old["finding"].items() if word != "branches"}
    old["finding"]["branches"] = [branch]

    finding = lifted("LabourMarketTestAssessed", 1, old)["finding"]

    assert [each["provisions"] for each in finding["branches"]] == [[]]


def test_a_correction_that_leaves_the_job_alone_still_does() -> None:
    old = {**stored("CaseCorrected", 1), "employment": None}

    assert lifted("CaseCorrected", 1, old)["employment"] is None


def test_a_correction_that_leaves_the_employer_alone_and_a_filing_without_representative_still_do() -> None:
    corrected = {**stored("CaseCorrected", 2), "employer": None}
    filed = {**stored("ApplicationSubmitted", 2), "representative": None}

    assert lifted("CaseCorrected", 2, corrected) == {**corrected, "employerName": None}
    assert lifted("ApplicationSubmitted", 2, filed)["mandateReference"] is None


def test_every_step_is_from_a_shape_that_was_stored() -> None:
    assert set(STEPS) <= {(form.name, form.schema) for form in FORMATS}


def of_subject(event: Any) -> Any:
    """The event with the subject that it lacked as long as all of it was in clear."""
    return replace(event, worker_subject=WORKER) if getattr(event, "worker_subject", WORKER) is None else event


def no_subject(clear: Mapping[str, Any]) -> Mapping[str, Any]:
    return {word: None for word in ("workerSubject",) if clear.get(word, WORKER) is None}


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """What the JSON holds, by its place; an empty list or object is a leaf."""
    if isinstance(value, dict | list) and value:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, f"{place}.{name}" if place else str(name))
    else:
        yield place, value
