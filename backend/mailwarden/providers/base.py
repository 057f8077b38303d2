"""What every provider adapter speaks: records, calls, and failures that say whose move is next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Cause(StrEnum):
    """Why a connection is inactive: the most specific cause that the provider's answers prove."""

    APP_UNINSTALLED = "app_uninstalled"
    ACCESS_REVOKED = "access_revoked"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a cause, not a secret
    SCOPES_REMOVED = "scopes_removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ADMIN_POLICY = "admin_policy"
    ACCOUNT_DISABLED = "account_disabled"
    INTERACTION_REQUIRED = "interaction_required"
    CREDENTIALS_REJECTED = "credentials_rejected"
    UNKNOWN = "unknown"


class Signal(StrEnum):
    """The kinds of evidence; a verdict needs two of different kinds, or one kind often enough."""

    REFRESH_REFUSED = "refresh_refused"
    API_REFUSED = "api_refused"
    INTROSPECTION_INACTIVE = "introspection_inactive"
    PROVIDER_SIGNAL = "provider_signal"
    SCOPES_MISSING = "scopes_missing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One redacted request and answer. Never holds a token, a secret or a raw body."""

    signal: Signal | None
    operation: str  # refresh | exchange | revoke | introspect | api | journal
    method: str
    path: str  # without query, host kept apart
    host: str
    status: int | None  # None: no answer arrived
    provider_code: str | None
    message: str  # redacted, at most 300 characters
    provider_request_id: str | None = None
    at: datetime | None = None  # stamped by the caller, who has the clock
    claims: str | None = None  # demanded of the next token; JSON, and no secret

    @property
    def answered(self) -> bool:
        """Whether the provider itself said this. IMAP answers with words and no number."""
        return self.status is not None or self.provider_code is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "signal": self.signal,
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "host": self.host,
            "status": self.status,
            "provider_code": self.provider_code,
            "message": self.message,
            "provider_request_id": self.provider_request_id,
            "at": self.at.isoformat() if self.at else None,
        }


class ProviderError(Exception):
    """A remote call failed. The subclass says whose move is next."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(f"{evidence.operation}: {evidence.status or 'no answer'} {evidence.message}".strip())
        self.evidence = evidence


class AccessRevoked(ProviderError):
    """A suspicion that the grant is dead; the customer's move once the verdict agrees."""

    def __init__(self, evidence: Evidence, cause: Cause = Cause.ACCESS_REVOKED) -> None:
        super().__init__(evidence)
        self.cause = cause


class ScopesMissing(ProviderError):
    """The grant lives but lacks the named scopes; targeted re-consent is the customer's move."""

    def __init__(self, evidence: Evidence, scopes: tuple[str, ...]) -> None:
        super().__init__(evidence)
        self.scopes = scopes


class RateLimited(ProviderError):
    """Nobody's move: wait. ``retry_after_s`` is clamped to 1 s … 1 h (docs/faults.md)."""

    def __init__(self, evidence: Evidence, retry_after_s: float) -> None:
        super().__init__(evidence)
        self.retry_after_s = min(3600.0, max(1.0, retry_after_s))


class Unavailable(ProviderError):
    """Theirs: back off. ``sent`` is False when no byte of the request left, so the call had no effect."""

    def __init__(self, evidence: Evidence, *, sent: bool = True, retry_after_s: float | None = None) -> None:
        super().__init__(evidence)
        self.sent = sent
        self.retry_after_s = retry_after_s


class ObjectGone(ProviderError):
    """404/410 on one object: a tombstone for it, not a connection fault."""


class Rejected(ProviderError):
    """Ours: a bug; retrying cannot help."""


class Misconfigured(ProviderError):
    """The operator's: our client id, secret or redirect URI is wrong. No connection is touched."""

    def __init__(self, evidence: Evidence, expected: str | None = None, actual: str | None = None) -> None:
        super().__init__(evidence)
        self.expected = expected
        self.actual = actual


class EgressRefused(Rejected):
    """The request is not on the provider's allow-list of reads (B25), or its host is blocked. It never left."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Our own app at the provider, from the operator's settings."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer of a token endpoint. ``refresh_token`` None means: keep the one we have (RFC 6749 §6)."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_s: int
    scopes: frozenset[str] | None  # None: the provider did not say
    account_id: str | None = None  # where the token answer names it (HubSpot hub_id)
    id_token: str | None = field(default=None, repr=False)  # not checked yet
    provider_request_id: str | None = None
    ends_in_s: int | None = None  # the whole grant, where the provider says so
    renew_in_s: int | None = None  # sooner than its life demands, by the catalogue


@dataclass(frozen=True, slots=True)
class Introspection:
    active: bool
    scopes: frozenset[str] | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are connected to. ``external_id`` is the key; ``label`` and ``detail`` are shown (B34)."""

    external_id: str
    label: str
    detail: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one campaign as the provider states them. None: not stated by the provider."""

    sent: int | None = None
    delivered: int | None = None
    opened: int | None = None  # unique recipients
    clicked: int | None = None  # unique recipients
    bounced: int | None = None
    complaints: int | None = None
    unsubscribes: int | None = None
    delivered_derived: bool = False  # F5: sent - bounced, where the provider gives none
    derived: bool = False  # all of them: counted by us from single records, the provider gives no figures
    hard_bounced: int | None = None
    soft_bounced: int | None = None
    machine_opened: int | None = None  # of ``opened``: by programs, where the provider tells them from people
    machine_clicked: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    external_id: str
    name: str
    subject: str | None
    status: str  # the provider's own word
    channel: str
    sent_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    archived: bool
    figures: Figures | None  # None: come by another call (``ReportsFigures``)


@dataclass(frozen=True, slots=True)
class Page:
    """One answered request of a listing: what came, where to go on, and what the provider says the total is."""

    campaigns: tuple[Campaign, ...]
    next_cursor: str | None  # opaque, resumable in a later process
    total: int | None


@dataclass(frozen=True, slots=True)
class FiguresPage:
    figures: Mapping[str, Figures]  # by campaign external id
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """What a listing covers. ``sent_from`` None: everything the provider gives.

    ``updated_from`` adds campaigns changed since, whatever their send date (Q16).
    """

    sent_from: datetime | None
    until: datetime
    updated_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in the provider's address book. ``marketable`` None: the provider does not say."""

    external_id: str
    email: str
    given_name: str | None
    family_name: str | None
    opt_status: str | None  # the provider's own word
    marketable: bool | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactPage:
    contacts: tuple[Contact, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the journal records of one request (docs/architecture.md)."""

    method: str
    path: str
    params: Mapping[str, str]
    status: int
    body: bytes
    duration_ms: int
    provider_request_id: str | None


class Api(Protocol):
    """Authenticated calls to one connected account; raises the failures above and nothing else."""

    @property
    def exchanges(self) -> list[Exchange]:
        """Every answered call since the last ``take_exchanges``; the sync journal stores them."""
        ...

    def take_exchanges(self) -> list[Exchange]: ...

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any: ...

    async def post(self, path: str, body: Any, params: Mapping[str, Any] | None = None) -> Any: ...


class WritingApi(Api, Protocol):
    """Besides, the catalogue's ``writes``. Unavailable with ``sent`` means that the effect is unknown: never repeat."""

    async def write(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any: ...
