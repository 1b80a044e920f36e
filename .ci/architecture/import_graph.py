"""The packages of the product, how large they are and how often one imports another.

Read from the import graph and from the layers that import-linter keeps (pyproject.toml): there is no list to keep.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the second level, or the modules that stand directly in a top-level one."""

    name: str
    modules: int
    lines: int

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    @property
    def label(self) -> str:
        return self.name.partition(".")[2] or f"{self.name} itself"


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Top-level packages in layers from top to bottom, the packages in them, and the imports between these."""

    layers: Sequence[Sequence[str]]
    packages: dict[str, Package]
    imports: Counter[tuple[str, str]]

    @cached_property
    def between_tops(self) -> Counter[tuple[str, str]]:
        total: Counter[tuple[str, str]] = Counter()
        for (importing, imported), times in self.imports.items():
            pair = (self.packages[importing].top, self.packages[imported].top)
            if pair[0] != pair[1]:
                total[pair] += times
        return total

    def inside(self, top: str) -> dict[tuple[str, str], int]:
        return {
            pair: times
            for pair, times in sorted(self.imports.items())
            if all(self.packages[each].top == top for each in pair)
        }

    def from_other_panels(self, package: Package) -> Counter[str]:
        total: Counter[str] = Counter()
        for (importing, imported), times in self.imports.items():
            if importing == package.name and self.packages[imported].top != package.top:
                total[self.packages[imported].top] += times
        return total


def read_architecture() -> Architecture:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    tops: list[str] = settings["root_packages"]
    graph = grimp.build_graph(*tops, cache_dir=None)
    inner = {each for each in graph.modules if each.count(".") == 1 and graph.find_children(each)}

    def package_of(module: str) -> str:
        second = ".".join(module.split(".")[:2])
        return second if second in inner else module.partition(".")[0]

    modules, lines = Counter[str](), Counter[str]()
    imports = Counter[tuple[str, str]]()
    for module in graph.modules:
        source = _source_of(module)
        if not source.exists():
            continue  # a folder of data counts as a package without a module
        package = package_of(module)
        modules[package] += 1
        lines[package] += len(source.read_text(encoding="utf-8").splitlines())
        for imported in graph.find_modules_directly_imported_by(module):
            if package_of(imported) != package:
                imports[package, package_of(imported)] += 1
    packages = {each: Package(name=each, modules=modules[each], lines=lines[each]) for each in sorted(modules)}
    return Architecture(layers=layers_of(settings["contracts"], tops), packages=packages, imports=imports)


def _source_of(module: str) -> Path:
    stem = ROOT.joinpath(*module.split("."))
    return stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")


def layers_of(contracts: Iterable[dict[str, object]], tops: Sequence[str]) -> list[list[str]]:
    """The layers of the contract that orders all top-level packages, whatever finer ones it names within them."""
    for contract in contracts:
        stated = contract.get("layers")
        if not isinstance(stated, list) or "containers" in contract:
            continue
        layers: list[list[str]] = []
        for layer in stated:
            named = (part.strip(" ()").partition(".")[0] for part in layer.replace(":", "|").split("|"))
            seen = [each for earlier in layers for each in earlier]
            if fresh := [each for each in dict.fromkeys(named) if each not in seen]:
                layers.append(fresh)
        if sorted(each for layer in layers for each in layer) == sorted(tops):
            return layers
    raise LookupError("no contract of import-linter in pyproject.toml orders all its root packages in layers")


def importing_first(packages: Sequence[str], imports: dict[tuple[str, str], int]) -> list[str]:
    """The packages in an order against which few imports go: none, unless packages import each other in a circle."""

    def against(order: Sequence[str]) -> int:
        place = {package: number for number, package in enumerate(order)}
        return sum(times for (importing, imported), times in imports.items() if place[importing] > place[imported])

    order = _greedy_order(packages, imports)
    while True:
        moved = [
            [*rest[:place], package, *rest[place:]]
            for package in order
            for rest in [[each for each in order if each != package]]
            for place in range(len(order))
        ]
        best = min(moved, key=against, default=order)
        if against(best) >= against(order):
            return order
        order = best


def _greedy_order(packages: Sequence[str], imports: dict[tuple[str, str], int]) -> list[str]:
    """What imports nothing to the end, what nothing imports to the front, and from a circle what imports most."""
    left, front, end = sorted(packages), list[str](), list[str]()
    while left:
        importing, imported = Counter[str](), Counter[str]()
        for (a, b), times in imports.items():
            if a in left and b in left:
                importing[a] += times
                imported[b] += times
        if sinks := [each for each in left if not importing[each]]:
            end.insert(0, sinks[-1])
            left.remove(sinks[-1])
        else:
            sources = [each for each in left if not imported[each]]
            chosen = sources[0] if sources else max(left, key=lambda each: importing[each] - imported[each])
            front.append(chosen)
            left.remove(chosen)
    return front + end
