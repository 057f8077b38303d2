"""Reading a token endpoint's 200: a missing life gets a safe default, a missing token is the provider's trouble."""

import math
import re
from collections.abc import Mapping
from typing import Any

from mailwarden.core.http import Answer
from mailwarden.providers.base import Grant, Introspection, Signal, Unavailable
from mailwarden.providers.catalog import ProviderSpec
from mailwarden.providers.classify import Call, is_json, request_id
from mailwarden.providers.reading import parse, text

SHORTEST_S = 60
LONGEST_S = 31 * 24 * 3600


def read_grant(spec: ProviderSpec, call: Call, answer: Answer) -> Grant:
    body = _object(call, answer)
    refresh = body.get("refresh_token")
    account, signed = spec.auth.account_field, body.get("id_token")
    scopes = _scopes(body, spec.auth.scope_tail)
    return Grant(
        access_token=_token(call, answer, body.get("access_token")),
        refresh_token=_token(call, answer, refresh) if refresh else None,
        expires_in_s=_life(body.get("expires_in"), spec.refresh.access_life_s),
        scopes=None if scopes is None else spec.auth.held(scopes),
        account_id=text(body, account) if account else None,
        id_token=_token(call, answer, signed) if signed and spec.auth.id_token else None,
        provider_request_id=request_id(spec, answer, body),
        ends_in_s=_end(body.get("refresh_token_expires_in")),
        renew_in_s=spec.refresh.renew_within_s,
    )


def read_introspection(call: Call, answer: Answer) -> Introspection:
    body = _object(call, answer)
    active = body.get("active")
    if not isinstance(active, bool):
        raise _unusable(call, answer, "no field 'active' in the answer")
    signal = None if active else Signal.INTROSPECTION_INACTIVE
    message = "the token is active" if active else "the token is not active"
    return Introspection(active, _scopes(body), call.evidence(message, status=answer.status, signal=signal))


def _object(call: Call, answer: Answer) -> Mapping[str, Any]:
    try:
        body = parse(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, Mapping) or not is_json(answer):
        raise _unusable(call, answer, "the answer is not a JSON object")
    return body


def _token(call: Call, answer: Answer, value: Any) -> str:
    """A token goes into a header, so anything but visible ASCII is refused."""
    if isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]{1,8192}", value):
        return value
    raise _unusable(call, answer, "no usable token in the answer")


def _life(value: Any, default: int) -> int:
    """Nonsense gets the provider's usual life; a lifetime under a minute would make us refresh in a tight loop."""
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return default
    if not math.isfinite(seconds) or seconds <= 0:
        return default
    return round(min(LONGEST_S, max(SHORTEST_S, seconds)))


def _end(value: Any) -> int | None:
    """Of the refresh token. Only a positive number of seconds counts; 0 means "never" to some providers."""
    usable = isinstance(value, int | str) and not isinstance(value, bool) and re.fullmatch(r"[1-9]\d{0,9}", str(value))
    return int(value) if usable else None


def _scopes(body: Mapping[str, Any], tail: str | None = None) -> frozenset[str] | None:
    """``tail`` begins what a provider appends to a scope that is none."""
    said = body.get("scopes", body.get("scope"))
    if isinstance(said, str):
        said = said.replace(",", " ").split()
    if isinstance(said, list):
        named = (scope for scope in said if isinstance(scope, str))
        return frozenset(scope.partition(tail)[0] if tail else scope for scope in named)
    return None


def _unusable(call: Call, answer: Answer, message: str) -> Unavailable:
    return Unavailable(call.evidence(message, status=answer.status))
