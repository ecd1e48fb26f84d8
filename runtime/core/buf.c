/*
 * The growing half of buf.h. Invariant: `data` is NULL or SPY_BUF_HEADROOM bytes after the
 * start of a block from malloc(), with `cap` bytes behind it.
 */
#include <stdlib.h>

#include <core/buf.h>

/* Of the first block, headroom included: a few small frames. */
#define FIRST_BLOCK ((size_t)256)

bool spy_buf_grow(struct spy_buf *buf, size_t n)
{
	size_t cap = buf->cap ? 2 * buf->cap : FIRST_BLOCK - SPY_BUF_HEADROOM;
	uint8_t *block;

	if (n > SIZE_MAX / 4 - buf->len) {
		buf->failed = true;
		return false;
	}
	if (cap < buf->len + n)
		cap = buf->len + n;
	block = realloc(buf->data ? buf->data - SPY_BUF_HEADROOM : NULL,
			SPY_BUF_HEADROOM + cap);
	if (!block) {
		buf->failed = true;
		return false;
	}
	buf->data = block + SPY_BUF_HEADROOM;
	buf->cap = cap;
	return true;
}

void spy_buf_free(struct spy_buf *buf)
{
	free(spy_buf_take(buf));
}
