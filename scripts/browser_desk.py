"""What a walk with the browser needs and no page offers: time passes, and an operator gives money back.

`POST /advance?seconds=86400`, for product and sandbox together, and `POST /refund?organization=org_…`.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.support.stack import System

REFUND_S = 60


def advance(system: System, asked: dict[str, str]) -> None:
    system.advance(float(asked["seconds"]))
    system.sandbox.ask("POST", "/stripe/settle")


def refund(system: System, asked: dict[str, str]) -> None:
    """By the command that support uses."""
    command = [sys.executable, "-m", "mailwarden", "refund", asked["organization"]]
    subprocess.run(command, env=system.stack.env, timeout=REFUND_S, check=True, capture_output=True)


@contextmanager
def desk_for(system: System) -> Iterator[str]:
    """Its address, as long as the block lasts."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            try:
                {"/advance": advance, "/refund": refund}[parts.path](system, asked)
                self.send_response(204)
            except Exception as exc:  # noqa: BLE001 - the walk's test says what went wrong
                self.send_response(500, type(exc).__name__)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the tests' own output counts."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
