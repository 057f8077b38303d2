"""What the operator sets for one provider, and the addresses that come of it."""

from dataclasses import dataclass, field

from mailwarden.providers.base import ClientCredentials
from mailwarden.providers.catalog import ProviderSpec


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Our app at a provider. The bases replace the provider's own hosts and may carry a path prefix (sandbox)."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_base: str | None = None
    api_base: str | None = None  # token endpoint and API
    push_topic: str | None = None
    push_account: str | None = None  # whose signature on pushes counts (Google Pub/Sub)
    oauth_deadline_s: float = 20.0
    api_deadline_s: float = 30.0
    grant_life_days: int | None = None  # what the operator knows of our app: its grants die so long after the consent

    @property
    def credentials(self) -> ClientCredentials:
        return ClientCredentials(self.client_id, self.client_secret)


def authorize_url(spec: ProviderSpec, settings: ProviderSettings) -> str:
    return (settings.authorize_base or spec.auth.authorize_base).rstrip("/") + spec.auth.authorize_path


def token_endpoint_url(spec: ProviderSpec, settings: ProviderSettings, path: str) -> str:
    return (settings.api_base or spec.auth.token_base).rstrip("/") + path


def api_url(spec: ProviderSpec, settings: ProviderSettings, path: str, base: str | None = None) -> str:
    """``base``: where this one path lives, if not on the API's own host."""
    return (settings.api_base or base or spec.api.base).rstrip("/") + path
