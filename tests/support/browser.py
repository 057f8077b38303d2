"""A signed-in person at the API, as the single-page app would be."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from mailwarden.core.ids import parse_id

PASSWORD = "correct horse battery staple"


@dataclass
class Browser:
    http: httpx.AsyncClient
    me: dict[str, Any]

    @property
    def org_id(self) -> UUID:
        return parse_id("org", self.me["organization"]["id"])

    @property
    def user_id(self) -> UUID:
        return parse_id("usr", self.me["user"]["id"])

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.http.get(path, **kwargs)

    async def post(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.http.post(path, json=json, **kwargs)

    async def patch(self, path: str, json: Any, **kwargs: Any) -> httpx.Response:
        return await self.http.patch(path, json=json, **kwargs)

    async def delete(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.http.delete(path, **kwargs)


async def sign_up(http: httpx.AsyncClient, email: str, organization: str = "Acme") -> Browser:
    body = {"email": email, "password": PASSWORD, "name": "Pat", "organization_name": organization}
    answer = await http.post("/v1/auth/sign-up", json=body)
    assert answer.status_code == 201, answer.text
    http.headers["x-csrf"] = answer.json()["csrf_token"]
    return Browser(http, answer.json())
