"""Key records of our own making."""

import base64
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

DER = serialization.Encoding.DER


@cache
def rsa_key(bits: int = 2048, *, bare: bool = False) -> str:
    form = serialization.PublicFormat.PKCS1 if bare else serialization.PublicFormat.SubjectPublicKeyInfo
    return _text(rsa.generate_private_key(65537, bits).public_key().public_bytes(DER, form))


@cache
def small_rsa_key(bits: int) -> str:
    """Of a size that no library makes any more. The modulus is odd and of the right length, nothing else."""
    body = _number((1 << (bits - 1)) | 1) + _number(65537)
    return _text(_sequence(body))


@cache
def private_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.PKCS8
    return _text(key.private_bytes(DER, form, serialization.NoEncryption()))


@cache
def ed25519_key() -> str:
    raw = serialization.Encoding.Raw
    return _text(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(raw, serialization.PublicFormat.Raw))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _number(value: int) -> bytes:
    raw = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(raw) + raw


def _sequence(body: bytes) -> bytes:
    return b"\x30" + _length(body) + body


def _length(raw: bytes) -> bytes:
    size = len(raw)
    return bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
