"""A process that follows a journal with small pages until it is killed: `run_projections.py URL PAGE_SIZE`."""

import sys
from threading import Thread

from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.workers.projection_runner import ProjectionRunner
from projections.registered import registered_read_models

if __name__ == "__main__":
    url, page_size = sys.argv[1], int(sys.argv[2])
    recorder = JournalRecorder(url)
    writers = ConnectionPool(url, Role.WRITER, size=4)
    for read_model in registered_read_models():
        Thread(target=ProjectionRunner(recorder, read_model, writers, page_size=page_size).run).start()
