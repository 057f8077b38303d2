"""Domains per second of a whole check, beside checkdmarc's own and beside the same questions only counted.

All ask one NSD on loopback, in turns, each time as a process of its own, so that nobody remembers anything. Every
answer of ours must be `valid`, or the figures do not count. Pages (the policy of MTA-STS, logos) are left out.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.dns_zones import SELECTORS, NameServer, Sender, make_senders, name_server
from tests.benchmarks.lab import RESULTS, say, table

DOMAINS, RUNS, SEED = 500, 3, 7
PEER = "checkdmarc==6.0.4"
FASTER, OF_COUNTED, PER_S = 12.0, 0.5, 300.0
NAMED, COUNTED, WHOLE, WHOLE_COUNTED, THEIRS = "ours", "counted", "ours, keys sought", "counted, keys sought", PEER
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    name: str
    seconds: float
    cpu_s: float
    checked: int
    queries: float  # for each domain, as the name server counted
    wrong: tuple[str, ...]

    @property
    def per_s(self) -> float:
        return self.checked / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.cpu_s / self.checked * 1000


@dataclass(frozen=True)
class Bench:
    server: NameServer
    senders: list[Sender]
    peer: Path
    peers_share: int  # of the domains; it takes long

    def play(self) -> list[Run]:
        """One round, each once."""
        found: list[Run] = []
        for ours, counted, discover in ((NAMED, COUNTED, False), (WHOLE, WHOLE_COUNTED, True)):
            run, told = self._ours(ours, {"mode": "check", "discover": discover, **self._given()})
            found.append(run)
            if not discover:
                found.append(self._theirs())
            found.append(self._ours(counted, {"mode": "count", "questions": told["questions"]})[0])
        return found

    def _given(self) -> dict[str, Any]:
        return {"selectors": SELECTORS, "senders": [(one.name, one.address) for one in self.senders]}

    def _ours(self, name: str, given: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
        given = {"server": self.server.address, **given}
        told = self._told([sys.executable, "-m", "tests.benchmarks.dns_ours"], json.dumps(given))
        return self._run(name, told), told

    def _theirs(self) -> Run:
        """-I: what lies about on this machine is not theirs."""
        names = "\n".join(one.name for one in self.senders[: self.peers_share])
        command = [str(self.peer), "-I", str(HERE / "dns_theirs.py"), str(self.server.port)]
        return self._run(THEIRS, self._told(command, names))

    def _told(self, command: list[str], given: str) -> dict[str, Any]:
        self.server.asked()
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command[:4])} ended with {done.returncode}\n{done.stderr}")
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def _run(self, name: str, told: dict[str, Any]) -> Run:
        queries = self.server.asked() / told["checked"]
        return Run(name, told["seconds"], told["cpu_s"], told["checked"], queries, tuple(told["wrong"]))


def make_peer(folder: Path) -> Path:
    """Its Python, in an environment that is thrown away. Ends the run where the package cannot be had."""
    home = folder / "peer"
    python = home / "bin" / "python"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv:
        commands = [[uv, "venv", "-q", "--python", sys.executable, str(home)]]
        commands.append([uv, "pip", "install", "-q", "--python", str(python), PEER])
    else:
        commands = [[sys.executable, "-m", "venv", str(home)], [str(python), "-m", "pip", "install", "-q", PEER]]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{PEER} could not be installed, so there is nothing to compare with.\n{done.stderr}")
    return python


@dataclass(frozen=True)
class Summary:
    """Medians of all rounds."""

    name: str
    per_s: float
    cpu_ms: float
    queries: float


def summary_of(name: str, found: list[Run]) -> Summary:
    mine = [one for one in found if one.name == name]
    per_s, cpu_ms, queries = (
        statistics.median(getattr(one, part) for one in mine) for part in ("per_s", "cpu_ms", "queries")
    )
    return Summary(name, per_s, cpu_ms, queries)


def report(found: list[Run]) -> bool:
    every = {name: summary_of(name, found) for name in dict.fromkeys(one.name for one in found)}
    head = ("", "domains/s", "CPU ms / domain", "domains / CPU s", "queries")
    rows = [
        (one.name, f"{one.per_s:.0f}", f"{one.cpu_ms:.2f}", f"{1000 / one.cpu_ms:.0f}", f"{one.queries:.1f}")
        for one in every.values()
    ]
    say(table(head, rows))
    kept = [compare(every[NAMED], every[THEIRS], FASTER), compare(every[NAMED], every[COUNTED], OF_COUNTED)]
    compare(every[WHOLE], every[THEIRS])
    compare(every[WHOLE], every[WHOLE_COUNTED])
    per_cpu_s = 1000 / every[NAMED].cpu_ms
    say(f"{every[NAMED].per_s:.0f} domains/s, {per_cpu_s:.0f} for each second of a core; the aim is {PER_S:.0f}")
    wrong = [text for one in found for text in one.wrong]
    say(f"{len(wrong)} answers are not as published" + "".join(f"\n  {text}" for text in wrong[:10]))
    (RESULTS / "dns.json").write_text(json.dumps([asdict(one) for one in found], indent=1))
    return not wrong and all(kept)


def compare(mine: Summary, other: Summary, aim: float | None = None) -> bool:
    """Judged by the clock; processor time tells how much of it was the machine's other work."""
    cpu, wall = other.cpu_ms / mine.cpu_ms, mine.per_s / other.per_s
    aimed = f" (the aim is {aim:g})" if aim else ""
    say(f"{mine.name} / {other.name}: {wall:.2f} by the clock{aimed}, {cpu:.2f} by processor time")
    return aim is None or wall >= aim


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.dns_check", description=__doc__)
    parser.add_argument("--domains", type=int, default=DOMAINS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    senders = make_senders(options.domains, options.seed)
    found: list[Run] = []
    with TemporaryDirectory() as made:
        peer = make_peer(Path(made))
        with name_server(senders, Path(made)) as server:
            bench = Bench(server, senders, peer, max(1, options.domains // 5))
            for _ in range(options.runs):
                found += bench.play()
    return 0 if report(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
