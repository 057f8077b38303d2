"""Where ids go into an operation, read from the API's own description: paths, queries and bodies at any depth.

A parameter that is neither an id of a known table nor a known word is an error: a new operation must be placed here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

PATTERN = re.compile(r"\^(\w+)_\[0-9a-f\]\{32\}\$")
TABLES = {
    "org": "organizations",
    "usr": "users",
    "conn": "connections",
    "sync": "sync_runs",
    "camp": "campaigns",
    "alrt": "alerts",
    "oat": "oauth_attempts",
    "rcpt": "reconnect_receipts",
    "mbx": "mailbox_slots",
    "sup": "support_bundles",
    "evt": "events",
    "whe": "webhook_endpoints",
    "whd": "webhook_deliveries",
    "inv": "invitations",
    "tick": "support_requests",
    "att": "support_attachments",
    "key": "api_keys",
    "dev": "oauth_grants",
    "ses": "sessions",
    "idn": "identities",
    "dom": "domains",
    "dchk": "domain_checks",
    "dmr": "dmarc_reports",
    "lst": "blocklist_listings",
    "rec": "reconciliations",
    "exp": "exports",
    "msg": "messages",
    "file": "message_files",
    "supp": "suppressions",
    "out": "outreach_campaigns",
    "ostp": "outreach_steps",
    "oacc": "outreach_accounts",
    "rcp": "outreach_recipients",
    "oclk": "outreach_clocks",
    "oimp": "outreach_imports",
}
NAMES_NOTHING = {"req"}  # of one request: written down with a report, looked up nowhere
WORDS = {"provider": "hubspot", "slug": "no-such-page", "reference": "MW-0000-0000"}
Schema = dict[str, Any]


class UnknownSlot(AssertionError):
    pass


@dataclass(frozen=True)
class Slot:
    name: str
    prefix: str


@dataclass(frozen=True)
class Slots:
    path: tuple[Slot, ...] = ()
    query: tuple[Slot, ...] = ()
    body: tuple[Slot, ...] = ()


@dataclass
class Description:
    """Of one OpenAPI document."""

    document: Schema
    slots: dict[str, Slots] = field(init=False)
    queries: dict[str, list[str]] = field(init=False)
    bodies: dict[str, Schema] = field(init=False)
    asked: dict[str, dict[str, Schema]] = field(init=False)  # what a query must hold

    def __post_init__(self) -> None:
        self.slots, self.queries, self.bodies, self.asked = {}, {}, {}, {}
        for path, item in self.document["paths"].items():
            for operation in item.values():
                name = operation["operationId"]
                given = operation.get("parameters", [])
                self.queries[name] = [one["name"] for one in given if one["in"] == "query"]
                needed = (one for one in given if one["in"] == "query" and one.get("required"))
                self.asked[name] = {one["name"]: one["schema"] for one in needed}
                body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
                self.slots[name] = self._slots(f"{name} at {path}", given, body)
                if body is not None:
                    self.bodies[name] = body

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def choices(self, name: str) -> list[Schema]:
        """The bodies that an operation takes: several where a word in it tells them apart."""
        schema = self.resolve(self.bodies.get(name, {}))
        choices: list[Schema] = schema.get("oneOf", [schema])
        return choices

    def ids_of_body(self, schema: Schema) -> set[str]:
        """The prefixes of those that name a row."""
        return {prefix for _, prefix in self._of_body(schema, "", ()) if prefix in TABLES}

    def _slots(self, where: str, parameters: list[Schema], body: Schema | None) -> Slots:
        found: dict[str, list[Slot]] = {"path": [], "query": [], "header": [], "cookie": []}
        for one in parameters:
            prefixes = set(self._prefixes(one["schema"]))
            if not prefixes and one["in"] == "path" and one["name"] not in WORDS:
                raise UnknownSlot(f"{where}: what is {one['name']}? Give it a word in {__name__}.")
            found[one["in"]] += [self._known(where, one["name"], prefix) for prefix in prefixes]
        inside = [] if body is None else [self._known(where, *one) for one in self._of_body(body, "", ())]
        known = [one for one in inside if one.prefix not in NAMES_NOTHING]
        return Slots(tuple(found["path"]), tuple(found["query"]), tuple(known))

    def _known(self, where: str, name: str, prefix: str) -> Slot:
        if prefix not in TABLES and prefix not in NAMES_NOTHING:
            raise UnknownSlot(f"{where}: which table do ids {prefix}_… of {name} name? Tell it in {__name__}.")
        return Slot(name, prefix)

    def _prefixes(self, schema: Schema) -> Iterator[str]:
        schema = self.resolve(schema)
        if found := PATTERN.fullmatch(schema.get("pattern", "")):
            yield found[1]
        inside = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]
        for one in [*inside, *([schema["items"]] if "items" in schema else [])]:
            yield from self._prefixes(one)

    def _of_body(self, schema: Schema, name: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        if (reference := schema.get("$ref", "")) in above and reference:
            return
        above, schema = (*above, reference), self.resolve(schema)
        if found := PATTERN.fullmatch(schema.get("pattern", "")):
            yield name, found[1]
        for one in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
            yield from self._of_body(one, name, above)
        if "items" in schema:
            yield from self._of_body(schema["items"], name, above)
        for key, one in schema.get("properties", {}).items():
            yield from self._of_body(one, key, above)
