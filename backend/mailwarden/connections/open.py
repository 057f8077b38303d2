"""The way to a provider: our app there, and for a connection its adapter with authenticated calls."""

from mailwarden.connections.models import Connection
from mailwarden.connections.our_app import our_app
from mailwarden.connections.tokens import StoredTokens
from mailwarden.core.runtime import Runtime
from mailwarden.providers.auth import RefreshOnce
from mailwarden.providers.capabilities import Provider
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.registry import PROVIDERS


def open_provider(rt: Runtime, connection: Connection) -> tuple[Provider, ProviderApi]:
    """For use outside of any transaction; each call finds the current token by itself and refreshes a refused one."""
    tokens = StoredTokens(rt, connection.org_id, connection.id, connection.provider)
    app = our_app(rt, connection.provider)
    return PROVIDERS[connection.provider], ProviderApi(app, RefreshOnce(tokens), account=connection.external_id)
