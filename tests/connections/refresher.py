"""A worker of its own for tests: asks for one connection's token many times at once, and may die in the middle."""

import asyncio
import os
import signal
import sys
from typing import Any, NoReturn
from uuid import UUID

from mailwarden.compose import open_runtime
from mailwarden.connections import refresh
from mailwarden.connections.tokens import StoredTokens
from mailwarden.settings import Settings


async def die(*_: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


async def main(raw: str, org_id: UUID, connection_id: UUID, provider: str, callers: int) -> None:
    settings = Settings.model_validate_json(raw)
    async with open_runtime(settings, application="test-refresher", worker=True) as rt:
        asked = (StoredTokens(rt, org_id, connection_id, provider).access_token() for _ in range(callers))
        tokens = await asyncio.gather(*asked)
    sys.stdout.write("\n".join(sorted(set(tokens))))


if __name__ == "__main__":
    if sys.argv[6:] == ["die-before-commit"]:
        vars(refresh)["store_for_sure"] = die
    org, connection, name, many = sys.argv[2:6]
    asyncio.run(main(sys.argv[1], UUID(org), UUID(connection), name, int(many)))
