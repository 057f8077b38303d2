"""The sandbox as an ASGI application: which provider is meant, then the call."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.config import SandboxConfig
from mailwarden_sandbox.control.app import create_control
from mailwarden_sandbox.dispatch import serve_call
from mailwarden_sandbox.google import GOOGLE
from mailwarden_sandbox.hubspot import HUBSPOT
from mailwarden_sandbox.imap.provider import IMAP
from mailwarden_sandbox.keap import KEAP
from mailwarden_sandbox.klaviyo import KLAVIYO
from mailwarden_sandbox.mail.server import MailPorts
from mailwarden_sandbox.microsoft import MICROSOFT
from mailwarden_sandbox.provider import Provider
from mailwarden_sandbox.responses import html_answer
from mailwarden_sandbox.stripe import STRIPE
from mailwarden_sandbox.transport import Exchange
from mailwarden_sandbox.world import World

PROVIDERS: dict[str, Provider] = {p.name: p for p in (HUBSPOT, KLAVIYO, KEAP, GOOGLE, IMAP, MICROSOFT)}
SERVED = PROVIDERS | {STRIPE.name: STRIPE}
"""Whom we connect to, and whom we are paid by."""
_BY_HOST = {host: provider for provider in SERVED.values() for host in provider.hosts}

_INDEX = """<!DOCTYPE html><html lang="en"><head><title>Provider sandbox</title></head><body><h1>Provider sandbox</h1>
<p>Providers: {names}. Control API: <a href="/_sandbox/docs">/_sandbox/docs</a>.</p></body></html>"""


class Sandbox:
    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.world = self._fresh()
        self.mail: MailPorts | None = None  # once its servers are started
        self.dns: str | None = None  # likewise; address and port of the name server
        self._control: ASGIApp = create_control(self, SERVED)

    def _fresh(self) -> World:
        return World(self.config, {p.name: p.kind for p in PROVIDERS.values()})

    def reset(self, config: SandboxConfig | None = None) -> None:
        self.config = config or self.config
        self.world.outbox.close()
        self.world = self._fresh()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self._control(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        if found := self._route(scope):
            provider, call = found
            call.body = await exchange.body()
            await serve_call(call, provider, exchange)
        else:
            home = scope["path"] == "/"
            await exchange.answer(html_answer(_INDEX.format(names=", ".join(PROVIDERS)), 200 if home else 404))

    def _route(self, scope: Scope) -> tuple[Provider, Call] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "localhost")
        origin, path = f"{scope['scheme']}://{host}", scope["path"]
        if provider := _BY_HOST.get(host.partition(":")[0].lower()):
            return provider, self._call(scope, headers, provider.name, path, origin, host.partition(":")[0].lower())
        name, slash, rest = path[1:].partition("/")
        provider = SERVED.get(name)
        if provider is None:
            return None
        return provider, self._call(scope, headers, name, slash + rest, f"{origin}/{name}", None)

    def _call(self, scope: Scope, headers: Headers, name: str, path: str, base: str, host: str | None) -> Call:
        query = scope["query_string"].decode("latin-1")
        return Call(self.world, name, scope["method"], path, query, headers, b"", base, host)


def create_sandbox(config: SandboxConfig | None = None) -> Sandbox:
    return Sandbox(config or SandboxConfig())
