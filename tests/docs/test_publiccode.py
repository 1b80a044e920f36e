"""publiccode.yml keeps to the standard (publiccode.yml 0.4, core) and says what the project says of itself."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LANGUAGES = {"nl", "fr", "de", "en"}

MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
}  # fmt: skip
OPTIONAL = {
    "applicationSuite", "landingURL", "isBasedOn", "softwareVersion", "releaseDate", "logo", "usedBy", "roadmap",
    "intendedAudience", "dependsOn",
}  # fmt: skip
OF_A_DESCRIPTION = {
    "localisedName", "shortDescription", "longDescription", "documentation", "apiDocumentation", "features",
    "screenshots", "videos", "awards",
}  # fmt: skip
# Of the standard's controlled vocabulary, those that can be said of such software.
CATEGORIES = {
    "business-process-management", "compliance-management", "data-analytics", "digital-citizenship",
    "document-management", "regulations-and-directives", "workflow-management",
}  # fmt: skip
DEVELOPMENT = {"concept", "development", "beta", "stable", "obsolete"}


@pytest.fixture
def described() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return read


def test_it_has_every_mandatory_key_and_none_that_the_standard_does_not_know(described: dict[str, Any]) -> None:
    assert described["publiccodeYmlVersion"] == "0.4"
    assert MANDATORY <= described.keys() <= MANDATORY | OPTIONAL
    assert set(described["categories"]) <= CATEGORIES
    assert set(described["platforms"]) <= {"web", "windows", "mac", "linux", "ios", "android"}
    assert described["developmentStatus"] in DEVELOPMENT
    assert described["softwareType"] == "standalone/backend"
    assert described["url"].startswith("https://")
    assert described["intendedAudience"]["countries"] == ["be"]
    for each in described["dependsOn"]["open"]:
        assert {"name"} <= each.keys() <= {"name", "versionMin", "versionMax", "version", "optional"}


def test_it_says_what_the_project_says(described: dict[str, Any]) -> None:
    assert described["softwareVersion"] == PROJECT["version"]
    assert described["legal"]["license"] == PROJECT["license"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_it_describes_the_software_in_each_language_at_the_length_that_the_standard_asks(
    described: dict[str, Any], language: str
) -> None:
    assert described["description"].keys() == LANGUAGES == set(described["localisation"]["availableLanguages"])
    text = described["description"][language]
    assert text.keys() <= OF_A_DESCRIPTION
    assert "\n" not in text["shortDescription"]
    assert 0 < len(text["shortDescription"]) <= 150
    assert 150 <= len(text["longDescription"]) <= 10_000
    assert len(text["features"]) == len(described["description"]["en"]["features"])


def test_those_who_maintain_it_are_named(described: dict[str, Any]) -> None:
    maintenance = described["maintenance"]
    needed = {"none": set(), "community": {"contacts"}, "internal": {"contacts"}, "contract": {"contractors"}}
    assert maintenance.keys() == {"type"} | needed[maintenance["type"]]
