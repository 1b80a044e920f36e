"""``permit assess``: a verdict on facts in a file, under the law of a day of knowledge, or what is wrong with them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domain.civil_time import CIVIL_TIME
from domain.law.rulebook import PACKAGED_VALUES
from tests.cli.conftest import CommandLine, Ended
from tests.cli.shell import surroundings

FACTS: dict[str, Any] = {
    "authority": "flanders",
    "category": "highlySkilled",
    "filedOn": "2025-06-02",
    "employment": {"contract": "belgian", "grossPay": {"amount": "3513.79", "period": "month"}},
    "worker": {"birthDate": "1994-05-02", "familyName": "Rao"},
}


class Assess:
    """Writes facts into a file and asks for a verdict on it."""

    def __init__(self, permit: CommandLine, directory: Path) -> None:
        self.permit = permit
        self.file = directory / "facts.json"

    def __call__(self, facts: Any, *options: str) -> Ended:
        self.file.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
        return self.permit("assess", str(self.file), *options)


@pytest.fixture
def assess(permit: CommandLine, tmp_path: Path) -> Assess:
    return Assess(permit, tmp_path)


def salary(ended: Ended) -> dict[str, Any]:
    assert ended.code == 0, ended.errors
    (found,) = [each for each in ended.json["findings"] if each["rule"] == "salaryThreshold"]
    return dict(found)


def test_pay_a_cent_below_is_not_met_and_no_error(assess: Assess) -> None:
    judged = assess(FACTS, "--known-on", "2025-06-02", "--json")
    assert (judged.code, judged.errors) == (0, "")
    answer = judged.json
    assert list(answer) == ["verdict", "legalReferenceDate", "knownOn", "ruleSet", "alternatives", "findings"]
    assert (answer["verdict"], answer["legalReferenceDate"]) == ("notMet", "2025-06-02")
    assert answer["knownOn"] == "2025-06-02"
    found = salary(judged)
    assert (found["threshold"], found["observed"], found["difference"]) == ("48912.00", "48911.9568", "-0.0432")
    (way,) = found["counterfactual"]["anyOf"]
    (change,) = way["allOf"]
    assert (change["threshold"], change["distance"], change["unit"]) == ("3513.80", "0.01", "EUR/month")
    assert found["text"].keys() == {"nl", "fr", "de", "en"}


def test_the_other_readings_of_the_deciding_day_stand_beside_the_verdict(assess: Assess) -> None:
    # given pay between the amounts of 2024 and 2025, filed in 2024 for a job of 2025
    between = {
        **FACTS,
        "filedOn": "2024-12-20",
        "employment": {
            **FACTS["employment"],
            "start": "2025-02-01",
            "grossPay": {"amount": "47000.00", "period": "year"},
        },
    }
    answer = assess(between, "--known-on", "2025-01-10", "--json").json
    # then
    assert answer["verdict"] == "met"
    told = {each["decidingDate"]: each for each in answer["alternatives"]}
    assert set(told) == {"admissibleOn", "employmentStart", "decidedOn", "ongoing"}
    assert told["employmentStart"]["legalReferenceDate"] == "2025-02-01"
    assert told["employmentStart"]["verdict"] == "notMet"
    assert (told["decidedOn"]["legalReferenceDate"], told["decidedOn"]["missing"]) == (None, ["decidedOn"])
    lines = assess(between, "--known-on", "2025-01-10").output
    assert "decided by the day of filing: one of 5 readings" in lines
    assert "If the first day of work (1 February 2025) decided, the outcome would be: not met." in lines


def test_people_read_the_verdict_and_a_paragraph_for_each_finding(assess: Assess) -> None:
    told = assess(FACTS)
    assert told.code == 0
    lines = told.output.splitlines()
    assert lines[0] == "Not met"
    assert "law of 2025-06-02" in lines[1]
    assert "Salary threshold: not met" in lines
    as_json = assess(FACTS, "--json").json
    assert all(each["text"]["en"] in told.output for each in as_json["findings"])


def test_few_facts_are_undetermined_and_the_missing_ones_named(assess: Assess) -> None:
    judged = assess({"filedOn": "2025-06-02"}, "--json")
    assert judged.json["verdict"] == "undetermined"
    assert judged.json["legalReferenceDate"] is None
    assert salary(judged)["missing"] == ["authority", "category"]
    assert "a day that is not stated" in assess({"filedOn": "2025-06-02"}).output


def test_without_a_day_of_knowledge_it_is_today_in_brussels(assess: Assess) -> None:
    before = datetime.now(CIVIL_TIME).date()
    known_on = assess(FACTS, "--json").json["knownOn"]
    assert before.isoformat() <= known_on <= datetime.now(CIVIL_TIME).date().isoformat()


def test_what_was_not_known_yet_is_left_out(assess: Assess) -> None:
    assert salary(assess(FACTS, "--known-on", "2024-06-03", "--json"))["threshold"] != "48912.00"


def test_facts_can_come_from_another_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "assess", "-", "--json"],
        input=json.dumps(FACTS).encode(),
        env=surroundings(tmp_path),
        capture_output=True,
        check=True,
    )
    assert salary(Ended(code=0, output=done.stdout.decode(), errors=""))["verdict"] == "notMet"


def test_another_set_of_law_can_be_asked(assess: Assess, tmp_path: Path) -> None:
    # given the packaged law with the amount of 2025 lowered
    rules = tmp_path / "rules"
    shutil.copytree(PACKAGED_VALUES, rules)
    (file,) = (each for each in (rules / "flanders").glob("*.toml") if 'id = "FL-HS-2025"' in each.read_text("utf-8"))
    before, entry, after = file.read_text("utf-8").partition('id = "FL-HS-2025"')
    file.write_text(before + entry + after.replace('"48912.00"', '"48000.00"', 1), "utf-8")
    # then
    ours, theirs = assess(FACTS, "--json"), assess(FACTS, "--rules", str(rules), "--json")
    assert (salary(ours)["verdict"], salary(theirs)["verdict"]) == ("notMet", "met")
    assert ours.json["ruleSet"] != theirs.json["ruleSet"]
    # and the packaged directory is the packaged law
    assert assess(FACTS, "--rules", str(PACKAGED_VALUES), "--json").json == ours.json


def test_an_open_question_can_be_answered_otherwise(assess: Assess) -> None:
    selected = assess(FACTS, "--json").json
    other = assess({**FACTS, "decidedOn": "2025-07-01"}, "--reading", "decidingDate=decidedOn", "--json").json
    assert (selected["legalReferenceDate"], other["legalReferenceDate"]) == ("2025-06-02", "2025-07-01")
    assert selected["ruleSet"] != other["ruleSet"]


def test_impossible_facts_are_told_field_by_field(assess: Assess) -> None:
    wrong = {
        **FACTS,
        "filedOn": "2025-06-02",
        "decidedOn": "2025-06-01",
        "employment": {"grossPay": {"amount": "-3513.79"}},
        "worker": {"birthDate": "2025-12-01", "familyName": "Rao"},
    }
    refused = assess(wrong, "--json")
    assert refused.code == 2
    assert {each["name"] for each in refused.json["issues"]} == {
        "employment.grossPay.amount", "worker.birthDate", "decidedOn"
    }  # fmt: skip
    assert all(each["detail"] for each in refused.json["issues"])
    for field in ("employment.grossPay.amount", "worker.birthDate", "decidedOn"):
        assert f"permit: {field}: " in refused.errors
    assert not any(value in refused.said for value in ("3513.79", "2025-12-01", "Rao"))
    # and people get the same without an object on standard output
    in_words = assess(wrong)
    assert (in_words.code, in_words.output, in_words.errors) == (2, "", refused.errors)


@pytest.mark.parametrize(
    ("code", "told"),
    [("19999", "no municipality has or had this NIS code"), ("54010", "write 57097 (Comines-Warneton)")],
)
def test_a_municipality_that_is_not_on_the_list_that_day_is_refused(assess: Assess, code: str, told: str) -> None:
    refused = assess({**FACTS, "employment": {"workplace": {"municipalityCode": code}}}, "--json")
    assert refused.code == 2
    ((name, kind),) = ((each["name"], each["type"].rsplit(":", 1)[-1]) for each in refused.json["issues"])
    assert (name, kind) == ("employment.workplace.municipalityCode", "invalidInput")
    assert told in refused.errors


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({**FACTS, "bonus": "100.00"}, "permit: bonus: this field is not known here"),
        ({"authority": "flanders"}, "permit: filedOn: it is missing"),
        ("{", "facts.json: it is not JSON, at line 1 column 2"),
        ('{"filedOn": "2025-06-02", "filedOn": "2025-06-03"}', "used twice"),
    ],
    ids=["unknown", "no day", "no JSON", "twice"],
)
def test_what_is_in_no_form_is_refused(assess: Assess, facts: Any, named: str) -> None:
    refused = assess(facts)
    assert (refused.code, refused.output) == (2, "")
    assert named in refused.errors


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--known-on", "2025-02-30"), "2025-02-30"),
        (("--rules", "nowhere"), "nowhere"),
        (("--reading", "decidingDate"), "QUESTION=READING"),
        (("--reading", "decidingDate=filedOn", "--reading", "decidingDate=decidedOn"), "once a question"),
        (("--reading", "decidingDate=full-moon"), "has no reading 'full-moon'"),
        (("--reading", "colour=red"), "no such question"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_wrong_option_is_wrong_use(assess: Assess, options: tuple[str, ...], named: str) -> None:
    refused = assess(FACTS, *options)
    assert (refused.code, refused.output) == (2, "")
    assert named in refused.errors


def test_a_file_that_is_not_there_is_told(permit: CommandLine, tmp_path: Path) -> None:
    refused = permit("assess", str(tmp_path / "none.json"))
    assert (refused.code, refused.output) == (2, "")
    assert "cannot be read (No such file or directory)" in refused.errors


def test_law_that_cannot_be_used_is_a_sentence(assess: Assess, tmp_path: Path) -> None:
    (tmp_path / "rules" / "flanders").mkdir(parents=True)
    (tmp_path / "rules" / "flanders" / "law.toml").write_text("[[salary_threshold]]\namount = 1.5\n", "utf-8")
    refused = assess(FACTS, "--rules", str(tmp_path / "rules"))
    assert (refused.code, refused.output) == (2, "")
    assert "law.toml" in refused.errors


def test_a_file_without_anything_in_it_is_called_empty(assess: Assess) -> None:
    refused = assess("\n")
    assert (refused.code, refused.output) == (2, "")
    assert "is empty: it is to hold the facts of an application as JSON" in refused.errors


def test_a_day_that_is_none_is_told_how_it_is_written(permit: CommandLine) -> None:
    refused = permit("law", "show", "flanders", "highlySkilled", "--on", "tomorrow")
    assert refused.code == 2
    assert "'tomorrow' is no day: write it as YYYY-MM-DD, such as 2026-02-01" in refused.errors
