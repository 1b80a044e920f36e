"""``functools.cached_property`` without its lock: until Python 3.12 one instance of a class computes at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class computed_once(Generic[T]):  # noqa: N801 # used as the decorator whose place it takes
    """A part of an object that is computed when it is first used, and kept with the object.

    Threads that come to one object at the same moment may each compute it, so it has to be the same each time.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> computed_once[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> computed_once[T] | T:
        if instance is None:
            return self
        computed = self._compute(instance)
        # From now on the instance's own attribute is found before this one.
        instance.__dict__[self._name] = computed
        return computed
