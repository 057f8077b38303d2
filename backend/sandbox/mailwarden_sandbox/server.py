"""The sandbox on a port."""

import asyncio
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from mailwarden_sandbox.app import PROVIDERS, create_sandbox
from mailwarden_sandbox.config import SandboxConfig, ServerConfig
from mailwarden_sandbox.dns.door import DnsDoor
from mailwarden_sandbox.mail.server import MailServers
from mailwarden_sandbox.tls import Certificates, certificates
from mailwarden_sandbox.transport import AbortableProtocol


def serve(config: SandboxConfig, server: ServerConfig) -> None:
    """Serve until told to stop. Port 0 takes a free one; the port is told on stdout and in the port file."""
    listener = _listen(server)
    with _certificates(server) as tls:
        sandbox = create_sandbox(config)
        http = uvicorn.Config(
            sandbox,
            http=AbortableProtocol,
            loop="asyncio",
            lifespan="off",
            log_level="warning",
            access_log=False,
            date_header=False,  # the Date header is the sandbox clock's, and a fault may skew it
            server_header=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=tls.chain if server.tls else None,
            ssl_keyfile=tls.key if server.tls else None,
        )
        http.load()
        doors = (MailServers(sandbox, server.host, tls), DnsDoor(sandbox, server.host))
    asyncio.run(_run(uvicorn.Server(http), doors, listener, server))


async def _run(
    http: uvicorn.Server, doors: tuple[MailServers, DnsDoor], listener: socket.socket, server: ServerConfig
) -> None:
    """Announced once every port is open."""
    for door in doors:
        await door.start()
    _announce(server, listener.getsockname()[1])
    try:
        await http.serve(sockets=[listener])
    finally:
        for door in doors:
            await door.stop()


def _listen(server: ServerConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    listener = socket.create_server((server.host, server.port), family=family, backlog=1024)
    listener.setblocking(False)
    return listener


@contextmanager
def _certificates(server: ServerConfig) -> Iterator[Certificates]:
    """In the folder that was asked for, or nowhere once they are loaded."""
    hosts = {host for provider in PROVIDERS.values() for host in provider.hosts}
    if server.tls or server.tls_dir:
        yield certificates(hosts, server.tls_dir)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield certificates(hosts, Path(folder))


def _announce(server: ServerConfig, port: int) -> None:
    scheme = "https" if server.tls else "http"
    sys.stdout.write(f"Provider sandbox on {scheme}://{server.host}:{port}\n")
    sys.stdout.flush()
    if server.port_file:
        partial = server.port_file.with_suffix(".partial")
        partial.write_text(f"{port}\n")
        partial.replace(server.port_file)  # whoever waits for the file never reads half of it
