"""What clients look up before they begin: discovery, keys, and whether an authority is one of Microsoft's."""

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.microsoft.authorize import known_tenant
from mailwarden_sandbox.microsoft.keys import signing_key
from mailwarden_sandbox.microsoft.sts import Sts, sts
from mailwarden_sandbox.responses import json_answer

_HOST = "login.microsoftonline.com"


def configuration(call: Call) -> Response:
    """Links lead back to where the caller came from; some clients insist on that for ``issuer``, too."""
    if not known_tenant(call):
        return sts(call, Sts(90002, "invalid_tenant", f"Tenant '{call.params['tenant']}' not found."))
    tenant = call.params["tenant"]
    home = f"{call.base}/{tenant}"
    named = tenant if tenant not in ("common", "organizations") else "{tenantid}"
    issuer = f"https://{_HOST}/{named}/v2.0" if call.host == _HOST else f"{home}/v2.0"
    return json_answer(
        {
            "token_endpoint": f"{home}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{home}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "authorization_endpoint": f"{home}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{home}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{home}/oauth2/v2.0/logout",
            "claims_supported": [
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nonce",
                "preferred_username",
                "name",
                "tid",
                "email",
            ],
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": "graph.microsoft.com",
        }
    )


def keys(_call: Call) -> Response:
    return json_answer({"keys": [signing_key().published()]})


def instance(call: Call) -> Response:
    tenant = (call.one("authorization_endpoint") or "").partition("://")[2].split("/")[1:2] or ["common"]
    return json_answer(
        {
            "tenant_discovery_endpoint": f"{call.base}/{tenant[0]}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [
                {
                    "preferred_network": _HOST,
                    "preferred_cache": "login.windows.net",
                    "aliases": [_HOST, "sts.windows.net"],
                }
            ],
        }
    )


def logout(call: Call) -> Response:
    """Ends the browser's session only; refresh tokens of confidential clients live on."""
    there = call.one("post_logout_redirect_uri")
    return Response(status_code=302, headers={"location": there}) if there else Response("Signed out.")
