"""The key that signs id_tokens."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class SigningKey:
    """RS256."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._kid = sha256(_number(self._key.public_key().public_numbers().n).encode()).hexdigest()[:24]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact JWS (RFC 7515 §3.1)."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self._kid}
        text = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        return f"{text}.{b64url(self._key.sign(text.encode(), PKCS1v15(), SHA256()))}"

    def published(self) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        named = {"kty": "RSA", "use": "sig", "kid": self._kid, "x5t": self._kid}
        return {**named, "n": _number(numbers.n), "e": _number(numbers.e)}


@cache
def signing_key() -> SigningKey:
    """One per process, made when it is first needed: a reset of the world is no reason to forget it."""
    return SigningKey()
