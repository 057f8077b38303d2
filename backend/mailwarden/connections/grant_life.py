"""How long this connection's grant will live: the provider's rules, the operator's word, and the grant's own dates."""

from datetime import timedelta
from typing import Any

from mailwarden.connections.forecast import Forecast, Grant, Life, foretell
from mailwarden.connections.models import Connection, Credential
from mailwarden.connections.our_app import spec_of
from mailwarden.core.runtime import Runtime

FORECAST = "forecast"  # the job


def life_of(rt: Runtime, provider: str) -> Life:
    policy, ours = spec_of(provider).refresh, rt.config.providers.get(provider)
    most = [days for days in (policy.max_age_days, ours.grant_life_days if ours else None) if days]
    return Life(
        idle=timedelta(days=policy.idle_death_days) if policy.idle_death_days else None,
        most=timedelta(days=min(most)) if most else None,
    )


def forecast_of(rt: Runtime, provider: str, held: Credential) -> Forecast | None:
    """None, too, for what is not renewed: a password dies of no rule."""
    if held.refresh_token is None:
        return None
    renewed = held.refreshed_at or held.issued_at
    grant = Grant(held.granted_at or held.created_at, renewed, held.grant_ends_at)
    return foretell(life_of(rt, provider), grant)


def as_columns(forecast: Forecast | None) -> dict[str, Any]:
    return {
        "grant_dies_at": forecast.dies_at if forecast else None,
        "grant_dies_why": forecast.why if forecast else None,
    }


def note_forecast(row: Connection, forecast: Forecast | None) -> None:
    for name, value in as_columns(forecast).items():
        setattr(row, name, value)
