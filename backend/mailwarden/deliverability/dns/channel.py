"""aiodns, driven by our own event loop alone.

Left to itself it gives each channel a thread and an inotify instance, of which Linux allows a user 128; and each check
of a domain has a channel of its own, which remembers nothing. Answers from a thread also cost a third more processor
time. Without them aiodns asks its loop to watch the sockets, as it does where inotify instances have run out.
"""

from functools import partial
from typing import Any

import aiodns
import pycares

TICK_S = 0.1  # c-ares waits a quarter of a second at least before it asks again


class LoopResolver(aiodns.DNSResolver):
    """To be made while the loop runs, which must be able to watch sockets: every one but Windows' usual one."""

    def _make_channel(self, **kwargs: Any) -> tuple[bool, pycares.Channel]:
        watched = partial(_watch, self)
        return False, pycares.Channel(sock_state_cb=watched, timeout=self._timeout, **kwargs)

    def _start_timer(self) -> None:
        """aiodns looks once a second, which is as long as a whole try."""
        self._timer = self.loop.call_later(TICK_S, self._timer_cb)


def _watch(resolver: LoopResolver, socket: int, readable: bool, writable: bool) -> None:
    """Once the resolver is closed, c-ares tells of the end of sockets from a thread of its own: nobody's any more.

    A socket that is no longer to be written to is let go at once: aiodns would go on asking, and never rest.
    """
    if resolver._closed:
        return
    if not writable and socket in resolver._write_fds:
        resolver._write_fds.discard(socket)
        resolver.loop.remove_writer(socket)
    resolver._sock_state_cb(socket, readable, writable)
