"""Opened in LibreOffice Calc as people open it: no payload computes anything."""

import csv
import os
import shutil
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailwarden.core.csv import cell
from mailwarden.exports.columns import Column, Unit
from mailwarden.exports.csv_file import CsvFile
from tests.exports.payloads import ACTS, payloads
from tests.support.debian import install

PACKAGES = ["libreoffice-calc-nogui"]
# Field separator, quote, UTF-8, from line 1: what Calc's import dialog offers; it also runs on a whole line's own ",".
SEPARATORS = {"comma": "44", "semicolon": "59", "tab": "9"}
pytestmark = pytest.mark.timeout(900)  # a fresh machine installs it first


@pytest.fixture(scope="module", autouse=True)
def soffice() -> str:
    """Its path. In CI a missing one is a failure; elsewhere the tests are skipped and say what is not proven."""
    came = "it was there" if shutil.which("soffice") else install(PACKAGES)
    found = shutil.which("soffice")
    if found is not None:
        return found
    missing = f"LibreOffice Calc is not here ({PACKAGES[0]}; {came}): that no payload computes is NOT PROVEN"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def convert(folder: Path, source: Path, to: str, separator: str = "44") -> Path:
    out = folder / to
    out.mkdir(exist_ok=True)
    rules = f"--infilter=CSV:{separator},34,UTF8,1,,0,false,true" if source.suffix == ".csv" else None
    profile = f"-env:UserInstallation=file://{folder}/profile"
    target = {"csv": "csv:Text - txt - csv (StarCalc):44,34,UTF8,1,,0,false,true,true", "fods": "fods"}[to]
    command = ["soffice", "--headless", "--norestore", profile, *([rules] if rules else [])]
    command += ["--convert-to", target, "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    return out / f"{source.stem}.{to}"


def write(path: Path, texts: list[str]) -> None:
    """The text twice: what begins a line fares otherwise than what comes later, where a separator is mistaken."""
    text = Column("Text", Unit.TEXT, lambda row: row[0])
    file = CsvFile([text, Column("N", Unit.COUNT, lambda row: row[1]), text], ZoneInfo("UTC"), bom=True)
    path.write_bytes(file.head() + file.body([(text, -number) for number, text in enumerate(texts)]))


@pytest.mark.parametrize("separator", SEPARATORS)
def test_calc_finds_no_formula(tmp_path: Path, separator: str) -> None:
    """Whatever separator somebody chooses. A sheet's source names every formula as such."""
    write(tmp_path / "made.csv", payloads())
    sheet = convert(tmp_path, tmp_path / "made.csv", "fods", SEPARATORS[separator]).read_text()
    assert "table:formula" not in sheet
    assert "table:table-cell" in sheet


def test_calc_shows_every_text_as_it_was_written(tmp_path: Path) -> None:
    texts = [
        one for one in payloads() if one.strip() == one and "\n" not in one and "\r" not in one and "\t" not in one
    ]
    write(tmp_path / "made.csv", texts)
    back = convert(tmp_path, convert(tmp_path, tmp_path / "made.csv", "fods"), "csv")
    with back.open(encoding="utf-8-sig", newline="") as opened:
        found = list(csv.reader(opened))[1:]
    assert len(found) == len(texts)
    assert [row[1] for row in found] == [str(-number) for number in range(len(texts))]
    written = [cell(one) for one in texts]
    assert [row[0] for row in found if row[0].startswith("'")] == [one for one in written if one.startswith("'")]


def test_the_payloads_are_real(tmp_path: Path) -> None:
    """Without our care Calc does compute: else the tests above would show nothing."""
    with (tmp_path / "bare.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([one] for one in payloads())
    assert convert(tmp_path, tmp_path / "bare.csv", "fods").read_text().count("table:formula") >= len(ACTS)
