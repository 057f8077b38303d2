"""Clients of the last release go on working. `openapi/released.json` is what it said; a release replaces it.

A break that is meant stands in `openapi/accepted-breaks.json` with its reason, and is announced before (docs/api.md).
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from mailwarden.main import schema
from tests.architecture.compatibility import Schema, breaks
from tests.support.golden import ROOT

FOLDER = ROOT / "openapi"


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_nothing_breaks_that_was_released() -> None:
    accepted: dict[str, str] = read("accepted-breaks.json")
    found = breaks(read("released.json"), schema())
    assert [one for one in found if one not in accepted] == []


def test_every_accepted_break_is_one_and_has_a_reason() -> None:
    accepted: dict[str, str] = read("accepted-breaks.json")
    assert set(accepted) <= set(breaks(read("released.json"), schema()))
    assert all(len(reason) > 20 for reason in accepted.values())


def test_a_description_breaks_nothing_of_itself() -> None:
    assert breaks(schema(), schema()) == []


PATH = "/things/{id}"
SMALL: Schema = {
    "paths": {
        PATH: {
            "post": {
                "security": [{"apiKey": ["data:read"]}],
                "x-permission": "data:read",
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}},
                    {"in": "query", "name": "order", "schema": {"type": "string", "enum": ["asc", "desc"]}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}},
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Out"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "In": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            },
            "Out": {
                "type": "object",
                "required": ["id", "parts"],
                "properties": {
                    "id": {"type": "string"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Out"}},
                    "size": {"type": "integer"},
                },
            },
        }
    },
}


def operation(document: Schema) -> Any:
    return document["paths"][PATH]["post"]


def model(document: Schema, name: str) -> Any:
    return document["components"]["schemas"][name]


BREAKING: dict[str, Callable[[Schema], object]] = {
    "is gone": lambda new: new["paths"].pop(PATH),
    "answers 201 no more": lambda new: operation(new).update(responses={"200": {}}),
    "201/size is gone": lambda new: model(new, "Out")["properties"].pop("size"),
    "201/id may be missing now": lambda new: model(new, "Out").update(required=["parts"]),
    "201/id: null may come now": lambda new: model(new, "Out")["properties"].update(
        id={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "201/size: string may come now": lambda new: model(new, "Out")["properties"].update(size={"type": "string"}),
    "request/colour is required now": lambda new: model(new, "In").update(required=["name", "colour"]),
    "request/note is required now": lambda new: model(new, "In").update(required=["name", "note"]),
    "request/note is no longer taken": lambda new: model(new, "In")["properties"].pop("note"),
    "request/note: null is no longer taken": lambda new: model(new, "In")["properties"].update(note={"type": "string"}),
    "request/name: maxLength is 5 now": lambda new: model(new, "In")["properties"]["name"].update(maxLength=5),
    "request/name: pattern is ^a now": lambda new: model(new, "In")["properties"]["name"].update(pattern="^a"),
    "request/name takes certain words only now": lambda new: model(new, "In")["properties"]["name"].update(enum=["a"]),
    "parameter order takes desc no more": lambda new: operation(new)["parameters"][1]["schema"].update(enum=["asc"]),
    "parameter limit: maximum is 50 now": lambda new: operation(new)["parameters"][0]["schema"].update(maximum=50),
    "parameter limit is gone": lambda new: operation(new)["parameters"].pop(0),
    "parameter limit is required now": lambda new: operation(new)["parameters"][0].update(required=True),
    "needs data:write instead of data:read": lambda new: operation(new).update({"x-permission": "data:write"}),
}
HARMLESS: dict[str, Callable[[Schema], object]] = {
    "another operation": lambda new: new["paths"].update({"/other": {"get": {"responses": {}}}}),
    "another field of the answer": lambda new: model(new, "Out")["properties"].update(more={"type": "string"}),
    "another field that may be sent": lambda new: model(new, "In")["properties"].update(more={"type": "string"}),
    "a field that must be sent no more": lambda new: model(new, "In").update(required=[]),
    "another parameter": lambda new: operation(new)["parameters"].append(
        {"in": "query", "name": "more", "schema": {"type": "string"}}
    ),
    "another word that is taken": lambda new: operation(new)["parameters"][1]["schema"]["enum"].append("random"),
    "more than before": lambda new: operation(new)["parameters"][0]["schema"].update(maximum=500),
    "a field that is always there": lambda new: model(new, "Out")["required"].append("size"),
}


@pytest.mark.parametrize("what", BREAKING)
def test_a_break_is_found(what: str) -> None:
    new = copy.deepcopy(SMALL)
    BREAKING[what](new)
    assert breaks(SMALL, new) == [f"POST {PATH}: {what}"]


@pytest.mark.parametrize("what", HARMLESS)
def test_what_clients_do_not_notice_is_none(what: str) -> None:
    new = copy.deepcopy(SMALL)
    HARMLESS[what](new)
    assert breaks(SMALL, new) == []
