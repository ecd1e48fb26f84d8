/*
 * The annotated frames of tests/wire: the bytes are what their text says, are read as a
 * frame of that kind, in longer forms too, and our writers make the same bytes.
 */
#include "support/hex.h"
#include "support/notation.h"

#include <core/frame.h>
#include <spy/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <glob.h>
#include <stdlib.h>

/* The frame that `text` says. */
static void read_text(const char *text, struct spy_buf *buf, struct spy_frame *frame)
{
	struct spy_reader reader;
	const char *what = "";

	assert_true(notation_encode(text, buf));
	reader = spy_reader(buf->data, buf->len);
	if (spy_frame_read(&reader, frame, &what) < 0)
		fail_msg("%s: %s", text, what);
	assert_true(spy_read_done(&reader));
}

/* Our own head for those that have nothing but a call, or a call and a stream, in it. */
static void check_head(const struct spy_frame *frame, const struct spy_buf *expected)
{
	bool has_stream =
		frame->kind >= SPY_FRAME_ITEM && frame->kind <= SPY_FRAME_CREDIT;
	struct spy_buf buf = { 0 };
	unsigned count = expected->data[0] & 0x0f;

	if (frame->kind == SPY_FRAME_OPENED || frame->kind == SPY_FRAME_OPEN)
		spy_frame_put(&buf, count, frame->kind, frame->call);
	else if (has_stream)
		spy_frame_put_stream(&buf, count, frame->kind, frame->call,
				     frame->stream);
	assert_true(buf.len <= expected->len);
	if (buf.len)
		assert_memory_equal(buf.data, expected->data, buf.len);
	spy_buf_free(&buf);
}

static void check_frame(const char *hex, const char *text)
{
	struct spy_buf buf = { 0 };
	struct spy_frame frame;
	size_t len;
	uint8_t *bytes = hex_bytes(hex, &len);

	read_text(text, &buf, &frame);
	if (len != buf.len || memcmp(bytes, buf.data, len))
		fail_msg("%s is %s", text, hex_text(buf.data, buf.len));
	assert_int_equal(frame.kind,
			 bytes[1] < SPY_FRAME_UNKNOWN ? bytes[1] : SPY_FRAME_UNKNOWN);
	check_head(&frame, &buf);
	/* Cut anywhere it is no frame. */
	for (size_t cut = 0; cut < len; cut++) {
		struct spy_reader reader = spy_reader(bytes, cut);
		const char *what;

		assert_int_equal(spy_frame_read(&reader, &frame, &what), SPY_EPROTOCOL);
	}
	free(bytes);
	spy_buf_free(&buf);
}

static void check_longer(const char *hex, const char *text)
{
	struct spy_buf buf = { 0 };
	struct spy_frame frame, longer;
	struct spy_reader reader;
	const char *what;
	size_t len;
	uint8_t *bytes = hex_bytes(hex, &len);

	read_text(text, &buf, &frame);
	reader = spy_reader(bytes, len);
	assert_int_equal(spy_frame_read(&reader, &longer, &what), 0);
	assert_true(spy_read_done(&reader));
	assert_int_equal(longer.kind, frame.kind);
	assert_int_equal(longer.call, frame.call);
	assert_int_equal(longer.stream, frame.stream);
	assert_int_equal(longer.number, frame.number);
	assert_int_equal(longer.text.len, frame.text.len);
	assert_int_equal(longer.has_value, frame.has_value);
	free(bytes);
	spy_buf_free(&buf);
}

static void test_frames(void **state)
{
	char line[512], hex[1024] = "", text[512] = "";
	FILE *file = fopen(*state, "r");
	int frames = 0;

	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "#\n")] = '\0';
		if (*line == '=') {
			snprintf(text, sizeof text, "%s", line + 1);
			check_frame(hex, text);
			*hex = '\0';
			frames++;
		} else if (*line == '~') {
			check_longer(line + 1, text);
		} else {
			size_t used = strlen(hex);

			snprintf(hex + used, sizeof hex - used, "%s", line);
		}
	}
	fclose(file);
	assert_true(frames > 0);
}

int main(void)
{
	struct CMUnitTest tests[16];
	glob_t found = { 0 };
	size_t count = 0;
	int failed;

	if (glob("tests/wire/*.txt", 0, NULL, &found))
		return 1;
	for (; count < found.gl_pathc && count < 16; count++)
		tests[count] = (struct CMUnitTest){ found.gl_pathv[count], test_frames,
						    NULL, NULL, found.gl_pathv[count] };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("wire", tests, count, NULL, NULL);
	globfree(&found);
	return failed;
}
