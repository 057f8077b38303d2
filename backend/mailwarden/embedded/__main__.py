"""`python -m mailwarden.embedded stop|remove FOLDER`: for servers that a killed process left, and for `make clean`.

Concerns all servers whose data folder lies in FOLDER.
"""

import sys
from pathlib import Path

from mailwarden.embedded.home import data_dirs_below
from mailwarden.embedded.servers import open_servers

USAGE = "usage: python -m mailwarden.embedded stop|remove FOLDER"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in ("stop", "remove"):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    verb, folder = arguments
    for data_dir in data_dirs_below(Path(folder)):
        servers = open_servers(data_dir)
        with servers.home.changing():
            servers.stop()
            if verb == "remove":
                servers.home.remove()
        sys.stdout.write(f"{'removed' if verb == 'remove' else 'stopped'} the servers of {data_dir}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
