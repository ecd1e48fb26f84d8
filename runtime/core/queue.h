/*
 * Items that have arrived and wait to be read, encoded, one behind the other in one block of
 * memory. Each stands behind its length, so that an item of one byte takes two.
 *
 * Invariant: an empty queue holds no memory. What a queue holds is bounded by the credit
 * that its stream has granted.
 */
#ifndef SPY_CORE_QUEUE_H
#define SPY_CORE_QUEUE_H

#include <core/unpack.h>

struct spy_queue {
	uint8_t *data;
	uint32_t cap, head, tail;
};

static inline bool spy_queue_is_empty(const struct spy_queue *queue)
{
	return queue->head == queue->tail;
}

/* Copies. With `sequence`, the number that spy_queue_first() gives back. SPY_ENOMEM, or
 * SPY_ERESOURCE_EXHAUSTED beyond 2 GiB. */
int spy_queue_push(struct spy_queue *queue, struct spy_slice item,
		   const uint32_t *sequence);

/* The first item, borrowed until the queue is touched again; it must not be empty. */
void spy_queue_first(const struct spy_queue *queue, struct spy_slice *item,
		     uint32_t *sequence);
void spy_queue_pop(struct spy_queue *queue, bool has_sequence);
void spy_queue_clear(struct spy_queue *queue);

/* Bytes of memory it takes. */
static inline size_t spy_queue_size(const struct spy_queue *queue)
{
	return queue->cap;
}

#endif
