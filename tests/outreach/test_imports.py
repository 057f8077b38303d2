"""Files of recipients: what is found in them, a trial, and the import that does what the trial said."""

import asyncio
import base64
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.csv import lines
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.imports.rules import NotCsv, Person, decode, lines_of, person_of, suggested, understand
from tests.outreach.steps import PATH, Told, add_people, draft, listed, run_sql
from tests.support.browser import Browser

ZONES = frozenset({"Europe/Berlin"})
FILE = "E-Mail;First Name;Zone\nada@example.com;Ada;Europe/Berlin\nBOB@example.com;Bob;\n"


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter", "columns"),
    [
        (b"email,name\na@b.de,A", "utf-8", ",", ("email", "name")),
        (b"\xef\xbb\xbfemail;name\na@b.de;A", "utf-8-sig", ";", ("email", "name")),
        ("email\tname\na@b.de\tÄ".encode("utf-16"), "utf-16", "\t", ("email", "name")),
        ("email|name\na@b.de|Müller".encode("cp1252"), "cp1252", "|", ("email", "name")),
        (b"email\na@b.de", "utf-8", ",", ("email",)),
        (b"a@b.de,Ada\nc@d.de,Cy", "utf-8", ",", ("Column 1", "Column 2")),
        (b"email,name,name,\na@b.de,A,B,C", "utf-8", ",", ("email", "name", "name (2)", "Column 4")),
        (b"email,a,a,a (2)\na@b.de,A,B,C", "utf-8", ",", ("email", "a", "a (2)", "a (2) (2)")),
        (b'email;"note, with commas, many"\na@b.de;"x, y, z"', "utf-8", ";", ("email", "note, with commas, many")),
        (b"\n\nemail,name\r\na@b.de,A\r\n", "utf-8", ",", ("email", "name")),
    ],
)
def test_what_a_file_is(content: bytes, encoding: str, delimiter: str, columns: tuple[str, ...]) -> None:
    table, text = understand(content)
    assert (table.encoding, table.delimiter, table.columns) == (encoding, delimiter, columns)
    assert next(lines_of(table, text)).cells[0] == "a@b.de"


@pytest.mark.parametrize("content", [b"", b"  \n ", ",".join(map(str, range(61))).encode()])
def test_what_is_no_file_of_recipients(content: bytes) -> None:
    with pytest.raises(NotCsv):
        understand(content)


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_file_or_told_why_not(content: bytes) -> None:
    with suppress(NotCsv):
        table, text = understand(content)
        for line in lines_of(table, text):
            person_of(line, table.columns, suggested(table.columns, [line]), ZONES)


CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20))
def test_what_we_export_comes_back(rows: list[tuple[str, str]]) -> None:
    """Apostrophes that keep spreadsheets from running a cell are taken off again."""
    wanted = [("p@example.com", *row) for row in rows]
    table, text = understand(lines([("email", "one", "two"), *wanted]).encode())
    found = [line.cells for line in lines_of(table, text)]
    assert found == [tuple(cell.strip() for cell in row) for row in wanted]


@given(st.text(max_size=200))
def test_every_text_survives_its_encoding(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert decode(b"\xef\xbb\xbf" + text.encode())[1] == text


def test_an_apostrophe_of_a_name_stays() -> None:
    table, text = understand(b"email,name\na@b.de,'t Hooft\n")
    assert next(lines_of(table, text)).cells[1] == "'t Hooft"


def test_columns_are_guessed() -> None:
    table, text = understand(b"Contact,Full Name,Time Zone,First Name,Firma 2\na@b.de,A B,Europe/Berlin,A,X\n")
    assert suggested(table.columns, list(lines_of(table, text))) == {
        "Contact": "address",
        "Full Name": "name",
        "Time Zone": "zone",
        "First Name": "first_name",
        "Firma 2": "firma_2",
    }


def test_a_row_says_what_is_wrong_with_it() -> None:
    table, text = understand(b"email,zone\na@b.de,Europe/Berlin\nb@b.de,Mars/City\nnobody,\n,\nc@b.de,,x\nd@b.de\n")
    mapping = {"email": "address", "zone": "zone"}
    found = [(line.number, person_of(line, table.columns, mapping, ZONES)) for line in lines_of(table, text)]
    assert [(number, getattr(one, "code", None)) for number, one in found] == [
        (2, None),
        (3, "unknown_zone"),
        (4, "invalid_address"),
        (6, "too_many_cells"),
        (7, None),
    ]
    assert found[0][1] == Person("a@b.de", "", {}, "Europe/Berlin")


async def upload(browser: Browser, campaign: Told, content: str | bytes) -> Told:
    raw = content if isinstance(content, bytes) else content.encode()
    body = {"file_name": "people.csv", "content": base64.b64encode(raw).decode()}
    answer = await browser.post(f"{PATH}/{campaign['id']}/imports", body)
    assert answer.status_code == 201, answer.text
    found: Told = answer.json()
    return found


async def do(browser: Browser, made: Told, what: str, mapping: dict[str, str] | None = None) -> Told:
    path = f"{PATH}/{made['campaign_id']}/imports/{made['id']}/{what}"
    answer = await browser.post(path, {"mapping": mapping or made["suggested"]})
    assert answer.status_code == 200, answer.text
    found: Told = answer.json()
    return found


async def test_a_trial_counts_and_an_import_does_the_same(owner: Browser, runtime: Runtime) -> None:
    campaign = await draft(owner)
    await add_people(owner, campaign, [{"address": "known@example.com"}])
    unwilling = "INSERT INTO suppressions (id, org_id, address, reason) VALUES (uuidv7(), :org, :to, 'complaint')"
    await run_sql(runtime, owner.org_id, unwilling, org=owner.org_id, to="no@example.com")
    rest = "ada@example.com;Again;\nKnown@example.com;;\nno@example.com;;\nwrong;;\nx@example.com;;Mars/City\n"
    made = await upload(owner, campaign, FILE + rest)
    assert (made["rows"], made["delimiter"], made["columns"]) == (7, ";", ["E-Mail", "First Name", "Zone"])
    assert made["suggested"] == {"E-Mail": "address", "First Name": "first_name", "Zone": "zone"}
    assert made["sample"][0] == ["ada@example.com", "Ada", "Europe/Berlin"]
    tried = await do(owner, made, "check")
    counts = {"rows": 7, "added": 3, "duplicates": 2, "invalid": 2, "suppressed": 1}
    assert counts.items() <= tried.items()
    assert [(one["row"], one["code"]) for one in tried["errors"]] == [(7, "invalid_address"), (8, "unknown_zone")]
    assert len(await listed(owner, campaign)) == 1
    assert await do(owner, made, "run") == tried
    people = {one["address"]: one for one in await listed(owner, campaign)}
    assert people["ada@example.com"]["fields"] == {"first_name": "Ada"}
    assert people["ada@example.com"]["zone"] == "Europe/Berlin"
    assert people["no@example.com"]["state"] == "suppressed"
    again = await owner.post(f"{PATH}/{campaign['id']}/imports/{made['id']}/run", {"mapping": made["suggested"]})
    assert (again.status_code, again.json()["code"]) == (409, "imported")
    shown = (await owner.get(f"{PATH}/{campaign['id']}/imports/{made['id']}")).json()
    assert (shown["added"], shown["finished_at"] is None, shown["sample"]) == (3, False, [])


async def test_two_imports_of_the_same_people_in_another_order_end_both(owner: Browser) -> None:
    """Each address once between them, and neither waits for the other forever."""
    campaign = await draft(owner)
    addresses = [f"p{n}@example.net" for n in range(2000)]
    files = ["\n".join(["email", *some]) for some in (addresses, addresses[::-1])]
    made = [await upload(owner, campaign, one) for one in files]
    done = await asyncio.gather(*(do(owner, one, "run") for one in made))
    assert sum(one["added"] for one in done) == 2000
    assert [one["added"] + one["duplicates"] for one in done] == [2000, 2000]


async def test_a_cell_may_hold_lines_and_marked_formulas(owner: Browser) -> None:
    campaign = await draft(owner)
    first = b'"a@example.net";"two\r\nlines; and ""quotes""";\'+49 30 1'
    content = b"\xef\xbb\xbf" + b"\r\n".join([b"email;note;phone", first, b"b@example.net;=1;-"])
    made = await upload(owner, campaign, content)
    assert (made["encoding"], made["delimiter"], made["rows"]) == ("utf-8-sig", ";", 2)
    tried = await do(owner, made, "check")
    assert await do(owner, made, "run") == tried
    found = {one["address"]: one["fields"] for one in await listed(owner, campaign)}
    assert found == {
        "a@example.net": {"note": 'two\r\nlines; and "quotes"', "phone": "+49 30 1"},
        "b@example.net": {"note": "=1", "phone": "-"},
    }


@pytest.mark.parametrize(
    "mapping", [{}, {"First Name": "first_name"}, {"E-Mail": "address", "Zone": "address"}, {"E-Mail": "Address"}]
)
async def test_a_mapping_needs_one_address(owner: Browser, mapping: dict[str, str]) -> None:
    campaign = await draft(owner)
    made = await upload(owner, campaign, FILE)
    answer = await owner.post(f"{PATH}/{campaign['id']}/imports/{made['id']}/check", {"mapping": mapping})
    assert answer.status_code == 422


async def test_what_cannot_be_read_is_refused(owner: Browser) -> None:
    campaign = await draft(owner)
    body: dict[str, Any] = {"file_name": "x.csv", "content": base64.b64encode(b"\n").decode()}
    answer = await owner.post(f"{PATH}/{campaign['id']}/imports", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")


@pytest.mark.timeout(900)
async def test_a_hundred_thousand_rows(owner: Browser) -> None:
    campaign = await draft(owner)
    rows = "".join(f"p{n}@example.net,Name {n},Company {n}\n" for n in range(100_000))
    made = await upload(owner, campaign, "email,first_name,company\n" + rows)
    tried = await do(owner, made, "check")
    done = await do(owner, made, "run")
    assert done == tried
    assert (done["rows"], done["added"], done["invalid"]) == (100_000, 100_000, 0)
