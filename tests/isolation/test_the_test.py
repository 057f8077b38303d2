"""What would slip past a careless test of isolation is caught by this one."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from mailwarden.accounts.caller import Caller, StatusReader, require
from mailwarden.connections.models import Connection
from mailwarden.core.ids import ConnectionId
from mailwarden.main import create_app
from tests.isolation.checks import Trial, as_neighbours
from tests.isolation.slots import Description, UnknownSlot
from tests.isolation.street import Street

Writer = Annotated[Caller, Depends(require("connections:write"))]


def careless(app: FastAPI, past_walls: AsyncEngine) -> FastAPI:
    """Two routes that look a connection up by its id alone, with a role that no wall binds."""

    async def peek_connection(connection_id: ConnectionId, caller: StatusReader) -> dict[str, Any]:
        async with past_walls.connect() as connection:
            wanted = select(Connection.account_label).where(Connection.id == connection_id)
            return {"label": await connection.scalar(wanted)}

    async def rename_connection(connection_id: ConnectionId, caller: Writer) -> dict[str, Any]:
        async with past_walls.begin() as connection:
            await connection.execute(update(Connection).where(Connection.id == connection_id).values(account_label="x"))
        return {}

    app.add_api_route("/v1/careless/{connection_id}", peek_connection, methods=["GET"])
    app.add_api_route("/v1/careless/{connection_id}/name", rename_connection, methods=["POST"])
    routes = app.router.routes
    routes.insert(0, routes.pop())  # before the single-page app, which answers every other path
    routes.insert(0, routes.pop())
    app.openapi_schema = None
    return app


async def test_a_route_without_a_filter_is_caught(street: Street) -> None:
    app = careless(create_app(street.runtime), street.past_walls)
    trial = Trial(app, street.mine, street.theirs, street.past_walls)
    await as_neighbours(trial, [street.browser(trial)])
    caught = "\n".join(trial.tally.violations)
    assert "GET /v1/careless/{connection_id}: 200, tells [" in caught
    assert "POST /v1/careless/{connection_id}/name: 200" in caught
    assert "rows of theirs have changed" in caught
    assert all("careless" in one or "rows of" in one for one in trial.tally.violations)


def test_a_parameter_that_nobody_placed_is_an_error() -> None:
    app = FastAPI()

    async def get_thing(thing: str) -> None:
        """Never called."""

    app.add_api_route("/v1/things/{thing}", get_thing, methods=["GET"])
    with pytest.raises(UnknownSlot, match="Give it a word"):
        Description(app.openapi())


def test_an_id_of_an_unknown_kind_is_an_error() -> None:
    pattern = {"type": "string", "pattern": "^thng_[0-9a-f]{32}$"}
    body = {"type": "object", "properties": {"deep": {"type": "array", "items": {"anyOf": [pattern]}}}}
    operation = {"operationId": "make", "requestBody": {"content": {"application/json": {"schema": body}}}}
    with pytest.raises(UnknownSlot, match="thng_"):
        Description({"paths": {"/v1/things": {"post": operation}}})
