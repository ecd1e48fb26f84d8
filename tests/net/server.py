"""A conformance server for one test script, and raw sockets to ill-treat it with."""
import base64
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("B", "build")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import check, done, skip  # noqa: E402,F401

KEY = base64.b64encode(b"0123456789abcdef").decode()


class Server:
    """Runs until stopped; settings as keyword arguments, limits__message for limits.message."""

    def __init__(self, port=0, workers=1, config="", nofile=None, **settings):
        environment = dict(os.environ, SPY_LOG_LEVEL="debug")
        for name, value in settings.items():
            environment["SPY_" + name.replace("__", "_").upper()] = str(value)
        command = [BUILD + "/tests/conformance-server", "--port", str(port),
                   "--workers", str(workers)]
        if config:
            command += ["--config", config]
        if nofile:
            command = ["prlimit", f"--nofile={nofile}:{nofile}"] + command
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                        stderr=self.log)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on "):
            raise RuntimeError("the server does not start: " + line + self.read_log())
        self.port = int(line.split()[-1])
        self.url = f"ws://127.0.0.1:{self.port}/spy"

    def read_log(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self, number=signal.SIGTERM, wait=20):
        """The exit status; None when it had to be killed."""
        self.process.send_signal(number)
        try:
            return self.process.wait(wait)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def stop_checked(self, name="the server stops cleanly"):
        status = self.stop()
        log = self.read_log()
        check(status == 0 and "Sanitizer" not in log and "runtime error" not in log, name,
              f"status {status}\n" + log[-6000:])

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024


class Raw:
    """A socket, and what it has read but not used."""

    def __init__(self, server, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def read_until(self, mark):
        while mark not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                return None
            self.buffer += data
        head, self.buffer = self.buffer.split(mark, 1)
        return head + mark

    def read_all(self):
        """Until the peer closes; b"" when it just cut the connection."""
        try:
            while data := self.socket.recv(65536):
                self.buffer += data
        except ConnectionResetError:
            pass
        data, self.buffer = self.buffer, b""
        return data

    def read_exactly(self, count):
        while len(self.buffer) < count:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read_frame(self):
        """(opcode, payload) of the next frame."""
        first, length = self.read_exactly(2)
        if length == 126:
            length, = struct.unpack(">H", self.read_exactly(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.read_exactly(8))
        return first & 15, self.read_exactly(length)

    def read_close(self):
        """The code of the close frame, everything before it skipped; None: it was cut."""
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == 8:
                    return struct.unpack(">H", payload[:2])[0]
        except (EOFError, ConnectionResetError):
            return None

    def close(self):
        self.socket.close()


def request(path="/spy", method="GET", **headers):
    """A handshake; a header given as None is left out, one given replaces the usual one."""
    usual = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Protocol": "spy.1.msgpack"}
    for name, value in headers.items():
        usual[name.replace("_", "-")] = value
    lines = [f"{name}: {value}" for name, value in usual.items() if value is not None]
    return "\r\n".join([f"{method} {path} HTTP/1.1"] + lines) + "\r\n\r\n"


def status_of(answer):
    """The HTTP status of an answer; 0: none."""
    found = re.match(rb"HTTP/1\.[01] (\d+) ", answer or b"")
    return int(found.group(1)) if found else 0


def frame(payload, opcode=2, final=True, mask=b"\x01\x02\x03\x04", length=None):
    """A frame; mask=None: without one; `length` announces another length."""
    length = len(payload) if length is None else length
    masked = 0x80 if mask else 0
    head = bytes([opcode | (0x80 if final else 0)])
    if length < 126:
        head += bytes([masked | length])
    elif length < 65536:
        head += bytes([masked | 126]) + struct.pack(">H", length)
    else:
        head += bytes([masked | 127]) + struct.pack(">Q", length)
    if not mask:
        return head + payload
    key = (mask * (len(payload) // 4 + 1))[:len(payload)]
    data = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big"))
    return head + mask + data.to_bytes(len(payload), "big")


def upgraded(server):
    """A raw socket with the handshake behind it."""
    raw = Raw(server)
    raw.send(request())
    answer = raw.read_until(b"\r\n\r\n")
    if status_of(answer) != 101:
        raise RuntimeError(f"no upgrade: {answer}")
    return raw


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
