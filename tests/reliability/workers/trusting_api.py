"""The API without a look at its database and keys before it starts."""

import sys
from typing import Any

from mailwarden import compose
from mailwarden.cli.commands import app


async def _unchecked(*_: Any) -> None:
    return


if __name__ == "__main__":
    vars(compose).update(check_database=_unchecked, check_keys=_unchecked)
    app(sys.argv[1:])
