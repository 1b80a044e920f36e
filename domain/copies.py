"""Copies of slotted dataclasses with other values in some fields: no state is changed, the next one is made of it.

``replace`` gives what ``dataclasses.replace`` gives, in a tenth of its time; copying is the greater part of a fold. As
``dataclasses`` compiles an ``__init__`` for each class, so a function is compiled here that copies its fields by name:
the interpreter then knows the slots, and need not look up thirty names each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

T = TypeVar("T")

Copier: TypeAlias = Callable[[Any, Mapping[str, object]], Any]
"""``copy(value, changes)``, for the values of one class."""


class NotCopyable(TypeError):
    """A class whose fields are not all there is to it: no dataclass, without slots, or made of other arguments."""


def _replace(value: T, /, **changes: object) -> T:
    """A copy of ``value`` with these fields changed; the class checks it in ``__post_init__``, if it has one.

    Raises TypeError for a field that the class does not have, and :class:`NotCopyable` for a class it cannot copy.
    """
    return with_changes(value, changes)


def with_changes(value: T, changes: Mapping[str, object]) -> T:
    """As :func:`replace`, for changes that are a mapping already; no type checker compares them with the class."""
    copied: T = _COPIERS[type(value)](value, changes)
    return copied


if TYPE_CHECKING:
    # For this function alone mypy compares the names and types of the changes with the fields of the class.
    from dataclasses import replace as replace  # noqa: TID251
else:
    replace = _replace


class _Copiers(dict[type[Any], Copier]):
    """By class; each is compiled when it is first needed."""

    def __missing__(self, of: type[Any]) -> Copier:
        made = self[of] = _compiled_for(of)
        return made


_COPIERS: Final = _Copiers()


def _compiled_for(of: type[Any]) -> Copier:
    """The copier of one class.

    A frozen class refuses every assignment, and the detours around that are slow. So the fields are assigned to an
    instance of its unguarded twin, which becomes one of the class itself when it is complete.
    """
    names = _fields_of(of)
    lines = (
        "def copy(value, changes):",
        "    copied = new(twin)",
        *(f"    copied.{name} = value.{name}" for name in names),
        "    for name, changed in changes.items():",
        "        if name not in names:",
        "            raise TypeError(f'{of.__name__} has no field {name!r}')",
        "        setattr(copied, name, changed)",
        "    copied.__class__ = of",
        *(("    copied.__post_init__()",) if hasattr(of, "__post_init__") else ()),
        "    return copied",
    )
    known: dict[str, object] = {"new": object.__new__, "twin": _unguarded(of), "names": frozenset(names), "of": of}
    exec("\n".join(lines), known)  # noqa: S102  # nosec B102 # nothing goes into it but the names of fields
    return cast("Copier", known["copy"])


def _fields_of(of: type[Any]) -> tuple[str, ...]:
    """The fields of a class that is made of exactly these."""
    names = tuple(each.name for each in fields(of)) if is_dataclass(of) else None
    if names is None or not of.__dataclass_params__.init or set(signature(of).parameters) != set(names):
        raise NotCopyable(f"{of.__name__} is not a dataclass that is made of its fields, all of them and nothing else")
    return names


def _unguarded(of: type[Any]) -> type[Any]:
    """A class with the slots of ``of`` that can be assigned to, and whose instances may become instances of ``of``."""
    assignable = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    slots = vars(of).get("__slots__", ())
    try:
        twin = type(f"{of.__name__}BeingCopied", of.__bases__, {"__slots__": slots, **assignable})
        # The interpreter compares the two: it refuses a class whose instances are laid out in another way.
        object.__new__(twin).__class__ = of  # type: ignore[assignment]
    except TypeError as why:
        raise NotCopyable(f"{of.__name__} is not laid out as its slots alone would be") from why
    return twin
