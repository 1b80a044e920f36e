"""``permit topics``: what topics there are, making them, and comparing them with the broker's."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import ExitCode, Json, end, finding_if, say, say_rows
from api.composition import open_program
from consumers.topics import TOPICS
from infra.kafka.contract_document import contract_document
from infra.kafka.published_schemas import breaking_changes, published_schemas
from infra.kafka.topic_admin import cluster_id, create_missing, differences
from infra.postgres.messages.consumer_offsets import ConsumerOffsets
from infra.settings import Settings, load_settings


def list_topics(as_json: Json = False) -> None:
    """Every topic: how it is cut and kept, who owns it, what it is for."""
    prefix = load_settings().kafka_topic_prefix
    rows = [
        {
            "name": prefix + each.name,
            "partitions": each.partitions,
            "retentionHours": each.retention // timedelta(hours=1),
            "owner": each.owner,
            "key": each.key,
            "purpose": each.purpose,
        }
        for each in TOPICS
    ]
    say_rows("topics", rows, as_json)


def create() -> None:
    """Make the topics that do not exist; those that do are left as they are."""
    settings = load_settings()
    made = create_missing(_bootstrap(settings), TOPICS, settings.kafka_topic_prefix)
    for name in made:
        typer.echo(f"made {name}")
    if not made:
        typer.echo("every topic exists")


def check(as_json: Json = False) -> None:
    """Compare the broker's topics with the code; exit code 1 when they differ."""
    settings = load_settings()
    found = differences(_bootstrap(settings), TOPICS, settings.kafka_topic_prefix)
    say({"differences": found}, as_json, lambda: "\n".join(found or ["every topic is as it should be"]))
    finding_if(found)


def restart(
    consumer: Annotated[str, typer.Argument(help="of which the position is to be forgotten: crossroads-intake")],
) -> None:
    """Restart a consumer at the earliest records of its topics, after they expired unread or were made again.

    Nothing is done twice by that. What expired is read from the journal by running the consumer without Kafka first.
    """
    settings = load_settings()
    cluster = cluster_id(_bootstrap(settings))
    with open_program(settings) as program:
        forgotten = ConsumerOffsets(program.writers, consumer, cluster).forget()
    if not forgotten:
        end(f"{consumer} has no position in this cluster; `permit status` names the consumers", ExitCode.FINDING)
    typer.echo(f"{consumer} begins again in {forgotten} partitions")


def document(
    to: Annotated[Path, typer.Option(help="the file for the AsyncAPI document")] = Path("docs/asyncapi.yaml"),
) -> None:
    """Write the schemas of what is published and the AsyncAPI document; exit code 1 where that would break readers."""
    broken = []
    for each in published_schemas():
        if each.file.exists():
            changes = breaking_changes(json.loads(each.file.read_text(encoding="utf-8")), each.schema)
            broken += [f"{each.topic} {each.kind} v{each.version}: {change}" for change in changes]
    if broken:
        for sentence in broken:
            typer.echo(sentence, err=True)
        typer.echo("Give the event a new schema version instead. Nothing was written.", err=True)
    finding_if(broken)
    for each in published_schemas():
        each.file.parent.mkdir(parents=True, exist_ok=True)
        each.file.write_text(each.text(), encoding="utf-8")
    to.write_text(contract_document(), encoding="utf-8")
    typer.echo(f"wrote {to} and the schemas")


def _bootstrap(settings: Settings) -> str:
    if settings.kafka is None:
        raise typer.BadParameter("topics are Kafka's: set PERMIT_KAFKA to its bootstrap servers, host:port")
    return settings.kafka
