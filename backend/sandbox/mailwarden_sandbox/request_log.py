"""The last calls that arrived, for tests and for people who want to see what an app really does."""

import re
from collections import deque
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

_TOKEN_IN_PATH = re.compile(r"(/oauth/v1/(?:access|refresh)-tokens/)[^/]+")


def fingerprint(token: str | None) -> str | None:
    return sha256(token.encode()).hexdigest()[:12] if token else None


@dataclass(frozen=True, slots=True)
class LoggedCall:
    number: int
    arrived: float
    time: float
    """Of its end, by the same clock."""
    provider: str
    account: str | None
    client_id: str | None
    method: str
    path: str
    query: str
    status: int | None
    """None: the call was left without an answer."""
    token: str | None
    """Fingerprint of the access or refresh token, never the token."""
    grant_type: str | None
    fault: str | None
    duration_ms: float
    entry: int = 0
    """Counts the ends, as ``number`` counts the arrivals: a slow call is written after others that came later."""


class RequestLog:
    def __init__(self, size: int) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=size)
        self._number = self._entries = 0

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def add(self, call: LoggedCall) -> None:
        self._entries += 1
        self._calls.append(replace(call, entry=self._entries))

    def clear(self) -> None:
        self._calls.clear()

    def listed(
        self, *, provider: str | None, account: str | None, path: str | None, after: int, limit: int
    ) -> list[dict[str, Any]]:
        """Oldest first; of more than ``limit`` the newest. ``after`` is the entry that was read last."""
        found = [
            asdict(c)
            for c in self._calls
            if c.entry > after
            and (provider is None or c.provider == provider)
            and (account is None or c.account == account)
            and (path is None or path in c.path)
        ]
        return found[-limit:]


def without_tokens(path: str) -> str:
    return _TOKEN_IN_PATH.sub(r"\1…", path)
