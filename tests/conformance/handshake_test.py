#!/usr/bin/python3
"""What HTTP says before a connection: which requests are upgraded, which are refused, the
pages on the same port, and what the settings change."""
import base64
import hashlib
import random

from upgrade import *
from suite import *

suite = Suite()


def refused(name, status, *args, **kw):
    """An upgrade request that gets that status, or just no upgrade (None)."""
    async def run(t):
        try:
            got = (await ask(t, request(*args, **kw)))[0]
        except asyncio.IncompleteReadError:
            got = "closed"
        if status:
            eq(got, status, "status")
        else:
            ok(got == "closed" or got != 101 and got != 200, f"the answer is {got}")
        await alive(t)
    suite.add(name, run)


def upgraded(name, *args, **kw):
    async def run(t):
        status, headers, _ = await ask(t, request(*args, **kw))
        eq(status, 101, "status")
        eq(headers.get("sec-websocket-protocol"), SUBPROTOCOL, "subprotocol")
        digest = hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        eq(headers.get("sec-websocket-accept"), base64.b64encode(digest).decode().lower(),
           "Sec-WebSocket-Accept")
        ok("sec-websocket-extensions" not in headers, "an extension was agreed on")
    suite.add(name, run)

# --- what is upgraded -----------------------------------------------------------------------
upgraded("upgrade: the plain case")
upgraded("upgrade: a query after the path is ignored", "/spy?x=1&y=/other")
upgraded("upgrade: an empty query is ignored", "/spy?")
upgraded("upgrade: a token in the query is ignored", "/spy?token=user:bob:a1:")
upgraded("upgrade: keep-alive beside Upgrade", Connection="keep-alive, Upgrade")
upgraded("upgrade: header values in other letter case", Upgrade="WebSocket",
         Connection="upgrade")
upgraded("upgrade: header names in other letter case", Upgrade=None,
         extra=["uPGRADE: websocket"])
upgraded("upgrade: our subprotocol among others, last", Sec_WebSocket_Protocol="a, spy.1.msgpack")
upgraded("upgrade: our subprotocol among others, first", Sec_WebSocket_Protocol="spy.1.msgpack, z")
upgraded("upgrade: subprotocols without a space", Sec_WebSocket_Protocol="a,spy.1.msgpack,z")
upgraded("upgrade: a later version of the subprotocol is preferred by the client",
         Sec_WebSocket_Protocol="spy.2.msgpack, spy.1.msgpack")
upgraded("upgrade: subprotocols on two header lines", Sec_WebSocket_Protocol=None,
         extra=["Sec-WebSocket-Protocol: other", "Sec-WebSocket-Protocol: spy.1.msgpack"])
upgraded("upgrade: permessage-deflate is offered and off by default",
         Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")
upgraded("upgrade: an unknown extension is offered", Sec_WebSocket_Extensions="x-nothing; a=1")
upgraded("upgrade: any Origin passes while no list is configured", Origin="http://evil.example")
upgraded("upgrade: Origin null passes while no list is configured", Origin="null")
upgraded("upgrade: many headers", extra=[f"X-Filler-{i}: {'v' * 20}" for i in range(30)])

# --- what is not ----------------------------------------------------------------------------
for path in ("/", "/other", "/spy/", "/spyx", "/sp", "/SPY", "/spy/x", "/spy.1.msgpack",
             "/other?/spy", "/x/../spyy"):
    refused(f"refused: path {path} gets 404", 404, path)
refused("refused: no subprotocol gets 400", 400, Sec_WebSocket_Protocol=None)
for token in ("spy.2.msgpack", "SPY.1.MSGPACK", "spy.1.msgpackx", "xspy.1.msgpack", "spy.1",
              "spy.1.msgpac", "spy.1.json, other", "spy", "spy.1.msgpack x", "\"spy.1.msgpack\""):
    refused(f"refused: subprotocol {token} gets 400", 400, Sec_WebSocket_Protocol=token)
refused("refused: WebSocket version 8", None, Sec_WebSocket_Version="8")
refused("refused: WebSocket version 14", None, Sec_WebSocket_Version="14")
refused("refused: WebSocket version missing", None, Sec_WebSocket_Version=None)
refused("refused: no key", None, Sec_WebSocket_Key=None)
refused("refused: Upgrade to h2c", None, Upgrade="h2c", Connection="Upgrade, HTTP2-Settings",
        HTTP2_Settings="AAMAAABkAARAAAAAAAIAAAAA")
refused("refused: Upgrade to TLS", None, Upgrade="TLS/1.0")
refused("refused: POST", None, method="POST", Content_Length="0")
refused("refused: HEAD", None, method="HEAD")
refused("refused: CONNECT", None, "localhost:80", method="CONNECT")
refused("refused: HTTP/1.0", None, version="HTTP/1.0")
refused("refused: a plain GET of the path", None, Upgrade=None, Connection="close",
        Sec_WebSocket_Key=None, Sec_WebSocket_Version=None, Sec_WebSocket_Protocol=None)


@suite.case("hostile: a header of 200,000 bytes harms nobody")
async def _(t):
    reader, writer = await t.tcp(request(X_Long="x" * 200000))
    try:
        ok(b" 101 " not in (await reader.read(64)), "such a request was upgraded")
    except ConnectionError:
        pass
    writer.close()
    await alive(t)


GARBAGE = {
    "a TLS hello": bytes.fromhex("1603010200010001fc0303") + bytes(200),
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "binary noise": random.Random(7).randbytes(3000),
    "one line without an end": b"GET /spy HTTP/1.1",
    "line feeds alone": request().replace(b"\r\n", b"\n"),
    "NULs": bytes(500),
    "a request without a version": b"GET /spy\r\n\r\n",
    "a chunked request": b"POST /spy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff"
                         b"ffffffffffff\r\nabc",
    "a negative length": b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "Redis": b"*1\r\n$4\r\nPING\r\n",
}
for garbage_name, garbage in GARBAGE.items():
    async def hostile(t, garbage=garbage):
        for size in (len(garbage), len(garbage) // 2):
            reader, writer = await t.tcp(garbage[:size])
            try:
                await asyncio.wait_for(reader.read(100), 0.3)
            except (asyncio.TimeoutError, ConnectionError):
                pass
            writer.close()
        await alive(t)
    suite.add(f"hostile: {garbage_name} harms nobody", hostile)


@suite.case("hostile: requests that come byte by byte, and one that stops half way")
async def _(t):
    _, half = await t.tcp(request()[:50])
    reader, writer = await t.tcp()
    for byte in request():
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    eq((await answer(reader))[0], 101, "status")
    half.close()
    writer.close()
    await alive(t)


@suite.case("hostile: 150 connections that say nothing delay nobody")
async def _(t):
    silent = [await t.tcp() for _ in range(150)]
    await alive(t)
    for _, writer in silent:
        writer.close()
    await alive(t)


@suite.case("hostile: 100 connections at the same time", limit=30)
async def _(t):
    clients = await asyncio.gather(*[t.connect() for _ in range(100)])
    await asyncio.gather(*[c.ping() for c in clients])

# --- HTTP on the same port ------------------------------------------------------------------
for page in ("/healthz", "/readyz", "/metrics"):
    async def get(t, page=page):
        status, _, _ = await ask(t, http(page))
        eq(status, 200, "status")
    suite.add(f"http: GET {page} gets 200", get)

    async def get_query(t, page=page):
        status, _, _ = await ask(t, http(page + "?verbose=1"))
        eq(status, 200, "status")
    suite.add(f"http: GET {page} with a query gets 200", get_query)


@suite.case("http: /metrics is Prometheus' text")
async def _(t):
    await alive(t)
    reader, writer = await t.tcp(http("/metrics"))
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    ok(b"text/plain" in head.lower(), f"head {head!r}")
    lines = body.decode().splitlines()
    ok(len(lines) > 5, "hardly any line")
    sample = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\.)*",?)*\})? '
                        r'[-+]?(\d+(\.\d+)?([eE][-+]?\d+)?|Inf|NaN)( \d+)?')
    for line in lines:
        ok(not line or line.startswith("# ") or sample.fullmatch(line), f"line {line!r}")
    writer.close()


for page in ("/nothing", "/healthz/x", "/metricsx", "/../etc/passwd", "/%2e%2e/etc/passwd"):
    async def get_nothing(t, page=page):
        status, _, _ = await ask(t, http(page))
        ok(status in (400, 403, 404), f"status {status}")
    suite.add(f"http: GET {page} is not there", get_nothing)


@suite.case("http: /healthz again on the same connection, or it is closed")
async def _(t):
    reader, writer = await t.tcp(http("/healthz", "keep-alive"))
    eq((await answer(reader))[0], 200, "status")
    try:
        writer.write(http("/healthz"))
        await writer.drain()
        eq((await answer(reader))[0], 200, "status")
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    writer.close()


# --- what can be configured -----------------------------------------------------------------
def configured(what, config):
    def add(function):
        async def run(t):
            t.server = await t.start_server(config=config)
            await function(t)
        suite.add(f"configured: {what}", run, own=True)
        return function
    return add


@configured("origins: those listed pass, others get 403, none passes",
            'origins: ["https://a.example", "http://b.example:8080"]\n')
async def _(t):
    for origin, status in (("https://a.example", 101), ("http://b.example:8080", 101), (None, 101),
                           ("http://a.example", 403), ("https://a.example.evil", 403),
                           ("https://xa.example", 403), ("http://b.example", 403),
                           ("https://a.example:443x", 403), ("null", 403)):
        eq((await ask(t, request(Origin=origin)))[0], status, f"status for Origin {origin!r}")
    await alive(t)


@configured("path: only that one", "path: /other/place\n")
async def _(t):
    eq((await ask(t, request("/other/place?x")))[0], 101, "status")
    for path in ("/spy", "/other", "/other/place/", "/"):
        eq((await ask(t, request(path)))[0], 404, f"status for {path}")


@configured("cookie: its name", "cookie: session\n")
async def _(t):
    for name, want in (("session", "bob"), ("spy_token", None)):
        c = await t.connect(headers={"Cookie": f"{name}=user:bob:a1:"})
        eq(await c.who(), want, "who")


@configured("limits.per_address: one more is refused", "limits:\n  per_address: 3\n")
async def _(t):
    clients = [await t.connect() for _ in range(3)]
    try:
        status = (await ask(t, request()))[0]
    except (asyncio.IncompleteReadError, ConnectionError):
        status = 0
    ok(status != 101, "a fourth was upgraded")
    await clients[0].leave()
    await asyncio.sleep(0.2)
    await (await t.connect()).ping()


@suite.case("configured: static_files: what is in the folder, and nothing else", own=True)
async def _(t):
    with tempfile.TemporaryDirectory() as folder:
        inside = os.path.join(folder, "public")
        os.mkdir(inside)
        files = {"public/index.html": b"<p>start</p>", "public/app.js": b"x = 1;\n" * 30000,
                 "secret.html": b"<p>secret</p>"}
        for name, content in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        t.server = await t.start_server(config=f"static_files: {inside}\n")
        for name in ("index.html", "app.js"):
            reader, writer = await t.tcp(http("/" + name))
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            ok(b" 200 " in head[:20], f"head {head[:200]!r}")
            ok(body == files["public/" + name], f"{name} is another, of {len(body)} bytes")
            writer.close()
        for path in ("/../secret.html", "/..%2fsecret.html", "/%2e%2e/secret.html", "/nothing",
                     "/x/../../secret.html", "//etc/passwd", "/index.html/x", "/index.html%00"):
            reader, writer = await t.tcp(http(path))
            got = await reader.read()
            ok(b" 200 " not in got[:20], f"{path} is served: {got[:200]!r}")
            writer.close()
        eq((await ask(t, http("/healthz")))[0], 200, "status of /healthz")
        await alive(t)


@configured("limits.handshake: who does not ask in time is closed", "limits:\n  handshake: 300ms\n")
async def _(t):
    for data in (b"", b"GET /spy HTTP/1.1\r\nHost: x\r\n"):
        reader, writer = await t.tcp(data)
        start = time.monotonic()
        try:
            await reader.read()
        except ConnectionError:
            pass
        ok(time.monotonic() - start < 5, "it stayed")
        writer.close()
    await alive(t)

suite.main()
