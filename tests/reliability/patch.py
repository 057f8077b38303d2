"""Broken variants: one name of the product replaced for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def broken(module: ModuleType, name: str, by: Any) -> Iterator[None]:
    before = vars(module)[name]
    setattr(module, name, by)
    try:
        yield
    finally:
        setattr(module, name, before)
