"""``python -m mailwarden_sandbox``"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mailwarden_sandbox.config import Rotation, SandboxConfig, ServerConfig
from mailwarden_sandbox.server import serve


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mailwarden_sandbox",
        description="Stand-ins for the e-mail providers, and a control API under /_sandbox to break them.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9400, help="0 takes a free port")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it is open")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--accounts", type=int, default=2, help="accounts per provider")
    parser.add_argument("--campaigns", type=int, default=120, help="campaigns per account")
    parser.add_argument("--no-quotas", action="store_true", help="no rate limits, for throughput measurements")
    parser.add_argument("--start", type=datetime.fromisoformat, help="what the clock shows at start, with offset")
    parser.add_argument("--ttl", action="append", default=[], metavar="PROVIDER=SECONDS", help="life of access tokens")
    parser.add_argument("--rotation", action="append", default=[], metavar="PROVIDER=fixed|overlap|strict")
    parser.add_argument("--redirect-uri", action="append", help="exact redirect URIs of the default client")
    parser.add_argument("--tls", action="store_true", help="serve https with certificates of a private authority")
    parser.add_argument("--tls-dir", type=Path, help="keeps the certificates; a new private folder if not given")
    return parser


def _pairs(parser: argparse.ArgumentParser, texts: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or name not in known:
            parser.error(f"{text!r}: expected PROVIDER=VALUE with one of {', '.join(known)}")
        pairs[name] = value
    return pairs


def _config(parser: argparse.ArgumentParser, options: argparse.Namespace) -> SandboxConfig:
    config = SandboxConfig(
        seed=options.seed,
        accounts=options.accounts,
        campaigns=options.campaigns,
        quotas=not options.no_quotas,
        start=options.start,
        redirect_uris=tuple(options.redirect_uri) if options.redirect_uri else None,
    )
    known = list(config.rotation)
    try:
        ttl = {name: int(value) for name, value in _pairs(parser, options.ttl, known).items()}
        rotation = {name: Rotation(value) for name, value in _pairs(parser, options.rotation, known).items()}
    except ValueError as error:
        parser.error(str(error))
    return replace(config, access_ttl_s={**config.access_ttl_s, **ttl}, rotation={**config.rotation, **rotation})


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    options = parser.parse_args(arguments)
    server = ServerConfig(options.host, options.port, options.tls, options.tls_dir, options.port_file)
    serve(_config(parser, options), server)


if __name__ == "__main__":
    main()
