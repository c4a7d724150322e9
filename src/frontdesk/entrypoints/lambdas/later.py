"""Modules that are imported when something of theirs is first asked for."""

import sys
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any


def import_later(name: str) -> None:
    """Let the submodule `name` wait for its first use, whoever imports it until then."""
    if name not in sys.modules:
        sys.modules[name] = _Later(name)


class _Later(ModuleType):
    """Asked for something that it does not have, it becomes what it stands for."""

    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment] # from now on it is nothing else
        parent = sys.modules[self.__name__.rpartition(".")[0]]
        spec = PathFinder.find_spec(self.__name__, parent.__path__)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(name=self.__name__)
        self.__spec__, self.__loader__, self.__file__ = spec, spec.loader, spec.origin
        spec.loader.exec_module(self)
        return getattr(self, name)
