/*
 * One protocol frame as a struct, and the heads of the frames that we write. Knows the form
 * of frames, nothing of calls.
 *
 * Invariant: spy_frame_read() accepts exactly the heads of docs/wire.md §3; whatever it
 * refuses is a protocol error. Values are cut, not read. Read next: receive.c.
 */
#ifndef SPY_CORE_FRAME_H
#define SPY_CORE_FRAME_H

#include <core/pack.h>
#include <core/unpack.h>

enum spy_frame_kind {
	SPY_FRAME_HELLO,
	SPY_FRAME_OPEN,
	SPY_FRAME_OPENED,
	SPY_FRAME_ITEM,
	SPY_FRAME_END,
	SPY_FRAME_ERROR,
	SPY_FRAME_CANCEL,
	SPY_FRAME_CREDIT,
	SPY_FRAME_PING,
	SPY_FRAME_PONG,
	SPY_FRAME_AUTH,
	SPY_FRAME_AUTHED,
	SPY_FRAME_GOAWAY,
	SPY_FRAME_UNKNOWN, /* any higher number: skipped */
};

#define SPY_PROTOCOL_VERSION 1
/* The largest credit, setting, timeout. */
#define SPY_WIRE_MAX INT32_MAX

struct spy_frame {
	enum spy_frame_kind kind;
	uint32_t call;
	uint32_t stream;
	int64_t number;	       /* ERROR, AUTHED, GOAWAY: code. CREDIT: bytes */
	struct spy_slice text; /* OPEN: method. AUTH: token. The others' message */
	bool has_value; /* ITEM, END; ERROR: an exception; AUTH: a token, not nil */
	struct spy_slice value; /* ITEM, END: the value. OPEN: args, an array. ERROR: the
				   exception. HELLO, AUTHED: the map. PING: the number */
	struct spy_slice options; /* OPEN; len 0 when absent */
	struct spy_slice raw;	  /* all of it */
};

/* The next frame of a message. 0, or SPY_EPROTOCOL and in *what words for the peer. */
int spy_frame_read(struct spy_reader *reader, struct spy_frame *frame, const char **what);

/* The head of a frame of `count` elements: array, kind, call; and stream in the second. The
 * other elements follow. */
void spy_frame_put(struct spy_buf *buf, unsigned count, enum spy_frame_kind kind,
		   uint32_t call);
void spy_frame_put_stream(struct spy_buf *buf, unsigned count, enum spy_frame_kind kind,
			  uint32_t call, uint32_t stream);

static inline void spy_frame_put_text(struct spy_buf *buf, const char *text)
{
	spy_pack_str(buf, text, strlen(text));
}

/* The number on the wire for an error, and back; what is no code is `internal` one way and
 * `unknown` the other. 0 is 0. */
unsigned spy_code_number(int error);
int spy_code_error(int64_t number);

#endif
