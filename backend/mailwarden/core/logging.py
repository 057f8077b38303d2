"""Structured logs: one JSON object a line, with the ids of the request, organization and connection at hand."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from pydantic import SecretBytes, SecretStr
from structlog.contextvars import bind_contextvars, bound_contextvars, merge_contextvars

REDACTED = "[redacted]"
# A second net under the types: fields that hold a secret by name never leave, whoever logs them.
SECRET_FIELDS = frozenset(
    (
        "password access_token refresh_token token client_secret code code_verifier authorization cookie secret"
        " api_key state"
    ).split()
)
# httpx logs whole URLs, and with them authorization codes and cursors.
QUIET = ("httpx", "httpcore", "asyncio", "arq.worker", "arq.jobs", "hpack")


def redact(_: Any, __: str, event: Any) -> Any:
    for name, value in event.items():
        if isinstance(value, SecretStr | SecretBytes | bytes) or name.lower() in SECRET_FIELDS:
            event[name] = REDACTED
    return event


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


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Every log line inside carries these ids."""
    with bound_contextvars(**ids):
        yield


def bind(**ids: Any) -> None:
    """As ``bound``, to the end of the current task."""
    bind_contextvars(**ids)
