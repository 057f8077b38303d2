"""Certificates of a private authority, made for one sandbox. The authority's key is never written down."""

import ipaddress
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=90)
_LEFT_AT_LEAST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificates:
    ca: Path
    """What clients must trust."""
    chain: Path
    key: Path


def certificates(hosts: Iterable[str], folder: Path | None) -> Certificates:
    """Those in the folder if they are still good for these hosts, else new ones."""
    folder = folder or Path(tempfile.mkdtemp(prefix="mailwarden-sandbox-tls-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = Certificates(folder / "ca.pem", folder / "chain.pem", folder / "key.pem")
    names = sorted({*hosts, "localhost"})
    if not _good(found, names):
        _write(found, names)
    return found


def _good(found: Certificates, names: list[str]) -> bool:
    if not (found.ca.exists() and found.chain.exists() and found.key.exists()):
        return False
    leaf = x509.load_pem_x509_certificate(found.chain.read_bytes())
    held = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    return leaf.not_valid_after_utc - datetime.now(UTC) > _LEFT_AT_LEAST and sorted(held) == names


def _write(found: Certificates, names: list[str]) -> None:
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mailwarden sandbox authority")])
    authority = _authority(ca_name, ca_key)
    leaf = _leaf(ca_name, ca_key, leaf_key, names)
    pem = serialization.Encoding.PEM
    found.key.touch(mode=0o600)
    found.key.write_bytes(leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    found.chain.write_bytes(leaf.public_bytes(pem) + authority.public_bytes(pem))
    found.ca.write_bytes(authority.public_bytes(pem))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _authority(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = _builder(name, name, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _leaf(
    issuer: x509.Name, ca_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey, names: list[str]
) -> x509.Certificate:
    alternative = [x509.DNSName(name) for name in names]
    addresses = [x509.IPAddress(ipaddress.ip_address(a)) for a in ("127.0.0.1", "::1")]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mailwarden sandbox")])
    return (
        _builder(subject, issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([*alternative, *addresses]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
