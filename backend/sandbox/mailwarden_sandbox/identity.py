"""Whose call is this? Asked before anything else, so that faults of one account hit that account only."""

from mailwarden_sandbox.call import Call

_TOKEN_FIELDS = ("refresh_token", "token", "access_token")


def presented_token(call: Call) -> str | None:
    if call.bearer:
        return call.bearer
    named = next((call.form[name] for name in _TOKEN_FIELDS if call.form.get(name)), None)
    return named or call.one("refresh_token") or call.params.get("token")


def identify(call: Call) -> None:
    """Fill in account, grant and client as far as the tokens tell; judges nothing."""
    tokens, token = call.world.tokens, presented_token(call)
    call.client_id = call.form.get("client_id") or (call.basic[0] if call.basic else None)
    if token:
        call.access = tokens.by_access.get(token)
        call.grant = call.access.grant if call.access else tokens.by_refresh.get(token)
        if call.access:
            call.client_id = call.access.client_id
    if call.grant:
        call.account, call.client_id = call.grant.account, call.client_id or call.grant.client_id
    elif code := tokens.codes.get(call.form.get("code", "")):
        call.account = code.account
    if call.account and call.account.provider != call.provider:
        call.access = call.grant = call.account = None
