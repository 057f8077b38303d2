"""A customer's webhook endpoint: a real server on loopback that notes what comes and answers as told."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Message:
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float = 0.0  # seconds since the epoch

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Reply:
    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_s: float = 0.0


@dataclass
class Receiver:
    """``reply`` is asked for every message; whatever was noted before the answer left counts as received."""

    url: str
    reply: Callable[[Message], Reply] = field(default=lambda _: Reply())
    got: list[Message] = field(default_factory=list)

    def always(self, status: int, **headers: str) -> None:
        self.reply = lambda _: Reply(status, {name.replace("_", "-"): value for name, value in headers.items()})

    def accepted(self, message: Message) -> bool:
        return 200 <= self.reply(message).status < 300

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.got]

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """By the specification's own library; raises for a wrong signature or time."""
        hook = Webhook(secret)
        return [hook.verify(one.body, dict(one.headers)) for one in self.got]


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            message = Message(
                self.path, {name.lower(): value for name, value in self.headers.items()}, body, time.time()
            )
            receiver.got.append(message)
            reply = receiver.reply(message)
            time.sleep(reply.after_s)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that hung up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
