/*
 * A client: one shared connection to a server that opens with the first call and closes
 * some seconds after the last. All clients of a thread share a loop, which runs whenever
 * something in the program waits; or the program's loop watches its descriptor. On a server,
 * inside a method, it is the loop that serves.
 * A call that finds no connection waits for one; when that cannot be opened, it ends with
 * SPY_EUNAVAILABLE, and later ones wait for the next attempt.
 * Threads: a client belongs to the thread that made it.
 */
#ifndef SPY_CLIENT_H
#define SPY_CLIENT_H

#include <spy/call.h>

struct spy_client;

/* "ws://localhost:8080" or "wss://host/prefix"; without a path, /spy is taken. For wss the
 * host must be a name, which the certificate is held against: calls to an address end with
 * SPY_EUNAVAILABLE. Nothing is opened yet. NULL for a URL that is none, or without memory. */
SPY_PUBLIC struct spy_client *spy_client_new(const char *url);

/* Ends every call (SPY_EUNAVAILABLE) and the connection. NULL is fine. */
SPY_PUBLIC void spy_client_free(struct spy_client *client);

enum spy_client_state {
	SPY_CLIENT_IDLE, /* no connection, none wanted */
	SPY_CLIENT_CONNECTING,
	SPY_CLIENT_CONNECTED,
	SPY_CLIENT_WAITING, /* before the next attempt */
	SPY_CLIENT_CLOSED,  /* by spy_client_free(), or refused for good */
};

struct spy_client_options {
	const char *ca_file;	  /* PEM; NULL: the system's */
	const char *agent;	  /* for the server's log; NULL: "spygen/VERSION" */
	uint32_t connect_timeout; /* ms until the server's HELLO; 0: 5000 */
	uint32_t
		idle_timeout; /* ms without a call until the connection closes; 0: 5000 */
	uint32_t call_timeout; /* ms for each call; 0: none */
	uint32_t credit;       /* bytes per result stream; 0: 65536 */
	uint32_t ping;	       /* ms of silence before PING; 0: 25000 */
	uint32_t ping_timeout; /* ms; 0: 10000 */
	uint32_t max_message;  /* bytes; 0: 1048576 */
	/* The token for the connection, or NULL. Asked when a connection opens, and with
	 * `refused` once when a call is refused as unauthenticated; that call is then repeated.
	 * The string is borrowed until the next call of this function. */
	const char *(*token)(bool refused, void *self);
	/* Told of each change; `retry_in` is milliseconds, in WAITING only, which is told again
	 * each second. Why a connection was closed it does not say: libwebsockets shows the
	 * close codes 1012 to 1014 as 1002, and they all mean to try again later. */
	void (*state)(enum spy_client_state state, uint32_t retry_in, void *self);
	void *self;
};
/* Copies. Before the first call. */
SPY_PUBLIC int spy_client_set_options(struct spy_client *client,
				      const struct spy_client_options *options);

SPY_PUBLIC enum spy_client_state spy_client_state(const struct spy_client *client);

/* Signs in with the token callback's answer, or out when that is NULL, on the connection
 * that is open now. Waits for the answer. */
SPY_PUBLIC int spy_client_authenticate(struct spy_client *client);

/* Opens a call; gives it. `args` is the struct that method->args describes; streams[0] gets
 * the result stream (NULL when there is none), streams[1..] the parameters. Errors, also
 * that of the connection, come from the call. NULL without memory. Generated proxies use it. */
SPY_PUBLIC struct spy_call *spy_client_call(struct spy_client *client,
					    const struct spy_method *method,
					    const void *args,
					    struct spy_stream **streams);

/* Keeps a call of a streaming endpoint, or of another method whose parameters are all
 * streams, open for as long as the server has not ended it: when the connection is lost,
 * cannot be made or the server goes away, the call is opened again, with backoff, and its
 * streams go on, while sending waits. `opened` (or NULL) is told each time a session has
 * begun at the server, which knows nothing of those before; what was on its way then may be
 * lost. An input that has ended is not opened again. Right after the call has been made;
 * SPY_EFAILED_PRECONDITION for other methods. */
SPY_PUBLIC int spy_call_keep_open(struct spy_call *call,
				  void (*opened)(struct spy_call *call, void *self),
				  void *self);

/* The deadline of the next call only, in milliseconds. */
SPY_PUBLIC void spy_client_next_timeout(struct spy_client *client, uint32_t timeout);

/* --- In a foreign loop ----------------------------------------------------------------- */

/* Poll this descriptor for reading, and call process when it is readable or `timeout`
 * milliseconds have passed (-1: none). Calls do not wait then; use listeners. */
SPY_PUBLIC int spy_client_fd(const struct spy_client *client);
SPY_PUBLIC int spy_client_timeout(const struct spy_client *client);
SPY_PUBLIC int spy_client_process(struct spy_client *client);

/* Runs the client's own loop until nothing is open, or `timeout` milliseconds (-1: none). */
SPY_PUBLIC int spy_client_run(struct spy_client *client, int timeout);

#endif
