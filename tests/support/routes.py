"""What the API offers, read from the application itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute

from mailwarden.core.ids import format_id

ID_PREFIXES = {
    "connection_id": "conn",
    "sync_id": "sync",
    "campaign_id": "camp",
    "alert_id": "alrt",
    "attempt_id": "oat",
    "receipt_id": "rcpt",
    "mailbox_id": "mbx",
    "bundle_id": "sup",
    "event_id": "evt",
    "endpoint_id": "whe",
    "delivery_id": "whd",
    "key_id": "key",
    "device_id": "dev",
    "session_id": "ses",
    "identity_id": "idn",
    "member_id": "usr",
    "invitation_id": "inv",
    "request_id": "tick",
    "attachment_id": "att",
    "domain_id": "dom",
    "check_id": "dchk",
    "dmarc_report_id": "dmr",
    "listing_id": "lst",
    "reconciliation_id": "rec",
    "export_id": "exp",
    "message_id": "msg",
    "file_id": "file",
    "suppression_id": "supp",
    "recipient_id": "rcp",
    "account_id": "oacc",
    "import_id": "oimp",
}
OUTREACH = "/v1/outreach-campaigns/"  # there a campaign is another thing

EXAMPLES = {"provider": "hubspot", "slug": "no-such-page", "reference": "MW-0000-0000"}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    name: str
    permission: str | None  # None: the route asks for no Caller

    def example_path(self, ids: dict[str, UUID] | None = None) -> str:
        """With ids that name nothing, or the given ones."""
        path = self.path.replace("{campaign_id}", _outreach(ids or {})) if self.path.startswith(OUTREACH) else self.path
        return re.sub(r"\{(\w+)\}", lambda found: _example(found[1], ids or {}), path)


def _example(parameter: str, ids: dict[str, UUID]) -> str:
    if parameter in EXAMPLES:
        return EXAMPLES[parameter]
    return format_id(ID_PREFIXES[parameter], ids.get(parameter, UUID(int=0)))


def _outreach(ids: dict[str, UUID]) -> str:
    return format_id("out", ids.get("outreach_campaign_id", UUID(int=0)))


def operations(app: FastAPI) -> list[Operation]:
    """Of the public API, in the order of the paths."""
    found = [
        Operation(method, route.path, route.name, permission_of(route))
        for route in api_routes(app.routes)
        for method in sorted(route.methods or ())
        if route.include_in_schema and method != "HEAD"
    ]
    return sorted(found, key=lambda one: (one.path, one.method))


def api_routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):  # how FastAPI keeps an included router
            yield from api_routes(route.original_router.routes)


def permission_of(route: APIRoute) -> str | None:
    found = list(_permissions(route.dependant))
    return found[0] if found else None


def _permissions(dependant: Any) -> Iterator[str]:
    for one in dependant.dependencies:
        permission = getattr(one.call, "permission", None)
        if permission is not None:
            yield permission
        yield from _permissions(one)
