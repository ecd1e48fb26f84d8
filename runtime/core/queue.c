/* Unread items: see queue.h. The length is a base-128 number, lowest digit first. */
#include <core/queue.h>

#include <spy/error.h>

#include <stdlib.h>
#include <string.h>

#define SMALLEST   128
#define LENGTH_MAX 5 /* digits of 32 bits */
#define LARGEST	   ((size_t)INT32_MAX)

/* Makes room for `more` bytes at the end, by moving up or by growing. */
static int reserve(struct spy_queue *queue, size_t more)
{
	size_t used = queue->tail - queue->head, cap = queue->cap ? queue->cap : SMALLEST;
	uint8_t *data;

	if (queue->cap - queue->tail >= more)
		return 0;
	if (used + more > LARGEST)
		return SPY_ERESOURCE_EXHAUSTED;
	while (cap < used + more)
		cap *= 2;
	/* Moving up is only worth it when much has been read; else each push would do it. */
	if (cap == queue->cap && queue->head < cap / 4)
		cap *= 2;
	if (cap == queue->cap) {
		memmove(queue->data, queue->data + queue->head, used);
	} else {
		if (!(data = malloc(cap)))
			return SPY_ENOMEM;
		if (used)
			memcpy(data, queue->data + queue->head, used);
		free(queue->data);
		queue->data = data;
		queue->cap = (uint32_t)cap;
	}
	queue->head = 0;
	queue->tail = (uint32_t)used;
	return 0;
}

int spy_queue_push(struct spy_queue *queue, struct spy_slice item,
		   const uint32_t *sequence)
{
	size_t extra = LENGTH_MAX + (sequence ? sizeof *sequence : 0);
	uint8_t *at;
	int r;

	if (item.len > LARGEST - extra)
		return SPY_ERESOURCE_EXHAUSTED;
	if ((r = reserve(queue, item.len + extra)) < 0)
		return r;
	at = queue->data + queue->tail;
	for (size_t len = item.len;; len >>= 7) {
		*at++ = (uint8_t)((len & 0x7f) | (len > 0x7f ? 0x80 : 0));
		if (len <= 0x7f)
			break;
	}
	if (sequence) {
		memcpy(at, sequence, sizeof *sequence);
		at += sizeof *sequence;
	}
	memcpy(at, item.data, item.len);
	queue->tail = (uint32_t)(at + item.len - queue->data);
	return 0;
}

void spy_queue_first(const struct spy_queue *queue, struct spy_slice *item,
		     uint32_t *sequence)
{
	const uint8_t *at = queue->data + queue->head;
	size_t len = 0;

	for (unsigned shift = 0;; shift += 7) {
		len |= (size_t)(*at & 0x7f) << shift;
		if (!(*at++ & 0x80))
			break;
	}
	if (sequence) {
		memcpy(sequence, at, sizeof *sequence);
		at += sizeof *sequence;
	}
	*item = (struct spy_slice){ at, len };
}

void spy_queue_pop(struct spy_queue *queue, bool has_sequence)
{
	struct spy_slice item;
	uint32_t sequence;

	spy_queue_first(queue, &item, has_sequence ? &sequence : NULL);
	queue->head = (uint32_t)(item.data + item.len - queue->data);
	if (spy_queue_is_empty(queue))
		spy_queue_clear(queue);
}

void spy_queue_clear(struct spy_queue *queue)
{
	free(queue->data);
	*queue = (struct spy_queue){ 0 };
}
