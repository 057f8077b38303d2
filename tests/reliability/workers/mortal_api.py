"""An API that is killed around its commits at random, and started again at once; see the receiver for the how.

``--hasty``: one that takes no notice of `Idempotency-Key`.
"""

import argparse
import random
import socket
from typing import Any

import uvicorn
from sqlalchemy import event
from sqlalchemy.orm import Session

from mailwarden.accounts import caller
from mailwarden.compose import open_runtime
from mailwarden.main import create_app
from mailwarden.settings import Settings
from tests.reliability.workers.receiver import die, main

BEFORE, AFTER = 0.02, 0.06  # of commits


def make_mortal(rng: random.Random) -> None:
    def perhaps(share: float) -> Any:
        def decide(_: Session) -> None:
            if rng.random() < share:
                die()

        return decide

    event.listen(Session, "before_commit", perhaps(BEFORE))
    event.listen(Session, "after_commit", perhaps(AFTER))


async def _unclaimed(*_: Any) -> None:
    return


async def serve(options: argparse.Namespace, listener: socket.socket, generation: int) -> None:
    settings = Settings.model_validate_json(options.settings)
    if options.hasty:
        vars(caller)["claim"] = _unclaimed
    async with open_runtime(settings, application="mortal-api") as runtime:
        make_mortal(random.Random(f"{options.seed}:{generation}"))
        config = uvicorn.Config(create_app(runtime), lifespan="off", log_level="critical", access_log=False)
        await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    main(serve)
