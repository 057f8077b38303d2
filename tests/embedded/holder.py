import subprocess
import sys
from pathlib import Path

HOLD = """
import signal, sys, time
from pathlib import Path
# Started in the background of a shell, a process inherits that it ignores these.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from mailwarden.embedded import embedded_servers
with embedded_servers(Path(sys.argv[1]), fast=True) as servers:
    print(servers.postgres.pid, servers.redis.pid, flush=True)
    time.sleep(60)
"""


class Holder:
    """Another process that has started the servers and waits for its end."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(data_dir)],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        assert self.process.stdout is not None
        self.pids = [int(pid) for pid in self.process.stdout.readline().split()]

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        try:
            return self.process.wait(30)
        finally:
            if self.process.stdout:
                self.process.stdout.close()
