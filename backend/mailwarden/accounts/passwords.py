"""argon2id with the parameters of ASVS appendix C: about 50 ms and 46 MiB a check."""

import asyncio
import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH = 12
MAX_LENGTH = 256

_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
# As many at once as there are cores: more would only queue, and take 46 MiB each.
_slots = asyncio.Semaphore(os.cpu_count() or 2)
_dummy = _hasher.hash("no such user")


async def hash_password(password: str) -> str:
    async with _slots:
        return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Takes the same time for an unknown user, whose ``stored`` is None."""
    usable = stored if stored and stored.startswith("$argon2") else None  # some sign in without a password
    async with _slots:
        matches = await asyncio.to_thread(_matches, usable or _dummy, password)
    return matches and usable is not None


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)
