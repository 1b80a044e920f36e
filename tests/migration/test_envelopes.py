"""An envelope is read strictly and held to its record; what is wrong has a reason of its own and names no content."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from consumers.consumer import MessageRefused
from domain.migration.sources.brussels import BRUSSELS as BRUSSELS_MAPPING
from domain.migration.sources.wallonia import WALLONIA as WALLONIA_MAPPING
from infra.message_wire import WireRecord
from infra.migration.envelopes import hold_to_record, read_envelope, record_digest
from tests.docs.test_documents import ROOT
from tests.migration.envelopes import envelope, message
from tests.migration.samples import BRUSSELS, WALLONIA


def refusal(record: WireRecord) -> str:
    """The reason for which a message of Brussels is refused."""
    with pytest.raises(MessageRefused) as refused:
        hold_to_record(read_envelope(record), record.key, BRUSSELS_MAPPING)
    return refused.value.reason


def changed(text: str, new: str) -> WireRecord:
    """The message of the usual record, with a piece of its JSON text replaced."""
    usual = message(BRUSSELS)
    assert usual.value is not None
    assert text.encode() in usual.value
    return WireRecord(usual.key, usual.value.replace(text.encode(), new.encode()), ())


def test_a_record_in_its_envelope_is_read_as_it_was_sent() -> None:
    sent = message(BRUSSELS)
    read = read_envelope(sent)
    hold_to_record(read, sent.key, BRUSSELS_MAPPING)
    assert (read.authority, read.key, read.batch) == ("brussels", BRUSSELS["no_dossier"], "night-1")
    assert read.record == BRUSSELS


def test_the_version_of_the_form_may_be_said_in_the_envelope_and_in_the_header() -> None:
    said = message(BRUSSELS, schemaVersion=1)
    assert read_envelope(WireRecord(said.key, said.value, [("ce_schemaversion", b"1")])).schema_version == 1


def test_a_time_of_change_may_be_written_in_another_way() -> None:
    sent = message(BRUSSELS, sequence="2025-04-20T07:00:00+00:00")
    hold_to_record(read_envelope(sent), sent.key, BRUSSELS_MAPPING)


def test_a_record_without_a_file_number_has_none_outside_either() -> None:
    bare = {name: text for name, text in BRUSSELS.items() if name != "no_dossier"}
    for key, outside in ((None, None), ("", b"")):
        sent = message(bare, key=key)
        hold_to_record(read_envelope(sent), outside, BRUSSELS_MAPPING)


def test_numbers_are_kept_as_they_were_written() -> None:
    # given a pay with a nought at its end and one of more digits than a double has
    pay = {**WALLONIA, "emploi": {"remunerationBruteAnnuelle": 48912.5}}
    sent = message(pay, "wallonia")
    assert sent.value is not None
    value = sent.value.replace(b"48912.5", b"48912.50")
    # when
    read = read_envelope(WireRecord(sent.key, value, ()))
    hold_to_record(read, sent.key, WALLONIA_MAPPING)
    # then
    found = read.record["emploi"]["remunerationBruteAnnuelle"]
    assert (type(found), str(found)) == (Decimal, "48912.50")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        # RFC 8785, section 3.2.2 and appendix B; the canonical text as the RFC has it
        ('{"b": 1, "a": "\\u20ac"}', '{"a":"€","b":1}'),
        ('{"n": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]}',
         '{"n":[333333333.3333333,1e+30,4.5,0.002,1e-27]}'),
        ('{"n": [-0, 9007199254740993, 1e21, 100000000000000000000]}',
         '{"n":[0,9007199254740992,1e+21,100000000000000000000]}'),
        ('{"\\ud83d\\ude00": 1, "\\ufb33": 2, "\\u00f6": 3}', '{"ö":3,"😀":1,"\ufb33":2}'),
    ],
    ids=["sorted", "numbers", "numbers beyond integers", "names in the order of UTF-16"],
)  # fmt: skip
def test_the_digest_is_of_the_canonical_text(text: str, canonical: str) -> None:
    record = json.loads(text, parse_float=Decimal)
    assert record_digest(record) == sha256(canonical.encode()).hexdigest()


def test_a_digest_that_another_program_made() -> None:
    # printf '{"no_dossier":"BXL/1","statut":"accordée"}' | sha256sum
    digest = "977b7849abb8bb2547bf3f34865dbcc78f1631f9e11e6f3443419deef3f363f7"
    assert record_digest({"statut": "accordée", "no_dossier": "BXL/1"}) == digest


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (WireRecord(b"BXL/1", None, ()), "legacyEnvelopeWithoutValue"),
        (WireRecord(b"BXL/1", b"", ()), "legacyEnvelopeUnreadable"),
        (WireRecord(b"BXL/1", b"{", ()), "legacyEnvelopeUnreadable"),
        (WireRecord(b"BXL/1", b"[]", ()), "legacyEnvelopeUnreadable"),
        (WireRecord(b"BXL/1", b'{"a": "\xe9"}', ()), "legacyEnvelopeUnreadable"),
        (WireRecord(b"BXL/1", b"[" * 100_000, ()), "legacyEnvelopeUnreadable"),
        (WireRecord(b"BXL/1", b'{"n": ' + b"9" * 5_000 + b"}", ()), "legacyEnvelopeUnreadable"),
        (WireRecord(b"BXL/1", b" " * 1_000_001, ()), "legacyEnvelopeTooLong"),
        (changed('"4.303,75"', "NaN"), "legacyEnvelopeUnreadable"),
        (changed('"4.303,75"', "-Infinity"), "legacyEnvelopeUnreadable"),
        (changed('"batch"', '"batch": "night-0", "batch"'), "legacyEnvelopeNameTwice"),
        (changed('"nom"', '"nom": "Autre", "nom"'), "legacyEnvelopeNameTwice"),
        (changed('"4.303,75"', '[{"a": 1, "a": 1}]'), "legacyEnvelopeNameTwice"),
        (changed('"Lambert"', '"\\ud800"'), "legacyEnvelopeNotCanonical"),
        (changed('"4.303,75"', "1e400"), "legacyEnvelopeNotCanonical"),
        (changed('"Lambert"', '"Lambrecht"'), "legacyEnvelopeDigestWrong"),
        (message(BRUSSELS, sha256=""), "legacyEnvelopeFieldMalformed"),
        (message(BRUSSELS, sha256="0" * 64), "legacyEnvelopeDigestWrong"),
        (message(BRUSSELS, sha256=None), "legacyEnvelopeFieldMissing"),
        (message(BRUSSELS, batch=None), "legacyEnvelopeFieldMissing"),
        (message(BRUSSELS, batch="a\x00b"), "legacyEnvelopeFieldMalformed"),
        (message(BRUSSELS, batch=7), "legacyEnvelopeFieldMalformed"),
        (message(BRUSSELS, record=[]), "legacyEnvelopeFieldMalformed"),
        (message(BRUSSELS, operation="update"), "legacyEnvelopeFieldUnknown"),
        (message(BRUSSELS, schemaVersion=99), "legacyEnvelopeSchemaVersionUnknown"),
        (message(BRUSSELS, schemaVersion="1"), "legacyEnvelopeSchemaVersionUnknown"),
        (message(BRUSSELS, schemaVersion=True), "legacyEnvelopeSchemaVersionUnknown"),
        (message(BRUSSELS, authority="wallonia"), "legacyRecordOfAnotherAuthority"),
        (message(BRUSSELS, key="BXL/2025/00002"), "legacyEnvelopeKeyOtherThanRecord"),
        (message({**BRUSSELS, "no_dossier": ""}, key="BXL/2025/00002"), "legacyEnvelopeKeyOtherThanRecord"),
        (message(BRUSSELS, sequence="21/04/2025 09:00"), "legacyEnvelopeSequenceOtherThanRecord"),
        (message(BRUSSELS, sequence=None), "legacyEnvelopeSequenceOtherThanRecord"),
        (message(BRUSSELS, sequence="yesterday"), "legacyEnvelopeSequenceOtherThanRecord"),
    ],
)  # fmt: skip
def test_what_breaks_the_form_is_refused_with_a_reason_of_its_own(wrong: WireRecord, reason: str) -> None:
    assert refusal(wrong) == reason


@pytest.mark.parametrize("key", [None, b"", b"BXL/2025/00002", b"\xff"])
def test_the_key_of_the_message_is_that_of_the_envelope(key: bytes | None) -> None:
    assert refusal(WireRecord(key, message(BRUSSELS).value, ())) == "legacyEnvelopeKeyOtherThanMessage"


@pytest.mark.parametrize("version", [b"2", b"99", b"", b"one"])
def test_another_version_in_the_header_is_unknown(version: bytes) -> None:
    sent = message(BRUSSELS)
    headers = [("ce_schemaversion", version)]
    assert refusal(WireRecord(sent.key, sent.value, headers)) == "legacyEnvelopeSchemaVersionUnknown"


def test_the_published_document_describes_the_envelope() -> None:
    document = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8"))
    schema: dict[str, Any] = document["components"]["schemas"]["legacyRecordEnvelope"]
    validator = Draft202012Validator(schema)
    validator.validate(envelope(BRUSSELS))
    assert [each.validator for each in validator.iter_errors(envelope(BRUSSELS, sha256="x"))] == ["pattern"]
    assert not validator.is_valid({**envelope(BRUSSELS), "operation": "update"})
    for authority in ("brussels", "wallonia", "german-community"):
        (name,) = document["channels"][f"legacy.{authority}.records.v1"]["messages"]
        assert document["components"]["messages"][name]["payload"]["schema"]["$ref"].endswith("legacyRecordEnvelope")
