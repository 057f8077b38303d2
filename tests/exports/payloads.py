"""Texts that spreadsheets have been known to run, and such as only look so."""

import random

STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
ACTS = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://127.0.0.1:9/?"&A1,"click")',
    'WEBSERVICE("http://127.0.0.1:9/"&A1)',
    'IMPORTXML(CONCAT("http://127.0.0.1:9/",A1),"//a")',
    'DDE("soffice";"/etc/hostname";"S1")',
    "'file:///etc/hostname'#$Sheet1.A1",
    "SUM(A1:A9)*cmd|' /C calc'!A0",
    "A1",
    "RAND()",
)
BEFORE = (
    "",
    " ",
    "  ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\xa0",
    "\u200b",
    "\ufeff",
    "'",
    '"',
    "''",
    ";",
    ",",
    "a\n",
    "a\r\n",
    '";',
)
HARMLESS = (
    "10% off; from today",
    "one | two",
    "plain",
    "a=b",
    "1-2",
    "it's",
    "'quoted'",
    "",
    "0123",
    "1e5",
    "2026-11-01",
    "TRUE",
    "漢字",
    "😀",
    "a,b",
    'say "hi"',
)


def payloads() -> list[str]:
    formulas = [before + start + act for before in BEFORE for start in STARTS for act in ACTS]
    return [*formulas, *HARMLESS]


def some(count: int, seed: int = 7) -> list[str]:
    return random.Random(seed).sample(payloads(), count)
