"""What stands between a client and a PostgreSQL server: it counts round trips, and ends the connection in one."""

import select
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from crashes.ends import DEADLINE, Byte, End, RoundTrip

_CHUNK = 65536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Traffic:
    """What went through so far. A round trip begins where the client speaks after the server did."""

    round_trips: int = 0
    passed: int = 0
    client_speaks: bool = False


class Proxy:
    """Passes on what one client and the server say, until `end` comes: then `strike` is called and both are cut off.

    A broken connection ends with a reset for both sides, and what was on its way gets lost; otherwise the server sees
    the client go, as when the system closes the files of a process.
    """

    def __init__(self, server_url: str, end: End | None, strike: Callable[[], None]) -> None:
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 5432)
        self._end = end
        self._strike = strike
        self.traffic = Traffic()
        self.opened = threading.Event()
        self.opened_at = 0.0
        self.reached = False
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy._connect(self.request)

        self._listener = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        account = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{self._listener.server_address[1]}"))
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join(DEADLINE)

    def _connect(self, client: socket.socket) -> None:
        if not self.opened.is_set():
            self.opened_at = monotonic()
            self.opened.set()
        try:
            with socket.create_connection(self._server) as server:
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._pass_on(client, server)
        except OSError:
            return  # one of the two is gone, and the other sees it as its socket is closed

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        to = {client: server, server: client}
        self.traffic.client_speaks = False
        while True:
            for source in select.select([client, server], [], [])[0]:
                said = source.recv(_CHUNK)
                if not said:
                    return
                kept = self._until_end(said, source is client)
                to[source].sendall(said[:kept])
                if self.reached:
                    self._cut_off(client, server)
                    return

    def _until_end(self, said: bytes, by_client: bool) -> int:
        """Count what is said; how much of it is passed on, which is less than all where the end comes."""
        traffic = self.traffic
        turned = by_client != traffic.client_speaks
        traffic.client_speaks = by_client
        traffic.round_trips += turned and by_client
        traffic.passed += len(said)
        match self._end:
            case Byte(number) if traffic.passed >= number:
                self.reached = True
                return len(said) - (traffic.passed - number)
            case RoundTrip(number, side) if turned and number == traffic.round_trips:
                self.reached = by_client == (side == "before")
                return 0 if self.reached else len(said)
        return len(said)

    def _cut_off(self, client: socket.socket, server: socket.socket) -> None:
        self._strike()
        if isinstance(self._end, Byte):
            for each in (client, server):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
