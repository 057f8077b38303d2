from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event


@pytest.fixture
def statements(engines: tuple[Any, Any]) -> Iterator[list[str]]:
    """Every statement that the app's engine sends."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(engines[0].sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engines[0].sync_engine, "before_cursor_execute", note)
