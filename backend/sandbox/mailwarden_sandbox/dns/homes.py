"""The zone of one account's domain, with every record of a careful sender."""

import base64
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mailwarden_sandbox.dns.answering import quoted

SELECTOR = "news1"
_NETWORK = "198.51.100"  # RFC 5737: of documentation, so nobody's


@cache
def _dkim_record() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def address_of(number: int) -> str:
    """From 1."""
    return f"{_NETWORK}.{(number - 1) % 254 + 1}"


def home_zone(domain: str, address: str) -> dict[str, dict[str, list[str]]]:
    """``address`` is where its mail leaves from."""
    host = f"mail.{domain}"
    return {
        domain: {"TXT": [quoted(f"v=spf1 ip4:{address} -all")], "MX": [f"10 {host}."], "A": [address]},
        host: {"A": [address]},
        f"{'.'.join(reversed(address.split('.')))}.in-addr.arpa": {"PTR": [f"{host}."]},
        f"{SELECTOR}._domainkey.{domain}": {"TXT": [quoted(_dkim_record())]},
        f"_dmarc.{domain}": {"TXT": [quoted(f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}")]},
        f"_smtp._tls.{domain}": {"TXT": [quoted(f"v=TLSRPTv1; rua=mailto:tls@{domain}")]},
    }
