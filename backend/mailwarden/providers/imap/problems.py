"""What can be wrong with a mailbox, and whose move is next: the same family of errors as for providers over HTTP."""

from dataclasses import dataclass
from enum import StrEnum

from mailwarden.providers.base import AccessRevoked, Cause, Evidence, RateLimited, Rejected, Unavailable

BACK_OFF_S = 900.0  # after "too many logins": another one sooner would prolong the ban


class Step(StrEnum):
    """In the order in which a test goes."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    LOGIN = "login"
    FOLDERS = "folders"
    SENDER = "sender"
    MESSAGE = "message"


class Kind(StrEnum):
    """Finer than the error's class, so that people get the advice that fits."""

    # the wire
    HOST_BLOCKED = "host_blocked"
    HOST_UNKNOWN = "host_unknown"
    CONNECTION_REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    NO_GREETING = "no_greeting"
    CLOSED = "closed"
    TLS_CERTIFICATE = "tls_certificate"
    TLS_NOT_SPOKEN = "tls_not_spoken"
    TLS_FAILED = "tls_failed"
    TLS_REQUIRED = "tls_required"
    STARTTLS_MISSING = "starttls_missing"
    UNPROTECTED = "unprotected"
    PROTOCOL = "protocol"
    # the login
    BAD_CREDENTIALS = "bad_credentials"
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 - a reason, not a secret
    APP_PASSWORD_NEEDED = "app_password_needed"  # noqa: S105
    BAD_TOKEN = "bad_token"  # noqa: S105
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    NOT_AUTHORIZED = "not_authorized"
    ACCOUNT_BLOCKED = "account_blocked"
    ACCOUNT_DISABLED = "account_disabled"
    AUTH_DISABLED = "auth_disabled"
    BASIC_AUTH_GONE = "basic_auth_gone"
    WEB_LOGIN_NEEDED = "web_login_needed"
    NO_MECHANISM = "no_mechanism"
    # the server
    THROTTLED = "throttled"
    SERVER_TROUBLE = "server_trouble"
    OVER_QUOTA = "over_quota"
    SENDER_REFUSED = "sender_refused"
    DAILY_CAP = "daily_cap"
    RECIPIENT_REFUSED = "recipient_refused"
    MESSAGE_REFUSED = "message_refused"


CAUSES: dict[Kind, Cause] = {
    Kind.BAD_CREDENTIALS: Cause.CREDENTIALS_REJECTED,
    Kind.APP_PASSWORD_NEEDED: Cause.CREDENTIALS_REJECTED,
    Kind.BAD_TOKEN: Cause.ACCESS_REVOKED,
    Kind.PASSWORD_EXPIRED: Cause.INTERACTION_REQUIRED,
    Kind.WEB_LOGIN_NEEDED: Cause.INTERACTION_REQUIRED,
    Kind.NOT_AUTHORIZED: Cause.ADMIN_POLICY,
    Kind.ACCOUNT_BLOCKED: Cause.ADMIN_POLICY,
    Kind.AUTH_DISABLED: Cause.ADMIN_POLICY,
    Kind.BASIC_AUTH_GONE: Cause.ADMIN_POLICY,
    Kind.ACCOUNT_DISABLED: Cause.ACCOUNT_DISABLED,
}


class LoginRefused(AccessRevoked):
    """The server judged the credential, not the weather."""

    def __init__(self, kind: Kind, evidence: Evidence, step: Step) -> None:
        super().__init__(evidence, CAUSES[kind])
        self.kind, self.step = kind, step


class Throttled(RateLimited):
    """Too many logins or connections: it says nothing about the password."""

    def __init__(self, kind: Kind, evidence: Evidence, step: Step) -> None:
        super().__init__(evidence, BACK_OFF_S)
        self.kind, self.step = kind, step


class ServerTrouble(Unavailable):
    """Everything that leaves open whether the credential is good: the wire, TLS, the server, the settings."""

    def __init__(self, kind: Kind, evidence: Evidence, step: Step, *, sent: bool = False) -> None:
        super().__init__(evidence, sent=sent)
        self.kind, self.step = kind, step


class SenderRefused(Rejected):
    """Signed in, but not allowed to send as this address: the settings' fault, and neither server's nor password's."""

    def __init__(self, evidence: Evidence, step: Step) -> None:
        super().__init__(evidence)
        self.kind, self.step = Kind.SENDER_REFUSED, step


MailFailure = LoginRefused | Throttled | ServerTrouble | SenderRefused
MAIL_FAILURES = (LoginRefused, Throttled, ServerTrouble, SenderRefused)


@dataclass(frozen=True, slots=True)
class Said:
    """A server's refusal. IMAP: ``code`` is the response code in brackets; SMTP: the enhanced one (RFC 3463)."""

    text: str
    status: int | None = None
    code: str | None = None


def failure(kind: Kind, evidence: Evidence, step: Step, *, sent: bool = False) -> MailFailure:
    if kind in CAUSES:
        return LoginRefused(kind, evidence, step)
    if kind is Kind.THROTTLED:
        return Throttled(kind, evidence, step)
    if kind is Kind.SENDER_REFUSED:
        return SenderRefused(evidence, step)
    return ServerTrouble(kind, evidence, step, sent=sent)
