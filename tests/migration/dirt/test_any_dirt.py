"""Files in which anything befalls any record: a rehearsal gives each line its right fate.

The gate tries some hundred of them, `make nightly` two thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.migration.dirt.files import DirtyFile
from tests.migration.dirt.forms import FORMS, dirty_files
from tests.migration.dirt.trying import require_right, written

ANY_FILE = st.sampled_from(FORMS).flatmap(dirty_files)


@contextmanager
def on_disk(file: DirtyFile) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield written(file, Path(folder))


@given(file=ANY_FILE)
@settings(max_examples=100, derandomize=True, suppress_health_check=list(HealthCheck))
def test_each_line_of_a_damaged_file_has_its_right_fate(file: DirtyFile) -> None:
    with on_disk(file) as path:
        require_right(file, path)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@given(file=ANY_FILE)
@settings(max_examples=2_000, suppress_health_check=list(HealthCheck))
def test_each_line_of_two_thousand_damaged_files_has_its_right_fate(file: DirtyFile) -> None:
    with on_disk(file) as path:
        require_right(file, path)
