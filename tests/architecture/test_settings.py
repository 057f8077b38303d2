"""`.env.example` lists every setting, with its meaning and default, and nothing else."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mailwarden.settings import Settings
from tests.support import golden

HEAD = """\
# Every setting of Mailwarden, with its default. Copy this file to `.env` and uncomment what you change.
# Environment variables of the same names win over the file. Outside development, set your own keys:
# `mailwarden new-key` prints one; encryption keys are written as `id:key`, the first seals, all of them open.
"""


def described(model: type[BaseModel], prefix: str, values: Any) -> Iterator[tuple[str, FieldInfo, Any]]:
    for name, field in model.model_fields.items():
        value = getattr(values, name)
        if isinstance(value, BaseModel):
            yield from described(type(value), f"{prefix}{name.upper()}__", value)
        else:
            yield f"{prefix}{name.upper()}", field, value


def all_settings() -> list[tuple[str, FieldInfo, Any]]:
    defaults = Settings.model_construct()
    return list(described(Settings, "MAILWARDEN_", defaults))


def shown(value: Any) -> str:
    if value is None or value is PydanticUndefined or isinstance(value, SecretStr):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value.value if isinstance(value, Enum) else value)


def render() -> str:
    lines, group = [HEAD], ""
    for name, field, value in all_settings():
        new_group = name.removeprefix("MAILWARDEN_").rpartition("__")[0].lower().replace("__", " › ")
        if new_group != group:
            lines.append(f"\n## {new_group}\n")
        group = new_group
        lines.append(f"# {field.description}\n# {name}={shown(value)}\n")
    return "".join(lines)


def test_the_example_lists_every_setting() -> None:
    golden.check(golden.ROOT / ".env.example", render())


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, field, _ in all_settings()])
def test_every_setting_says_what_it_means(name: str, field: FieldInfo) -> None:
    assert field.description, name
    assert field.description.endswith(".")
