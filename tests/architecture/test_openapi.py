"""The committed description is what the program says, so that generated clients fit."""

import json
from typing import Any

import pytest

from mailwarden.main import schema
from tests.support import golden


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return schema()


def test_the_committed_description_is_current(document: dict[str, Any]) -> None:
    golden.check(golden.ROOT / "openapi" / "openapi.json", json.dumps(document, indent=2, sort_keys=True) + "\n")


def test_the_description_is_the_same_each_time(document: dict[str, Any]) -> None:
    assert json.dumps(schema(), sort_keys=True) == json.dumps(document, sort_keys=True)


def test_answers_require_every_field(document: dict[str, Any]) -> None:
    """Or TypeScript would see fields that may be missing, though we always send them."""
    for name, model in document["components"]["schemas"].items():
        if name.endswith("Out") or name.startswith("Page_"):
            assert set(model.get("required", [])) == set(model["properties"]), name


def test_no_answer_has_a_field_for_a_secret(document: dict[str, Any]) -> None:
    answers = {name: one for name, one in document["components"]["schemas"].items() if name.endswith("Out")}
    properties = [one for model in answers.values() for one in model.get("properties", {}).items()]
    fields = {field for field, schema in properties if "enum" not in schema}  # one of a few known words is no secret
    assert not fields & {"password", "access_token", "refresh_token", "token", "client_secret", "verifier", "state"}
