"""A wrong environment stops the start with sentences that a person understands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.kafka_client import KafkaClient
from infra.settings import SettingsUnusable, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("PERMIT_"):
            monkeypatch.delenv(name)


def refusal() -> str:
    with pytest.raises(SettingsUnusable) as refused:
        load_settings()
    return str(refused.value)


def test_without_any_variable_everything_is_embedded() -> None:
    settings = load_settings()
    assert settings.home == Path("var").resolve()
    assert settings.database_url is settings.kafka is settings.crossroads_url is settings.oidc_issuer is None
    assert settings.port == 8080
    assert settings.kafka_client is KafkaClient.KAFKA_PYTHON
    assert settings.key_encryption_key_path == settings.home / "key-encryption.key"


def test_an_empty_variable_is_an_absent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_DATABASE_URL", "")
    assert load_settings().database_url is None


def test_right_values_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = tmp_path / "signing.pem"
    key.touch()
    monkeypatch.setenv("PERMIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PERMIT_DATABASE_URL", "postgresql://permit@db.example/permit?sslmode=verify-full")
    monkeypatch.setenv("PERMIT_KAFKA", "one:9092, [::1]:9093")
    monkeypatch.setenv("PERMIT_KAFKA_CLIENT", "confluent-kafka")
    monkeypatch.setenv("PERMIT_CROSSROADS_URL", "http://localhost:9000/")
    monkeypatch.setenv("PERMIT_OIDC_ISSUER", "https://issuer.example/realms/permit")
    monkeypatch.setenv("PERMIT_SIGNING_KEY_FILE", str(key))
    monkeypatch.setenv("PERMIT_PORT", "0")

    settings = load_settings()

    assert settings.home == tmp_path / "home"
    assert settings.kafka == "one:9092,[::1]:9093"
    assert settings.kafka_client is KafkaClient.CONFLUENT
    assert settings.crossroads_url == "http://localhost:9000"
    assert settings.signing_key_file == key
    assert settings.port == 0


def test_a_client_for_kafka_that_is_not_installed_is_named_with_how_to_install_it() -> None:
    # given a Python in which the extra cannot be found
    program = (
        "import sys; sys.modules['confluent_kafka'] = None\n"
        "from infra.settings import SettingsUnusable, load_settings\n"
        "try: load_settings()\n"
        "except SettingsUnusable as why: print(why)"
    )
    # when it is chosen
    asked = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PERMIT_KAFKA_CLIENT": "confluent-kafka"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    # then
    assert asked.stdout.strip() == (
        "PERMIT_KAFKA_CLIENT names confluent-kafka, which is not installed. "
        "Install it with pip install 'single-permit[confluent]', or unset the variable to use kafka-python."
    )


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "PERMIT_DATABASE_URL",
            "mysql://db",
            "is not the URL of a PostgreSQL database. Write it like postgresql://",
        ),
        ("PERMIT_DATABASE_URL", "postgresql://db:no/x", "is not a URL. Write it like postgresql://"),
        ("PERMIT_KEY_DATABASE_URL", "keys", "is not the URL of a PostgreSQL database."),
        ("PERMIT_KAFKA", "broker", "is not a list of Kafka servers. Write it like host1:9092,host2:9092."),
        ("PERMIT_KAFKA", "broker:99999", "is not a list of Kafka servers."),
        ("PERMIT_KAFKA_CLIENT", "aiokafka", "is not a client for Kafka. Write kafka-python or confluent-kafka."),
        ("PERMIT_CLAMD", "clamd", "is not the address of a virus scanner. Write it like unix:/run/clamav/clamd.ctl or"),
        ("PERMIT_CLAMD", "unix:clamd.ctl", "is not the socket of a virus scanner."),
        ("PERMIT_DOCUMENTS_S3", "s3://documents", "is not the address of a bucket. Write it like https://"),
        ("PERMIT_DOCUMENTS_S3", "https://key:secret@s3.example/documents", "is not the address of a bucket."),
        ("PERMIT_DOCUMENTS_S3", "https://s3.example/a/b", "does not end in the name of one bucket."),
        ("PERMIT_CROSSROADS_URL", "crossroads", "is not a web address. Write it like https://"),
        (
            "PERMIT_OIDC_ISSUER",
            "http://issuer.example",
            "names an issuer of tokens without https. Use its https",
        ),
        ("PERMIT_SIGNING_KEY_FILE", "missing.pem", "does not name an existing file. Name one, or unset"),
        ("PERMIT_HOME", __file__, "names something that is not a directory. Name a directory;"),
        (
            "PERMIT_PORT",
            "eighty",
            "is not a TCP port. Write a whole number from 0 to 65535, for example 8080.",
        ),
        ("PERMIT_PORT", "70000", "is not a TCP port."),
        ("PERMIT_HOEM", "x", "is not a setting of this program. Did you mean PERMIT_HOME?"),
        ("PERMIT_QQQQQQQQQQ", "x", "is not a setting of this program. Unset it; there are PERMIT_HOME, "),
    ],
)
def test_a_wrong_value_is_a_sentence_naming_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert refusal().startswith(f"{variable} {sentence}")
    assert refusal().count("\n") == 0


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_PORT", "x")
    monkeypatch.setenv("PERMIT_KAFKA", "x")
    monkeypatch.setenv("PERMIT_WHAT", "x")
    said = refusal().splitlines()
    assert [line.split()[0] for line in said] == ["PERMIT_WHAT", "PERMIT_KAFKA", "PERMIT_PORT"]


def test_a_password_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_DATABASE_URL", "mysql://permit:hunter2@db/permit")
    with pytest.raises(SettingsUnusable) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None, "a traceback would show what is chained"

    monkeypatch.setenv("PERMIT_DATABASE_URL", "postgresql://permit:hunter2@db/permit")
    assert "hunter2" not in repr(load_settings())


def test_variables_of_the_tests_are_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_REQUIRE_SERVERS", "1")
    monkeypatch.setenv("PERMIT_TEST_DATABASE_URL", "postgresql://x/y")
    load_settings()


def test_settings_do_not_change_after_the_start() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


@pytest.mark.parametrize(
    ("home", "sentence"),
    [
        ("/", "PERMIT_HOME is the root directory. Name a directory of its own, such as /srv/permit."),
        ("/tmp/two\nlines", "PERMIT_HOME has a line break or another control character in it."),  # noqa: S108
    ],
)
def test_a_home_that_nobody_means_is_refused(monkeypatch: pytest.MonkeyPatch, home: str, sentence: str) -> None:
    monkeypatch.setenv("PERMIT_HOME", home)
    with pytest.raises(SettingsUnusable, match=re.escape(sentence)):
        load_settings()


def test_links_that_run_in_a_circle_are_said_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    monkeypatch.setenv("PERMIT_HOME", str(tmp_path / "one"))
    with pytest.raises(SettingsUnusable, match="its symbolic links run in a circle"):
        load_settings()


def test_a_tilde_is_the_home_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PERMIT_HOME", "~/permit")
    assert load_settings().home == tmp_path / "permit"
