"""HubSpot's consent page."""

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error

LABEL = "HubSpot"


def authorize(call: Call) -> Response:
    client = call.world.client("hubspot", call.one("client_id") or "")
    if client is None:
        return error_page(LABEL, "The client id is unknown. Please contact the app's developer.")
    redirect_uri, state = call.one("redirect_uri") or "", call.one("state")
    if not client.accepts_redirect(redirect_uri):
        return error_page(
            LABEL, f"The redirect URL {redirect_uri} does not match a registered redirect URL of the app."
        )
    scopes = tuple((call.one("scope") or "").split())
    optional = tuple((call.one("optional_scope") or call.one("optional_scopes") or "").split())
    if not scopes or (client.scopes is not None and not client.scopes.issuperset(scopes + optional)):
        return redirect_error(redirect_uri, state, "invalid_scope", "The scopes do not match those of the app.")
    challenge = call.one("code_challenge")
    if challenge and call.one("code_challenge_method") != "S256":
        return redirect_error(redirect_uri, state, "invalid_request", "Only S256 is supported.")
    asked = Asked(client, redirect_uri, state, scopes, optional, challenge, call.params.get("portal_id"))
    return decide(call, asked, LABEL)
