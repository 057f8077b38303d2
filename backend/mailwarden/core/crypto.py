"""Secrets at rest: AES-256-GCM under a key per organization, bound to the row that holds them."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16


class CannotOpen(Exception):
    """The ciphertext is damaged, was moved to another row, or its key is not configured."""


class Sealed(TypeDecorator[bytes]):
    """A column that holds only ciphertext. The key rotation walks every column of this type."""

    impl = LargeBinary
    cache_ok = True


class SealedApart(TypeDecorator[bytes]):
    """As ``Sealed``, in a table that belongs to no organization: the ``Place`` names none."""

    impl = LargeBinary
    cache_ok = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret lives; part of the authenticated data, so a ciphertext opens nowhere else.

    For a ``Sealed`` column: the table's and column's names, the row's ``org_id`` and its ``id``. The key rotation
    finds the place of every value by this rule, so a value sealed for another place is lost to it.
    """

    table: str
    column: str
    org_id: UUID | None
    row_id: UUID

    def encode(self) -> bytes:
        return f"v1|{self.table}|{self.column}|{self.org_id}|{self.row_id}".encode()


@dataclass(frozen=True)
class Keyring:
    """``keys`` by id, 32 bytes each; ``primary`` seals, all of them open. ``lookup`` keys the hashes we search by."""

    primary: str
    keys: Mapping[str, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)

    @property
    def header(self) -> bytes:
        """How everything begins that the primary key sealed."""
        return header_of(self.primary)

    def seal(self, secret: str, place: Place) -> bytes:
        header, nonce = self.header, os.urandom(NONCE_BYTES)
        box = self._cipher(self.primary, place.org_id).encrypt(nonce, secret.encode(), header + place.encode())
        return header + nonce + box

    def open(self, sealed: bytes, place: Place) -> str:
        """Raises CannotOpen; the caller quarantines that one row."""
        key_id, header, rest = split(sealed)
        if key_id not in self.keys:
            raise CannotOpen(f"no key with id {key_id!r} is configured")
        nonce, box = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            cipher = self._cipher(key_id, place.org_id)
            return cipher.decrypt(nonce, box, header + place.encode()).decode()
        except InvalidTag as exc:
            raise CannotOpen("wrong key, damaged, or moved from another row") from exc

    def fingerprint(self, secret: str) -> bytes:
        """A keyed hash to compare or look up a secret by, without storing it."""
        return hmac.new(self.lookup, secret.encode(), hashlib.sha256).digest()

    def _cipher(self, key_id: str, org_id: UUID | None) -> AESGCM:
        derived = HKDF(SHA256(), 32, salt=None, info=f"org|{org_id}".encode()).derive(self.keys[key_id])
        return AESGCM(derived)


def header_of(key_id: str) -> bytes:
    return bytes([VERSION, len(key_id.encode())]) + key_id.encode()


def split(sealed: bytes) -> tuple[str, bytes, bytes]:
    """(key id, header, nonce + ciphertext); raises CannotOpen for an unknown format."""
    end = 2 + sealed[1] if len(sealed) > 1 else 0
    if len(sealed) < end + NONCE_BYTES + TAG_BYTES or sealed[0] != VERSION:
        raise CannotOpen("unknown format")
    return sealed[2:end].decode("ascii", "replace"), sealed[:end], sealed[end:]


def token_hash(token: str) -> bytes:
    """For tokens of 256 random bits a plain hash is enough (nothing to guess)."""
    return hashlib.sha256(token.encode()).digest()
