"""What is said about a key, and what to do."""

from mailwarden.deliverability.dkim.key import Key, Problem
from mailwarden.deliverability.records.verdict import Finding, Severity

ENOUGH_BITS, REFUSED_BITS, MOST_BITS = 2048, 1024, 4096  # RFC 8301 3.2

_PROBLEMS = {
    Problem.VERSION: "“{detail}” is not the version: the record must begin with v=DKIM1, or leave v out.",
    Problem.DOUBLED_TAG: "The tag {detail} stands there twice, so the whole record is invalid.",
    Problem.NO_KEY: "The record holds no key: p= is missing.",
    Problem.REVOKED: "The key is revoked (p= is empty). Mail signed with this selector fails.",
    Problem.QUOTES: "There are quotation marks inside the value. Publish it without them.",
    Problem.BACKSLASHES: "There are backslashes inside the value (as in “\\;”). Publish it without them.",
    Problem.PEM: "A PEM file was pasted. Publish only the characters between BEGIN and END, in one piece, after p=.",
    Problem.PRIVATE_KEY: "This is the private key, and everybody can read it. Make a new pair at once, publish the "
    "public half and delete this record.",
    Problem.NOT_BASE64: "The key holds characters that do not belong into base64.",
    Problem.TRUNCATED: "The key ends too early: it was probably cut at 255 characters. Publish all of it, split into "
    "several quoted strings of one record where the DNS provider asks for that.",
    Problem.NOT_A_KEY: "What stands after p= is no public key.",
    Problem.K_MISMATCH: "The tag k= names another kind of key than the one after p=.",
    Problem.UNKNOWN_TYPE: "“{detail}” is no kind of key that receivers know; use rsa.",
    Problem.NO_SHA256: "“{detail}” does not allow sha256, the only hash that receivers still accept. Remove h=.",
    Problem.NOT_FOR_EMAIL: "“{detail}” does not allow e-mail. Remove s=.",
    Problem.NOT_ASCII: "The record holds characters that are not ASCII.",
}
_CODES = {
    Problem.REVOKED: "dkim.revoked",
    Problem.K_MISMATCH: "dkim.k_mismatch",
    Problem.UNKNOWN_TYPE: "dkim.k_mismatch",
    Problem.NO_SHA256: "dkim.h_sha1_only",
    Problem.NOT_FOR_EMAIL: "dkim.s_not_email",
}


def findings_of(key: Key, *, in_use: bool) -> tuple[Finding, ...]:
    """``in_use``: somebody named the selector. A revoked key that was merely come upon is how it should be."""
    if key.problem is Problem.REVOKED and not in_use:
        return (Finding("dkim.revoked", Severity.INFO, "The key is revoked (p= is empty): this selector is retired."),)
    if key.problem:
        text = _PROBLEMS[key.problem].format(detail=key.detail)
        return (Finding(_CODES.get(key.problem, "dkim.malformed"), Severity.CRITICAL, text),)
    return (*_size(key), *_mode(key))


def _size(key: Key) -> tuple[Finding, ...]:
    bits = key.bits or 0
    if key.type == "ed25519":
        text = "Many receivers do not verify ed25519 yet. Keep an RSA key of 2048 bits beside it."
        return (Finding("dkim.ed25519", Severity.INFO, text),)
    if bits < REFUSED_BITS:
        text = f"The key has {bits} bits; receivers must not accept less than 1024. Use 2048."
        return (Finding("dkim.weak", Severity.CRITICAL, text),)
    if bits < ENOUGH_BITS:
        return (Finding("dkim.weak", Severity.MEDIUM, f"The key has {bits} bits; use 2048."),)
    if bits > MOST_BITS:
        text = f"The key has {bits} bits; receivers need not support more than 4096. Use 2048."
        return (Finding("dkim.large", Severity.LOW, text),)
    return ()


def _mode(key: Key) -> tuple[Finding, ...]:
    if not key.testing:
        return ()
    text = "t=y says that you are only testing: receivers may treat signed mail as if it were not signed. Remove it."
    return (Finding("dkim.test_mode", Severity.LOW, text),)


def summary_of(key: Key) -> str:
    if key.problem is Problem.REVOKED:
        return "Revoked"
    if key.problem:
        return "No receiver can use this key"
    return "ed25519 key" if key.type == "ed25519" else f"RSA key of {key.bits} bits"
