"""The product for those who change it: pages on Vite's server, API and worker restarted when their code changes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import HttpUrl

from mailwarden.cli.demo.run import add_sandbox
from mailwarden.cli.stack import Stack, StackError, running_stack
from mailwarden.developers.oauth.clients import DEVELOPMENT_EXTENSION
from mailwarden.embedded.processes import free_port
from mailwarden.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = "http://127.0.0.1:5173"
ENVIRONMENT = {"MAILWARDEN_OAUTH__EXTENSION_IDS": DEVELOPMENT_EXTENSION}
WATCHED = ("*.py", "*.yaml")


def newest_change() -> float:
    files = (path for pattern in WATCHED for path in (ROOT / "backend").rglob(pattern))
    return max(path.stat().st_mtime for path in files)


@contextmanager
def pages(api: str) -> Iterator[None]:
    """In a session of its own: npm and node come with wrappers that answer Ctrl-C with tracebacks."""
    command = ["npm", "run", "dev", "--", "--host", "127.0.0.1"]
    env = os.environ | {"API_URL": api}
    vite = subprocess.Popen(command, cwd=ROOT / "frontend", env=env, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(vite.pid, signal.SIGTERM)
        vite.wait(10)


def restart_on_changes(stack: Stack) -> None:
    """Killed outright: the stack starts them again, and nothing here may depend on a tidy end."""
    seen = newest_change()
    while True:
        time.sleep(0.5)
        latest = newest_change()
        if latest > seen:
            seen = latest
            print("backend changed: API and worker start again", flush=True)
            for name in ("api", "worker-0"):
                stack.children[name].kill()


def main() -> int:
    settings = Settings(environment="development", port=free_port(), data_dir=ROOT / ".local" / "dev")
    settings = settings.model_copy(update={"base_url": HttpUrl(PAGES)})  # sign-in and consent happen on Vite's origin
    try:
        stack_of_mine = running_stack(settings, extra_env=ENVIRONMENT, before=add_sandbox)
        with pages(f"http://127.0.0.1:{settings.port}"), stack_of_mine as stack:
            print(f"\nPages {PAGES}   sandbox {stack.sandbox_url}   logs {settings.data_dir / 'logs'}\n", flush=True)
            restart_on_changes(stack)
    except StackError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
