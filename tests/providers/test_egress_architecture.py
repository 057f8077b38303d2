"""The list of reads holds only if nothing goes around it."""

import ast
from pathlib import Path

import mailwarden.providers

PACKAGE = Path(mailwarden.providers.__file__).parent
MAY_SEND = {"client.py", "oauth.py", "journal.py", "id_token.py"}
SENDING = {"request", "stream", "send", "get", "post", "put", "patch", "delete", "head", "options"}


def calls_of(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def test_only_the_gated_modules_send():
    sends = ("send_once", "counted_send")
    senders = {p.name for p in PACKAGE.glob("*.py") for call in calls_of(p) if ast.unparse(call.func) in sends}
    assert senders == MAY_SEND | {"app.py"}  # which only counts what these send


def test_no_module_uses_an_http_client_by_itself():
    found = [
        f"{path.name}:{call.lineno}"
        for path in PACKAGE.glob("*.py")
        for call in calls_of(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in SENDING
        and ast.unparse(call.func.value).endswith(("http", "httpx", "_downloads"))
    ]
    assert found == []
