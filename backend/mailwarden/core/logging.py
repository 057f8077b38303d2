"""Structured logs: one JSON object a line, with the ids of the request, organization and connection at hand."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from pydantic import SecretBytes, SecretStr
from structlog.contextvars import bind_contextvars, bound_contextvars, merge_contextvars

REDACTED = "[redacted]"
# A second net under the types: fields that hold a secret by name never leave, whoever logs them.
SECRET_FIELDS = frozenset(
    {"password", "access_token", "refresh_token", "token", "client_secret", "secret", "api_key"}
    | {"code", "code_verifier", "state", "authorization", "cookie"}
)
# httpx logs whole URLs, and with them authorization codes and cursors.
QUIET = ("httpx", "httpcore", "asyncio", "arq.worker", "arq.jobs", "hpack")


def redact(_: Any, __: str, event: Any) -> Any:
    return {name: _blanked(name, value) for name, value in event.items()}


def _blanked(name: str, value: Any) -> Any:
    if isinstance(value, SecretStr | SecretBytes | bytes) or name.lower() in SECRET_FIELDS:
        return REDACTED
    if isinstance(value, Mapping):
        return {str(inner): _blanked(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list | tuple) and name != "exc_info":
        return [_blanked("", one) for one in value]
    return value


def configure_logging(level: str, *, as_json: bool) -> None:
    shared: list[Any] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    last = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            last,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Sparing:
    """For what goes wrong again and again for one reason: a line a minute in this process says as much as thousands."""

    def __init__(
        self, log: logging.Logger, *, every_s: float = 60, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log, self._every_s, self._clock = log, every_s, clock
        self._written: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def critical(self, message: str) -> None:
        """With the exception at hand. ``left_out``: how often it was not written since the line before."""
        now = self._clock()
        if now - self._written.get(message, float("-inf")) < self._every_s:
            self._left_out[message] += 1
            return
        self._written[message] = now
        self._log.critical(message, exc_info=True, extra={"left_out": self._left_out.pop(message, 0)})


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Every log line inside carries these ids."""
    with bound_contextvars(**ids):
        yield


def bind(**ids: Any) -> None:
    """As ``bound``, to the end of the current task."""
    bind_contextvars(**ids)
