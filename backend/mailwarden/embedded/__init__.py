"""A private PostgreSQL and Redis-compatible server out of PyPI wheels, for the one-command mode and for tests."""

from mailwarden.embedded.servers import EmbeddedServers, embedded_servers

__all__ = ["EmbeddedServers", "embedded_servers"]
