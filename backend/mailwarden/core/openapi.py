"""Puts right what the generator gets wrong, so that generated clients are typed to the last error."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

Complete = Callable[[FastAPI, dict[str, Any]], dict[str, Any]]


def describe(app: FastAPI, complete: Complete) -> None:
    """``complete`` adds what only features know."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = complete(app, _corrected(generate()))
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _corrected(schema: dict[str, Any]) -> dict[str, Any]:
    for path in schema["paths"].values():
        for operation in path.values():
            for status, response in operation.get("responses", {}).items():
                _correct_response(status, response)
    schema["components"]["schemas"].pop("HTTPValidationError", None)
    schema["components"]["schemas"].pop("ValidationError", None)
    return schema


def _correct_response(status: str, response: dict[str, Any]) -> None:
    content = response.get("content")
    if not content:
        return
    if status >= "400":  # errors are RFC 9457, also on event streams
        response["content"] = {"application/problem+json": next(iter(content.values()))}
    stream = content.get("text/event-stream", {})
    if "itemSchema" in stream:  # OpenAPI 3.2 spelling in a 3.1 document: generators need `schema`
        stream["schema"] = stream["itemSchema"]["properties"]["data"]["contentSchema"]
