"""Bodies and queries that pass the API's own checks of shape: a refusal comes from who asks and not from what."""

from typing import Any
from uuid import UUID

from mailwarden.core.ids import format_id
from tests.isolation.slots import PATTERN, Description, Schema
from tests.support.browser import PASSWORD

Ids = dict[str, UUID]  # by prefix

VALUES: dict[str, Any] = {
    "email": "somebody@example.com",
    "new_email": "somebody@example.com",
    "address": "somebody@example.com",
    "password": PASSWORD,
    "current_password": PASSWORD,
    "new_password": PASSWORD + " and more",
    "time_zone": "Europe/Berlin",
    "url": "https://receiver.example.com/hook",
    "scopes": ["status:read"],
    "host": "mail.example.com",
    "content": "aGVsbG8=",
    "since": "2026-01-01T00:00:00Z",
    "event_types": ["sync.failed"],
    "description": "Something happened that should not have happened.",
}
# An empty change changes nothing.
ALSO: dict[str, dict[str, Any]] = {
    "update_organization": {"name": "New"},
    "update_connection": {"sync_frequency": "daily"},
    "update_mailbox": {"sender_name": "New"},
    "update_webhook_endpoint": {"description": "New"},
    "update_outreach_campaign": {"name": "New"},
    "add_outreach_recipients": {"recipients": [{"address": "somebody@example.com"}]},
    "check_outreach_import": {"mapping": {"email": "address"}},
    "run_outreach_import": {"mapping": {"email": "address"}},
    "track_message": {"to": [{"address": "somebody@example.com"}]},
    "set_outreach_steps": {"steps": [{"subject": "New", "html": "<p>New</p>"}]},
}


def query_of(described: Description, operation: str, ids: Ids) -> dict[str, Any]:
    """Only what may not be left out."""
    return {name: _value(described, name, schema, ids) for name, schema in described.asked[operation].items()}


def body_of(described: Description, operation: str, ids: Ids, choice: int = 0) -> Any:
    if operation not in described.bodies:
        return None
    made = _value(described, "", described.choices(operation)[choice], ids)
    return made | ALSO.get(operation, {}) if isinstance(made, dict) else made


def _value(described: Description, name: str, schema: Schema, ids: Ids) -> Any:
    schema = described.resolve(schema)
    if found := PATTERN.fullmatch(schema.get("pattern", "")):
        return format_id(found[1], ids.get(found[1], UUID(int=0)))
    if name in VALUES:
        return VALUES[name]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _value(described, name, schema[choice][0], ids)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    return _plain(described, schema, ids)


def _plain(described: Description, schema: Schema, ids: Ids) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        needed = set(schema.get("required", []))
        inside = schema.get("properties", {}).items()
        return {key: _value(described, key, one, ids) for key, one in inside if key in needed or _is_id(described, one)}
    if kind == "array":
        return [_value(described, "", schema["items"], ids)] if _is_id(described, schema) else []
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return False if kind == "boolean" else "x" * max(1, schema.get("minLength", 8))


def _is_id(described: Description, schema: Schema) -> bool:
    """Ids are filled in even where they may be left out."""
    return bool(described.ids_of_body(schema))
