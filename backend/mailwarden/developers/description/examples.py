"""Examples for the description, made of the schemas themselves: they can never be out of date."""

import re
from typing import Any

Schema = dict[str, Any]
DEEPEST = 8
NOTHING_TOLD = "text"
TRIED = (NOTHING_TOLD, "pat@example.com", "example.com", "https://example.com", "123456", "a1b2c3d4")
ID = re.compile(r"\^([a-z]+)_\[0-9a-f\]\{32\}\$")
BY_FORMAT = {
    "date-time": "2026-11-01T09:30:00Z",
    "date": "2026-11-01",
    "email": "pat@example.com",
    "uri": "https://example.com/hooks",
    "password": "correct horse battery staple",
    "binary": "…",
}

BY_NAME = {
    "account_label": "Acme Newsletter",
    "browser": "Firefox 141 on Windows",
    "description": "Tells our CRM about failed syncs",
    "device": "Laptop",
    "host": "mail.example.com",
    "name": "Pat Miller",
    "organization_name": "Acme",
    "provider": "hubspot",
    "smtp_username": "pat@example.com",
    "subject": "Our news of November",
    "time_zone": "Europe/Berlin",
    "url": "https://example.com/hooks",
    "username": "pat@example.com",
    "user_agent": "Mozilla/5.0",
}


def example_of(schema: Schema, components: dict[str, Schema], depth: int = 0) -> Any:
    """What a client might see or send there."""
    if "$ref" in schema and "examples" not in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[1]]
    given = _given(schema)
    if given is not None or depth > DEEPEST:
        return given
    several = next((schema[name] for name in ("anyOf", "oneOf", "allOf") if name in schema), None)
    if several is not None:
        return example_of(_first_of(several), components, depth + 1)
    return _of_type(schema, components, depth)


def _given(schema: Schema) -> Any:
    """What the schema itself says; None if nothing."""
    listed = schema.get("examples") or schema.get("enum")
    if listed:
        return listed[0]
    return next((schema[name] for name in ("example", "const", "default") if schema.get(name) is not None), None)


def _first_of(schemas: list[Schema]) -> Schema:
    return next((one for one in schemas if one.get("type") != "null"), schemas[0])


def _of_type(schema: Schema, components: dict[str, Schema], depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _named(name, example_of(one, components, depth + 1)) for name, one in properties.items()}
    if kind == "array":
        return [example_of(schema["items"], components, depth + 1)] if schema.get("items") else []
    if kind in ("integer", "number"):
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return int(least) if kind == "integer" else least
    if kind == "boolean":
        return True
    return _text(schema) if kind == "string" else None


def _named(name: str, example: Any) -> Any:
    """A word that fits the field, where its schema tells nothing."""
    return BY_NAME.get(name, example) if example == NOTHING_TOLD else example


def _text(schema: Schema) -> str:
    if named := ID.fullmatch(schema.get("pattern", "")):
        return f"{named[1]}_0190b6a7c1de7f3a8d5e4b2c9f017a36"
    found = BY_FORMAT.get(schema.get("format", ""), NOTHING_TOLD)
    if "pattern" in schema:
        found = next((one for one in TRIED if re.search(schema["pattern"], one)), found)
    return found.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", 1000)]
