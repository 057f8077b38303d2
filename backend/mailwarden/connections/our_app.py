from urllib.parse import urlsplit

from mailwarden.connections.rules import Confirmation
from mailwarden.core.csrf import LOOPBACK
from mailwarden.core.errors import Conflict, NotFound
from mailwarden.core.runtime import Runtime
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.catalog import ProviderSpec, load

CALLBACK = "/v1/oauth/callback/"


class NotConfigured(Conflict):
    code, title = "provider_not_configured", "Not offered here yet"


def spec_of(provider: str) -> ProviderSpec:
    found = load().get(provider)
    if found is None:
        raise NotFound("There is no such provider.")
    return found


def our_app(rt: Runtime, provider: str) -> ProviderApp:
    """Our app at the provider, as the operator set it up; NotConfigured if they did not."""
    spec = spec_of(provider)
    if spec.kind == "password":
        raise NotConfigured(f"{spec.label} is signed in to with a password.", code="signed_in_by_password")
    settings = rt.config.providers.get(provider)
    if settings is None:
        raise NotConfigured(f"The operator has set no client id for {spec.label}.", action="ask_operator")

    def on_date(date: str) -> None:
        rt.skew.note(provider, date, rt.clock.timestamp())

    return ProviderApp(spec, settings, rt.http, rt.budget, rt.sleep, rt.rng, on_date)


def is_offered(rt: Runtime, provider: str) -> bool:
    """Mailboxes that are signed in to by password need no app of ours."""
    return provider in rt.config.providers or spec_of(provider).kind == "password"


def redirect_uri(base_url: str, provider: str) -> str:
    """One path per provider, so that one provider's code can never be presented as another's."""
    return f"{base_url}{CALLBACK}{provider}"


def is_registrable(base_url: str) -> bool:
    """Providers lead back to plain http on loopback only (B36)."""
    parts = urlsplit(base_url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def confirmation(rt: Runtime, provider: str) -> Confirmation:
    policy = spec_of(provider).refresh
    return Confirmation(
        confirmations=policy.confirmations,
        schedule_s=policy.schedule_s,
        scale=rt.config.timing.verdict_scale,
        strict_rotation=policy.rotation == "strict",
        span_s=policy.span_s,
    )
