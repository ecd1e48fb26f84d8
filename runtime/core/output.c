/* Messages going out: see output.h. */
#include <core/output.h>

#include <spy/error.h>

#include <stdlib.h>

static struct spy_chunk *chunk_get(struct spy_context *context)
{
	struct spy_chunk *chunk = context->chunks;

	if (chunk) {
		context->chunks = chunk->next;
		context->chunk_count--;
		chunk->next = NULL;
		return chunk;
	}
	return calloc(1, sizeof *chunk);
}

static void chunk_put(struct spy_context *context, struct spy_chunk *chunk)
{
	if (context->chunk_count >= SPY_SPARE_CHUNKS) {
		spy_buf_free(&chunk->buf);
		free(chunk);
		return;
	}
	if (chunk->buf.cap > SPY_CHUNK_KEEP)
		spy_buf_free(&chunk->buf);
	spy_buf_reset(&chunk->buf);
	chunk->next = context->chunks;
	context->chunks = chunk;
	context->chunk_count++;
}

static struct spy_chunk *append(struct spy_context *context, struct spy_output *output)
{
	struct spy_chunk *chunk = chunk_get(context);

	if (!chunk)
		return NULL;
	if (output->tail)
		output->tail->next = chunk;
	else
		output->head = chunk;
	output->tail = chunk;
	return chunk;
}

/* Takes away the last chunk when it is empty, so that nothing holds one for nothing. */
static void drop_empty_tail(struct spy_context *context, struct spy_output *output)
{
	struct spy_chunk *tail = output->tail, *before = output->head;

	if (!tail || tail->buf.len)
		return;
	if (before == tail) {
		output->head = output->tail = NULL;
	} else {
		while (before->next != tail)
			before = before->next;
		before->next = NULL;
		output->tail = before;
	}
	chunk_put(context, tail);
}

struct spy_buf *spy_output_begin_chunk(struct spy_context *context,
				       struct spy_output *output)
{
	struct spy_chunk *chunk = output->tail;

	if (!chunk || (output->sending && chunk == output->head) ||
	    chunk->buf.len >= SPY_CHUNK_SIZE)
		chunk = append(context, output);
	if (!chunk)
		return NULL;
	output->mark = chunk->buf.len;
	return &chunk->buf;
}

void spy_output_undo(struct spy_context *context, struct spy_output *output)
{
	struct spy_buf *buf = &output->tail->buf;

	spy_buf_truncate(buf, output->mark);
	buf->failed = false;
	drop_empty_tail(context, output);
}

/* The frame makes its chunk too long: it moves to one of its own. */
static int move_frame(struct spy_context *context, struct spy_output *output)
{
	struct spy_buf *from = &output->tail->buf;
	size_t mark = output->mark;
	struct spy_chunk *chunk = append(context, output);

	if (chunk)
		spy_buf_append(&chunk->buf, from->data + mark, from->len - mark);
	if (!chunk || chunk->buf.failed) {
		if (chunk)
			chunk->buf.failed = false;
		drop_empty_tail(context, output);
		spy_buf_truncate(from, mark);
		return SPY_ENOMEM;
	}
	spy_buf_truncate(from, mark);
	return 0;
}

int spy_output_end_long(struct spy_context *context, struct spy_output *output,
			size_t max_message)
{
	struct spy_buf *buf = &output->tail->buf;
	size_t len = buf->len - output->mark;
	size_t limit = max_message < SPY_CHUNK_SIZE ? max_message : SPY_CHUNK_SIZE;
	int r = buf->failed	    ? SPY_ENOMEM
		: len > max_message ? SPY_ERESOURCE_EXHAUSTED
				    : 0;

	if (r < 0) {
		spy_output_undo(context, output);
		return r;
	}
	if (output->mark && buf->len > limit && (r = move_frame(context, output)) < 0)
		return r;
	output->queued += len;
	return 0;
}

bool spy_output_next(struct spy_output *output, const uint8_t **data, size_t *len)
{
	if (!output->head)
		return false;
	*data = output->head->buf.data;
	*len = output->head->buf.len;
	output->sending = true;
	return true;
}

void spy_output_sent(struct spy_context *context, struct spy_output *output)
{
	struct spy_chunk *chunk = output->head;

	if (!chunk || !output->sending)
		return;
	output->sending = false;
	output->queued -= chunk->buf.len;
	if (!(output->head = chunk->next))
		output->tail = NULL;
	chunk_put(context, chunk);
}

void spy_output_free(struct spy_context *context, struct spy_output *output)
{
	while (output->head) {
		struct spy_chunk *chunk = output->head;

		output->head = chunk->next;
		chunk_put(context, chunk);
	}
	*output = (struct spy_output){ 0 };
}

void spy_output_free_spares(struct spy_context *context)
{
	while (context->chunks) {
		struct spy_chunk *chunk = context->chunks;

		context->chunks = chunk->next;
		spy_buf_free(&chunk->buf);
		free(chunk);
	}
	context->chunk_count = 0;
}
