"""Token answers on local disk, sealed and synced before the database sees them: kill -9 in between loses nothing."""

import base64
import contextlib
import json
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mailwarden.core.crypto import CannotOpen, Keyring, Place
from mailwarden.providers.base import Grant

log = logging.getLogger(__name__)
SUFFIX = ".answer"
STALE_S = 60


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A grant that some claim received, and what it takes to store it by compare-and-swap."""

    org_id: UUID
    connection_id: UUID
    credential_id: UUID
    attempt_id: UUID
    provider: str
    version: int
    spent_hash: bytes
    sent_at: datetime
    grant: Grant
    audience: str | None = None  # the access token is for this further service, not for the API
    of_previous: bool = False  # for the token before the stored one, which was refused


class TokenJournal:
    """One file per answer, named by its attempt, so that several processes can share the folder."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self._folder = folder
        self._keys = keys

    def append(self, answer: TokenAnswer) -> None:
        """Returns once it is on disk. Raises OSError. Not async: nothing may come between answer and disk."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(answer.attempt_id)
        _write_synced(path.with_suffix(".part"), self._encode(answer))
        path.with_suffix(".part").rename(path)
        _sync_folder(self._folder)

    def check(self) -> None:
        """Raises OSError if an answer could not be kept."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = self._folder / f"{os.getpid()}.check"
        _write_synced(probe, bytes(4096))
        probe.unlink(missing_ok=True)

    def is_stale(self) -> bool:
        """Is there an answer that a living process would have stored long ago?"""
        if not self._folder.is_dir():
            return False
        limit = time.time() - STALE_S  # of the file system, which keeps its own time
        return any(entry.stat().st_mtime < limit for entry in self._folder.glob(f"*{SUFFIX}"))

    def remove(self, attempt_id: UUID) -> None:
        """Best effort: an entry that stays is found stored already."""
        with contextlib.suppress(OSError):
            self._path(attempt_id).unlink(missing_ok=True)

    def entries(self) -> Iterator[TokenAnswer]:
        """Oldest first; one that cannot be read is set aside, never deleted."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                yield self._decode(path.read_bytes())
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, CannotOpen):
                log.exception("an entry of the token journal cannot be read", extra={"entry": path.name})
                path.rename(path.with_suffix(".bad"))

    def _path(self, attempt_id: UUID) -> Path:
        return self._folder / f"{attempt_id.hex}{SUFFIX}"

    def _encode(self, answer: TokenAnswer) -> bytes:
        grant = answer.grant
        secret = {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_in_s": grant.expires_in_s,
            "ends_in_s": grant.ends_in_s,
            "renew_in_s": grant.renew_in_s,
            "scopes": sorted(grant.scopes) if grant.scopes is not None else None,
        }
        sealed = self._keys.seal(json.dumps(secret), _place(answer.org_id, answer.attempt_id))
        told = {
            "org_id": str(answer.org_id),
            "connection_id": str(answer.connection_id),
            "credential_id": str(answer.credential_id),
            "attempt_id": str(answer.attempt_id),
            "provider": answer.provider,
            "version": answer.version,
            "spent_hash": answer.spent_hash.hex(),
            "sent_at": answer.sent_at.isoformat(),
            "audience": answer.audience,
            "of_previous": answer.of_previous,
            "answer": base64.b64encode(sealed).decode(),
        }
        return json.dumps(told).encode()

    def _decode(self, raw: bytes) -> TokenAnswer:
        told: dict[str, Any] = json.loads(raw)
        org_id, attempt_id = UUID(told["org_id"]), UUID(told["attempt_id"])
        secret = json.loads(self._keys.open(base64.b64decode(told["answer"]), _place(org_id, attempt_id)))
        scopes = secret["scopes"]
        return TokenAnswer(
            org_id=org_id,
            connection_id=UUID(told["connection_id"]),
            credential_id=UUID(told["credential_id"]),
            attempt_id=attempt_id,
            provider=told["provider"],
            version=told["version"],
            spent_hash=bytes.fromhex(told["spent_hash"]),
            sent_at=datetime.fromisoformat(told["sent_at"]),
            audience=told.get("audience"),
            of_previous=told.get("of_previous", False),
            grant=Grant(
                access_token=secret["access_token"],
                refresh_token=secret["refresh_token"],
                expires_in_s=secret["expires_in_s"],
                scopes=frozenset(scopes) if scopes is not None else None,
                ends_in_s=secret.get("ends_in_s"),
                renew_in_s=secret.get("renew_in_s"),
            ),
        )


def _place(org_id: UUID, attempt_id: UUID) -> Place:
    return Place("token_journal", "answer", org_id, attempt_id)


def _write_synced(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
