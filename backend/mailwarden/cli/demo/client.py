"""The demo uses the product as its users do: through the public API, with a browser's cookie."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

LOGIN = "demo@mailwarden.example"
PASSWORD = "keep my mail alive"  # noqa: S105 - printed at the end of the demo
T = TypeVar("T")
Progress = Callable[[str, float | None], None]
"""What is done, and the share of it that is done where that is known."""


class DemoFailed(Exception):
    """The product did not do what the demo is there to show."""


class Person:
    """Signed up at the instance; walks through consent pages of the sandbox."""

    def __init__(self, url: str, sandbox: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        self.outside = httpx.Client(base_url=sandbox, timeout=30)

    def close(self) -> None:
        self.http.close()
        self.outside.close()

    def sign_up(self, email: str = LOGIN, organization: str = "Demo Company") -> None:
        body = {"email": email, "password": PASSWORD, "name": "Demo", "organization_name": organization}
        me = self._checked(self.http.post("/v1/auth/sign-up", json=body))
        self.http.headers["x-csrf"] = me["csrf_token"]

    def get(self, path: str, **params: Any) -> Any:
        return self._checked(self.http.get(path, params=params))

    def post(self, path: str, body: Any = None) -> Any:
        return self._checked(self.http.post(path, json=body))

    def change(self, method: str, path: str, body: Any, *, of: str = "") -> Any:
        """As the object at ``of`` (``path``, unless told otherwise) stands now."""
        now = self.http.get(of or path).headers["etag"]
        return self._checked(self.http.request(method, path, json=body, headers={"If-Match": now}))

    def sandbox(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        return self._checked(self.outside.request(method, f"/_sandbox{path}", json=body, params=params))

    def consent(self, authorize_url: str, account: str) -> str:
        """Allows everything at the provider's consent page; the path that the browser is led back to."""
        separator = "&" if "?" in authorize_url else "?"
        decided = urlencode({"_sandbox_auto": "allow", "_sandbox_account": account})
        there = self.outside.get(f"{authorize_url}{separator}{decided}")
        back = there.headers.get("location")
        if there.status_code != 302 or back is None:
            raise DemoFailed(f"the consent page answered {there.status_code}")
        landed: str = self.http.get(back).headers.get("location", "")
        return landed

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        cursor = None
        while True:
            page = self.get(path, limit=100, **params, **({"cursor": cursor} if cursor else {}))
            yield from page["data"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                return

    def wait(self, ask: Callable[[], T | None], what: str, within_s: float) -> T:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            answer = ask()
            if answer is not None:
                return answer
            time.sleep(0.2)
        raise DemoFailed(f"{what} did not happen within {within_s:.0f} s")

    @staticmethod
    def _checked(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise DemoFailed(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}"
            )
        return answer.json() if answer.content else None
