"""The first wall taken away: every condition on the organization is struck from what the app asks the database."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

# The parameter stays, since it is sent along; the condition is true for every row.
FILTER = re.compile(r"((?:\w+\.)?org_id|organizations\.id) = (\$\d+::UUID)(?!\w)")
STRUCK = r"\2 IS NOT NULL"


@contextmanager
def without_filters(engine: AsyncEngine) -> Iterator[Counter[str]]:
    """Counts what was struck, by statement: nothing struck would prove nothing."""
    struck: Counter[str] = Counter()

    def strike(_c: Any, _cursor: Any, statement: str, parameters: Any, _ctx: Any, _many: bool) -> tuple[str, Any]:
        verb, _, _ = statement.partition(" ")
        if verb not in ("SELECT", "UPDATE", "DELETE", "WITH"):
            return statement, parameters
        start = statement.find("WHERE") if verb == "UPDATE" else 0  # what is set is no condition
        changed, times = FILTER.subn(STRUCK, statement[start:])
        struck[verb] += times
        return statement[:start] + changed, parameters

    event.listen(engine.sync_engine, "before_cursor_execute", strike, retval=True)
    try:
        yield struck
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", strike)
