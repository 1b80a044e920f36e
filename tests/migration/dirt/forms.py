"""The three forms with all that can befall them, and files of them drawn by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from infra.migration.sources import MigratingAuthority
from tests.migration.dirt import brussels, german_community, json_lines, sheet_cells, wallonia
from tests.migration.dirt.files import CellDamage, DamagedCells, DirtyFile, LineDamage, PlanOfLines
from tests.migration.dirt.people import EVERYBODY, Person

NOTHING: Final = DamagedCells(())


def people(first: int) -> Iterator[Person]:
    """From the ``first`` on, nobody twice among so many as there are."""
    return (Person(number % EVERYBODY) for number in count(first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """``dressings`` change how a file is laid out as a whole, and what it says of nobody."""

    authority: MigratingAuthority
    layout: Callable[[], Any]
    write: Callable[[Sequence[PlanOfLines], Any, Random, Iterator[Person]], DirtyFile]
    cell_damages: Sequence[CellDamage]
    line_damages: Sequence[LineDamage]
    dressings: Mapping[str, Callable[[Any, Random], None]]

    def file(
        self,
        plans: Sequence[PlanOfLines],
        random: Random,
        *,
        dressings: Sequence[str] = (),
        layout: Any = None,
        of: Iterator[Person] | None = None,
    ) -> DirtyFile:
        """A file in which each of the plans befell one record, beside a good one."""
        layout, of = layout or self.layout(), of or people(random.randrange(EVERYBODY))
        for name in dressings:
            self.dressings[name](layout, random)
        return self.write(plans, layout, random, of)

    def every_damage(self) -> list[PlanOfLines]:
        """Each of them alone."""
        return [*(DamagedCells([each]) for each in self.cell_damages), *self.line_damages]


BRUSSELS: Final = Form(
    authority=MigratingAuthority.BRUSSELS,
    layout=brussels.CsvLayout,
    write=brussels.dirty_file,
    cell_damages=brussels.CELL_DAMAGES,
    line_damages=brussels.LINE_DAMAGES,
    dressings=brussels.DRESSINGS,
)
WALLONIA: Final = Form(
    authority=MigratingAuthority.WALLONIA,
    layout=wallonia.JsonLayout,
    write=wallonia.dirty_file,
    cell_damages=wallonia.CELL_DAMAGES,
    line_damages=json_lines.LINE_DAMAGES,
    dressings=wallonia.DRESSINGS,
)
GERMAN_COMMUNITY: Final = Form(
    authority=MigratingAuthority.GERMAN_COMMUNITY,
    layout=german_community.SheetLayout,
    write=german_community.dirty_file,
    cell_damages=sheet_cells.CELL_DAMAGES,
    line_damages=german_community.LINE_DAMAGES,
    dressings=german_community.DRESSINGS,
)
FORMS: Final = (BRUSSELS, WALLONIA, GERMAN_COMMUNITY)


@st.composite
def dirty_files(draw: st.DrawFn, form: Form) -> DirtyFile:
    """A file of up to ten records, to each of which something happened, or several things, or nothing."""
    cells = st.lists(st.sampled_from(form.cell_damages), min_size=1, max_size=3).map(DamagedCells)
    plans = draw(st.lists(st.just(NOTHING) | cells | st.sampled_from(form.line_damages), min_size=1, max_size=10))
    dressings = draw(st.lists(st.sampled_from(sorted(form.dressings)), max_size=3, unique=True))
    return form.file(plans, Random(draw(st.integers(0, 2**32 - 1))), dressings=dressings)


def drawn(form: Form, random: Random, of: Iterator[Person]) -> DirtyFile:
    """One of these files, where no shrinking is wanted."""
    plans: list[PlanOfLines] = [DamagedCells(random.sample(form.cell_damages, 3)) for _ in range(8)]
    plans += random.sample(form.line_damages, 8)
    return form.file(plans, random, dressings=random.sample(sorted(form.dressings), 3), of=of)
