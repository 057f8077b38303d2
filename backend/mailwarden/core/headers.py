"""Security and cache headers on every response. Pure ASGI: never buffers, so event streams flow."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Mantine writes style elements at run time, hence 'unsafe-inline' for styles only.
CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
ALWAYS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
API = ("/v1", "/healthz", "/readyz", "/metrics", "/hooks", "/oauth", "/t/")


def cache_control(path: str, status: int) -> str:
    if path.startswith(API):
        return "no-store"
    if path.startswith("/assets/"):  # names carry a content hash
        return "public, max-age=31536000, immutable" if status in (200, 206, 304) else "no-store"
    return "no-cache"


def _is_public_https(scope: Scope) -> bool:
    """As browsers see us: TLS ends at a proxy, so the scheme of this connection says nothing."""
    runtime = getattr(scope["app"].state, "runtime", None) if "app" in scope else None
    return runtime is not None and runtime.config.cookie_secure


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                wanted = {**ALWAYS, "cache-control": cache_control(scope["path"], message["status"])}
                if _is_public_https(scope):
                    wanted["strict-transport-security"] = HSTS
                extra = [(n.encode(), v.encode()) for n, v in wanted.items() if n.encode() not in present]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self._app(scope, receive, with_headers)
