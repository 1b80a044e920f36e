"""The small mistakes that are tried: what each node of a module's syntax tree can be changed into.

Nothing is changed that no test could see or that only a reader sees: docstrings, annotations, decorators, logging,
`__repr__`, what a type checker alone reads, and the texts of messages.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from typing import Final

Change = tuple[str, ast.AST]
"""The kind of a change, and the node that takes the place of the old one."""

_COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
"""The neighbour (a boundary) and the opposite of each operator."""

_CALCULATED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}

_OPPOSITES: Final = {"min": "max", "max": "min", "all": "any", "any": "all"}


def changes(node: ast.AST, parent: ast.AST, *, gives_truth: bool) -> Iterator[Change]:
    """Every change of this node; ``gives_truth`` where it stands in a function that gives a `bool`."""
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BoolOp():
            changed = deepcopy(node)
            changed.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
            yield "boolean", changed
        case ast.UnaryOp(op=ast.Not()):
            yield "boolean", node.operand
        case ast.UnaryOp(op=ast.USub()):
            yield "arithmetic", node.operand
        case ast.BinOp() | ast.AugAssign():
            yield from _other_calculations(node)
        case ast.Constant():
            yield from _other_constants(node)
        case ast.Tuple() | ast.Set() | ast.List():
            yield from _without_an_element(node, parent)
        case ast.Call():
            yield from _other_calls(node)
        case ast.IfExp():
            yield "branches swapped", ast.IfExp(test=node.test, body=node.orelse, orelse=node.body)
        case ast.comprehension():
            for place in range(len(node.ifs)):
                changed = deepcopy(node)
                del changed.ifs[place]
                yield "condition dropped", changed
        case ast.stmt():
            yield from _other_statements(node, gives_truth=gives_truth)
    if isinstance(node, ast.AugAssign):
        yield "statement removed", ast.Pass()


def _other_comparisons(node: ast.Compare) -> Iterator[Change]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARED[type(operator)]:
            changed = deepcopy(node)
            changed.ops[place] = other()
            yield "comparison", changed


def _other_calculations(node: ast.BinOp | ast.AugAssign) -> Iterator[Change]:
    other = _CALCULATED.get(type(node.op))
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    # Texts and displays are joined by `+` and formatted by `%`: another operator would only be a TypeError.
    if other is None or any(isinstance(side, ast.Tuple | ast.List | ast.JoinedStr) or _is_text(side) for side in sides):
        return
    changed = deepcopy(node)
    changed.op = other()
    yield "arithmetic", changed


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _other_constants(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield "constant", ast.Constant(value=not node.value)
    elif isinstance(node.value, int | float):
        yield "constant", ast.Constant(value=node.value + 1)


def _without_an_element(node: ast.Tuple | ast.Set | ast.List, parent: ast.AST) -> Iterator[Change]:
    """Without its last element: a boundary of a list is what is forgotten."""
    written = not isinstance(node, ast.Set) and not isinstance(node.ctx, ast.Load)
    if len(node.elts) < 2 or written or isinstance(parent, ast.Subscript | ast.Return | ast.Yield | ast.Assign):
        return
    changed = deepcopy(node)
    del changed.elts[-1]
    yield "element dropped", changed


def _other_calls(node: ast.Call) -> Iterator[Change]:
    match node.func:
        case ast.Name(id=name) if name in _OPPOSITES:
            changed = deepcopy(node)
            changed.func = ast.Name(id=_OPPOSITES[name], ctx=ast.Load())
            yield "opposite function", changed
        case ast.Name(id="Decimal"):
            match node.args:
                case [ast.Constant(value=str() as digits)]:
                    changed = deepcopy(node)
                    changed.args = [ast.Constant(value=f"1{digits}")]
                    yield "constant", changed


def _other_statements(node: ast.stmt, *, gives_truth: bool) -> Iterator[Change]:
    match node:
        case ast.Return(value=ast.expr() as value):
            if gives_truth and not isinstance(value, ast.Compare | ast.UnaryOp | ast.Constant):
                yield "returned value", ast.Return(value=ast.UnaryOp(op=ast.Not(), operand=value))
            elif not gives_truth and not (isinstance(value, ast.Constant) and value.value is None):
                yield "returned value", ast.Return(value=ast.Constant(value=None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise() | ast.Delete():
            yield "statement removed", ast.Pass()
        case ast.Continue():
            yield "statement changed", ast.Break()
        case ast.Break():
            yield "statement changed", ast.Continue()
        case ast.If(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            changed = deepcopy(node)
            changed.test = ast.UnaryOp(op=ast.Not(), operand=changed.test)
            yield "branches swapped", changed
        case ast.Match() if len(node.cases) > 1:
            for place in range(len(node.cases) - 1):
                changed_match = deepcopy(node)
                del changed_match.cases[place]
                yield "case removed", changed_match
