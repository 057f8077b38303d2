"""The description is complete, its examples fit, and the page at /docs shows all of it without a script."""

import json
import re
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.api import RequestIdentity
from mailwarden.core.deprecation import deprecated
from mailwarden.core.limits.passage import LimitHeaders
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app, schema
from tests.conftest import NewClient
from tests.support.routes import api_routes

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
Found = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return schema()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Found]:
    return [(method, path, one) for path, item in document["paths"].items() for method, one in item.items()]


def test_every_operation_says_what_it_does_and_who_may(operations: list[Found]) -> None:
    for method, path, one in operations:
        assert one["description"].strip(), (method, path)
        assert one["tags"], (method, path)
        assert "security" in one, (method, path)
        for given in one["security"]:
            scopes = [scope for scopes in given.values() for scope in scopes]
            assert set(scopes) <= SCOPES, (method, path)


def test_whatever_may_come_is_listed(operations: list[Found]) -> None:
    for method, path, one in operations:
        assert {"401", "403", "422", "429", "500", "503"} <= set(one["responses"]), (method, path)
        assert one["responses"]["429"]["headers"]["Retry-After"]
        if method in ("post", "patch") and one["security"]:
            assert "Idempotency-Key" in [parameter["name"] for parameter in one["parameters"]], path
            assert {"400", "409"} <= set(one["responses"]), path


def test_headers_that_clients_may_rely_on_are_told(document: dict[str, Any], operations: list[Found]) -> None:
    known = set(document["components"]["headers"])
    for method, path, one in operations:
        for status, answer in one["responses"].items():
            told = set(answer.get("headers", {}))
            assert told <= known, (method, path, status)
            if status < "400":
                assert {"Request-Id", "RateLimit", "RateLimit-Policy"} <= told, (method, path, status)
        if "412" in one["responses"]:
            assert "ETag" in one["responses"]["412"]["headers"], path


def test_examples_fit_their_schemas(document: dict[str, Any], operations: list[Found]) -> None:
    checked = 0
    for method, path, one in operations:
        places = [one.get("requestBody", {}), *(r for s, r in one["responses"].items() if s < "400")]
        for place in places:
            content = place.get("content", {}).get("application/json")
            if content:
                assert content["example"] is not None, (method, path)
                assert mistakes(content["example"], content["schema"], document) == [], (method, path)
                checked += 1
    assert checked > 50


async def test_bodies_of_the_examples_are_taken(runtime: Runtime) -> None:
    """Also by what a schema cannot say."""
    app, checked = create_app(runtime), 0
    document = app.openapi()
    for route in api_routes(app.routes):
        for one in route.dependant.body_params if route.include_in_schema else ():
            method = "".join(route.methods or ())
            content = document["paths"][route.path][method.lower()]["requestBody"]["content"]
            if told := content.get("application/json"):
                taken: TypeAdapter[Any] = TypeAdapter(one.field_info.annotation)  # type: ignore[arg-type]
                taken.validate_json(json.dumps(told["example"]))
                checked += 1
    assert checked > 50


def mistakes(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str = "#") -> list[str]:
    """Of the keywords that our schemas use."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        tried = [mistakes(value, one, document, where) for one in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    if wrong := mistake(value, schema):
        return [f"{where}: {wrong}"]
    found = [f"{where}/{name} is missing" for name in schema.get("required", []) if name not in value]
    for name, one in schema.get("properties", {}).items() if isinstance(value, dict) else ():
        if name in value:
            found += mistakes(value[name], one, document, f"{where}/{name}")
    for one in value if isinstance(value, list) else ():
        found += mistakes(one, schema.get("items", {}), document, f"{where}/-")
    return found


def mistake(value: Any, schema: dict[str, Any]) -> str | None:
    if "enum" in schema and value not in schema["enum"]:
        return f"{value!r} is none of {schema['enum']}"
    kind = schema.get("type")
    if kind in KINDS and not isinstance(value, KINDS[kind]):
        return f"{value!r} is no {kind}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{value!r} is not like {schema['pattern']}"
    return None


async def test_the_page_shows_every_operation_scope_and_error(
    new_client: NewClient, document: dict[str, Any], operations: list[Found]
) -> None:
    page = await new_client().get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for _, _, one in operations:
        assert f'id="{one["operationId"]}"' in page.text
    for text in (*SCOPES, "idempotency_key_reused", "scope_required", "rate_limited"):
        assert f"<code>{text}</code>" in page.text, text


async def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script(new_client: NewClient) -> None:
    page = await new_client().get("/docs")
    assert "<script" not in page.text
    assert " src=" not in page.text
    assert "@import" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_the_type_of_a_problem_leads_to_its_meaning(new_client: NewClient) -> None:
    client = new_client()
    problem = (await client.get("/v1/me")).json()
    assert (await client.get(problem["type"])).text.count(f'id="error-{problem["code"]}"') == 1


async def test_the_end_of_a_route_is_announced_on_every_answer() -> None:
    app = FastAPI()

    @app.get("/old", **deprecated(since=date(2027, 1, 1), sunset=date(2027, 7, 1), more="/docs#old"))
    async def old(wanted: int) -> int:
        return wanted

    app.add_middleware(LimitHeaders)
    app.add_middleware(RequestIdentity)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for query, status in (("wanted=1", 200), ("wanted=x", 422)):
            answer = await http.get(f"/old?{query}")
            assert answer.status_code == status
            assert answer.headers["deprecation"] == "@1798761600"
            assert answer.headers["sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
            assert 'rel="deprecation"' in answer.headers["link"]
    assert app.openapi()["paths"]["/old"]["get"]["deprecated"] is True


def test_nobody_is_given_less_than_half_a_year() -> None:
    with pytest.raises(ValueError, match="180 days"):
        deprecated(since=date(2027, 1, 1), sunset=date(2027, 6, 1), more="/docs")
