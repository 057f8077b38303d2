"""Stores the answer of a route before its transaction is committed, which is before the answer leaves."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from mailwarden.core.db import unit_of_work
from mailwarden.core.idempotency.asked import METHODS, STATE, Asked
from mailwarden.core.idempotency.claims import TX, free, store

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
MARK = "_keeps_answers"


def keep_answers(routes: Iterable[APIRoute]) -> None:
    """Wraps the handlers of routes that change something. Routers are shared by all applications of a process."""
    for route in routes:
        if METHODS & (route.methods or set()) and not hasattr(route, MARK):
            setattr(route, MARK, True)
            _wrap(route)


def _wrap(route: APIRoute) -> None:
    make = route.get_route_handler

    def wrapped() -> Handler:
        handler = make()

        async def keeping(request: Request) -> Response:
            asked: Asked | None = request.scope.get(STATE)
            return await (handler(request) if asked is None else _kept(request, handler, asked))

        return keeping

    route.get_route_handler = wrapped  # type: ignore[method-assign]


async def _kept(request: Request, handler: Handler, asked: Asked) -> Response:
    rt = request.app.state.runtime
    try:
        response = await handler(request)
    except BaseException:
        if asked.apart and asked.row is not None:
            async with unit_of_work(rt.sessions, asked.row[0]) as tx:
                await free(tx, asked.row)
        raise
    if asked.row is None:
        return response
    if asked.apart:
        async with unit_of_work(rt.sessions, asked.row[0]) as tx:
            await store(rt, tx, asked.row, response)
    else:
        await store(rt, request.scope[TX], asked.row, response)
    return response
