"""Row S2: script in every name that we write into a page or a letter ourselves. What the single-page app shows it makes
by its framework, and its own tests look at that."""

import random
from html.parser import HTMLParser

from mailwarden.developers.oauth import pages
from tests.developers.oauth.steps import Program
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser

RUNS = "runs in"
CORPUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    '" style="background:url(javascript:alert(1))" x="',
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mtext><style><img src=x onerror=alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u003cscript\u003ealert(1)\u003c/script\u003e",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>x",
    "<object data=javascript:alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
)
ACTIVE = {"script", "svg", "iframe", "object", "embed", "math", "base", "meta-refresh", "img"}


class Look(HTMLParser):
    """Everything in a page that would run, or send a form or a click elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or "javascript:" in (value or "").lower() or "//evil.example" in (value or ""):
                self.found.append(f"{tag} {name}")


def mixed(rng: random.Random) -> str:
    one = rng.choice(CORPUS)
    return one.swapcase() if rng.random() < 0.2 else f"{rng.choice(('', 'x', ' ', '<'))}{one}"


async def _page(owner: Browser, program: Program, name: str) -> tuple[str, str]:
    answer = await owner.get(program.request(device_name=name, state=name))
    return answer.text, answer.headers.get("content-security-policy", "")


async def scripts(ground: Ground, n: int) -> Tally:
    """The consent page holds a device's, an organization's and a person's name; nothing of it may become a tag."""
    tally, rng = Tally(), ground.rng("S2")
    async with living(ground, "S2") as world:
        owner = await world.sign_up()
        program = Program(owner.http)
        for number in range(n):
            name = mixed(rng)
            if number % 5 == 0:
                etag = (await owner.get("/v1/organization")).headers["etag"]
                await owner.patch("/v1/organization", {"name": mixed(rng)[:100]}, headers={"If-Match": etag})
            page, policy = await _page(owner, program, name)
            look = Look()
            look.feed(page)
            strict = "default-src 'none'" in policy and "script-src" not in policy
            tally.see(
                not look.found and strict, f"{look.found} {RUNS} the consent page after {name!r}, policy {strict}"
            )
    return tally


async def scripts_unescaped(ground: Ground, n: int) -> Tally:
    """The broken variant writes names as they are."""
    with broken(pages, "escape", lambda text, *_: str(text)):
        return await scripts(ground, max(n, 20))


ROWS = [Row("S2", "script in names on our own pages", "inert", 3_000, scripts, scripts_unescaped, quick=20, sign=RUNS)]
