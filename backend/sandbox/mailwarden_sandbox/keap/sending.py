"""The e-mail queue: 202 without a body, and a moment later a record per recipient."""

import base64
import binascii
from dataclasses import dataclass

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.keap.errors import BadRequest
from mailwarden_sandbox.keap.tenant import Mail, Person, Tenant, tenant_of
from mailwarden_sandbox.mail.comebacks import Comebacks, wish_for

RECORD_AFTER_S = 3.0
_FIELDS = {"Email": "EMAIL1", "EmailAddress2": "EMAIL2", "EmailAddress3": "EMAIL3"}
_STATUSES = {
    "bounce-hard": "HARD_BOUNCE",
    "bounce-soft": "BOUNCE",
    "bounce-full": "BOUNCE",
    "bounce-policy": "BOUNCE",
    "complaint": "SPAM",
}
_MOST_FILES, _MOST_BYTES = 10, 1 << 20
_FILES = frozenset({"pdf", "png", "jpg", "jpeg", "gif", "txt", "csv", "doc", "docx", "xls", "xlsx", "ics"})


@dataclass(frozen=True, slots=True)
class _Order:
    contacts: list[Person]
    field: str
    subject: str
    html: str
    plain: str


def queue_v1(call: Call) -> Response:
    body = _body(call)
    if not isinstance(body.get("user_id"), int):
        raise BadRequest("user_id is required", "user_id")
    return _queue(call, _order(call, body), f"news@{call.holder.domain}")


def send_v2(call: Call) -> Response:
    body = _body(call)
    if bool(body.get("user_id")) == bool(body.get("from_address")):
        raise BadRequest("Exactly one of user_id or from_address is required", "user_id")
    sender = str(body.get("from_address") or f"news@{call.holder.domain}")
    if not sender.endswith(f"@{call.holder.domain}"):
        raise BadRequest("from_address is not an authenticated sender", "from_address")
    return _queue(call, _order(call, body), sender)


def _body(call: Call) -> dict[str, object]:
    try:
        body = call.json()
    except ValueError as error:
        raise BadRequest("The body is not JSON", "body") from error
    if not isinstance(body, dict):
        raise BadRequest("The body is not an object", "body")
    return body


def _order(call: Call, body: dict[str, object]) -> _Order:
    wanted, subject = body.get("contacts"), body.get("subject")
    if not isinstance(wanted, list) or not wanted:
        raise BadRequest("contacts is required", "contacts")
    if not isinstance(subject, str) or not subject:
        raise BadRequest("subject is required", "subject")
    html, plain = _text(body, "html_content"), _text(body, "plain_content")
    _check_files(body.get("attachments") or [])
    people = tenant_of(call).people
    known = [people.get(int(c)) if str(c).isdigit() else None for c in wanted]
    if None in known:
        raise BadRequest("One or more contacts do not exist", "contacts")
    field = _FIELDS.get(str(body.get("address_field") or "Email"), "EMAIL1")
    return _Order([p for p in known if p], field, subject, html, plain)


def _come_back(call: Call, tenant: Tenant, to: str) -> None:
    """Keap tells of the address, not of the e-mail, that it bounced or that somebody complained."""
    wish = wish_for(call.world.part(Comebacks), to)
    if wish is not None and wish.kind in _STATUSES:
        tenant.statuses[to.lower()] = _STATUSES[wish.kind]


def _text(body: dict[str, object], name: str) -> str:
    """Base64, kept as it came."""
    text = body.get(name) or ""
    try:
        base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"{name} is not Base64", name) from error
    return str(text)


def _check_files(files: object) -> None:
    if not isinstance(files, list) or len(files) > _MOST_FILES:
        raise BadRequest(f"At most {_MOST_FILES} attachments", "attachments")
    for file in files:
        name, data = str(file.get("file_name") or ""), str(file.get("file_data") or "")
        if name.rpartition(".")[2].lower() not in _FILES or len(data) * 3 // 4 > _MOST_BYTES:
            raise BadRequest(f"Attachment '{name}' is not allowed", "attachments")


def _queue(call: Call, order: _Order, sender: str) -> Response:
    tenant, at = tenant_of(call), call.world.now() + RECORD_AFTER_S
    for person in order.contacts:
        to = person.emails.get(order.field)
        if to:
            number = len(tenant.mails) + 1
            tenant.mails.append(Mail(number, at, person.id, to, sender, order.subject, order.html, order.plain))
            _come_back(call, tenant, to)
    return Response(status_code=202)
