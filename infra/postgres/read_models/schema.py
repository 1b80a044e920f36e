"""The tables of read models as migrations of the journal's database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infra.postgres.read_models.row_security import owner_too, row_security
from infra.postgres.server.migrate import Migration
from projections.read_model import ReadModel

_FORGET_POSITION: Final = "\ndelete from tracking where name = '{name}';\n"


def read_model_migrations(read_models: Iterable[ReadModel]) -> list[Migration]:
    """A migration for each read model at its schema version, to be given to ``migrate_journal``.

    It makes the tables empty and forgets the position, so that the next run fills them from the whole log.
    """
    return [
        Migration(
            f"read_model_{each.name}_{each.schema_version}",
            each.ddl + row_security(each) + owner_too(each) + _FORGET_POSITION.format(name=each.name),
        )
        for each in read_models
    ]
