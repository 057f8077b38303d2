"""docs/faults.md for mailboxes by password, as data."""

from collections.abc import Mapping
from typing import Any

from tests.faults.row import LIMITED, SIX_MINUTES, UNAVAILABLE, Definite, Soft

TWELVE_MINUTES = 720
BANNED_S = 900
IMAP_LOGIN, SMTP_LOGIN = "/imap/AUTHENTICATE", "/smtp/AUTH"
REFUSED_LOGIN: Mapping[str, Any] = {
    "kind": "reply",
    "path": IMAP_LOGIN,
    "text": "{tag} NO [AUTHENTICATIONFAILED] Authentication failed.",
}
MAIL_DEFINITE = [
    Definite("imap", "change_password", "credentials_rejected", TWELVE_MINUTES),
    Definite("imap", "admin_block", "admin_policy", 60),
    Definite("imap", "disable_account", "account_disabled", SIX_MINUTES),
]


def _trouble(kind: str, params: Mapping[str, Any] | None = None, note: str = "", *, quick: bool = False) -> Soft:
    return Soft(kind, UNAVAILABLE, params or {}, note, providers=("imap",), quick=quick, back_within_s=60)


def _reply(path: str, text: str, *, quick: bool = False) -> Soft:
    return _trouble("reply", {"path": path, "text": text}, text.replace("{tag} ", ""), quick=quick)


def _ban(path: str, text: str) -> Soft:
    note = text.replace("{tag} ", "")
    params = {"path": path, "text": text}
    return Soft("reply", LIMITED, params, note, providers=("imap",), quick=False, ban_s=BANNED_S)


MAIL_SOFT = [
    _trouble("timeout", quick=True),
    _trouble("timeout", {"path": "/smtp/*"}, "SMTP only"),
    _trouble("reset", quick=True),
    _trouble("reset", {"path": "/imap/EXAMINE"}, "after the login"),
    _trouble("garbled"),
    _trouble("bye", quick=True),
    _trouble("slow", {"ms": 6000, "path": IMAP_LOGIN}, "beyond the deadline"),
    Soft("slow", None, {"ms": 300}, "within the deadline", providers=("imap",), quick=False),
    _reply(IMAP_LOGIN, "{tag} NO [UNAVAILABLE] Temporary authentication failure"),
    _reply(IMAP_LOGIN, "{tag} NO [INUSE] Mailbox in use"),
    _reply(IMAP_LOGIN, "{tag} NO [LIMIT] Too much"),
    _reply(SMTP_LOGIN, "421 4.3.0 Temporary System Problem", quick=True),
    _ban(SMTP_LOGIN, "454 4.7.0 Too many login attempts, please try again later."),
    _ban(IMAP_LOGIN, "{tag} NO [ALERT] Too many simultaneous connections. (Failure)"),
]
