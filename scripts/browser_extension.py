"""What a walk with the browser extension needs besides the product: its package, unpacked, and a certificate.

The package is the one that `make extension` makes; the browser takes Gmail's own address to a server of the test's.
"""

import datetime
import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mailwarden.developers.oauth.clients import DEVELOPMENT_EXTENSION

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
BUILD_S = 300
DAY = datetime.timedelta(days=1)


@contextmanager
def packed_extension() -> Iterator[dict[str, str]]:
    """The environment of the tests; all files are gone afterwards."""
    subprocess.run(["npm", "run", "--silent", "pack:extension"], cwd=FRONTEND, timeout=BUILD_S, check=True)
    with TemporaryDirectory(prefix="mailwarden-extension-") as name:
        folder = Path(name)
        with zipfile.ZipFile(_package()) as archive:
            archive.extractall(folder / "unpacked")
        _certify(folder, "mail.google.com")
        yield {
            "E2E_EXTENSION": str(folder / "unpacked"),
            "E2E_EXTENSION_ID": DEVELOPMENT_EXTENSION,
            "E2E_TLS_CERT": str(folder / "cert.pem"),
            "E2E_TLS_KEY": str(folder / "key.pem"),
        }


def _package() -> Path:
    version = json.loads((FRONTEND / "extension" / "package.json").read_text())["version"]
    return ROOT / "dist" / f"mailwarden-extension-{version}.zip"


def _certify(folder: Path, host: str) -> None:
    """Self-signed, for a day; the browser of the test is told to take it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
