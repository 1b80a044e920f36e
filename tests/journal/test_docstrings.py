"""The guide in the docstring of the journal's package is whole."""

import pkgutil
import re

import infra.postgres.journal


def test_the_guide_to_the_journal_names_each_of_its_modules() -> None:
    named = re.findall(r"``(\w+)``", infra.postgres.journal.__doc__ or "")
    modules = {each.name for each in pkgutil.iter_modules(infra.postgres.journal.__path__)}
    assert {name for name in named if name != "journal_append"} == modules
