"""Mailboxes at any other host: accounts without an HTTP API."""

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.grants import TokenStyle, random_text
from mailwarden_sandbox.provider import Provider, Routes
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.world import Kind


def _none(*_: object) -> None:
    return None


def _refuse(_: Call, status: int, retry_after: float | None) -> Response:
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return json_answer({"error": "no such service"}, status, headers)


IMAP = Provider(
    kind=Kind(
        name="imap",
        external_id=lambda number: f"mailbox{number}@sandbox.test",
        valid_id=lambda text: "@" in text,
        style=TokenStyle(access=lambda: random_text(40), refresh=lambda _: random_text(40)),
        traits=Traits(),
        access_survives=False,
    ),
    hosts=frozenset(),
    routes=Routes(),
    fault_kinds=frozenset({"change_password", "admin_block", "disable_account"}),
    variants=frozenset({"documented"}),
    admit=_none,
    permit=_none,
    throttle=_none,
    refuse=_refuse,
    dead_refresh=lambda call, _: _refuse(call, 400, None),
    unknown_path=lambda call: _refuse(call, 404, None),
    request_id_header="x-request-id",
    campaign_id=lambda _, index: str(index),
)
