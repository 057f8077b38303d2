"""Makes the generated OpenAPI description one that clients and people can work with."""

from collections.abc import Iterator

from fastapi import FastAPI

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.errors import AppError
from mailwarden.core.idempotency.asked import METHODS
from mailwarden.core.routes import api_routes, permission_of
from mailwarden.developers.description.examples import Schema, example_of
from mailwarden.developers.description.told import HEADERS, tell_headers
from mailwarden.developers.description.words import ABOUT, OPERATIONS
from mailwarden.developers.scopes import describe, ordered

PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
EVERYWHERE = {"429": "Too Many Requests", "500": "Internal Server Error", "503": "Service Unavailable"}
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Carried out once; the answer is given again for 96 hours. 1 to 255 visible ASCII characters.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "0190b6a7-c1de-7f3a-8d5e-4b2c9f017a36",
}


def complete(app: FastAPI, schema: Schema) -> Schema:
    permissions = {route.name: permission_of(route) for route in api_routes(app.routes) if route.include_in_schema}
    schema["info"]["description"] = ABOUT
    components = schema["components"]
    components["securitySchemes"] = _security_schemes()
    components["headers"] = HEADERS
    versioned = {path for path, _, operation in _operations(schema) if _etags(operation)}
    for path, method, operation in _operations(schema):
        _tell_who_may(operation, permissions.get(operation["operationId"]))
        _tell_what_else_happens(path, method, operation)
        _tell_etags(operation)
        replays = method.upper() in METHODS and bool(operation["security"])
        tell_headers(operation, replays=replays, versioned=path in versioned)
        operation.setdefault("description", OPERATIONS.get(operation["operationId"], operation["summary"]))
        _give_examples(operation, components["schemas"])
    _name_problems(components["schemas"]["Problem"])
    return schema


def _operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _etags(operation: Schema) -> list[Schema]:
    return [one for one in operation.get("parameters", []) if one["name"] == "if-match"]


def _tell_etags(operation: Schema) -> None:
    for one in _etags(operation):
        one["description"] = "The ETag that you were shown. Without it: 428; of an older state: 412."
        one["example"] = '"v7"'


def _security_schemes() -> Schema:
    code = {
        "authorizationUrl": "/oauth/authorize",
        "tokenUrl": "/oauth/token",
        "refreshUrl": "/oauth/token",
        "scopes": {scope: describe(scope) for scope in ordered(SCOPES)},
    }
    return {
        "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "mw_live_…", "description": "A key of yours."},
        "oauth2": {
            "type": "oauth2",
            "description": "For the command line and the browser extension: code and PKCE (S256).",
            "flows": {"authorizationCode": code},
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-session",
            "description": "A signed-in browser. What changes something needs the X-CSRF header of `GET /v1/me`, too.",
        },
    }


def _tell_who_may(operation: Schema, permission: str | None) -> None:
    if permission is None:
        operation["security"] = []
        return
    operation["security"] = [{"session": []}]
    operation["x-permission"] = permission
    if permission in SCOPES:
        operation["security"] += [{"apiKey": [permission]}, {"oauth2": [permission]}]


def _tell_what_else_happens(path: str, method: str, operation: Schema) -> None:
    responses, also = operation["responses"], dict(EVERYWHERE)
    if method.upper() in METHODS and operation["security"]:
        operation.setdefault("parameters", []).append(KEY_PARAMETER)
        also |= {"400": "Bad Request", "409": "Conflict"}
    if "requestBody" in operation:  # no JSON at all
        also |= {"400": "Bad Request"}
    if "{" in path:
        also["404"] = "Not Found"
    for status, words in also.items():
        responses.setdefault(status, {"description": words, "content": {"application/problem+json": dict(PROBLEM)}})
    operation["responses"] = dict(sorted(responses.items()))


def _give_examples(operation: Schema, schemas: dict[str, Schema]) -> None:
    places = [operation.get("requestBody", {})]
    places += [response for status, response in operation["responses"].items() if status < "400"]
    for place in places:
        for kind, content in place.get("content", {}).items():
            if kind == "application/json" and "schema" in content:
                content["example"] = example_of(content["schema"], schemas)


def known_problems() -> list[type[AppError]]:
    """Every error with a code of its own, by status and code."""
    found: dict[str, type[AppError]] = {}
    waiting: list[type[AppError]] = [AppError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if not one.__name__.startswith("_") and one.__module__.startswith("mailwarden."):
            found.setdefault(one.code, one)
    return sorted(found.values(), key=lambda one: (one.status, one.code))


def _name_problems(problem: Schema) -> None:
    """The codes, as far as classes name them. Open: a newer server may know more."""
    codes = [one.code for one in known_problems()]
    said = "Stable. See the list of errors in the documentation."
    problem["properties"]["code"] |= {"description": said, "x-known": codes}
    problem["example"] = {
        "type": "/errors/role_required",
        "title": "Not allowed",
        "status": 403,
        "detail": "This needs the role owner or manager. Ask one of them.",
        "code": "role_required",
        "request_id": "req_0190b6a7c1de7f3a8d5e4b2c9f017a36",
        "retryable": False,
        "errors": [],
        "action": "ask_owner",
        "evidence": None,
    }
