"""``permit``: every way in from a shell. Exit code 0 is good, 1 a finding, 2 wrong use or a wrong setting."""

from __future__ import annotations

import sys
from typing import Final

import typer

from api.commands import (
    assess,
    audit,
    bench,
    database,
    demo,
    law,
    migrate,
    operations,
    projections,
    serving,
    token,
    topics,
)
from api.demonstration.counter import DemonstrationFailed
from api.http_server import PortUnusable, ServerDidNotStart
from api.permissions import PermissionsUnusable
from domain.law.entry_reader import LawDataUnusable
from domain.law.rulebook import ReadingUnknown
from infra.benchmarks.runs import BenchmarkImpossible
from infra.child_process import ChildDidNotStart
from infra.crossroads.policy import PolicyUnusable
from infra.identity.accepted_issuer import IssuerNotAccepted
from infra.identity.development_key import DevelopmentKeyUnusable
from infra.kafka.broker_jars import KafkaNotHere
from infra.kafka.topic_admin import KafkaUnavailable
from infra.keys import KeyEncryptionKeyUnusable
from infra.postgres.connections import DatabaseUnavailable
from infra.postgres.dead_letters import NoSuchDeadLetter
from infra.postgres.demonstration_databases import NotADemonstration
from infra.postgres.durability import ServerNotDurable
from infra.postgres.migrate import SchemaUnusable
from infra.postgres.server_account import EmbeddedPostgresUnusable
from infra.settings import SettingsUnusable
from infra.structured_logs import configure_logging

_UNUSABLE: Final = (
    BenchmarkImpossible,
    ChildDidNotStart,
    DatabaseUnavailable,
    DemonstrationFailed,
    DevelopmentKeyUnusable,
    EmbeddedPostgresUnusable,
    IssuerNotAccepted,
    KafkaNotHere,
    KafkaUnavailable,
    KeyEncryptionKeyUnusable,
    LawDataUnusable,
    NoSuchDeadLetter,
    NotADemonstration,
    PermissionsUnusable,
    PolicyUnusable,
    PortUnusable,
    ReadingUnknown,
    SchemaUnusable,
    ServerDidNotStart,
    ServerNotDurable,
    SettingsUnusable,
)
"""What stops a command with a sentence instead of a traceback."""

app = typer.Typer(
    name="permit",
    help="Event-sourced case processing for the Belgian single permit.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serving.serve)
app.command("work")(serving.work)
app.command("doctor")(serving.doctor)
app.command("status")(operations.status)
app.command("bench")(bench.bench)
app.command("assess")(assess.assess)
app.command("token")(token.token)
app.add_typer(law.app, name="law")
app.add_typer(audit.app, name="audit")
app.add_typer(projections.app, name="projections")
app.add_typer(topics.app, name="topics")
app.add_typer(migrate.app, name="migrate")
app.add_typer(operations.app, name="dead-letters")
app.add_typer(database.app, name="database")


def main() -> None:
    """Run the command line; what a person can mend is told in a sentence."""
    configure_logging()
    try:
        app()
    except _UNUSABLE as why:
        sys.stderr.write(f"permit: {why}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
