"""Where the tokens lie: one file that only its owner can read, replaced as a whole."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Tokens:
    """``expires_at``: of the access token, in seconds since 1970 by this computer's clock."""

    server: str
    access: str
    refresh: str
    expires_at: float


def default_file() -> Path:
    """XDG Base Directory."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "mailwarden" / "login.json"


def save(file: Path, tokens: Tokens) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".login-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            json.dump(asdict(tokens), written)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def load(file: Path) -> Tokens | None:
    """None: nobody is signed in. A file that others can read is closed to them first."""
    try:
        if file.stat().st_mode & 0o077:
            file.chmod(OWNER_ONLY)
        return Tokens(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def forget(file: Path) -> None:
    file.unlink(missing_ok=True)
