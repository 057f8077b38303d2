"""Our apps at the providers: is what they need there, and do the providers accept it? Values are never shown."""

from mailwarden.connections.incident_texts import misconfiguration
from mailwarden.connections.models import Incident
from mailwarden.connections.our_app import is_registrable, our_app, redirect_uri, spec_of
from mailwarden.connections.queries import open_incidents
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.schemas import ProviderAppOut, SettingPresence
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.base import AccessRevoked, Misconfigured, ProviderError
from mailwarden.providers.catalog import ProviderSpec, load
from mailwarden.providers.oauth import OAuth

MADE_UP = "made-up-by-mailwarden-doctor"
MISCONFIGURED = "misconfigured"


async def list_apps(rt: Runtime, tx: UnitOfWork) -> list[ProviderAppOut]:
    wrong = {one.provider: one for one in await open_incidents(tx) if one.kind == MISCONFIGURED}
    return [describe_app(rt, spec, wrong.get(name)) for name, spec in load().items()]


def describe_app(rt: Runtime, spec: ProviderSpec, wrong: Incident | None) -> ProviderAppOut:
    """Without asking the provider: what its own answers to real work have told us."""
    app = rt.config.providers.get(spec.name)
    valid = False if wrong else None
    return ProviderAppOut(
        provider=spec.name,
        provider_label=spec.label,
        offered=app is not None or spec.kind == "password",
        settings=_settings(spec, rt),
        redirect_uri=redirect_uri(rt.config.base_url, spec.name) if spec.kind == "oauth" else None,
        redirect_uri_ok=is_registrable(rt.config.base_url) if spec.kind == "oauth" else None,
        valid=valid,
        detail=misconfiguration(wrong).detail if wrong else _detail(spec, app is not None),
    )


def _settings(spec: ProviderSpec, rt: Runtime) -> list[SettingPresence]:
    if spec.kind == "password":
        return []
    app, prefix = rt.config.providers.get(spec.name), f"MAILWARDEN_PROVIDERS__{spec.name.upper()}__"
    held = {
        "CLIENT_ID": bool(app and app.client_id),
        "CLIENT_SECRET": bool(app and app.client_secret),
        "API_BASE": bool(app and app.api_base),
        "AUTHORIZE_BASE": bool(app and app.authorize_base),
    }
    return [SettingPresence(name=prefix + name, present=present) for name, present in held.items()]


def _detail(spec: ProviderSpec, offered: bool) -> str:
    if spec.kind == "password":
        return "Signed in to by password; needs no app of ours."
    return "Not checked at the provider yet." if offered else "No client id: not offered."


async def check_app(rt: Runtime, provider: str) -> ProviderAppOut:
    """Asks the provider now. No transaction may be open."""
    spec = spec_of(provider)
    if spec.kind == "password":
        raise Conflict(f"{spec.label} needs no app of ours.", code="nothing_to_check")
    valid, detail = await accepted(our_app(rt, provider))
    return describe_app(rt, spec, None).model_copy(update={"valid": valid, "detail": detail})


async def accepted(app: ProviderApp) -> tuple[bool | None, str]:
    """A refresh with a made-up token: its refusal proves that our client id and secret are accepted."""
    try:
        await OAuth(app).refresh(MADE_UP)
    except AccessRevoked:
        return True, "the provider accepts our client id and secret"
    except Misconfigured as exc:
        said = exc.evidence.provider_code or exc.evidence.message
        return False, f"the provider refuses our client id or secret: {said}"
    except ProviderError as exc:
        return None, f"cannot tell: {exc.evidence.host} {exc.evidence.message}"
    return None, "cannot tell: the provider accepted a made-up token"
