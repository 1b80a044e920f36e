"""Each damage that has a name, alone in a file that is otherwise good, and all of them in one file."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from infra.migration.sources import MigratingAuthority
from tests.migration.dirt.files import DamagedCells
from tests.migration.dirt.forms import FORMS, NOTHING, Form
from tests.migration.dirt.trying import require_right, written

VARIANTS = {MigratingAuthority.BRUSSELS: 16, MigratingAuthority.WALLONIA: 16, MigratingAuthority.GERMAN_COMMUNITY: 7}
"""The most that one damage has; of a workbook, which takes longer, the most of those that no other form has."""

by_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.authority.value)


@by_form
def test_a_good_file_is_retold_whole(form: Form, tmp_path: Path) -> None:
    file = form.file([NOTHING] * 5, Random(1))
    assert [line.right.fate for line in file.right.values() if line.owners] == ["retold"] * 6
    require_right(file, written(file, tmp_path))


@by_form
def test_every_damage_changes_the_fate_of_its_own_record_only(form: Form, tmp_path: Path) -> None:
    # given one file in which each variant of each damage befell somebody
    variants = [DamagedCells([each]) for each in form.cell_damages for _ in range(VARIANTS[form.authority])]
    file = form.file([*variants, *form.line_damages], Random(1))
    # then each line has its right fate
    require_right(file, written(file, tmp_path))


@by_form
def test_however_a_file_is_laid_out_its_records_say_the_same(form: Form, tmp_path: Path) -> None:
    for number, dressing in enumerate(form.dressings):
        file = form.file([NOTHING, *form.every_damage()[::7]], Random(number), dressings=[dressing])
        require_right(file, written(file, tmp_path))


def test_there_are_more_than_forty_and_each_has_a_name_of_its_own() -> None:
    for form in FORMS:
        names = [each.name for each in form.every_damage()]
        assert len(names) == len(set(names)) > 40


def test_of_damages_that_touch_one_fact_the_first_happens() -> None:
    damages = FORMS[0].cell_damages
    assert DamagedCells([damages[0], damages[0]]).name.count("+") == 1
