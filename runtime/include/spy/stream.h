/*
 * Streams: items of one type, one way, with an end. Generated code wraps these functions
 * once per item type (chat_message_recv, chat_message_send, …); the rules are here.
 *
 * Waiting: recv, send and select wait. In a method on the server that means: the method's
 * fiber sleeps and others run. In a client's main program: the client's loop runs until
 * there is something. Where neither is possible they return SPY_EAGAIN, as their try_
 * forms always do.
 *
 * Ends: recv gives 1 and an item, 0 when the sender is done, or a negative error; after 0
 * or an error it gives the same for ever. A call that ends, for whatever reason, ends its
 * streams. Every function takes NULL and answers SPY_ENOMEM.
 *
 * Threads: a stream belongs to its loop's thread.
 */
#ifndef SPY_STREAM_H
#define SPY_STREAM_H

#include <spy/type.h>

struct spy_call;
struct spy_stream;

/* The next item: a pointer to its C representation, NULL for nil. Borrowed until the next
 * recv on this stream. An item that does not fit its type ends the stream with
 * SPY_EINVALID_ARGUMENT. */
SPY_PUBLIC int spy_stream_recv(struct spy_stream *stream, const void **item);
SPY_PUBLIC int spy_stream_try_recv(struct spy_stream *stream, const void **item);

/* Encodes the item (copies); waits while the reader has granted no credit or the
 * connection's queue is full. SPY_ECANCELED once the reader wants no more. */
SPY_PUBLIC int spy_stream_send(struct spy_stream *stream, const void *item);
SPY_PUBLIC int spy_stream_try_send(struct spy_stream *stream, const void *item);

/* No more items. Again, or after an error: nothing happens. On a method's result the end
 * of the method says so by itself. */
SPY_PUBLIC int spy_stream_done(struct spy_stream *stream);

/* Ends with one of SPY_CODES and a message (may be NULL, copies). */
SPY_PUBLIC int spy_stream_fail(struct spy_stream *stream, int error, const char *message);

/* Ends with a typed exception; generated NAME_throw(stream, &exception) calls it. */
SPY_PUBLIC int spy_stream_throw(struct spy_stream *stream, const struct spy_type *type,
				const void *exception);

/* The reading side wants no more; what is queued is dropped, the sender is told. */
SPY_PUBLIC void spy_stream_cancel(struct spy_stream *stream);

/* The exception that ended a stream, when it is of this type or extends it, else NULL.
 * Borrowed until the call is closed. */
SPY_PUBLIC const void *spy_stream_caught(struct spy_stream *stream,
					 const struct spy_type *type);
/* The full name of the exception that ended it, "chat.RoomFull", known here or not; NULL when
 * it was none. */
SPY_PUBLIC const char *spy_stream_exception_name(const struct spy_stream *stream);
/* The peer's words about the error that ended the stream; "" when there are none. */
SPY_PUBLIC const char *spy_stream_message(const struct spy_stream *stream);

/* --- Listening: callbacks in place of recv ------------------------------------------- */

/* From now on items go to `item`, and the end (0 or the error) to `end`, exactly once and
 * last. An item is borrowed until return; anything but 0 from `item` ends the listening: the
 * stream is cancelled, and on the server the call ends with that error. What waits already
 * is delivered from the loop, never from inside this call. `typed` is handed through: the
 * generated NAME_listen() keeps its typed callbacks there. */
SPY_PUBLIC int spy_stream_listen(struct spy_stream *stream,
				 int (*item)(struct spy_stream *stream, const void *item,
					     const void *typed, void *self),
				 void (*end)(struct spy_stream *stream, int error,
					     const void *typed, void *self),
				 const void *typed, void *self);
/* A paused stream delivers nothing and grants nothing; its sender stops by itself. */
SPY_PUBLIC void spy_stream_pause(struct spy_stream *stream);
SPY_PUBLIC void spy_stream_resume(struct spy_stream *stream);

/* Called when try_send may succeed again after SPY_EAGAIN. */
SPY_PUBLIC void spy_stream_on_writable(struct spy_stream *stream,
				       void (*writable)(struct spy_stream *stream,
							void *self),
				       void *self);

/* Hands the rest of a method to the runtime: what arrives on `from` goes out on `to` (of the
 * same item type) as the bytes it came in, without a stack, until either ends; the call then
 * ends likewise. Use as a method's last line: `return NAME_relay(from, to);`. */
SPY_PUBLIC int spy_stream_relay(struct spy_stream *from, struct spy_stream *to);

/* Waits until one of them has an item, an end or an error for recv, and gives its index, in
 * the order in which they became ready; NULL entries and streams whose end has been received
 * are passed over. SPY_EAGAIN where it cannot wait; SPY_EOUT_OF_RANGE when none is left. */
SPY_PUBLIC int spy_select(struct spy_stream *const *streams, size_t count);

SPY_PUBLIC struct spy_call *spy_stream_call(const struct spy_stream *stream);

/* --- Items of built-in types: spy_any_recv, spy_int_send, … --------------------------- */
#include <spy/items.h>

#endif
