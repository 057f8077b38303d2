"""Tokens in the addresses of pixels, links and unsubscribe pages. Pure.

A token names what it stands for and proves that we wrote it; where a link leads is never in it, only its number.
Two proofs: a short one under a key of the instance, so that a guess costs no question to the database, and one of
128 bits under a key of the organization, so that nobody who knew one organization's key could write for another.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
CHECK_BYTES, PROOF_BYTES = 4, 16
LONGEST = 64  # characters; ours have 50, or 52 with a link
MOST_LINKS = 0xFFFF


class Kind(IntEnum):
    OPEN = 1
    CLICK = 2
    UNSUBSCRIBE = 3


@dataclass(frozen=True, slots=True)
class Token:
    """``subject``: a recipient; of a mail that went to several people at once, the message itself."""

    kind: Kind
    subject: UUID
    of_message: bool = False
    link: int = 0  # its number within the message, from 1


@dataclass(frozen=True, slots=True)
class Presented:
    """Somebody's token that this instance seems to have written. Nothing is proven before ``Tokens.is_of``."""

    token: Token
    version: int
    signed: bytes
    proof: bytes


class Tokens:
    """``roots``: secret keys by version. The newest writes, all of them read."""

    def __init__(self, roots: Mapping[int, bytes]) -> None:
        self._roots = dict(roots)
        self._newest = max(self._roots)
        self._checks = {version: _derive(root, b"check") for version, root in self._roots.items()}

    def write(self, org_id: UUID, token: Token) -> str:
        said = _pack(self._newest, token)
        signed = said + self._check(self._newest, said)
        return _encode(signed + self._prove(self._newest, org_id, signed))

    def read(self, text: str) -> Presented | None:
        """None: this instance never wrote it."""
        raw = _decode(text)
        if raw is None or len(raw) <= CHECK_BYTES + PROOF_BYTES:
            return None
        signed, proof = raw[:-PROOF_BYTES], raw[-PROOF_BYTES:]
        said, check = signed[:-CHECK_BYTES], signed[-CHECK_BYTES:]
        version = said[0] >> 4
        if version not in self._roots or not hmac.compare_digest(check, self._check(version, said)):
            return None
        token = _unpack(said)
        return None if token is None else Presented(token, version, signed, proof)

    def is_of(self, presented: Presented, org_id: UUID) -> bool:
        return hmac.compare_digest(presented.proof, self._prove(presented.version, org_id, presented.signed))

    def _check(self, version: int, said: bytes) -> bytes:
        return _mac(self._checks[version], said)[:CHECK_BYTES]

    def _prove(self, version: int, org_id: UUID, signed: bytes) -> bytes:
        key = _derive(self._roots[version], b"org|" + str(org_id).encode())
        return _mac(key, signed)[:PROOF_BYTES]


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"tracking|" + purpose).derive(root)


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, said, hashlib.sha256).digest()


def _pack(version: int, token: Token) -> bytes:
    head = bytes([version << 4 | token.of_message << 3 | token.kind])
    link = token.link.to_bytes(2, "big") if token.kind is Kind.CLICK else b""
    return head + token.subject.bytes + link


def _unpack(said: bytes) -> Token | None:
    kind = said[0] & 7
    if kind not in tuple(Kind) or len(said) != (19 if kind == Kind.CLICK else 17):
        return None
    link = int.from_bytes(said[17:], "big")
    return Token(Kind(kind), UUID(bytes=said[1:17]), of_message=bool(said[0] & 8), link=link)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes | None:
    """Only the one spelling that ``_encode`` gives: no padding, no foreign letters, no loose bits at the end."""
    if not text.isascii() or len(text) > LONGEST:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return raw if _encode(raw) == text else None
