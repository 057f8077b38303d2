"""Claims challenges: what a provider demands of the next token, to be told to it again word by word.

OpenID Connect Core §5.5 (``claims``); learn.microsoft.com "Claims challenges, claims requests and client capabilities":
the API demands in ``WWW-Authenticate`` (``error="insufficient_claims"``, base64), the token endpoint in its body.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from mailwarden.core.http import Answer

HEADER = "www-authenticate"
LONGEST = 4_000
_INSUFFICIENT = re.compile(r'error="?insufficient_claims\b', re.IGNORECASE)
_CLAIMS = re.compile(r'\bclaims="([A-Za-z0-9+/=_-]+)"')


def in_header(value: str) -> str | None:
    """None without a challenge, and for one that cannot be read: then nothing is passed on."""
    found = _CLAIMS.search(value) if _INSUFFICIENT.search(value) else None
    if found is None:
        return None
    encoded = found[1].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _checked(base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    except ValueError:
        return None


def in_answer(answer: Answer, body: Any) -> str | None:
    said = body.get("claims") if isinstance(body, dict) else None
    return _checked(said) if isinstance(said, str) else in_header(answer.headers.get(HEADER, ""))


def joined(own: Mapping[str, Any], *challenges: str | None) -> str | None:
    """One request of all of them; where two demand the same claim, the later one counts."""
    whole: dict[str, Any] = {where: dict(wanted) for where, wanted in own.items()}
    for challenge in challenges:
        for where, wanted in json.loads(challenge or "{}").items():
            whole[where] = {**whole.get(where, {}), **wanted}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True) if whole else None


def _checked(text: str) -> str | None:
    """As JSON of the only shape that there is: by target, by claim."""
    try:
        found = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found or not all(isinstance(one, dict) for one in found.values()):
        return None
    return json.dumps(found, separators=(",", ":"))
