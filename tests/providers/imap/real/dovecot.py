"""A Dovecot of one's own on loopback: IMAP, submission and an authentication socket for Postfix."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailwarden.embedded.processes import free_port
from mailwarden_sandbox.tls import Certificates, certificates
from tests.providers.imap.real.programs import as_root, await_port, program

USER, PASSWORD = "anna@firm.test", 'pass "word\\ \u00e4'
OTHER = "bert@firm.test"
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap submission
listen = 127.0.0.1
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
disable_plaintext_auth = {tls_only}
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_location = maildir:{home}/mail/%u
hostname = mail.firm.test
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=plain username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={home}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {home}/auth {{
    mode = 0666
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
}}
"""
OAUTH2 = """
introspection_mode = post
introspection_url = http://127.0.0.1:{introspection}/introspect
username_attribute = email
active_attribute = active
active_value = true
"""


@dataclass(frozen=True)
class Dovecot:
    home: Path
    imap: int
    imaps: int
    submission: int
    tls: Certificates

    @property
    def auth_socket(self) -> Path:
        return self.home / "auth"

    def log(self) -> str:
        return (self.home / "dovecot.log").read_text()


@contextmanager
def running_dovecot(relay: int, introspection: int, *, tls_only: bool = False) -> Iterator[Dovecot]:
    command = program("dovecot")
    as_root("Dovecot with its usual users")
    with tempfile.TemporaryDirectory(prefix="mw-dovecot-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # Dovecot's own users pass through
        (home / "mail").mkdir()
        (home / "mail").chmod(0o777)
        server = Dovecot(home, free_port(), free_port(), free_port(), certificates((), home / "tls"))
        _write(server, relay, introspection, tls_only=tls_only)
        process = subprocess.Popen([command, "-F", "-c", str(home / "dovecot.conf")])
        try:
            await_port(server.imap, home / "dovecot.log")
            await_port(server.submission, home / "dovecot.log")
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _write(server: Dovecot, relay: int, introspection: int, *, tls_only: bool) -> None:
    home = server.home
    (home / "users").write_text(f"{USER}:{PASSWORD}\n{OTHER}:{PASSWORD}\n")
    (home / "oauth2.conf").write_text(OAUTH2.format(introspection=introspection))
    config = CONFIG.format(
        home=home,
        chain=server.tls.chain,
        key=server.tls.key,
        relay=relay,
        imap=server.imap,
        imaps=server.imaps,
        submission=server.submission,
        tls_only="yes" if tls_only else "no",
    )
    (home / "dovecot.conf").write_text(config)
