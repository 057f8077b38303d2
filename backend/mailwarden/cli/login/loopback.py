"""Waits on 127.0.0.1 for the browser to come back (RFC 8252 §7.3). Takes one answer, then the port is closed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATH = "/callback"
DONE = (
    b"<!doctype html><meta charset=utf-8><title>Mailwarden</title>"
    b"<p style='font:16px system-ui;margin:3rem'>You can close this page and go back to the terminal."
)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        there = urlsplit(self.path)
        if there.path != PATH:
            self.send_error(404)
            return
        self.server.answer = {name: values[0] for name, values in parse_qs(there.query).items()}  # type: ignore[attr-defined]
        self.send_response(200)
        for name, value in (("Content-Type", "text/html"), ("Content-Security-Policy", "default-src 'none'")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(DONE)

    def log_message(self, *_: Any) -> None:
        """The address holds the code: nothing of it is printed."""


class Loopback:
    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        self.redirect_uri = f"http://127.0.0.1:{server.server_port}{PATH}"

    def wait(self, seconds: float) -> dict[str, str] | None:
        """What the browser brought; None if it did not come in time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._server.timeout = left
            self._server.handle_request()
            answer: dict[str, str] | None = getattr(self._server, "answer", None)
            if answer is not None:
                return answer
        return None


@contextmanager
def loopback() -> Iterator[Loopback]:
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    try:
        yield Loopback(server)
    finally:
        server.server_close()
