/* Frames from bytes and back: see frame.h. */
#include <core/frame.h>

#include <spy/error.h>

/* What the reading of one frame needs: its elements one after the other. */
struct cursor {
	struct spy_reader *reader;
	uint32_t left; /* elements */
	const char *what;
};

static int fail(struct cursor *c, const char *what)
{
	c->what = what;
	return SPY_EPROTOCOL;
}

static int next(struct cursor *c)
{
	if (!c->left)
		return fail(c, "a frame is too short");
	c->left--;
	return 0;
}

static int read_number32(struct cursor *c, uint32_t *number, const char *what)
{
	uint64_t wide;
	int r;

	if ((r = next(c)) < 0)
		return r;
	if (spy_read_uint(c->reader, &wide) < 0 || wide > UINT32_MAX)
		return fail(c, what);
	*number = (uint32_t)wide;
	return 0;
}

static int read_call(struct cursor *c, uint32_t *call)
{
	int r = read_number32(c, call, "a call's number is 1 to 2^32-1");

	return r < 0 || *call ? r : fail(c, "a call's number is 1 to 2^32-1");
}

static int read_ids(struct cursor *c, struct spy_frame *frame)
{
	int r = read_call(c, &frame->call);

	return r < 0 ? r
		     : read_number32(c, &frame->stream,
				     "a stream's number is 0 to 2^32-1");
}

/* Any integer; what is beyond 64 signed bits is no code and no credit that anyone knows. */
static int read_integer(struct cursor *c, int64_t *number, const char *what)
{
	uint64_t natural;
	int r;

	if ((r = next(c)) < 0)
		return r;
	if (spy_read_int(c->reader, number) == 0)
		return 0;
	if (spy_read_uint(c->reader, &natural) < 0)
		return fail(c, what);
	*number = INT64_MAX;
	return 0;
}

static int read_text(struct cursor *c, struct spy_slice *text, const char *what)
{
	int r = next(c);

	return r < 0 ? r : spy_read_str(c->reader, text) < 0 ? fail(c, what) : 0;
}

/* Cuts one value, of the given kind unless that is SPY_WIRE_NONE. */
static int read_value(struct cursor *c, enum spy_wire wire, struct spy_slice *value,
		      const char *what)
{
	int r;

	if ((r = next(c)) < 0)
		return r;
	if (wire != SPY_WIRE_NONE && spy_read_peek(c->reader) != wire)
		return fail(c, what);
	if (spy_cut(c->reader, value) < 0)
		return fail(c, "not MessagePack, or nested too deeply");
	return 0;
}

/* Each argument is a value of its own, so that each may be nested as deeply as an item. */
static int read_args(struct cursor *c, struct spy_slice *args)
{
	const uint8_t *start = c->reader->at;
	uint32_t count;
	int r;

	if ((r = next(c)) < 0)
		return r;
	if (spy_read_peek(c->reader) != SPY_WIRE_ARRAY)
		return fail(c, "the arguments are an array");
	if (spy_read_array(c->reader, &count) < 0)
		return fail(c, "not MessagePack, or nested too deeply");
	while (count--)
		if (spy_cut(c->reader, NULL) < 0)
			return fail(c, "not MessagePack, or nested too deeply");
	*args = (struct spy_slice){ start, (size_t)(c->reader->at - start) };
	return 0;
}

static int read_hello(struct cursor *c, struct spy_frame *frame)
{
	int64_t version;
	int r = read_integer(c, &version, "a version is a number");

	if (r < 0)
		return r;
	if (version != SPY_PROTOCOL_VERSION)
		return fail(c, "this is protocol version 1");
	return read_value(c, SPY_WIRE_MAP, &frame->value, "settings are a map");
}

static int read_open(struct cursor *c, struct spy_frame *frame)
{
	int r;

	if ((r = read_call(c, &frame->call)) < 0 ||
	    (r = read_text(c, &frame->text, "a method's name is a string")) < 0 ||
	    (r = read_args(c, &frame->value)) < 0 || !c->left)
		return r;
	return read_value(c, SPY_WIRE_MAP, &frame->options, "options are a map");
}

static int read_error(struct cursor *c, struct spy_frame *frame)
{
	struct spy_slice body;
	const uint8_t *start;
	int8_t type;
	int r;

	if ((r = read_ids(c, frame)) < 0 ||
	    (r = read_integer(c, &frame->number, "a code is a number")) < 0 ||
	    (r = read_text(c, &frame->text, "a message is a string")) < 0 || !c->left)
		return r;
	if (spy_read_peek(c->reader) == SPY_WIRE_NIL)
		return 0;
	start = c->reader->at;
	c->left--;
	if (spy_read_ext(c->reader, &type, &body) < 0 || type != SPY_EXT_OBJECT)
		return fail(c, "an exception is an object");
	frame->has_value = true;
	frame->value = (struct spy_slice){ start, (size_t)(c->reader->at - start) };
	return 0;
}

static int read_auth(struct cursor *c, struct spy_frame *frame)
{
	if (c->left && spy_read_peek(c->reader) == SPY_WIRE_NIL)
		return 0;
	frame->has_value = true;
	return read_text(c, &frame->text, "a token is a string or nil");
}

static int read_authed(struct cursor *c, struct spy_frame *frame)
{
	int r;

	if ((r = read_integer(c, &frame->number, "a code is a number")) < 0 ||
	    (r = read_text(c, &frame->text, "a message is a string")) < 0)
		return r;
	return read_value(c, SPY_WIRE_MAP, &frame->value, "an identity is a map");
}

static int read_goaway(struct cursor *c, struct spy_frame *frame)
{
	int r;

	if ((r = read_integer(c, &frame->number, "a code is a number")) < 0 ||
	    (r = read_text(c, &frame->text, "a message is a string")) < 0)
		return r;
	return read_number32(c, &frame->call, "a call's number is 0 to 2^32-1");
}

static int read_credit(struct cursor *c, struct spy_frame *frame)
{
	int r;

	if ((r = read_ids(c, frame)) < 0 ||
	    (r = read_integer(c, &frame->number, "credit is a number of bytes")) < 0)
		return r;
	if (frame->number < 0 || frame->number > SPY_WIRE_MAX)
		return fail(c, "credit is 0 to 2^31-1 bytes");
	return 0;
}

static int read_body(struct cursor *c, struct spy_frame *frame)
{
	int r;

	switch (frame->kind) {
	case SPY_FRAME_HELLO:
		return read_hello(c, frame);
	case SPY_FRAME_OPEN:
		return read_open(c, frame);
	case SPY_FRAME_OPENED:
		return read_call(c, &frame->call);
	case SPY_FRAME_ITEM:
		frame->has_value = true;
		if ((r = read_ids(c, frame)) < 0)
			return r;
		return read_value(c, SPY_WIRE_NONE, &frame->value, NULL);
	case SPY_FRAME_END:
		if ((r = read_ids(c, frame)) < 0 || !c->left)
			return r;
		frame->has_value = true;
		return read_value(c, SPY_WIRE_NONE, &frame->value, NULL);
	case SPY_FRAME_ERROR:
		return read_error(c, frame);
	case SPY_FRAME_CANCEL:
		return read_ids(c, frame);
	case SPY_FRAME_CREDIT:
		return read_credit(c, frame);
	case SPY_FRAME_PING:
	case SPY_FRAME_PONG:
		return read_value(c, SPY_WIRE_INT, &frame->value, "a ping is a number");
	case SPY_FRAME_AUTH:
		return read_auth(c, frame);
	case SPY_FRAME_AUTHED:
		return read_authed(c, frame);
	case SPY_FRAME_GOAWAY:
		return read_goaway(c, frame);
	case SPY_FRAME_UNKNOWN:
		break;
	}
	return 0;
}

/* An integer below 2^16 in its shortest form; anything else is left to read_number32(). */
static inline bool read_short(const uint8_t **at, uint32_t *number)
{
	const uint8_t *p = *at;

	if (p[0] < 0x80) {
		*number = p[0];
		*at = p + 1;
	} else if (p[0] == 0xcc) {
		*number = p[1];
		*at = p + 2;
	} else if (p[0] == 0xcd) {
		*number = (uint32_t)p[1] << 8 | p[2];
		*at = p + 3;
	} else {
		return false;
	}
	return true;
}

/* Nearly all frames are items, and nearly all items look alike. False, and nothing has
 * happened, for all that do not. */
static bool read_item(struct spy_reader *reader, struct spy_frame *frame)
{
	struct spy_reader value = *reader;
	const uint8_t *start = reader->at;

	if (reader->end - start < 8 || start[0] != 0x94 || start[1] != SPY_FRAME_ITEM)
		return false;
	value.at += 2;
	if (!read_short(&value.at, &frame->call) || !frame->call ||
	    !read_short(&value.at, &frame->stream) || spy_cut(&value, &frame->value) < 0)
		return false;
	frame->kind = SPY_FRAME_ITEM;
	frame->has_value = true;
	frame->raw = (struct spy_slice){ start, (size_t)(value.at - start) };
	reader->at = value.at;
	return true;
}

int spy_frame_read(struct spy_reader *reader, struct spy_frame *frame, const char **what)
{
	struct cursor c = { .reader = reader };
	const uint8_t *start = reader->at;
	uint64_t kind = 0;
	int r = 0;

	if (read_item(reader, frame))
		return 0;
	*frame = (struct spy_frame){ 0 };
	if (spy_read_array(reader, &c.left) < 0)
		r = fail(&c, "a frame is an array");
	else if ((r = next(&c)) == 0 && spy_read_uint(reader, &kind) < 0)
		r = fail(&c, "a frame's kind is a number from 0");
	if (r == 0) {
		frame->kind = kind < SPY_FRAME_UNKNOWN ? (enum spy_frame_kind)kind
						       : SPY_FRAME_UNKNOWN;
		r = read_body(&c, frame);
	}
	while (r == 0 && c.left--)
		if (spy_cut(reader, NULL) < 0)
			r = fail(&c, "not MessagePack, or nested too deeply");
	frame->raw = (struct spy_slice){ start, (size_t)(reader->at - start) };
	*what = c.what;
	return r;
}

void spy_frame_put(struct spy_buf *buf, unsigned count, enum spy_frame_kind kind,
		   uint32_t call)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);

	if (!at)
		return;
	*at++ = (uint8_t)(0x90 | count);
	*at++ = (uint8_t)kind;
	spy_put_uint32(&at, call);
	buf->len = (size_t)(at - buf->data);
}

void spy_frame_put_stream(struct spy_buf *buf, unsigned count, enum spy_frame_kind kind,
			  uint32_t call, uint32_t stream)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);

	if (!at)
		return;
	*at++ = (uint8_t)(0x90 | count);
	*at++ = (uint8_t)kind;
	at = spy_write_int64(at, call);
	at = spy_write_int64(at, stream);
	buf->len = (size_t)(at - buf->data);
}

unsigned spy_code_number(int error)
{
	if (error >= 0)
		return 0;
	if (error == SPY_ENOMEM)
		return -1000 - SPY_ERESOURCE_EXHAUSTED;
	if (error == SPY_EXCEPTION)
		return -1000 - SPY_EABORTED;
	if (error <= SPY_ECANCELED && error >= SPY_EUNAUTHENTICATED)
		return (unsigned)(-1000 - error);
	return -1000 - SPY_EINTERNAL;
}

int spy_code_error(int64_t number)
{
	if (number < 1 || number > -1000 - SPY_EUNAUTHENTICATED)
		return SPY_EUNKNOWN;
	return (int)(-1000 - number);
}
