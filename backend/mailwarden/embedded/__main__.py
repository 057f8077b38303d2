"""`python -m mailwarden.embedded stop|remove DATA_DIR`: for servers that a killed process left behind, and `make clean`."""

import sys
from pathlib import Path

from mailwarden.embedded.servers import open_servers

USAGE = "usage: python -m mailwarden.embedded stop|remove DATA_DIR"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in ("stop", "remove"):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    verb, data_dir = arguments
    servers = open_servers(Path(data_dir))
    with servers.home.changing():
        servers.stop()
        if verb == "remove":
            servers.home.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
