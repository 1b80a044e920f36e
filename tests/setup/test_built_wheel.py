"""The product installs from a built wheel: every file is in it, nothing else is, and it runs far from its sources."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import httpx
import pytest

from tests.world.servers import free_port, reachable_directory
from tests.world.waiting import wait_until

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("api", "consumers", "domain", "infra", "projections")

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(),
    reason="needs git and a clone: git says what is shipped",
)


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--", *folders], capture_output=True, text=True, check=True
    )
    return [each for each in listed.stdout.split("\0") if each and (ROOT / each).is_file()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An environment with the product in it, and a folder that has nothing to do with the sources."""

    environment: Path
    elsewhere: Path

    @property
    def home(self) -> Path:
        return self.elsewhere / "var"

    @property
    def settings(self) -> dict[str, str]:
        ours = ("PERMIT_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"PERMIT_HOME": str(self.home)}

    def run(self, program: str, *arguments: str) -> str:
        finished = subprocess.run(
            [str(self.environment / "bin" / program), *arguments],
            cwd=self.elsewhere, env=self.settings, capture_output=True, text=True, check=False, timeout=280,
        )  # fmt: skip
        assert finished.returncode == 0, f"{program} {' '.join(arguments)}: {finished.stdout}{finished.stderr}"
        return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git tracks, as it is in the working tree; without a network and without a trace in the tree."""
    source = tmp_path_factory.mktemp("source")
    for each in tracked("pyproject.toml", PROJECT["readme"], *PROJECT["license-files"], *PACKAGES):
        (source / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / each, source / each)
    built = tmp_path_factory.mktemp("dist")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(built), str(source))
    (only,) = built.iterdir()
    return only


def pip(*arguments: str, environment: Path | None = None) -> None:
    into = [] if environment is None else ["--python", str(environment)]
    finished = subprocess.run(
        [sys.executable, "-m", "pip", *into, arguments[0], "--quiet", "--disable-pip-version-check", *arguments[1:]],
        capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Installed]:
    """In an environment that borrows the libraries of this one, but neither its ``.pth`` files nor its checkout."""
    with reachable_directory() as directory:
        environment = directory / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=120)
        pip("install", "--no-deps", "--no-index", "--no-compile", str(wheel), environment=environment)
        own = Path(sysconfig.get_path("purelib", "venv", {"base": str(environment), "platbase": str(environment)}))
        (own / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        yield Installed(environment=environment, elsewhere=a_folder_in(directory))


def a_folder_in(directory: Path) -> Path:
    elsewhere = directory / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    return elsewhere


def test_every_tracked_file_of_the_packages_is_in_it_and_nothing_else(wheel: Path) -> None:
    shipped = set(zipfile.ZipFile(wheel).namelist())
    described = {each for each in shipped if PurePosixPath(each).parts[0].endswith(".dist-info")}
    assert shipped - described == set(tracked(*PACKAGES))


def test_it_bears_the_version_and_the_pythons_of_the_project(wheel: Path) -> None:
    assert wheel.name == f"single_permit-{PROJECT['version']}-py3-none-any.whl"
    metadata = zipfile.ZipFile(wheel).read(f"single_permit-{PROJECT['version']}.dist-info/METADATA").decode()
    for each in PROJECT["classifiers"]:
        assert f"Classifier: {each}" in metadata


def test_it_carries_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as shipped:
        described = f"single_permit-{PROJECT['version']}.dist-info"
        assert f"License-Expression: {PROJECT['license']}\n" in shipped.read(f"{described}/METADATA").decode()
        assert shipped.read(f"{described}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_it_is_imported_from_where_it_was_installed_and_knows_its_version(installed: Installed) -> None:
    asked = "import api, importlib.metadata as m; print(api.__file__); print(m.version('single-permit'))"
    file, version = installed.run("python", "-c", asked).splitlines()
    assert Path(file).is_relative_to(installed.environment)
    assert version == PROJECT["version"]


def test_it_brings_its_law(installed: Installed) -> None:
    assert "the law data are sound" in installed.run("permit", "law", "check")


def test_the_command_says_its_version(installed: Installed) -> None:
    assert PROJECT["version"] in installed.run("permit", "--version")


@pytest.mark.server
def test_it_plays_the_demonstration_where_no_source_can_be_found(installed: Installed) -> None:
    played = installed.run("permit", "demo", "--once", "--cases", "10", "--json")
    assert json.loads(played.splitlines()[-1])["applications"] == 10


@pytest.mark.nightly
@pytest.mark.server
def test_it_installs_with_all_it_requires_from_the_package_index_and_serves_its_pages(wheel: Path) -> None:
    with reachable_directory() as directory:
        # given an empty environment
        environment = directory / "environment"
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
        installed = Installed(environment=environment, elsewhere=a_folder_in(directory))
        # when
        installed.run("pip", "install", "--quiet", "--only-binary", ":all:", str(wheel))
        # then
        installed.run("pip", "check")
        played = installed.run("permit", "demo", "--once", "--cases", "30", "--json")
        assert json.loads(played.splitlines()[-1])["applications"] == 30
        assert_pages_are_served_by(installed)


def assert_pages_are_served_by(installed: Installed) -> None:
    port = free_port()
    with subprocess.Popen(
        [str(installed.environment / "bin" / "permit"), "serve", "--port", str(port)],
        cwd=installed.elsewhere, env=installed.settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as service:  # fmt: skip
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, follow_redirects=True) as client:
                wait_until_served(client)
                page = client.get("/").raise_for_status().text
                styles = re.findall(r'href="([^"]+\.css[^"]*)"', page)
                assert styles, "the first page names no style sheet"
                for each in styles:
                    client.get(each).raise_for_status()
                client.get("/rest/singlePermit/v1/doc/openapi.yaml").raise_for_status()
        finally:
            service.send_signal(signal.SIGINT)
            service.wait(60)


def wait_until_served(client: httpx.Client, within: float = 60) -> None:
    def answers() -> bool:
        try:
            client.get("/rest/singlePermit/v1/doc/openapi.yaml")
        except httpx.TransportError:
            return False
        return True

    wait_until(answers, because="the service answers", within=within)
