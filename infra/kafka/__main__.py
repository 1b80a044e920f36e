"""``python -m infra.kafka``: a Kafka of one node for a developer, with all topics, until it is interrupted."""

import signal
import sys
from threading import Event

from consumers.topics import TOPICS
from infra.kafka.errors import KafkaNotHere
from infra.kafka.local_broker import running_cluster
from infra.kafka.topic_admin import create_missing
from infra.settings import SettingsUnusable, load_settings


def main() -> None:
    """Data and ports are kept under ``PERMIT_HOME``/kafka, so that a new start continues where the last one ended."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = load_settings()
        with running_cluster(settings.home / "kafka") as cluster:
            create_missing(cluster.bootstrap, TOPICS, settings.kafka_topic_prefix)
            sys.stdout.write(f"PERMIT_KAFKA={cluster.bootstrap}\n")
            sys.stdout.flush()
            stopping.wait()
    except (KafkaNotHere, SettingsUnusable) as why:
        sys.stderr.write(f"kafka: {why}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
