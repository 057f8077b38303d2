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


def test_passwords_are_never_in_an_answer(document: dict[str, Any]) -> None:
    text = json.dumps({name: one for name, one in document["components"]["schemas"].items() if name.endswith("Out")})
    for secret in ("password", "access_token", "refresh_token", "token_hash"):
        assert secret not in text
