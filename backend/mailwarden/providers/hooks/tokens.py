"""What a provider calls a refresh token when it tells of its revocation without showing it (Google's RISC guide)."""

import base64
from hashlib import sha512

PREFIX = 16


def names_of(refresh_token: str) -> tuple[str, str]:
    """(``prefix``: its first 16 characters, ``hash_base64_sha512_sha512``). Store keyed hashes of these alone."""
    twice = sha512(sha512(refresh_token.encode()).digest()).digest()
    return refresh_token[:PREFIX], base64.b64encode(twice).decode()
