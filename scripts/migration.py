"""Writes a migration for what the models say and the schema lacks: `python -m scripts.migration "what and why"`."""

import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from mailwarden.core.roles import Role
from mailwarden.migrate import migrate
from tests.support.database import test_servers

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = "migration_scratch"


def write_migration(message: str) -> list[Path]:
    versions = ROOT / "migrations" / "versions"
    before = set(versions.glob("*.py"))
    with test_servers() as servers:
        servers.drop_database(SCRATCH)
        servers.create_database(SCRATCH)
        url = servers.database_url(Role.OWNER, SCRATCH)
        migrate(url)
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = url
        command.revision(config, message, autogenerate=True, rev_id=f"{len(before) + 1:04}")
        servers.drop_database(SCRATCH)
    return sorted(set(versions.glob("*.py")) - before)


def main() -> int:
    message = " ".join(sys.argv[1:]).strip()
    if not message:
        sys.exit('Say what changes and why: make migration M="…"')
    for path in write_migration(message):
        subprocess.run(["ruff", "format", "--quiet", str(path)], check=True)
        print(f"Read and complete {path.relative_to(ROOT)}: policies, grants and data are not found by comparison.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
