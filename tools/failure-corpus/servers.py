"""Servers of this machine that answer as broken ones do."""

import http.server
import json
import pathlib
import ssl
import subprocess
import tempfile
import threading
import time

import held_out.servers
import more_servers

COUNT = 3
SLOW_SECONDS = 20
STATUS_BODIES = {401: "authentication required", 403: "access denied", 404: "not found", 429: "too many requests",
                 500: "internal error", 503: "service unavailable"}


class Handler(http.server.BaseHTTPRequestHandler):
    """`/status/404/…`, `/slow`, `/garbage`, and `/npm/NAME` for packages that exist in one version."""

    def do_GET(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = self.path.strip("/").split("/")
        if parts[0] == "status":
            status = int(parts[1])
            headers = {"WWW-Authenticate": 'Basic realm="registry"'} if status == 401 else {}
            self.answer(status, STATUS_BODIES.get(status, "").encode(), headers)
        elif parts[0] == "slow":
            time.sleep(SLOW_SECONDS)
        elif parts[0] == "npm":
            self.answer(200, json.dumps(package(parts[-1])).encode(), {"Content-Type": "application/json"})
        elif parts[0] == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"half")
        elif not more_servers.answer(self, parts) and not held_out.servers.answer(self, parts):
            self.answer(200, b"<html>hello</html>", {"Content-Type": "text/html"})

    do_POST = do_PUT = do_HEAD = do_GET

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


def package(name):
    """The data of an npm package of which there is 1.0.0; `widget` wants another version of `core` beside it."""
    version = {"name": name, "version": "1.0.0", "dist": {"tarball": f"http://127.0.0.1:9/{name}.tgz", "shasum": "0" * 40}}
    if name == "widget":
        version["peerDependencies"] = {"core": "^2.0.0"}
    return {"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}


def serve(tls=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def start():
    """The ports of the servers; each one with TLS is at `TLS[port]`."""
    ports = []
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = pathlib.Path(folder, "key"), pathlib.Path(folder, "certificate")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "1", "-subj", "/CN=localhost"], check=True, capture_output=True)
        for _ in range(COUNT):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            port = serve()
            TLS[port] = serve(context)
            ports.append(port)
    return ports


TLS = {}
