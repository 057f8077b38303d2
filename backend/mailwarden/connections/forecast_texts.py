"""What we say of a grant that will end by itself, or that lacks an optional permission: why, and what to do."""

from collections.abc import Mapping
from typing import Any

from mailwarden.connections.forecast import Why
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import WhoMustAct
from mailwarden.connections.schemas import ActionOut, ForecastOut
from mailwarden.providers.catalog import load

DETAILS = {
    Why.UNUSED: "{provider} ends an authorization that is not renewed for {days} days. We renew it by ourselves.",
    Why.AGE: "{provider} ends authorizations of our app a fixed time after the consent. Only a new consent helps.",
    Why.ANNOUNCED: "{provider} named this date when the access was granted. Only a new consent helps.",
}
WARNINGS = {
    Why.UNUSED: (
        "{provider} ends an authorization that is not renewed for {days} days, and our renewals do not succeed. "
        "A reconnect starts the time anew."
    ),
    Why.AGE: (
        "{provider} ends authorizations of our app a fixed time after the consent, whatever happens. "
        "A reconnect before that date avoids any gap."
    ),
    Why.ANNOUNCED: (
        "{provider} named this date when the access was granted, and a renewal does not move it. "
        "A reconnect before that date avoids any gap."
    ),
}


def forecast_out(row: Connection) -> ForecastOut | None:
    """None, too, once the connection is dead: then its cause card speaks."""
    if row.grant_dies_at is None or row.grant_dies_why is None or row.status not in ("connected", "verifying"):
        return None
    why = Why(row.grant_dies_why)
    return ForecastOut(dies_at=row.grant_dies_at, reason=why, detail=_fill(DETAILS[why], row))


def warning_card(row: Connection, days: int) -> dict[str, Any]:
    """For event, alert and letter, in the fields of a cause card."""
    why = Why(row.grant_dies_why or Why.UNUSED)
    left = "tomorrow" if days == 1 else f"in {days} days"
    return {
        "title": _fill(f"The authorization for {{account}} ends {left} at the latest", row),
        "explanation": _fill(WARNINGS[why], row),
        "reason": why,
        "days": days,
        "dies_at": row.grant_dies_at.isoformat() if row.grant_dies_at else None,
        "who_must_act": WhoMustAct.OWNER_OR_MANAGER,
        "action": {"code": "reconnect", "label": _fill("Reconnect {provider}", row)},
        "last_good_at": row.proof_of_life_at.isoformat() if row.proof_of_life_at else None,
    }


def permission_action(provider: str) -> ActionOut:
    """A mail server has no page for it: another user name or address in the settings is what can help."""
    spec = load().get(provider)
    if spec is not None and spec.kind == "password":
        return ActionOut(code="reconnect", label="Check address and sign-in")
    return ActionOut(code="grant_permission", label="Grant the missing permission")


def permission_card(told: Mapping[str, Any]) -> dict[str, Any]:
    """From the facts of an event: which optional permission is gone, and what rests meanwhile."""
    spec = load().get(told["provider"])
    label, missing = spec.label if spec else told["provider"], told.get("missing_scopes", [])
    why = {scope.name: scope.why for scope in spec.grantable} if spec else {}
    lost = " ".join(why[name] for name in missing if name in why)
    return {
        **told,
        "title": f"A permission for {told['account_label']} is missing",
        "explanation": (
            f"{label} no longer grants {', '.join(missing)}. The account stays connected; what needs the permission "
            f"rests until it is granted again. It serves this: {lost}"
        ).removesuffix(" It serves this: "),
        "who_must_act": WhoMustAct.OWNER_OR_MANAGER,
        "action": permission_action(told["provider"]).model_dump(),
    }


def _fill(words: str, row: Connection) -> str:
    spec = load().get(row.provider)
    idle = spec.refresh.idle_death_days if spec else None
    return words.format(
        provider=spec.label if spec else row.provider, account=row.account_label, days=idle or "a number of"
    )
