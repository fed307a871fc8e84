"""Names that a package loads when they are first asked for."""

from __future__ import annotations

import sys
from typing import Any, Callable, Mapping


def loaded_on_use(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` for the package: each name is in that module of it.

    A program uses one of two twins; the other, and what it needs, is never loaded.
    """

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(modules[name], package), name)
        # It is found without us from now on.
        setattr(sys.modules[package], name, value)
        return value

    return load
