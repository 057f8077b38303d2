"""c-ares beneath aiodns, driven by our own event loop.

aiodns gives each channel a thread and an inotify instance, of which Linux allows a user 128; each check of a domain has
a channel of its own, which remembers nothing. Answers that come from a thread also cost a third more processor time.
"""

import asyncio

import pycares

Reply = pycares.DNSResult | int  # a number of c-ares' where there is no answer
TICK_S = 0.1  # c-ares waits a quarter of a second at least before it asks again


class Channel:
    def __init__(self, nameservers: tuple[str, ...], *, try_s: float, tries: int, buffer_bytes: int) -> None:
        """Made while the loop runs. ``try_s``: of the first try, where nothing is known of the server yet."""
        self._loop = asyncio.get_running_loop()
        self._reading: set[int] = set()
        self._writing: set[int] = set()
        self._open: set[asyncio.Future[Reply]] = set()
        self._tick: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._cares = pycares.Channel(
            servers=nameservers or None,
            timeout=try_s,
            tries=tries,
            socket_receive_buffer_size=buffer_bytes,
            sock_state_cb=self._watch,
        )

    def ask(self, name: str, type: int) -> "asyncio.Future[Reply]":
        future: asyncio.Future[Reply] = self._loop.create_future()
        self._open.add(future)

        def answer(result: pycares.DNSResult | None, number: int | None) -> None:
            self._open.discard(future)
            if not future.done():
                future.set_result(number or 0 if result is None else result)

        try:
            self._cares.query(name, type, callback=answer)
        except pycares.AresError as exc:
            answer(None, int(exc.args[0]))
        if self._tick is None and self._open:
            self._tick = self._loop.call_later(TICK_S, self._time_passes)
        return future

    def _watch(self, socket: int, readable: bool, writable: bool) -> None:
        """What c-ares wants to be told of a socket; after the end from another thread, and nothing to us any more."""
        if self._is_closed:
            return
        if readable and socket not in self._reading:
            self._reading.add(socket)
            self._loop.add_reader(socket, self._cares.process_fd, socket, pycares.ARES_SOCKET_BAD)
        elif not readable and socket in self._reading:
            self._reading.discard(socket)
            self._loop.remove_reader(socket)
        if writable and socket not in self._writing:
            self._writing.add(socket)
            self._loop.add_writer(socket, self._cares.process_fd, pycares.ARES_SOCKET_BAD, socket)
        elif not writable and socket in self._writing:
            self._writing.discard(socket)
            self._loop.remove_writer(socket)

    def _time_passes(self) -> None:
        """Lets c-ares ask again, and give up."""
        self._tick = None
        if self._open:
            self._cares.process_fd(pycares.ARES_SOCKET_BAD, pycares.ARES_SOCKET_BAD)
            self._tick = self._loop.call_later(TICK_S, self._time_passes)

    def close(self) -> None:
        """Who still waits is told so, with c-ares' number for it."""
        if self._is_closed:
            return
        self._cares.cancel()
        self._is_closed = True
        for socket in self._reading:
            self._loop.remove_reader(socket)
        for socket in self._writing:
            self._loop.remove_writer(socket)
        if self._tick is not None:
            self._tick.cancel()
        self._cares.close()
