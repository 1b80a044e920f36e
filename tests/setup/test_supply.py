"""What the project is made of: two locks, allowed licences, a bill of materials, and an audit that can bite."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("api", "consumers", "domain", "infra", "projections")
FOR_TYPES = {"_typeshed"}


def today() -> date:
    """Of the moment, not of when the tests began: that may be before midnight."""
    return datetime.now(UTC).date()


def supply(*words: str, advisories: Path | None = None) -> subprocess.CompletedProcess[str]:
    given = {"ADVISORIES": "" if advisories is None else str(advisories)}
    return subprocess.run(
        [sys.executable, ".ci/supply", *words],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of the tool by its name."""
    monkeypatch.syspath_prepend(str(ROOT / ".ci" / "supply"))

    def imported(name: str) -> ModuleType:
        return importlib.import_module(name)

    return imported


# --- the locks


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^ ;]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_is_hash_pinned_and_carries_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    pinned = re.findall(r"^[\w.-]+==.*\n(.*)", text, re.MULTILINE)
    assert len(pinned) > 50
    assert [each for each in pinned if not each.startswith("    --hash=sha256:")] == []


def test_what_is_run_is_locked_apart_from_what_it_is_developed_with_and_in_the_same_versions() -> None:
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: development.get(name) for name in runtime} == runtime
    for only_to_develop in ("pytest", "mypy", "bandit", "hypothesis", "playwright", "cyclonedx-python-lib"):
        assert only_to_develop in development
        assert only_to_develop not in runtime


def test_every_requirement_of_the_product_is_in_the_lock_to_run_it() -> None:
    runtime = pins("requirements.lock")
    for requirement in map(Requirement, PROJECT["dependencies"]):
        versions = runtime.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in requirements.lock: run make lock"
        assert all(requirement.specifier.contains(each) for each in versions), requirement


OF_AN_EXTRA = {"confluent_kafka", "minio", "urllib3"}
"""What the product imports only where an extra was installed."""


def imported(folder: Path) -> set[str]:
    """The top-level names of other people's packages that the modules in a folder import."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        if "peer_scripts" in path.parts:
            # Run by another interpreter, with libraries that the product does not have.
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(PACKAGES)


def test_the_product_imports_nothing_that_is_only_there_to_develop_it() -> None:
    runtime, of = pins("requirements.lock"), metadata.packages_distributions()
    wanted = {name for package in PACKAGES for name in imported(ROOT / package)} - OF_AN_EXTRA - FOR_TYPES
    assert wanted >= {"fastapi", "psycopg2", "pydantic"}
    missing = {name for name in wanted if not {canonicalize_name(each) for each in of.get(name, [])} & runtime.keys()}
    assert missing == set()


# --- bandit


def test_bandit_finds_what_it_is_there_to_find(tmp_path: Path) -> None:
    (tmp_path / "asked.py").write_text("def asked(name: str) -> object:\n    return eval(name)\n", encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "bandit", "-c", str(ROOT / "pyproject.toml"), "-q", "-r", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert "B307" in found.stdout


def test_no_rule_of_bandit_is_skipped_and_each_exception_says_why() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["bandit"]
    assert set(configured) == {"exclude_dirs"}
    folders = (".ci", "api", "consumers", "domain", "infra", "projections")
    lines = [
        (path, line)
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "# nosec" in line
    ]
    assert len(lines) > 10
    assert [(path, line) for path, line in lines if not re.search(r"# nosec B\d{3}(, ?B\d{3})* # \S+ \S+", line)] == []


# --- licences


def test_a_licence_that_is_not_on_the_list_is_refused(tool: Any) -> None:
    licences, packages = tool("licences"), tool("packages")
    rules = licences.Rules.read()

    def of(licence: str) -> Any:
        return packages.Package(
            name="taken", version="1.0", versions=("1.0",), runtime=True, needs=(), metadata={"license": licence}
        )

    assert licences.faults([of("MIT"), of("MIT License"), of("GPL-3.0-only OR Apache-2.0")], rules) == []
    for refused in ("AGPL-3.0-only", "GPL-3.0-only AND MIT", "SSPL-1.0"):
        (fault,) = licences.faults([of(refused)], rules)
        assert "not allowed in licences.toml" in fault
    for unknown in ("", "see the file", "Dual License"):
        (fault,) = licences.faults([of(unknown)], rules)
        assert "does not say its licence" in fault


def test_every_exception_in_the_list_of_licences_is_still_needed(tool: Any) -> None:
    licences, packages = tool("licences"), tool("packages")
    rules = licences.Rules.read()
    installed = {each.name: each for each in packages.packages_of_the_locks()}
    unstated = licences.Rules(allowed=rules.allowed, written=rules.written, stated={})
    assert {name for name in rules.stated if name not in installed} == set()
    for name, licence in rules.stated.items():
        assert unstated.licence_of(installed[name]) != licence, f"{name} says it by itself now"


def test_the_page_of_licences_is_current_and_the_bill_of_materials_is_the_same_each_time() -> None:
    first = supply("check")
    assert first.returncode == 0, first.stderr
    bill = (ROOT / "build" / "sbom.cdx.json").read_bytes()
    assert supply("check").returncode == 0
    assert (ROOT / "build" / "sbom.cdx.json").read_bytes() == bill

    written = json.loads(bill)
    assert (written["bomFormat"], written["specVersion"]) == ("CycloneDX", "1.6")
    assert written["metadata"]["component"]["version"] == PROJECT["version"]
    scopes = {each["name"]: each["scope"] for each in written["components"]}
    assert (scopes["fastapi"], scopes["pytest"]) == ("required", "excluded")
    depends = {each["ref"]: each.get("dependsOn", []) for each in written["dependencies"]}
    assert any(each.startswith("fastapi==") for each in depends[PROJECT["name"]])
    assert b"://" not in re.sub(rb'"\$schema": "[^"]+"', b"", bill)


def test_an_environment_that_is_not_that_of_the_lock_is_not_judged(tool: Any, tmp_path: Path) -> None:
    packages = tool("packages")
    other = tmp_path / "fastapi-0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: fastapi\nVersion: 0.1\n", encoding="utf-8")
    with pytest.raises(packages.SupplyUnclear, match=r"fastapi 0\.1 \(locked: "):
        packages.packages_of_the_locks([metadata.PathDistribution(other)])


# --- the audit


def advisory(
    name: str = "jinja2",
    *,
    modified: date | None = None,
    events: tuple[dict[str, str], ...] = ({"introduced": "0"}, {"fixed": "9999"}),
    **others: object,
) -> dict[str, object]:
    """An advisory as OSV publishes it, invented."""
    return {
        "id": "PYSEC-0000-1",
        "modified": f"{modified or today()}T00:00:00Z",
        "summary": "invented for a test",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
            }
        ],
        **others,
    }


def given(folder: Path, *records: object) -> Path:
    for n, each in enumerate(records):
        (folder / f"{n}.json").write_text(json.dumps(each), encoding="utf-8")
    return folder


def test_an_advisory_for_an_installed_package_stops_the_check(tmp_path: Path) -> None:
    version = metadata.version("jinja2")
    for word in ("audit", "check"):
        bitten = supply(word, advisories=given(tmp_path, advisory()))
        assert bitten.returncode == 1
        assert f"jinja2 {version}: PYSEC-0000-1, invented for a test (fixed in 9999)" in bitten.stderr
        assert f"by 1 advisories, the newest of {today()}" in bitten.stderr


def test_the_same_from_a_zip_as_it_is_published(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-0000-1.json", json.dumps(advisory("Jinja2")))
    assert supply("audit", advisories=tmp_path / "all.zip").returncode == 1


def test_an_audit_without_a_finding_names_the_date_of_its_data(tmp_path: Path) -> None:
    passed = supply("audit", advisories=given(tmp_path, advisory("a-package-that-nobody-has")))
    assert passed.returncode == 0
    assert f"1 advisories, the newest of {today()}: none is named" in passed.stdout


def test_without_advisories_nothing_is_audited_and_that_is_no_pass() -> None:
    strict, check = supply("audit"), supply("check")
    assert strict.returncode == 3
    assert check.returncode == 0
    for each in (strict, check):
        assert "NOT AUDITED: no advisory data was given" in each.stderr
        assert "none is named" not in each.stdout + each.stderr
    # and the gate repeats it at its end
    assert (ROOT / "build" / "audit.txt").read_text(encoding="utf-8").startswith("NOT AUDITED")
    assert "cat build/audit.txt" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize(("days", "status"), [(30, 1), (31, 3)])
def test_data_older_than_thirty_days_audit_nothing_whatever_they_say(tmp_path: Path, days: int, status: int) -> None:
    old = today() - timedelta(days=days)
    judged = supply("audit", advisories=given(tmp_path, advisory(modified=old)))
    assert judged.returncode == status
    assert str(old) in judged.stderr
    assert ("NOT AUDITED" in judged.stderr) == (status == 3)


def test_an_empty_folder_audits_nothing(tmp_path: Path) -> None:
    assert supply("audit", advisories=tmp_path).returncode == 3


@pytest.mark.parametrize(
    "unreadable", ["{", "[]", '{"id": "PYSEC-0000-1"}', '{"id": "PYSEC-0000-1", "modified": "lately"}']
)
def test_what_is_no_advisory_is_neither_passed_nor_called_old(tmp_path: Path, unreadable: str) -> None:
    (tmp_path / "0.json").write_text(unreadable, encoding="utf-8")
    assert supply("audit", advisories=tmp_path).returncode == 2


def test_what_cannot_be_judged_stops_the_whole_check(tmp_path: Path) -> None:
    (tmp_path / "0.json").write_text("{", encoding="utf-8")
    assert supply("check", advisories=tmp_path).returncode == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = supply("audit", advisories=tmp_path / "nothing.zip")
    assert told.returncode == 2
    assert "cannot be read (FileNotFoundError)" in told.stderr


@pytest.mark.parametrize(
    ("version", "events", "affected"),
    [
        ("1.4", ({"introduced": "1.0"}, {"fixed": "1.5"}), True),
        ("1.5", ({"introduced": "1.0"}, {"fixed": "1.5"}), False),
        ("0.9", ({"introduced": "1.0"}, {"fixed": "1.5"}), False),
        ("1.5rc1", ({"introduced": "0"}, {"fixed": "1.5"}), True),
        ("1.10", ({"introduced": "1.9"}, {"fixed": "1.11"}), True),
        ("2.1", ({"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.2"}), True),
        ("1.7", ({"introduced": "2.0"}, {"fixed": "2.2"}, {"introduced": "0"}, {"fixed": "1.5"}), False),
        ("3.0", ({"introduced": "0"},), True),
        ("3.0", ({"introduced": "0"}, {"last_affected": "3.0"}), True),
        ("3.1", ({"introduced": "0"}, {"last_affected": "3.0"}), False),
    ],
)
def test_a_range_is_read_as_osv_defines_it(
    tool: Any, version: str, events: tuple[dict[str, str], ...], affected: bool
) -> None:
    audit = tool("audit")
    advisories = audit.Advisories(records=(advisory("some_package", events=events),), as_of=today())
    assert bool(audit.vulnerable([("some-package", version)], advisories)) is affected


def test_versions_that_are_listed_count_and_what_was_withdrawn_or_is_elsewhere_does_not(tool: Any) -> None:
    audit = tool("audit")
    listed = {"package": {"ecosystem": "PyPI", "name": "listed"}, "versions": ["1.0"]}
    elsewhere = {"package": {"ecosystem": "npm", "name": "listed"}, "versions": ["1.0"]}

    def found(*, affected: object, **others: object) -> list[Any]:
        records = ({**advisory(), "affected": [affected], **others},)
        named: list[Any] = audit.vulnerable([("listed", "1.0")], audit.Advisories(records=records, as_of=today()))
        return named

    assert [each.advisory for each in found(affected=listed)] == ["PYSEC-0000-1"]
    assert found(affected=listed, withdrawn="2026-01-01T00:00:00Z") == []
    assert found(affected=elsewhere) == []
