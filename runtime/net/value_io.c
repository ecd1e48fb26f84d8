/*
 * The few functions on values that touch the system: defaults `now` and `random`, and
 * printing to a file. Everything else about values is in the core.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include <core/decode.h>
#include <core/print.h>
#include <net/value_io.h>

static void now(struct timespec *time)
{
	clock_gettime(CLOCK_REALTIME, time);
}

static void random_bytes(void *bytes, size_t len)
{
	char *at = (char *)bytes;

	while (len) {
		ssize_t n = getrandom(at, len, 0);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EINTR) {
			/* no kernel that we run on is without it, and going on with what is
			 * no random number would be worse */
			abort();
		}
	}
}

const struct spy_env spy_system_env = { now, random_bytes };

void spy_value_init(const struct spy_type *type, void *value)
{
	spy_value_init_env(type, value, &spy_system_env);
}

int spy_value_decode(const struct spy_type *type, const uint8_t *data, size_t len,
		     void **value)
{
	struct spy_arena arena;
	const void *decoded;
	int r;

	*value = NULL;
	spy_arena_init(&arena, &spy_system_env);
	r = spy_decode_type(&arena, type, data, len, 0, &decoded);
	if (r == 0) {
		*value = spy_value_clone(type, decoded);
		if (!*value)
			r = SPY_ENOMEM;
	}
	spy_arena_free(&arena);
	return r;
}

/* What print.c made, written in one go so that lines of several threads do not mix. */
static int write_out(struct spy_buf *buf, int r, FILE *file)
{
	if (r == 0 && buf->len && fwrite(buf->data, 1, buf->len, file) != buf->len)
		r = SPY_EINTERNAL;
	if (r == 0)
		r = (int)buf->len;
	spy_buf_free(buf);
	return r;
}

int spy_value_print(const struct spy_type *type, const void *value, FILE *file)
{
	struct spy_buf buf = { 0 };
	int r = spy_print_value(&buf, type, value);

	return write_out(&buf, r, file);
}

int spy_any_print(const struct spy_any *value, FILE *file)
{
	struct spy_buf buf = { 0 };
	int r = spy_print_any(&buf, value);

	return write_out(&buf, r, file);
}
