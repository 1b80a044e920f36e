"""Every mutant of a module: one small mistake in its text, with a name that outlives a move of the lines around it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from tests.mutation.changes import changes

MODULE_LEVEL: Final = "<module>"

_Step = tuple[str, int | None]
"""A field of a node, and where in it when it is a list."""

_FIELDS_NOT_CHANGED: Final = {
    "annotation", "returns", "decorator_list", "bases", "type_params", "pattern", "format_spec", "msg", "target",
    "targets",
}  # fmt: skip
_CALLS_NOT_CHANGED: Final = {"assert_never", "cast", "NewType", "TypeVar", "getLogger", "get_logger"}
_LOGGERS: Final = {"log", "logger", "logging", "_log", "_logger"}
# Only a type checker, a reader or a mistake of ours would notice these arguments.
_ARGUMENTS_NOT_CHANGED: Final = {"strict", "frozen", "slots", "kw_only", "repr"}
_NAMES_NOT_CHANGED: Final = {"__all__", "__slots__", "__match_args__"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One mistake. ``number`` counts the same change within one ``scope``; lines are those that would run it."""

    file: str
    scope: str
    kind: str
    before: str
    after: str
    number: int
    lines: range = field(compare=False)
    _path: tuple[_Step, ...] = field(compare=False, repr=False)
    _new: ast.AST = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """The same as long as its scope and its text exist."""
        return f"{self.file}::{self.scope} [{self.kind}] {self.before} -> {self.after} #{self.number}"

    def tree(self, text: str) -> ast.Module:
        """The module with this mistake in it; ``text`` is the one that the mutant was found in."""
        module = ast.parse(text)
        *way, (name, place) = self._path
        parent: ast.AST = module
        for step in way:
            parent = _child(parent, step)
        new = ast.copy_location(deepcopy(self._new), _child(parent, (name, place)))
        if place is None:
            setattr(parent, name, new)
        else:
            getattr(parent, name)[place] = new
        return ast.fix_missing_locations(module)


def _child(node: ast.AST, step: _Step) -> ast.AST:
    name, place = step
    child = getattr(node, name)
    found: ast.AST = child if place is None else child[place]
    return found


def mutants_of(file: str, text: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text."""
    same: Counter[tuple[str, str, str, str]] = Counter()
    found = []
    for each in _Walk().walk(ast.parse(text)):
        described = (each.scope, each.kind, _short(each.before), _short(each.after))
        found.append(
            Mutant(
                file=file, scope=each.scope, kind=each.kind, before=described[2], after=described[3],
                number=same[described], lines=each.lines, _path=each.path, _new=each.new,
            )
        )  # fmt: skip
        same[described] += 1
    return found


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 100 else f"{one_line[:97]}..."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    scope: str
    kind: str
    before: str
    after: str
    lines: range
    path: tuple[_Step, ...]
    new: ast.AST


class _Walk:
    """Goes through a module from the top to the bottom and notes where it is."""

    def walk(self, module: ast.Module) -> Iterator[_Found]:
        yield from self._children(module, scope=MODULE_LEVEL, path=(), first_line=1, gives_truth=False)

    def _children(
        self, node: ast.AST, *, scope: str, path: tuple[_Step, ...], first_line: int, gives_truth: bool
    ) -> Iterator[_Found]:
        for name, value in ast.iter_fields(node):
            if name in _FIELDS_NOT_CHANGED or (isinstance(node, ast.ClassDef) and name == "keywords"):
                continue
            places: list[tuple[_Step, object]] = (
                [((name, place), each) for place, each in enumerate(value)]
                if isinstance(value, list)
                else [((name, None), value)]
            )
            for step, child in places:
                if isinstance(child, ast.AST) and not _left_alone(child):
                    yield from self._one(child, node, scope, (*path, step), first_line, gives_truth)

    def _one(
        self, node: ast.AST, parent: ast.AST, scope: str, path: tuple[_Step, ...], first_line: int, gives_truth: bool
    ) -> Iterator[_Found]:
        if isinstance(node, ast.stmt):
            first_line = node.lineno
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            scope = node.name if scope == MODULE_LEVEL else f"{scope}.{node.name}"
        if isinstance(node, ast.FunctionDef):
            gives_truth = isinstance(node.returns, ast.Name) and node.returns.id == "bool"
        for kind, new in changes(node, parent, gives_truth=gives_truth):
            before, after = _told(node, new)
            lines = range(first_line, _last_line(node, first_line) + 1)
            if isinstance(node, ast.Match) and isinstance(new, ast.Match):
                body = _removed(node, new).body
                lines = range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1)
            yield _Found(scope=scope, kind=kind, before=before, after=after, lines=lines, path=path, new=new)
        yield from self._children(node, scope=scope, path=path, first_line=first_line, gives_truth=gives_truth)


def _last_line(node: ast.AST, first_line: int) -> int:
    """The last line of an expression or a simple statement, or of the head of a compound one."""
    match node:
        case ast.If(test=head) | ast.Match(subject=head):
            return head.end_lineno or first_line
        case ast.comprehension():
            return node.iter.end_lineno or first_line
    return getattr(node, "end_lineno", None) or first_line


def _told(old: ast.AST, new: ast.AST) -> tuple[str, str]:
    """The change as text; of a compound statement its head."""
    match old, new:
        case ast.If(), ast.If():
            return f"if {ast.unparse(old.test)}", f"if {ast.unparse(new.test)}"
        case ast.Match(), ast.Match():
            gone = _removed(old, new)
            guard = f" if {ast.unparse(gone.guard)}" if gone.guard else ""
            return f"case {ast.unparse(gone.pattern)}{guard}", "no such case"
    return ast.unparse(old), ast.unparse(ast.fix_missing_locations(ast.copy_location(new, old)))


def _removed(old: ast.Match, new: ast.Match) -> ast.match_case:
    """The case that the new statement no longer has."""
    return next(
        case
        for case, other in zip(old.cases, [*new.cases, None], strict=True)
        if other is None or ast.dump(case) != ast.dump(other)
    )


def _left_alone(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(name="__repr__") | ast.Import() | ast.ImportFrom() | ast.Assert():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.BitOr())) | ast.AnnAssign(value=ast.BinOp(op=ast.BitOr())):
            return True  # a union of types
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in _NAMES_NOT_CHANGED
        case ast.Expr(value=ast.Call() as call):
            return _left_alone(call)
        case ast.Call(func=ast.Name(id=name)):
            return name in _CALLS_NOT_CHANGED
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return name in _LOGGERS
        case ast.keyword(arg=str() as name):
            return name in _ARGUMENTS_NOT_CHANGED
    return False
