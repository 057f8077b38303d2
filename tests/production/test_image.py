import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
IGNORE = (ROOT / ".dockerignore").read_text().split()


def copied() -> list[str]:
    """Sources taken from the checkout, not from an earlier stage."""
    lines = [line.split()[1:-1] for line in LINES if line.startswith("COPY ") and "--from=" not in line]
    return [source.rstrip("/") for sources in lines for source in sources]


def test_all_that_is_copied_exists_and_is_let_through() -> None:
    let_through = [line.removeprefix("!") for line in IGNORE if line.startswith("!")]
    for source in copied():
        assert (ROOT / source).exists(), source
        assert any(source == one or source.startswith(f"{one}/") for one in let_through), source


def test_secrets_and_leftovers_stay_outside() -> None:
    kept_out = [line for line in IGNORE if line.startswith("**/")]
    for name in (".env", "node_modules", "dist", "module.pyc"):
        assert any(fnmatch(f"x/{name}", line.replace("**/", "*/")) for line in kept_out), name


def test_the_program_runs_without_rights() -> None:
    last_stage = LINES[max(number for number, line in enumerate(LINES) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last_stage if line.startswith("USER ")]
    assert users
    assert users[-1] != "root"


def test_packages_are_locked_by_hash() -> None:
    installs = [line for line in LINES if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_lock_files_name_no_host_and_hash_everything() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        pinned = re.findall(r"^[a-zA-Z0-9].*$", text, re.MULTILINE)
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned), lock.name
