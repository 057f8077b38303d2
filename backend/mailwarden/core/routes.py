"""What routes an application has, whichever way its framework keeps those of included routers."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.routing import APIRoute


def api_routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from api_routes(route.original_router.routes)


def permission_of(route: APIRoute) -> str | None:
    """What `require` and its like were given; None: the route asks for no Caller."""
    return next(_permissions(route.dependant), None)


def _permissions(dependant: Any) -> Iterator[str]:
    for one in dependant.dependencies:
        permission = getattr(one.call, "permission", None)
        if permission is not None:
            yield permission
        yield from _permissions(one)
