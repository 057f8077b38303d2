"""The mail servers' ports, what they took, and mail that arrives."""

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.data.mailbox import INBOX
from mailwarden_sandbox.keap.tenant import mails_of
from mailwarden_sandbox.mail.login import address_of


class Delivery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    folder: str = INBOX
    raw: str
    """The message as it is on the wire; line ends may be plain."""


class Folder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    folder: str = INBOX


def mail_router(desk: Desk) -> APIRouter:
    router = APIRouter(tags=["mail"])

    @router.get("/mail")
    async def get_mail_servers() -> dict[str, Any]:
        """Ports of IMAP and SMTP, and the authority that their certificate is of."""
        if desk.host.mail is None:
            raise HTTPException(404, "the mail servers are not started")
        return desk.host.mail.shown()

    @router.get("/mail/submitted")
    async def list_submitted() -> dict[str, Any]:
        """Every message that the SMTP server took, oldest first."""
        return {
            "messages": [
                {
                    "at": iso_z(m.at),
                    "sender": m.sender,
                    "recipients": list(m.recipients),
                    "raw": m.raw.decode("latin-1"),
                }
                for m in desk.world.submitted
            ]
        }

    _mailbox(router, desk)
    return router


def _mailbox(router: APIRouter, desk: Desk) -> None:
    path = "/accounts/{provider}/{external_id}"

    @router.get(path + "/login")
    async def get_login(provider: str, external_id: str) -> dict[str, Any]:
        """What its owner would type."""
        account = desk.account(provider, external_id)
        return {"address": address_of(account), "password": account.password}

    @router.get(path + "/messages")
    async def list_messages(provider: str, external_id: str, folder: str = INBOX) -> dict[str, Any]:
        """A folder as every door shows it, oldest first: ``Sent`` holds what left, by whichever of them."""
        held = desk.account(provider, external_id).mailbox.messages(folder)
        return {"messages": [{"key": m.key, "at": iso_z(m.at), "raw": m.raw.decode("latin-1")} for m in held]}

    @router.get(path + "/orders")
    async def list_orders(provider: str, external_id: str) -> dict[str, Any]:
        """Of Keap, which keeps no folders: one for each recipient of an order, oldest first."""
        ordered = mails_of(desk.world, desk.account(provider, external_id))
        return {"orders": [{"at": iso_z(m.at), "to": m.to, "subject": m.subject, "html": m.html} for m in ordered]}

    @router.post(path + "/messages", status_code=201)
    async def deliver(provider: str, external_id: str, body: Delivery) -> dict[str, Any]:
        raw = body.raw.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        message = desk.account(provider, external_id).mailbox.add(body.folder, raw)
        return {"key": message.key, "uid": message.uid}

    @router.post(path + "/uid-validity")
    async def change_uid_validity(provider: str, external_id: str, body: Folder) -> dict[str, Any]:
        """As after a restored backup: everything that was known by UID is unknown now (RFC 9051 §2.3.1.1)."""
        validity = desk.account(provider, external_id).mailbox.uid_validity
        validity[body.folder] = validity.get(body.folder, 0) + 1
        return {"uid_validity": validity[body.folder]}
