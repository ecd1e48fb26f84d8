/*
 * One stream of a call: the struct behind the handle of <spy/stream.h>. A stream is read or
 * written, never both: on the server 0 is written and the others are read, on the client the
 * other way round.
 *
 * Invariants
 * - Read: credit + unread + owed is the window at all times (`credit`: what the sender may
 *   still send; unread: what the queue holds; owed: consumed, not granted again yet).
 * - SPY_STREAM_ENDED and `end` are set once; what is still queued is delivered before.
 * - At most one of: a waiter, a listener. An item that arrives for either is decoded
 *   straight from the message; only what nobody waits for is copied into the queue.
 */
#ifndef SPY_CORE_STREAM_H
#define SPY_CORE_STREAM_H

#include <spy/stream.h>

#include <core/context.h>
#include <core/queue.h>

struct spy_failure;

enum spy_stream_flag {
	SPY_STREAM_READ = 1 << 0,
	SPY_STREAM_ENDED = 1 << 1, /* `end` says how; read: the queue comes first */
	SPY_STREAM_TOLD = 1 << 2,  /* read: the end has been received or listened to */
	SPY_STREAM_PAUSED = 1 << 3,
	SPY_STREAM_LISTEN = 1 << 4,   /* read: items go to `listener` */
	SPY_STREAM_RELAY = 1 << 5,    /* read: items go to listener->to, as bytes */
	SPY_STREAM_FIBER = 1 << 6,    /* read: the listener runs on the call's fiber */
	SPY_STREAM_BLOCKED = 1 << 7,  /* written: someone waits for room */
	SPY_STREAM_WRITABLE = 1 << 8, /* written: there is room again, tell `writable` */
	SPY_STREAM_PEER_DONE =
		1 << 9, /* read: the sender has ended it or been told to stop */
};
/* The call's task has something to do with it. */
#define SPY_STREAM_ACTIVE (SPY_STREAM_LISTEN | SPY_STREAM_RELAY | SPY_STREAM_WRITABLE)

struct spy_listener {
	int (*item)(struct spy_stream *stream, const void *item, const void *typed,
		    void *self);
	void (*end)(struct spy_stream *stream, int error, const void *typed, void *self);
	const void *typed;
	void *self;
	struct spy_stream *to; /* RELAY */
};

struct spy_writable {
	void (*writable)(struct spy_stream *stream, void *self);
	void *self;
};

struct spy_stream {
	struct spy_call *call;
	const struct spy_stream_type *type;
	int64_t credit;
	int64_t owed;	 /* read */
	uint32_t window; /* read: bytes; grants come at half of it */
	uint16_t number;
	uint16_t flags;
	int end;
	uint32_t since; /* read: the arrival of what is first in it, for spy_select() */
	struct spy_waiter *waiter;
	struct spy_failure *failure;
	union {
		struct { /* read */
			struct spy_queue queue;
			struct spy_arena *arena; /* of the item that is borrowed */
			struct spy_listener *listener;
		};
		struct { /* written */
			struct spy_writable *writable;
			struct spy_stream *from; /* of a relay that ends here */
		};
	};
};

/* Frees what it holds and lets go of whoever points to it. */
void spy_stream_fini(struct spy_stream *stream);

/* Ends it with 0 or an error, once. Takes `failure`. Wakes whoever waits. */
void spy_stream_end(struct spy_stream *stream, int error, struct spy_failure *failure);
/* The same without the items that nobody has read. */
void spy_stream_end_now(struct spy_stream *stream, int error);

/* Read: an item has arrived for nobody: into the queue. */
void spy_stream_spill(struct spy_stream *stream, struct spy_slice item);
/* Read: whoever waits or listens has something to do. */
void spy_stream_wake(struct spy_stream *stream);
/* Read: the first unread item. False when there is none now. `spy_stream_took()` follows. */
bool spy_stream_peek(struct spy_stream *stream, struct spy_slice *item);
/* Read: takes it away. Invalidates the slice. */
void spy_stream_took(struct spy_stream *stream, size_t len);
/* Read: as many bytes have been consumed; grants credit when it is time. */
void spy_stream_consumed(struct spy_stream *stream, size_t len);
/* Read: decodes the first item and takes it away. 1 and the item; negative when it does not
 * fit its type, and the stream has ended with that. `arena` is the caller's. */
int spy_stream_decode(struct spy_stream *stream, struct spy_arena *arena,
		      struct spy_slice slice, const void **item);
/* Read: the same into the stream's own arena: borrowed until the next one is taken, or
 * spy_stream_release_item(). SPY_ENOMEM leaves the item where it is. */
int spy_stream_take(struct spy_stream *stream, struct spy_slice slice, const void **item);
/* What came with the error that ended it, or NULL. */
struct spy_failure *spy_stream_failure(const struct spy_stream *stream);
/* Read: the sender is told to stop; what is queued is dropped. */
void spy_stream_refuse(struct spy_stream *stream, int error);

/* Waits until one of them has something to do, as spy_context_wait(). NULL entries are fine,
 * but not nothing else. SPY_EFAILED_PRECONDITION when somebody waits for one already. */
int spy_stream_wait(struct spy_stream *const *streams, size_t count);

/* Written: an item would go out now. */
bool spy_stream_has_room(struct spy_stream *stream);
/* Written: it would not: unblock() has to tell. */
void spy_stream_block(struct spy_stream *stream);
/* Written: says the end that it has, END or ERROR. */
void spy_stream_say_end(struct spy_stream *stream);
/* Written: there is credit or a shorter queue: wakes whoever was blocked. */
void spy_stream_unblock(struct spy_stream *stream);
/* Written: sends an encoded item. There must be room. 0 or an error. */
int spy_stream_send_slice(struct spy_stream *stream, struct spy_slice item);

/* From the call's task: everything that listeners are owed. listen.c */
void spy_stream_deliver(struct spy_stream *stream);
/* The call is being closed: the listener's end, when it has not heard it. */
void spy_stream_deliver_end(struct spy_stream *stream);
/* SPY_STREAM_FIBER: the item that the call's fiber handled is done with. */
void spy_stream_item_done(struct spy_stream *stream);
/* Read: gives the memory of the borrowed item back. */
void spy_stream_release_item(struct spy_stream *stream);
/* A listener or a relay lets go. */
void spy_stream_unlisten(struct spy_stream *stream);

#endif
