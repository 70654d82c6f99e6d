"""An HTTP server of JSON that remembers what it was asked, in a thread: for set-up code that is not asynchronous."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]


class Recorder:
    """`asked` holds (method, path, body, headers) of each request; `answers` decides what comes back."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any, dict[str, str]]] = []
        self.answers: Callable[[str, str, Any], Answer] = lambda method, path, body: (200, {})
        self.address = ""

    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, _, _ in self.asked]


@contextmanager
def recording() -> Iterator[Recorder]:
    recorder = Recorder()

    class Pages(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.asked.append((self.command, self.path, body, headers))
            status, answer = recorder.answers(self.command, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 (the names are the standard library's)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        recorder.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield recorder
        server.shutdown()
        thread.join()
