"""Routes that ask for no caller are open to everybody, so they are counted by address, whatever is sent along."""

from fastapi import FastAPI, Request

from mailwarden.core.limits.passage import admit_stranger
from mailwarden.core.routes import api_routes, permission_of
from mailwarden.core.runtime import Runtime


async def count_strangers(request: Request) -> None:
    """A dependency of every router; whoever turns out to be unknown at another route is counted there."""
    if request.scope["route"].name in _public(request.app):
        rt: Runtime = request.app.state.runtime
        await admit_stranger(request, rt)


def _public(app: FastAPI) -> frozenset[str]:
    """Of the described ones: providers that push from one address have a limit of their own."""
    if not hasattr(app.state, "public_routes"):
        described = (route for route in api_routes(app.routes) if route.include_in_schema)
        app.state.public_routes = frozenset(route.name for route in described if permission_of(route) is None)
    found: frozenset[str] = app.state.public_routes
    return found
