"""Broken variants: one name of a module or class replaced for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def broken(holder: Any, name: str, by: Any) -> Iterator[None]:
    before = vars(holder)[name]
    setattr(holder, name, by)
    try:
        yield
    finally:
        setattr(holder, name, before)
