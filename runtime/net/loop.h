/*
 * One thread's event loop: libuv turns it, libwebsockets is its guest, and the protocol core
 * lives on it. Everything of a thread shares one loop (a server's worker, the clients that
 * its methods use, or all clients of a plain program), so that whoever waits keeps all of
 * them going.
 *
 * Invariant: a turn is what has come in, then spy_context_run(), then every link that has
 * something to send is flushed once, then sleep. User code runs in the middle part, and in
 * the first, where a message is delivered.
 * Read next: link.h, what is flushed.
 */
#ifndef SPY_NET_LOOP_H
#define SPY_NET_LOOP_H

#include <stdatomic.h>

#include <uv.h>

#include <core/context.h>

struct lws_context;
struct lws_vhost;

/* What one read from a socket may bring at most, and lws's scratch space. */
#define SPY_LOOP_READ 65536
/* All headers of a request together; lws's own 4096 is less than some browsers' cookies. */
#define SPY_LOOP_HEADERS 8192

/* Written by the loop's thread, read by any: see spy_count(). */
struct spy_loop_counts {
	_Atomic uint64_t messages_in, messages_out, bytes_in, bytes_out;
};

struct spy_loop {
	struct spy_context context;
	struct spy_ring dirty; /* links with something to send */
	struct spy_ring mark;  /* in `dirty` during a flush: how far it goes */
	uv_loop_t uv;
	uv_prepare_t prepare;
	uv_timer_t timer;
	void (*turned)(void *self); /* after each turn, before it sleeps; or NULL */
	void *turned_self;
	struct lws_context *lws;
	struct spy_tls_vhost *vhosts; /* of clients, by CA file */
	const uint8_t *reads;	      /* where lws reads to; NULL: not known yet */
	struct spy_loop_counts counts;
	unsigned references;
	unsigned depth; /* of functions that run it */
	bool receiving; /* user code may be on the stack, below a callback of lws */
	bool slept;	/* since the time was told */
	bool waiting;	/* the program waits inside: no sleep after something was done */
};

/* This thread's loop, made when there is none; NULL without memory or descriptors. Give it
 * back with release. */
struct spy_loop *spy_loop_acquire(void);
/* The last one ends the loop, or lets it be ended by the function that runs it. */
void spy_loop_release(struct spy_loop *loop);

/* One round of uv_run() in this mode; nonzero while there is something to wait for. Not from
 * inside itself (SPY_EAGAIN). */
int spy_loop_run(struct spy_loop *loop, uv_run_mode mode);

/* Tells the context the time when the loop has slept since. First thing in every callback
 * of lws or libuv that hands something in: a deadline counts from when it came. */
void spy_loop_tell(struct spy_loop *loop);

/* Runs what is ready and flushes, without looking for input. */
void spy_loop_turn(struct spy_loop *loop);

/* Milliseconds that the loop may sleep; -1: for ever. */
int spy_loop_timeout(const struct spy_loop *loop);

/* Bytes that nobody can guess. */
void spy_loop_random(void *bytes, size_t len);

/* Before the first vhost with TLS; from any thread, any number of times. */
void spy_loop_init_tls(void);

/* Where clients connect from, with this CA file (NULL: the system's) for wss. */
struct lws_vhost *spy_loop_client_vhost(struct spy_loop *loop, bool tls,
					const char *ca_file);

/* A count that only one thread changes needs no locked instruction. */
static inline void spy_count(_Atomic uint64_t *count, uint64_t n)
{
	atomic_store_explicit(count,
			      atomic_load_explicit(count, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

#endif
