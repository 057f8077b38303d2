"""The parts of OAuth that do not differ between providers."""

import base64
import hmac
from hashlib import sha256

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import Code


def pkce_matches(challenge: str, verifier: str) -> bool:
    computed = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return 43 <= len(verifier) <= 128 and hmac.compare_digest(computed, challenge)


def usable_code(call: Call, client: Client) -> Code | None:
    """The code of this request if it is this client's, unused and fresh."""
    code = call.world.tokens.codes.get(call.form.get("code", ""))
    if code is None or code.client_id != client.client_id or code.account.provider != client.provider:
        return None
    return None if code.used or call.world.now() > code.expires_at else code
