/*
 * What a connection has to say, as whole messages: frames are written straight into the
 * last one until it is full or on its way.
 *
 * Invariant: a chunk holds whole frames; it is longer than SPY_CHUNK_SIZE only when it is one
 * frame, and never longer than what the peer accepts. A connection with nothing to say holds
 * no chunk. A frame in the making stands at the end of the last chunk, from `mark` on.
 */
#ifndef SPY_CORE_OUTPUT_H
#define SPY_CORE_OUTPUT_H

#include <core/context.h>

/* More in one message saves nothing and makes the peer wait for the first frame. */
#define SPY_CHUNK_SIZE ((size_t)64 * 1024)
/* A spare chunk with more than this is for a rare large frame; its memory goes back. */
#define SPY_CHUNK_KEEP (2 * SPY_CHUNK_SIZE)

struct spy_chunk {
	struct spy_chunk *next;
	struct spy_buf buf;
};

struct spy_output {
	struct spy_chunk *head, *tail;
	size_t queued; /* bytes in all */
	size_t mark;
	bool sending; /* the head is on its way: append nothing to it */
};

/* The same where there is no room behind the last frame, or where the frame may not fit. */
struct spy_buf *spy_output_begin_chunk(struct spy_context *context,
				       struct spy_output *output);
int spy_output_end_long(struct spy_context *context, struct spy_output *output,
			size_t max_message);

/* Begins a frame: append it to the buffer. NULL without memory. One at a time. */
static inline struct spy_buf *spy_output_begin(struct spy_context *context,
					       struct spy_output *output)
{
	struct spy_chunk *chunk = output->tail;

	if (!chunk || output->sending || chunk->buf.len >= SPY_CHUNK_SIZE)
		return spy_output_begin_chunk(context, output);
	output->mark = chunk->buf.len;
	return &chunk->buf;
}

/* Ends it. SPY_ENOMEM, or SPY_ERESOURCE_EXHAUSTED when it is longer than `max_message`; then
 * it is as if it had not begun. */
static inline int spy_output_end(struct spy_context *context, struct spy_output *output,
				 size_t max_message)
{
	struct spy_buf *buf = &output->tail->buf;

	if (buf->failed || buf->len > max_message || buf->len > SPY_CHUNK_SIZE)
		return spy_output_end_long(context, output, max_message);
	output->queued += buf->len - output->mark;
	return 0;
}

/* Takes back the frame that was begun. */
void spy_output_undo(struct spy_context *context, struct spy_output *output);

/* The next message; `sent` takes it away. */
bool spy_output_next(struct spy_output *output, const uint8_t **data, size_t *len);
void spy_output_sent(struct spy_context *context, struct spy_output *output);

void spy_output_free(struct spy_context *context, struct spy_output *output);
/* The context's spare chunks. */
void spy_output_free_spares(struct spy_context *context);

#endif
