"""What a verifier makes of a key record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.dkim.key import Problem, mended, read_key
from mailwarden.deliverability.dkim.words import findings_of
from mailwarden.deliverability.records.verdict import Severity
from tests.deliverability.dkim.keys import ed25519_key, private_key, rsa_key, small_rsa_key


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
@pytest.mark.parametrize("bare", [False, True])
def test_size_of_rsa_keys(bits: int, bare: bool) -> None:
    key = read_key(f"v=DKIM1; k=rsa; p={rsa_key(bits, bare=bare)}")
    assert (key.type, key.bits, key.problem) == ("rsa", bits, None)


def test_what_is_usual_in_the_wild() -> None:
    data = rsa_key()
    for text in (
        f"p={data}",
        f"k=rsa; p={data};",
        f"v=DKIM1;k=rsa;t=s;s=email;h=sha1:sha256;n=note;x=unknown;p={data[:100]} {data[100:]}",
        f"v = DKIM1 ; g=* ; p = {data}",
    ):
        assert read_key(text).is_usable, text


def test_ed25519() -> None:
    key = read_key(f"v=DKIM1; k=ed25519; p={ed25519_key()}")
    assert (key.type, key.bits, key.problem) == ("ed25519", 256, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("v=DKIM1; p=", Problem.REVOKED),
        ("v=DKIM1; k=rsa", Problem.NO_KEY),
        ("v=DKIM2; p={rsa}", Problem.VERSION),
        ("v=dkim1; p={rsa}", Problem.VERSION),
        ("k=rsa; v=DKIM1; p={rsa}", Problem.VERSION),
        ("v=DKIM1; p={rsa}; p={rsa}", Problem.DOUBLED_TAG),
        ('v=DKIM1; p="{rsa}"', Problem.QUOTES),
        ("v=DKIM1\\; p={rsa}", Problem.BACKSLASHES),
        ("v=DKIM1; p=-----BEGIN PUBLIC KEY-----{rsa}-----END PUBLIC KEY-----", Problem.PEM),
        ("v=DKIM1; p=-----BEGIN RSA PRIVATE KEY-----abc", Problem.PRIVATE_KEY),
        ("v=DKIM1; p={private}", Problem.PRIVATE_KEY),
        ("v=DKIM1; p={cut}", Problem.TRUNCATED),
        ("v=DKIM1; p=not*base64", Problem.NOT_BASE64),
        ("v=DKIM1; p=aGVsbG8gd29ybGQ=", Problem.NOT_A_KEY),
        ("v=DKIM1; k=ed25519; p={rsa}", Problem.K_MISMATCH),
        ("v=DKIM1; k=rsa; p={ed}", Problem.K_MISMATCH),
        ("v=DKIM1; k=dsa; p={rsa}", Problem.UNKNOWN_TYPE),
        ("v=DKIM1; h=sha1; p={rsa}", Problem.NO_SHA256),
        ("v=DKIM1; s=tlsrpt; p={rsa}", Problem.NOT_FOR_EMAIL),
    ],
)
def test_what_no_receiver_can_use(text: str, problem: Problem) -> None:
    filled = text.format(rsa=rsa_key(), ed=ed25519_key(), private=private_key(), cut=rsa_key()[:200])
    key = read_key(filled)
    assert key.problem == problem
    found = findings_of(key, in_use=True)
    assert found[0].severity == Severity.CRITICAL
    assert "{" not in found[0].text


@pytest.mark.parametrize(
    ("bits", "severity"),
    [
        (512, Severity.CRITICAL),
        (768, Severity.CRITICAL),
        (1024, Severity.MEDIUM),
        (1536, Severity.MEDIUM),
        (2048, None),
    ],
)
def test_weak_keys(bits: int, severity: Severity | None) -> None:
    key = read_key(f"v=DKIM1; p={small_rsa_key(bits) if bits < 1024 else rsa_key(bits)}")
    assert key.bits == bits
    assert [one.severity for one in findings_of(key, in_use=True)] == ([severity] if severity else [])


def test_a_testing_key_says_so() -> None:
    key = read_key(f"v=DKIM1; t=y:s; p={rsa_key()}")
    assert key.testing
    assert key.strict_identity
    assert [one.code for one in findings_of(key, in_use=True)] == ["dkim.test_mode"]


@given(st.text(alphabet=st.characters(max_codepoint=0x17F), max_size=200))
def test_any_text_is_read(text: str) -> None:
    key = read_key(text)
    findings_of(key, in_use=True)
    assert key.is_usable is (key.bits is not None)


@pytest.mark.parametrize(
    "text",
    [
        'v=DKIM1; p="{rsa}"',
        "v=DKIM1\\; p={rsa}",
        "v=DKIM1; p=-----BEGIN PUBLIC KEY-----{rsa}-----END PUBLIC KEY-----",
        "v=dkim1; k=dsa; h=sha1; s=tlsrpt; p={rsa}; p={rsa}",
    ],
)
def test_the_record_to_publish_holds_the_same_key(text: str) -> None:
    assert mended(text.format(rsa=rsa_key())) == f"v=DKIM1; k=rsa; p={rsa_key()}"


def test_what_cannot_be_mended() -> None:
    for text in ("v=DKIM1; p=", "v=DKIM1; k=rsa", f"p={rsa_key()[:200]}", f"p={private_key()}", "p=*"):
        assert mended(text) is None
    assert mended(f"v=DKIM1; p={ed25519_key()}") == f"v=DKIM1; k=ed25519; p={ed25519_key()}"
