"""The sandbox on a port."""

import socket
import sys

import uvicorn

from mailwarden_sandbox.app import PROVIDERS, create_sandbox
from mailwarden_sandbox.config import SandboxConfig, ServerConfig
from mailwarden_sandbox.tls import Certificates, certificates
from mailwarden_sandbox.transport import AbortableProtocol


def serve(config: SandboxConfig, server: ServerConfig) -> None:
    """Serve until told to stop. Port 0 takes a free one; the port is told on stdout and in the port file."""
    listener = _listen(server)
    port = listener.getsockname()[1]
    tls = _certificates(server)
    uvicorn_config = uvicorn.Config(
        create_sandbox(config),
        http=AbortableProtocol,
        loop="asyncio",
        lifespan="off",
        log_level="warning",
        access_log=False,
        date_header=False,  # the Date header is the sandbox clock's, and a fault may skew it
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=tls.chain if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    _announce(server, port, tls)
    uvicorn.Server(uvicorn_config).run(sockets=[listener])


def _listen(server: ServerConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    listener = socket.create_server((server.host, server.port), family=family, backlog=1024)
    listener.setblocking(False)
    return listener


def _certificates(server: ServerConfig) -> Certificates | None:
    hosts = {host for provider in PROVIDERS.values() for host in provider.hosts}
    return certificates(hosts, server.tls_dir) if server.tls else None


def _announce(server: ServerConfig, port: int, tls: Certificates | None) -> None:
    scheme = "https" if tls else "http"
    sys.stdout.write(f"Provider sandbox on {scheme}://{server.host}:{port}\n")
    if tls:
        sys.stdout.write(f"Trust this authority: {tls.ca}\n")
    sys.stdout.flush()
    if server.port_file:
        partial = server.port_file.with_suffix(".partial")
        partial.write_text(f"{port}\n")
        partial.replace(server.port_file)  # whoever waits for the file never reads half of it
