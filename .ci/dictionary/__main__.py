"""Train a compression dictionary on the cases of a demonstration: ``.venv/bin/python .ci/dictionary HOME NUMBER``.

The cases of a demonstration are made up and hold nobody's data. Play one of every category first::

    PERMIT_HOME=HOME .venv/bin/permit demo --once --cases 500

Each part of each event is an input, as it is before it is compressed: the clear fields, what is personal, what lies
apart. The dictionary is written as the next number that ships; ``CURRENT`` in ``infra/stored_form/compression.py`` is
then set to it, and a golden sample added for it. One that has shipped is never made again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import zstandard

ROOT: Final = Path(__file__).parents[2]
SIZE: Final = 32 * 1024
PAGE: Final = 5_000
MOST_OF_A_KIND: Final = 600
"""Inputs of one part of one type of event: what is frequent must not drive out what is long."""


def main(arguments: list[str]) -> int:
    home, number = arguments
    target = ROOT / "infra" / "stored_form" / "dictionaries" / f"{int(number)}.zdict"
    if target.exists():
        sys.stderr.write(f"dictionary {number} has shipped and is never made again: take the next number\n")
        return 1
    sys.path.insert(0, str(ROOT))
    os.environ["PERMIT_HOME"] = home
    inputs = list(parts())
    trained = zstandard.train_dictionary(SIZE, inputs, dict_id=int(number), level=19)
    target.write_bytes(trained.as_bytes())
    sys.stderr.write(f"{target.name}: {len(trained.as_bytes()):,} bytes, from {len(inputs):,} parts\n")
    return 0


def parts() -> Iterator[bytes]:
    """The parts of all events of the journal, in the order in which they were recorded."""
    from api.composition import open_program
    from infra.postgres.journal.bulk_reading import copy_rows
    from infra.settings import Settings
    from infra.stored_form.keyed_parts import Place
    from infra.stored_form.stored_body import StoredBody, clear_text

    taken: dict[tuple[str, int], int] = {}
    with open_program(Settings()) as program, program.readers.connection() as connection:
        last = program.recorder.max_notification_id() or 0
        for after in range(0, last, PAGE):
            for row in copy_rows(connection, after, min(after + PAGE, last)):
                stored = StoredBody.read(row.body, row.schema)
                place = Place(program.recorder.origin, row.stream, row.version, row.type)
                found = [(0, clear_text(row.body))]
                for part in stored.parts:
                    key_id = stored.key_of(part)
                    key = program.keys.key_to_decrypt(key_id)
                    if key is not None:
                        found.append((part.kind, part.text(key, place, key_id)))
                for kind, text in found:
                    taken[row.type, kind] = taken.get((row.type, kind), 0) + 1
                    if taken[row.type, kind] <= MOST_OF_A_KIND:
                        yield text


sys.exit(main(sys.argv[1:]))
