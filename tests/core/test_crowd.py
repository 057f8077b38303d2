"""Who holds a place of those that are worked on at once, and who is sent away."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from mailwarden.core.crowd import ShedLoad

PATIENCE_S = 0.05


class Client:
    """One request: its body comes when the test says so, its answer is what the app sent."""

    def __init__(self, method: str = "GET", path: str = "/v1/things") -> None:
        self.scope: Scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
        self.scope["mailwarden.request_id"] = "req_test"
        self._coming: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[Message] = []

    def put(self, body: bytes, *, more: bool = False) -> None:
        self._coming.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def send_request(self, shed: ShedLoad) -> asyncio.Task[None]:
        return asyncio.create_task(shed(self.scope, self._coming.get, self._note))

    async def _note(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int | None:
        return next((one["status"] for one in self.sent if one["type"] == "http.response.start"), None)


class Server:
    """Reads the body of a POST, works until it is let go, answers, and streams until it is let go again."""

    def __init__(self) -> None:
        self.working, self.go, self.end = 0, asyncio.Event(), asyncio.Event()
        self.end.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while scope["method"] == "POST" and (await receive()).get("more_body"):
            pass
        self.working += 1
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.end.wait()
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def shed(server: Server) -> ShedLoad:
    return ShedLoad(server, at_once=2, patience_s=PATIENCE_S)


async def settle() -> None:
    await asyncio.sleep(PATIENCE_S / 5)


async def test_more_than_there_are_places_for_are_sent_away_in_a_moment(shed: ShedLoad, server: Server) -> None:
    clients = [Client() for _ in range(3)]
    running = [one.send_request(shed) for one in clients]
    await running[2]
    assert (clients[2].status, server.working) == (503, 2)
    server.go.set()
    await asyncio.gather(*running)
    assert [one.status for one in clients] == [200, 200, 503]


async def test_bodies_that_drip_keep_nobody_out(shed: ShedLoad, server: Server) -> None:
    slow, quick = [Client("POST") for _ in range(5)], Client()
    dripping = [one.send_request(shed) for one in slow]
    for one in slow:
        one.put(b"a", more=True)
    await settle()
    server.go.set()
    await quick.send_request(shed)
    assert quick.status == 200
    for one in slow:
        one.put(b"b")
    await asyncio.gather(*dripping)
    assert [one.status for one in slow] == [200] * 5


async def test_a_body_that_has_come_is_worked_on_in_a_place(shed: ShedLoad, server: Server) -> None:
    clients = [Client("POST") for _ in range(5)]
    running = [one.send_request(shed) for one in clients]
    await settle()
    for one in clients:
        one.put(b"whole")
    await settle()
    assert server.working == 2
    late = Client()
    await late.send_request(shed)
    assert late.status == 503
    server.go.set()
    await asyncio.gather(*running)
    assert [one.status for one in clients] == [200] * 5


async def test_a_client_that_leaves_while_it_sends_leaves_no_place_behind(shed: ShedLoad, server: Server) -> None:
    for _ in range(4):
        gone = Client("POST").send_request(shed)
        await settle()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
    server.go.set()
    both = [Client(), Client()]
    await asyncio.gather(*(one.send_request(shed) for one in both))
    assert [one.status for one in both] == [200, 200]
    assert shed._places._value == 2


async def test_an_answer_that_streams_holds_no_place(shed: ShedLoad, server: Server) -> None:
    server.go.set()
    server.end.clear()
    streams = [Client().send_request(shed) for _ in range(2)]
    await settle()
    late = Client()
    running = late.send_request(shed)
    await settle()
    assert late.status == 200
    server.end.set()
    await asyncio.gather(running, *streams)


async def test_health_waits_behind_nobody(shed: ShedLoad, server: Server) -> None:
    full = [Client().send_request(shed) for _ in range(2)]
    await settle()
    server.go.set()
    health = Client(path="/readyz")
    await health.send_request(shed)
    assert health.status == 200
    await asyncio.gather(*full)
