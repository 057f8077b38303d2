"""A DKIM key record (RFC 6376 3.6.1, 8301, 8463), read as a verifier reads it."""

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from mailwarden.deliverability.records.tags import Tags, read_tags

ED25519_BYTES = 32
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_WHITE = re.compile(r"\s+")


class Problem(StrEnum):
    """Why no verifier can use the record."""

    VERSION = "version"
    DOUBLED_TAG = "doubled_tag"
    NO_KEY = "no_key"  # p= is missing altogether
    REVOKED = "revoked"
    QUOTES = "quotes"
    BACKSLASHES = "backslashes"
    PEM = "pem"
    PRIVATE_KEY = "private_key"
    NOT_BASE64 = "not_base64"
    TRUNCATED = "truncated"
    NOT_A_KEY = "not_a_key"
    K_MISMATCH = "k_mismatch"
    UNKNOWN_TYPE = "unknown_type"
    NO_SHA256 = "no_sha256"
    NOT_FOR_EMAIL = "not_for_email"
    NOT_ASCII = "not_ascii"


@dataclass(frozen=True, slots=True)
class Key:
    """``type``: rsa or ed25519, as the record says; ``bits`` where a key could be read."""

    type: str
    bits: int | None
    problem: Problem | None = None
    detail: str = ""  # the part of the record that is wrong
    testing: bool = False
    strict_identity: bool = False
    data: str = ""  # p=, without white space

    @property
    def is_usable(self) -> bool:
        return self.problem is None


def looks_like_a_key(text: str) -> bool:
    """Whether somebody meant it to be one: what else lies at such a name, as under a wildcard, is no key of ours."""
    return bool(re.search(r"(^|[;\s\"])p\s*\\?=", text)) or "DKIM" in text[:20].upper()


def read_key(text: str) -> Key:
    tags = read_tags(text)
    kind = (tags.get("k") or "rsa").lower()
    data = _WHITE.sub("", tags.get("p") or "")
    flags = _listed(tags.get("t"))
    wrong = _wrong_text(text, tags) or _wrong_tags(tags, kind)
    if wrong:
        return Key(kind, None, wrong[0], wrong[1], "y" in flags, "s" in flags, data)
    bits, problem = _read_data(kind, data)
    return Key(kind, bits, problem, "p=" if problem else "", "y" in flags, "s" in flags, data)


def mended(text: str) -> str | None:
    """The same public key in a record that every receiver reads; None where there is none to save."""
    if "PRIVATE KEY" in text:
        return None
    plain = re.sub(r"-----(BEGIN|END)[A-Z ]*-----", "", re.sub(r"[\\\"“”]", "", text))
    for tag in read_tags(plain).all:
        if tag.name == "p":
            data = _WHITE.sub("", tag.value)
            proposed = [f"v=DKIM1; k={kind}; p={data}" for kind in ("rsa", "ed25519")]
            return next((one for one in proposed if read_key(one).is_usable), None)
    return None


def _listed(value: str | None) -> list[str]:
    return [one.strip().lower() for one in (value or "").split(":")]


def _wrong_text(text: str, tags: Tags) -> tuple[Problem, str] | None:
    """What gets into records on the way through control panels, before anything else can be said of them."""
    if "PRIVATE KEY" in text:
        return Problem.PRIVATE_KEY, "-----BEGIN PRIVATE KEY-----"
    if "-----BEGIN" in text or "-----END" in text:
        return Problem.PEM, "-----BEGIN PUBLIC KEY-----"
    if "\\x" in text and re.search(r"\\x[0-9a-f]{2}", text):
        return Problem.NOT_ASCII, "\\x"
    if "\\" in text:
        return Problem.BACKSLASHES, "\\;"
    if '"' in text or "“" in text:
        return Problem.QUOTES, '"'
    if tags.doubled:
        return Problem.DOUBLED_TAG, f"{tags.doubled[0]}="
    return None


def _wrong_tags(tags: Tags, kind: str) -> tuple[Problem, str] | None:
    version, data = tags.get("v"), tags.get("p")
    hashes, services = tags.get("h"), _listed(tags.get("s") or "*")
    if version is not None and (version != "DKIM1" or tags.all[0].name != "v"):
        return Problem.VERSION, f"v={version}"
    if data is None:
        return Problem.NO_KEY, ""
    if not _WHITE.sub("", data):
        return Problem.REVOKED, "p="
    if kind not in ("rsa", "ed25519"):
        return Problem.UNKNOWN_TYPE, f"k={kind}"
    if hashes is not None and "sha256" not in _listed(hashes):
        return Problem.NO_SHA256, f"h={hashes}"
    if not {"*", "email"} & set(services):
        return Problem.NOT_FOR_EMAIL, f"s={tags.get('s')}"
    return None


def _read_data(kind: str, data: str) -> tuple[int | None, Problem | None]:
    try:
        if not _BASE64.fullmatch(data):
            return None, Problem.NOT_BASE64
        raw = base64.b64decode(data, validate=True)
    except binascii.Error:
        return None, Problem.TRUNCATED if data.startswith("MII") else Problem.NOT_BASE64
    if kind == "ed25519":
        is_rsa = len(raw) > ED25519_BYTES and _rsa_bits(raw) is not None
        wrong = Problem.K_MISMATCH if is_rsa else Problem.NOT_A_KEY
        return (256, None) if len(raw) == ED25519_BYTES else (None, wrong)
    bits = _rsa_bits(raw)
    return (bits, None) if bits else (None, _why_no_rsa(raw))


def _rsa_bits(raw: bytes) -> int | None:
    """Of a SubjectPublicKeyInfo, or of the bare PKCS#1 key that some publish and verifiers take."""
    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, RSAPublicKey) else None


def _why_no_rsa(raw: bytes) -> Problem:
    if len(raw) == ED25519_BYTES:
        return Problem.K_MISMATCH
    if _is_private(raw):
        return Problem.PRIVATE_KEY
    return Problem.TRUNCATED if _is_short(raw) else Problem.NOT_A_KEY


def _is_private(raw: bytes) -> bool:
    try:
        load_der_private_key(raw, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _is_short(raw: bytes) -> bool:
    """Whether the outer sequence of DER says that there should be more bytes (X.690 8.1.3)."""
    if len(raw) < 4 or raw[0] != 0x30:
        return False
    if raw[1] < 0x80:
        return raw[1] + 2 > len(raw)
    octets = raw[1] & 0x7F
    return octets <= 4 and int.from_bytes(raw[2 : 2 + octets], "big") + 2 + octets > len(raw)
