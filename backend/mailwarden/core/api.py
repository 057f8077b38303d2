"""What every route shares: the transaction, the runtime, problem+json and request ids."""

import logging
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.errors import AppError, Invalid, NotFound, ServiceUnavailable
from mailwarden.core.idempotency.claims import TX, Replayed, on_replayed
from mailwarden.core.ids import INVALID_ID, new_id
from mailwarden.core.logging import bind
from mailwarden.core.metrics import REQUESTS, SECONDS
from mailwarden.core.origin import origin_of
from mailwarden.core.peer import client_address
from mailwarden.core.runtime import Runtime
from mailwarden.core.server import Leaving

log = logging.getLogger(__name__)


class Wire(BaseModel):
    """Base of every request and response body: unknown fields are refused, defaults stay required in TypeScript."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True)


class FieldProblem(Wire):
    pointer: str
    code: str
    detail: str


class Problem(Wire):
    """RFC 9457, with what a caller needs to act: a stable code, the request id, and the next step."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    retryable: bool
    errors: list[FieldProblem]
    action: str | None
    evidence: dict[str, Any] | None


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a route: 401, 403 and 422 are common to all of them."""
    return {status: {"model": Problem} for status in sorted({401, 403, 422, *statuses})}


def runtime_of(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def get_runtime(request: Request) -> Runtime:
    """Like every dependency a coroutine: a plain function would be run in a thread of its own, at each request."""
    return runtime_of(request)


Rt = Annotated[Runtime, Depends(get_runtime)]


async def begin(rt: Rt, request: Request) -> AsyncIterator[UnitOfWork]:
    async with unit_of_work(rt.sessions) as tx:
        request.scope[TX] = tx
        yield tx


async def begin_read(rt: Rt) -> AsyncIterator[UnitOfWork]:
    async with reader(rt.sessions) as tx:
        yield tx


# scope="function": the commit comes before the response leaves, so a failed commit is a 5xx, never a 200.
Tx = Annotated[UnitOfWork, Depends(begin, scope="function")]
Reader = Annotated[UnitOfWork, Depends(begin_read, scope="function")]


def request_id(request: Request) -> str:
    identity: str = request.scope["mailwarden.request_id"]
    return identity


def problem(request: Request, exc: AppError) -> JSONResponse:
    body = Problem(
        type=f"/errors/{exc.code}",
        title=exc.title,
        status=exc.status,
        detail=exc.detail,
        code=exc.code,
        request_id=request_id(request),
        retryable=exc.retryable,
        errors=[FieldProblem(**one) for one in exc.errors],
        action=exc.action,
        evidence=dict(exc.evidence) if exc.evidence else None,
    )
    return JSONResponse(body.model_dump(mode="json"), exc.status, exc.headers, media_type="application/problem+json")


CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


class _Http(AppError):
    """A status raised by the framework itself (405, 415, …)."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail, code=CODES.get(status, "http_error"))
        self.status, self.title = status, detail  # type: ignore[misc]


class _Shape(AppError):
    status, code, title = 422, "validation_error", "Check the highlighted fields"


# Connection, resources, operator, rollback by deadlock or serialization, lock timeout, statement timeout.
PASSING = ("08", "53", "57P", "40", "55P03", "57014", "25P03")
NOT_TEXT = ("22021", "22P05")  # NUL, or an escape of half a character


class _Broken(AppError):
    """Never says what broke: the reference leads to the log line that does."""


REFUSED = frozenset({401, 403, 429})


async def on_app_error(request: Request, exc: Exception) -> Response:
    error = cast(AppError, exc)
    if error.status in REFUSED:  # one line for whoever looks for somebody trying doors
        where = getattr(request.scope.get("route"), "path", "unmatched")
        peer = str(client_address(request, runtime_of(request).config.trusted_proxies))
        log.warning("refused", extra={"status": error.status, "problem": error.code, "route": where, "peer": peer})
    return problem(request, error)


async def on_http(request: Request, exc: Exception) -> Response:
    raised = cast(HTTPException, exc)
    answer = problem(request, _Http(raised.status_code, str(raised.detail)))
    answer.headers.update(raised.headers or {})
    return answer


async def on_shape(request: Request, exc: Exception) -> Response:
    found = cast(RequestValidationError, exc).errors()
    if any(one["type"] == INVALID_ID and one["loc"][0] == "path" for one in found):
        return problem(request, NotFound("There is no such object."))
    pointers = [
        {"pointer": "#/" + "/".join(map(str, one["loc"][1:])), "code": one["type"], "detail": one["msg"]}
        for one in found
    ]
    return problem(request, _Shape("The request is not of the expected shape.", errors=pointers))


async def on_database(request: Request, exc: Exception) -> Response:
    """What passes by itself is told apart from what PostgreSQL cannot store, and both from a bug."""
    state = sql_state(exc)
    if state in NOT_TEXT:
        return problem(request, not_text())
    if _passes(exc, state):
        log.warning("database away or busy", exc_info=exc)
        return problem(request, ServiceUnavailable("Try again in a moment.", headers={"Retry-After": "2"}))
    return await on_bug(request, exc)


def not_text() -> Invalid:
    return Invalid("The text holds characters that cannot be stored.", code="not_text")


async def on_half_a_character(request: Request, exc: Exception) -> Response:
    """JSON may escape one half of a pair alone; whatever turns it into bytes first says so."""
    if isinstance(exc, UnicodeEncodeError) and exc.reason == "surrogates not allowed":
        return problem(request, not_text())
    return await on_bug(request, exc)


def sql_state(exc: Exception) -> str:
    return str(getattr(getattr(exc, "orig", exc), "sqlstate", None) or "")


def _passes(exc: Exception, state: str) -> bool:
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return True
    return isinstance(exc, OSError | TimeoutError | PoolTimeout) or state.startswith(PASSING)


async def on_bug(request: Request, exc: Exception) -> Response:
    log.error("unhandled", exc_info=exc)
    return problem(request, _Broken("We could not finish this. The reference below finds it in the log."))


def install(app: FastAPI) -> None:
    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(Replayed, on_replayed)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_shape)
    app.add_exception_handler(SQLAlchemyError, on_database)
    app.add_exception_handler(OSError, on_database)
    app.add_exception_handler(UnicodeEncodeError, on_half_a_character)


class CrashBarrier:
    """Innermost ASGI layer: a bug below becomes a problem that still gets its headers and its name from those above."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as exc:
            if started or scope["type"] != "http":
                raise
            answer = await on_bug(Request(scope), exc)
            await answer(scope, receive, send)


class RequestIdentity:
    """Outermost ASGI layer: names every request and times it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = f"req_{new_id().hex}"
        scope["mailwarden.request_id"] = identity
        bind(request_id=identity)
        started = time.perf_counter()
        status = 500

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"request-id", identity.encode())]
                if Leaving.now:  # or somebody's next request would meet a closed door
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        try:
            with origin_of(scope, identity):
                await self._app(scope, receive, named)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            took = time.perf_counter() - started
            REQUESTS.labels(scope["method"], route, str(status)).inc()
            SECONDS.labels(scope["method"], route).observe(took)
            if route.startswith("/v1"):
                log.info(
                    "request",
                    extra={"method": scope["method"], "route": route, "status": status, "ms": round(took * 1000)},
                )
