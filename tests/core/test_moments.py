"""No time that a caller gives overflows: every one of them is a ``Moment``."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, get_args, get_origin

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from mailwarden.core.moments import Moment
from mailwarden.main import build
from tests.support.browser import Browser
from tests.support.routes import api_routes

WITHIN = get_args(Moment)[-1]
IMPOSSIBLE = (
    "2027-11-01T00:00:00",
    "2027-11-01",
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "2200-01-02T00:00:00Z",
)


@pytest.fixture(scope="module")
def routes() -> list[APIRoute]:
    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    return [one for one in api_routes(build(nothing).routes) if one.path.startswith("/v1/")]


def bare(kind: Any, checks: tuple[Any, ...] = ()) -> bool:
    """Whether somewhere in the type a time is taken as it comes."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return bare(inner, (*checks, *more))
    if kind is datetime:
        return WITHIN not in checks
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return any(bare_field(field) for field in kind.model_fields.values())
    return any(bare(one) for one in get_args(kind))


def bare_field(field: FieldInfo) -> bool:
    return bare(field.annotation, tuple(field.metadata))


def given(dependant: Any) -> Iterator[tuple[str, FieldInfo]]:
    for one in (*dependant.query_params, *dependant.path_params, *dependant.header_params, *dependant.body_params):
        yield one.name, one.field_info
    for inner in dependant.dependencies:
        yield from given(inner)


def test_every_time_that_is_given_is_a_moment(routes: list[APIRoute]) -> None:
    taken = [(one.name, name) for one in routes for name, field in given(one.dependant) if bare_field(field)]
    assert taken == []


def test_a_bare_time_would_be_found() -> None:
    class Body(BaseModel):
        at: list[datetime | None]

    assert bare(Body)
    assert bare(datetime | None)
    assert not bare(Moment | None)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_what_would_overflow_is_no_moment(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_json(f'"{text}"')


@pytest.mark.parametrize("text", IMPOSSIBLE)
async def test_a_time_that_cannot_be_is_told_as_such(owner: Browser, text: str) -> None:
    body = {"name": "Nightly", "scopes": ["data:read"], "expires_at": text}
    assert (await owner.post("/v1/api-keys", body)).status_code == 422
    for path, name in (("/v1/campaigns", "sent_from"), ("/v1/diagnostics/refreshes", "until")):
        answer = await owner.http.get(path, params={name: text})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"#/{name}"), answer.text
