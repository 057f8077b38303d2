"""The kinds of faults and what each may be told."""

from dataclasses import dataclass
from typing import Any

from mailwarden_sandbox.area import Area

_WIRE = frozenset({"scope", "path", "count", "for_s", "rate", "processed"})
_ENDING = frozenset({"variant", "access_survives", "client_id"})


@dataclass(frozen=True, slots=True)
class FaultKind:
    definite: bool
    optional: frozenset[str]
    required: frozenset[str] = frozenset()
    area: Area | None = None
    """Where it strikes unless told otherwise; None: token endpoints and API."""
    stops: bool = True
    """Whether the real answer is replaced by something else."""


def _definite(*optional: str, required: frozenset[str] = frozenset()) -> FaultKind:
    return FaultKind(True, frozenset(optional), required)


def _wire(*optional: str, required: tuple[str, ...] = (), area: Area | None = None, stops: bool = True) -> FaultKind:
    return FaultKind(False, _WIRE | frozenset(optional), frozenset(required), area, stops)


_HOOK = FaultKind(False, frozenset({"count", "for_s", "rate"}), area=Area.HOOK, stops=False)

KINDS: dict[str, FaultKind] = {
    "revoke": _definite(*_ENDING),
    "uninstall": _definite(*_ENDING),
    "expire_refresh": _definite(*_ENDING),
    "remove_scopes": _definite("client_id", required=frozenset({"scopes"})),
    "change_password": _definite("by", "variant", "access_survives"),
    "admin_block": _definite("variant"),
    "interaction_required": _definite("variant"),
    "disable_account": _definite("variant"),
    "hub_deleted": _definite("variant"),
    "random_invalid_grant": _wire("variant", area=Area.TOKEN),
    "status": _wire("retry_after", required=("code",)),
    "timeout": _wire("hold_s"),
    "slow": _wire("when", required=("ms",), stops=False),
    "reset": _wire("when"),
    "garbled": _wire(),
    "html_403": _wire(),
    "wrong_content_type": _wire(),
    "huge_body": _wire("mb"),
    "lost_refresh_response": _wire(area=Area.TOKEN, stops=False),
    "clock_skew": _wire(required=("s",), stops=False),
    "quota": _wire(required=("limit",), area=Area.API, stops=False),
    "lose_campaigns": _wire(required=("share",), area=Area.API, stops=False),
    "lose_figures": _wire(required=("share",), area=Area.API, stops=False),
    "reply": _wire("close", required=("text",)),
    "bye": _wire(),
    "bad_literal": _wire(),
    "drop_webhooks": _HOOK,
    "duplicate_webhooks": _HOOK,
    "reorder_webhooks": _HOOK,
    "forge_webhooks": _HOOK,
}


class BadFault(ValueError):
    """A fault was described in a way that means nothing."""


def checked(kind: str, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters, if they fit the kind; BadFault otherwise."""
    if kind not in KINDS:
        raise BadFault(f"unknown kind {kind!r}; known: {', '.join(sorted(KINDS))}")
    spec = KINDS[kind]
    if missing := spec.required - params.keys():
        raise BadFault(f"{kind} needs {', '.join(sorted(missing))}")
    if extra := params.keys() - spec.optional - spec.required:
        raise BadFault(f"{kind} does not take {', '.join(sorted(extra))}")
    if kind == "lost_refresh_response":
        params.setdefault("count", 1)
    if kind == "random_invalid_grant":
        params.setdefault("rate", 0.3)
    return params
