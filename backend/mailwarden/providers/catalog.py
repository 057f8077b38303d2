"""The catalogue: what is regular about a provider, as typed data. A file that does not fit stops the start."""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mailwarden.providers.base import Cause, Signal


def _plain_path(path: str) -> str:
    if not re.fullmatch(r"(/[\w{}.*:$-]+)+/?", path) or ".." in path:
        raise ValueError(f"{path!r} is not a path pattern")
    return path


def _origin(base: str) -> str:
    if not re.fullmatch(r"https://[a-z0-9.-]+", base):
        raise ValueError(f"{base!r} is not an https origin")
    return base


Path = Annotated[str, AfterValidator(_plain_path)]
Origin = Annotated[str, AfterValidator(_origin)]
Capability = Literal[
    "campaigns",  # lists campaigns, with or without their figures
    "figures",  # figures come by a report of their own
    "derived_figures",  # figures are ours, counted from single records; shown as derived
    "uninstall_journal",
    "contacts",
    "sending",
    "mailbox",  # one person's mail: reads, drafts, pushes of changes; shown under Settings > Email
    "webhooks",  # pushes to `/hooks/{provider}`
]
Work = Literal["sync", "send", "track", "read_mailbox", "draft", "contacts"]
Meaning = Literal[
    "access_revoked", "scopes_missing", "rate_limited", "unavailable", "object_gone", "rejected", "misconfigured"
]


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Spec):
    name: str
    required: bool
    why: str
    needed_for: tuple[Work, ...] = ()  # of an optional one: the work that is refused without it
    implied_by: tuple[str, ...] = ()  # scopes that allow the same and more, and other spellings of this one


class IdTokenSpec(_Spec):
    """How an ``id_token`` is checked (OpenID Connect Core §3.1.3.7). ``{tid}`` in an issuer is the token's own."""

    issuers: tuple[str, ...] = Field(min_length=1)
    jwks_base: Origin
    jwks_path: Path
    account: str = "{sub}"  # made of claims; equals the external id that the API names
    proves_email: bool = False  # its `email_verified` means that this person reads the address


class AudienceSpec(_Spec):
    """Another service that the same grant opens, with access tokens of its own (one service per token answer)."""

    name: str
    service: Origin
    scopes: tuple[str, ...] = Field(min_length=1)


class AuthSpec(_Spec):
    authorize_base: Origin
    authorize_path: Path
    token_base: Origin
    token_path: Path
    revoke_path: Path | None
    introspect_path: Path | None
    client_auth: Literal["body", "basic"]
    refresh_auth: Literal["body", "basic"] | None = None  # None: as ``client_auth``
    pkce: bool
    authorize_params: dict[str, str] = {}  # sent along with every consent
    reconnect_params: dict[str, str] = {}  # besides, when a known account is asked again
    incremental_params: dict[str, str] = {}  # with these a consent adds to what was granted; none: all is asked anew
    login_hint_param: str | None = None  # takes the e-mail address of the account that is reconnected
    refresh_scope: str | None = None  # for whom a refresh asks where one grant serves several audiences
    id_token: IdTokenSpec | None = None
    optional_scope_param: str | None = None  # None: the provider knows no optional scopes, all are asked for alike
    account_field: str | None = None  # where the token answer names the account
    scope_tail: str | None = None  # begins what is no scope: Keap grants ``full|ab123.infusionsoft.com``
    code_fields: tuple[str, ...] = ("error",)
    message_fields: tuple[str, ...] = ("error_description",)
    consent_note: str
    scopes: tuple[Scope, ...] = Field(min_length=1)
    fold_scopes: bool = False  # the provider writes them now in one case, now in another
    audiences: tuple[AudienceSpec, ...] = ()
    client_claims: dict[str, dict[str, Any]] = {}  # what our app understands, told at each consent and token request

    @property
    def required_scopes(self) -> frozenset[str]:
        return frozenset(scope.name for scope in self.scopes if scope.required)

    def held(self, granted: frozenset[str]) -> frozenset[str]:
        """With those of ours that are implied."""
        told = frozenset(map(str.lower, granted)) if self.fold_scopes else granted
        return granted | {scope.name for scope in self.scopes if not told.isdisjoint(self._spellings(scope))}

    def _spellings(self, scope: Scope) -> tuple[str, ...]:
        return (scope.name.lower(), *scope.implied_by) if self.fold_scopes else scope.implied_by

    def audience(self, name: str) -> AudienceSpec:
        """LookupError for a service that the provider has not."""
        found = next((one for one in self.audiences if one.name == name), None)
        if found is None:
            raise LookupError(f"no audience {name!r}")
        return found

    @property
    def all_scopes(self) -> frozenset[str]:
        return frozenset(scope.name for scope in self.scopes)


class Read(_Spec):
    """One request that may leave. ``{}`` stands for one path segment."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: Path
    base: Origin | None = None  # where it is not the API's own host; the operator's base replaces it too
    scopes: tuple[str, ...] = ()  # what the provider wants for it, for refusals that do not name it

    def allows(self, method: str, path: str) -> bool:
        return method == self.method and _pattern(self.path).fullmatch(path) is not None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\{\}", r"[\w~-][\w.~=-]*"), re.ASCII)


class Rate(_Spec):
    requests: int = Field(gt=0)
    per_s: float = Field(gt=0)


class Limit(_Spec):
    """A quota as the provider counts it: shared by all ``paths``, kept per account or for our whole app."""

    name: str
    scope: Literal["account", "client"]
    paths: tuple[str, ...]  # patterns as in ``Read``, or ``*`` for all
    rates: tuple[Rate, ...] = Field(min_length=1)

    def covers(self, path: str) -> bool:
        return any(pattern == "*" or _pattern(pattern).fullmatch(path) for pattern in self.paths)


class Rule(_Spec):
    """An answer that fits all given conditions has this meaning. ``field`` is a dotted path; ``*`` visits a list."""

    operations: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    field: str | None = None
    values: frozenset[str] = frozenset()
    contains: str | None = None  # lower case; for wordings that differ between a provider's gateways
    means: Meaning
    cause: Cause = Cause.ACCESS_REVOKED
    causes_from: str | None = None  # a field that says better why, by its values
    causes: dict[Cause, frozenset[str]] = {}
    signal: Signal | None = None
    scopes_from: tuple[str, ...] = ()
    retry_after_s: float | None = None

    @model_validator(mode="after")
    def field_and_values_belong_together(self) -> Self:
        if (self.field is None) != (not self.values and self.contains is None):
            raise ValueError("a rule needs both field and values (or contains), or neither")
        return self


class ApiSpec(_Spec):
    base: Origin
    headers: dict[str, str]
    media_type: str = "application/json"
    max_body_bytes: int = Field(gt=0)
    request_id_headers: tuple[str, ...]  # best first
    code_fields: tuple[str, ...]  # where an error body names its code, best first
    message_fields: tuple[str, ...]
    request_id_fields: tuple[str, ...] = ()
    retry_after_s: float  # used when a 429 does not say
    spent_headers: tuple[str, ...] = ()  # a 429 with one of these at 0 concerns all accounts of our app
    reads: tuple[Read, ...] = Field(min_length=1)
    writes: tuple[Read, ...] = ()  # never repeated once a byte has left; none for providers of figures (B25)
    errors: tuple[Rule, ...]


class RefreshPolicy(_Spec):
    """For passwords, which are never refreshed, it is the policy of refused logins."""

    rotation: Literal["fixed", "overlap", "strict"]
    overlap_s: float = Field(ge=0)
    confirmations: int = Field(ge=2)
    schedule_s: tuple[float, ...]
    span_s: float = Field(300, ge=300)  # refusals of one kind must stretch over so long
    idle_death_days: int | None  # the grant dies after so long without a refresh
    max_age_days: int | None = None  # it dies so long after the consent, however often it is refreshed
    access_life_s: int  # used when a token answer does not say
    renew_within_s: int | None = None  # however long an access token lives: each renewal is a proof of its own
    rates: tuple[Rate, ...] = (Rate(requests=20, per_s=1),)  # of our whole app at the token endpoint
    permanent: tuple[Rule, ...]
    app_fault: tuple[Rule, ...]
    transient: tuple[Rule, ...]

    @model_validator(mode="after")
    def schedule_fits(self) -> Self:
        if len(self.schedule_s) != self.confirmations or list(self.schedule_s) != sorted(self.schedule_s):
            raise ValueError("schedule_s must rise and have one entry per confirmation")
        if self.schedule_s[-1] < self.span_s:
            raise ValueError("the last confirmation must come after span_s")
        return self


class FiguresSpec(_Spec):
    """What is known of a provider's figures besides their values. No provider says when a figure is final."""

    settle_days: int = Field(gt=0, le=30)  # after sending they still move; not more than every sync reads anew
    settle_why: str
    machines: Literal["excluded", "included", "unknown"]  # opens and clicks by programs, within the counts
    machines_why: str


class UninstallJournalSpec(_Spec):
    token_path: Path
    scopes: tuple[str, ...]
    subscriptions_path: Path
    journal_path: Path
    uninstall_type: str
    reads: tuple[Read, ...]


class ProviderSpec(_Spec):
    name: str
    label: str
    kind: Literal["oauth", "password"] = "oauth"
    capabilities: frozenset[Capability]
    oauth: AuthSpec | None = Field(None, alias="auth")
    rest: ApiSpec | None = Field(None, alias="api")
    limits: tuple[Limit, ...]
    refresh: RefreshPolicy
    uninstall_journal: UninstallJournalSpec | None = None
    figures: FiguresSpec | None = None
    rights: tuple[Scope, ...] = ()  # of kind password: what a server may take away while the sign-in stays good

    @property
    def grantable(self) -> tuple[Scope, ...]:
        return self.oauth.scopes if self.oauth is not None else self.rights

    @property
    def auth(self) -> AuthSpec:
        """LookupError for a provider that is signed in to by password: ask ``kind`` first."""
        if self.oauth is None:
            raise LookupError(f"{self.name} has no OAuth")
        return self.oauth

    @property
    def api(self) -> ApiSpec:
        if self.rest is None:
            raise LookupError(f"{self.name} has no API over HTTP")
        return self.rest

    @model_validator(mode="after")
    def kind_is_complete(self) -> Self:
        if (self.kind == "oauth") != (self.oauth is not None and self.rest is not None):
            raise ValueError("sections auth and api belong to kind oauth, and to it alone")
        return self

    @model_validator(mode="after")
    def figures_are_described(self) -> Self:
        if ("campaigns" in self.capabilities) != (self.figures is not None):
            raise ValueError("capability campaigns and section figures must come together")
        return self

    @model_validator(mode="after")
    def journal_is_declared(self) -> Self:
        if ("uninstall_journal" in self.capabilities) != (self.uninstall_journal is not None):
            raise ValueError("capability and section uninstall_journal must come together")
        return self


@cache
def load() -> dict[str, ProviderSpec]:
    folder = files(__package__) / "catalog"
    entries = sorted((e for e in folder.iterdir() if e.name.endswith(".yaml")), key=lambda entry: entry.name)
    return {spec.name: spec for spec in map(_read, entries)}


def _read(entry: Traversable) -> ProviderSpec:
    name = entry.name.removesuffix(".yaml")
    return ProviderSpec(name=name, **yaml.safe_load(entry.read_text(encoding="utf-8")))
