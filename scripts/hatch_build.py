"""What the wheel holds besides Python: pages, help and migrations, so that `pip install` is all one needs."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Extras(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install takes them from the checkout."""
        if version != "standard":
            return
        root = Path(self.root)
        pages = root / "frontend" / "app" / "dist"
        if not (pages / "index.html").is_file():
            raise RuntimeError("the pages are not built: run `make web` first")
        build_data["force_include"] |= {
            **_under(pages, "mailwarden/web/dist", lambda path: path.suffix != ".map" and ".vite" not in path.parts),
            **_under(root / "migrations", "mailwarden/migrations", lambda path: path.suffix in (".py", ".mako")),
            **_under(root / "docs" / "help", "mailwarden/help", lambda path: path.suffix == ".md"),
        }


def _under(folder: Path, target: str, wanted: Any) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and wanted(path))
    return {str(path): f"{target}/{path.relative_to(folder).as_posix()}" for path in files}
