#!/usr/bin/python3
"""make demo: the echo pair at work, for somebody who has just fetched this.

    samples/demo.py BUILD [PORT]

Starts the server, runs the client against it, and leaves the server running until Ctrl-C;
with DEMO_ONCE=1 in the environment it ends after the client.
"""
import os
import signal
import socket
import subprocess
import sys
import time

PATIENCE = 10  # seconds for the server to open its port


def open_port(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("localhost", port)) == 0


def wait_for(server, port):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        if open_port(port):
            return True
        time.sleep(0.05)
    return False


def main():
    build, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8080
    if open_port(port):
        print(f"port {port} is in use; stop what uses it and try again", file=sys.stderr)
        return 1
    command = [os.path.join(build, "samples/echo/server"), "--port", str(port)]
    print("$ " + " ".join(command) + " &", flush=True)
    server = subprocess.Popen(command)
    try:
        if not wait_for(server, port):
            print("the server did not open its port", file=sys.stderr)
            return 1
        command = [os.path.join(build, "samples/echo/client"), f"ws://localhost:{port}"]
        print("$ " + " ".join(command), flush=True)
        status = subprocess.run(command, check=False).returncode
        if status or os.environ.get("DEMO_ONCE") == "1":
            server.send_signal(signal.SIGTERM)
            return status or server.wait()
        print(f"\nThe server stays at ws://localhost:{port}/spy; Ctrl-C ends it.", flush=True)
        server.wait()
        return server.returncode
    except KeyboardInterrupt:
        print()
        return 0
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
