"""Tables of parameters and fields."""

from html import escape
from typing import Any

Schema = dict[str, Any]
DEEPEST = 3


def parameters_table(operation: Schema) -> str:
    rows = "".join(_parameter(one) for one in operation.get("parameters", []))
    return f"<h4>Parameters</h4><table>{rows}</table>" if rows else ""


def _parameter(one: Schema) -> str:
    kind = f"{_kind(one['schema'])} in {one['in']}"
    return _row(one["name"], kind, one.get("required", False), one.get("description", ""))


def fields_table(schema: Schema, schemas: dict[str, Schema]) -> str:
    rows = "".join(_rows(schema, schemas, "", 0))
    return f"<table>{rows}</table>" if rows else ""


def _rows(schema: Schema, schemas: dict[str, Schema], prefix: str, depth: int) -> list[str]:
    found = _resolved(schema, schemas)
    required, rows = found.get("required", []), []
    for name, one in found.get("properties", {}).items():
        rows.append(_row(prefix + name, _kind(one), name in required, one.get("description", "")))
        inner = _inner(one, schemas)
        if inner is not None and depth < DEEPEST:
            rows += _rows(inner, schemas, f"{prefix}{name}{'[]' if 'items' in _plain(one) else ''}.", depth + 1)
    return rows


def _resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    return schemas[_name(schema)] if "$ref" in schema else schema


def _name(schema: Schema) -> str:
    return str(schema["$ref"].rsplit("/", 1)[1])


def _plain(schema: Schema) -> Schema:
    """Without `null`."""
    several = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return several[0] if several else schema


def _inner(schema: Schema, schemas: dict[str, Schema]) -> Schema | None:
    plain = _plain(schema)
    plain = plain.get("items", plain)
    found = _resolved(plain, schemas)
    return found if "properties" in found else None


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "anything"))


def _row(name: str, kind: str, required: bool, text: str) -> str:
    mark = "" if required else ' <span class="optional">optional</span>'
    return f"<tr><td><code>{escape(name)}</code>{mark}</td><td>{escape(kind)}</td><td>{escape(text)}</td></tr>"
