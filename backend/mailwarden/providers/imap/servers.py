"""Where a mailbox lives and how it is opened."""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from mailwarden.core.egress import EgressGuard

Security = Literal["tls", "starttls", "none"]
Protocol = Literal["imap", "smtp"]
DEADLINE_S = 20.0
CONNECT_S = 8.0
PORTS = (25, 143, 465, 587, 993)


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class Login:
    """By password, or by an access token that ``token`` is asked for at every login (XOAUTH2, OAUTHBEARER)."""

    user: str
    password: str = field(default="", repr=False)
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class MailAccount:
    address: str
    imap: Server
    smtp: Server
    login: Login
    smtp_login: Login


@dataclass(frozen=True, slots=True)
class Reach:
    """How this installation gets out. ``deadline_s`` covers everything that is done on one connection."""

    guard: EgressGuard
    tls: ssl.SSLContext = field(repr=False)
    deadline_s: float = DEADLINE_S
