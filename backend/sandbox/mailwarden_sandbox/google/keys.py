"""Google's signing key, made once per process, and what is signed with it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "https://accounts.google.com"


@cache
def _private() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@cache
def _key() -> RSAKey:
    name = RSAKey.import_key(_private()).thumbprint()
    return RSAKey.import_key(_private(), {"kid": name, "use": "sig", "alg": "RS256"})


def sign(claims: Mapping[str, Any], **header: str) -> str:
    key = _key()
    return jwt.encode({"alg": "RS256", "kid": str(key.kid), **header}, dict(claims), key)


def key_set() -> dict[str, Any]:
    return {"keys": [_key().as_dict(private=False)]}


@cache
def certificates() -> dict[str, str]:
    """The older form: PEM certificates by key id."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.sandbox.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, _private().public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(_private(), hashes.SHA256())
    )
    return {str(_key().kid): made.public_bytes(serialization.Encoding.PEM).decode()}
