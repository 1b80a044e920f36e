"""A file that is not of its kind is refused in a sentence that names the file and the fault: nothing is judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from infra.legacy_files.legacy_file import NotThisKind
from tests.migration.dirt.files import DirtyFile
from tests.migration.dirt.forms import NOTHING
from tests.migration.dirt.refusals import REFUSALS, Refusal
from tests.migration.dirt.trying import rehearsal_of, require_silence, written


def refused_file(refusal: Refusal, seed: int = 0) -> DirtyFile:
    layout = refusal.form.layout()
    refusal.dress(layout)
    file = refusal.form.file([NOTHING] * 3, Random(seed), layout=layout)
    return replace(file, content=refusal.of_bytes(file.content), waivers=refusal.waivers)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: f"{each.form.authority.value}: {each.name}")
def test_a_file_that_is_not_of_its_kind_is_refused_in_a_sentence(refusal: Refusal, tmp_path: Path) -> None:
    # given a good file, and the same after something happened to the whole
    file = refused_file(refusal)
    # when it is rehearsed, then nothing of it is judged
    with pytest.raises(NotThisKind) as why:
        next(rehearsal_of(file).run([written(file, tmp_path)]))
    # and the sentence names the file and the fault, and nobody
    assert refusal.names in str(why.value)
    assert f"dirt{file.suffix}" in str(why.value)
    require_silence(file, str(why.value))
