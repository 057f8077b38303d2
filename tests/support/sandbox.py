"""The provider sandbox as a process of its own, and its control API as a test speaks it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

START_S = 30


class Sandbox:
    """Blocking on purpose: who steers the world waits for it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=f"{url}/_sandbox", timeout=60)
        self._seen = 0

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        answer = self.http.request(method, path, json=body, params=params)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def make_account(self, provider: str, **fields: Any) -> str:
        """Its external id. A mailbox has a new name each time: its tests are counted by name in the shared Redis."""
        if provider == "imap":
            fields = {"external_id": f"box-{uuid4().hex[:12]}@sandbox.test", **fields}
        made: str = self.ask("POST", "/accounts", {"provider": provider, **fields})["external_id"]
        return made

    def truth(self, provider: str, account: str, **params: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.ask("GET", f"/accounts/{provider}/{account}", **params)
        return told

    def mailbox_form(self, account: str) -> dict[str, Any]:
        """What its owner would type into the form of IMAP/SMTP."""
        login, ports = self.ask("GET", f"/accounts/imap/{account}/login"), self.ask("GET", "/mail")
        return {
            **login,
            "imap": {"host": ports["host"], "port": ports["imaps"], "security": "tls"},
            "smtp": {"host": ports["host"], "port": ports["submission"], "security": "starttls"},
        }

    def name_server(self) -> str:
        """Address and port: no test asks the world's name servers anything."""
        server: str = self.ask("GET", "/dns")["server"]
        return server

    def mail_authority(self, folder: Path) -> Path:
        """A file with the authority of the mail servers' certificate."""
        file = folder / f"mail-ca-{uuid4().hex[:8]}.pem"
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(self.ask("GET", "/mail")["ca"])
        return file

    def grant_alive(self, provider: str, account: str) -> bool:
        return bool(self.truth(provider, account)["grant_alive"])

    def fault(self, provider: str, account: str | None, kind: str, **fields: Any) -> int:
        """On one account, or on the whole provider; its number."""
        place = f"accounts/{provider}/{account}" if account else f"providers/{provider}"
        number: int = self.ask("POST", f"/{place}/faults", {"kind": kind, **fields})["id"]
        return number

    def lift(self, provider: str, account: str | None, kind: str | None = None) -> None:
        place = f"accounts/{provider}/{account}" if account else f"providers/{provider}"
        self.ask("DELETE", f"/{place}/faults", **({"kind": kind} if kind else {}))

    def behave(self, provider: str, account: str | None, **fields: Any) -> None:
        place = f"accounts/{provider}/{account}" if account else f"providers/{provider}"
        self.ask("PATCH", f"/{place}", fields)

    def advance(self, seconds: float) -> None:
        self.ask("POST", "/clock", {"advance_s": seconds})

    def reset(self, **over: Any) -> None:
        self.ask("POST", "/reset", over)
        self._seen = 0

    def new_requests(self) -> list[dict[str, Any]]:
        """Everything logged since the last time; the sandbox keeps 5,000."""
        new: list[dict[str, Any]] = self.ask("GET", "/requests", after=self._seen, limit=5000)["requests"]
        if new:
            self._seen = max(one["entry"] for one in new)
        return new

    def register_client(self, provider: str, secret: str = "our-secret", client_id: str | None = None) -> str:
        """A client of our own keeps the shared Redis' budgets of one test run apart from another's."""
        name = client_id or f"client-{uuid4().hex[:12]}"
        self.ask("POST", "/clients", {"provider": provider, "client_id": name, "client_secret": secret})
        return name

    @staticmethod
    def decided(authorize_url: str, account: str, **over: str) -> str:
        """The consent page's address with the person's answer in it."""
        answer = {"_sandbox_auto": "allow", "_sandbox_account": account, **over}
        return f"{authorize_url}{'&' if '?' in authorize_url else '?'}{urlencode(answer)}"


@contextmanager
def running_sandbox(
    folder: Path, *, seed: int = 7, accounts: int = 0, campaigns: int = 5, options: Sequence[str] = ()
) -> Iterator[Sandbox]:
    folder.mkdir(parents=True, exist_ok=True)
    port_file = folder / f"sandbox-{uuid4().hex[:8]}.port"
    command = [sys.executable, "-m", "mailwarden_sandbox", "--port", "0", "--port-file", str(port_file)]
    command += ["--seed", str(seed), "--accounts", str(accounts), "--campaigns", str(campaigns), *options]
    with (folder / "sandbox.log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ.copy(), stdout=log, stderr=log)
    try:
        sandbox = Sandbox(f"http://127.0.0.1:{_port(process, port_file)}")
        with sandbox.http:
            yield sandbox
    finally:
        process.terminate()
        process.wait(10)
        port_file.unlink(missing_ok=True)


def _port(process: "subprocess.Popen[bytes]", port_file: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if port_file.exists():
            return port_file.read_text().strip()
        time.sleep(0.02)
    raise RuntimeError("the sandbox did not start")
