/*
 * The life of a connection: its beginning, its messages out, silence, and its end. What comes
 * in is in receive.c.
 *
 * Invariant: the user hears of the end from the connection's task, so that whoever finds out,
 * however deep, may go on using the connection until it returns.
 */
#include <core/state.h>

#include <stdlib.h>

static uint32_t or_default(uint32_t value, uint32_t dflt)
{
	return value ? value : dflt;
}

size_t spy_connection_max_message(const struct spy_connection *connection)
{
	return or_default(connection->options->max_message, SPY_DEFAULT_MAX_MESSAGE);
}

static int64_t milliseconds(uint32_t value, uint32_t dflt)
{
	return or_default(value, dflt) * (int64_t)1000000;
}

/* --- The connection's task ------------------------------------------------------------- */

static void run_task(struct spy_task *task)
{
	struct spy_connection *connection =
		SPY_CONTAINER(task, struct spy_connection, task);
	int code = connection->close_code;

	spy_connection_enter(connection);
	if (code) {
		connection->close_code = 0;
		SPY_TELL(connection, close, connection, code, connection->close_reason);
	}
	if (spy_connection_is_live(connection)) {
		spy_connection_open_waiting(connection);
		if (!spy_connection_calls(connection) &&
		    (connection->flags & SPY_CONNECTION_BUSY)) {
			connection->flags &= (uint16_t)~SPY_CONNECTION_BUSY;
			SPY_TELL(connection, idle, connection);
		}
	}
	spy_connection_leave(connection);
}

void spy_connection_enter(struct spy_connection *connection)
{
	connection->depth++;
}

static void destroy(struct spy_connection *connection)
{
	struct spy_context *context = connection->context;

	while (!spy_ring_is_empty(&connection->calls)) {
		struct spy_call *call =
			SPY_CONTAINER(connection->calls.next, struct spy_call, ring);

		spy_ring_remove(&call->ring);
		call->connection = NULL;
	}
	spy_task_cancel(&connection->task);
	spy_timer_cancel(&context->timers, &connection->timer);
	spy_auth_free(connection);
	spy_output_free(context, &connection->output);
	spy_table_free(&connection->table);
	spy_ring_remove(&connection->ring);
	context->counts.connections--;
	free(connection);
}

void spy_connection_leave(struct spy_connection *connection)
{
	if (--connection->depth == 0 && (connection->flags & SPY_CONNECTION_FREED))
		destroy(connection);
}

/* --- Silence --------------------------------------------------------------------------- */

static void say_ping(struct spy_connection *connection)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (!buf)
		return;
	spy_frame_put(buf, 2, SPY_FRAME_PING, ++connection->pings);
	spy_connection_end(connection);
}

static void check_silence(struct spy_timer *timer)
{
	struct spy_connection *connection =
		SPY_CONTAINER(timer, struct spy_connection, timer);
	struct spy_context *context = connection->context;
	int64_t ping = milliseconds(connection->options->ping, SPY_DEFAULT_PING);
	int64_t timeout = milliseconds(connection->options->timeout, SPY_DEFAULT_TIMEOUT);
	int64_t next = connection->heard + ping;

	if (connection->flags & SPY_CONNECTION_PINGED) {
		spy_connection_fail(connection, SPY_CLOSE_GOING_AWAY,
				    "no answer to PING");
		return;
	}
	if (context->now >= next) {
		connection->flags |= SPY_CONNECTION_PINGED;
		next = context->now + timeout;
		say_ping(connection);
	}
	if (spy_connection_is_live(connection))
		spy_timer_set(&context->timers, timer, spy_timer_at(next), check_silence);
}

/* --- Beginning and end ----------------------------------------------------------------- */

static int say_hello(struct spy_connection *connection, const char *session)
{
	const struct spy_connection_options *options = connection->options;
	struct spy_settings settings = {
		.credit = spy_connection_credit(connection),
		.max_message = (uint32_t)spy_connection_max_message(connection),
		.max_calls = spy_connection_max_calls(connection),
		.ping = or_default(options->ping, SPY_DEFAULT_PING),
		.timeout = or_default(options->timeout, SPY_DEFAULT_TIMEOUT),
	};
	struct spy_buf *buf = spy_connection_begin(connection);

	if (!buf)
		return SPY_ENOMEM;
	if (settings.ping > SPY_WIRE_MAX)
		settings.ping = SPY_WIRE_MAX;
	if (options->agent)
		settings.agent = (struct spy_slice){ (const uint8_t *)options->agent,
						     strlen(options->agent) };
	if (session && options->server)
		settings.session =
			(struct spy_slice){ (const uint8_t *)session, strlen(session) };
	spy_settings_put(buf, &settings);
	return spy_connection_end(connection);
}

struct spy_connection *spy_connection_new(struct spy_context *context,
					  const struct spy_connection_options *options,
					  const char *session, void *user)
{
	struct spy_connection *connection = calloc(1, sizeof *connection);

	if (!connection)
		return NULL;
	connection->context = context;
	connection->options = options;
	connection->user = user;
	connection->heard = context->now;
	connection->peer_credit = SPY_FLOOR_CREDIT;
	connection->peer_max_message = SPY_FLOOR_MAX_MESSAGE;
	connection->peer_max_calls = SPY_FLOOR_MAX_CALLS;
	connection->task.run = run_task;
	spy_ring_init(&connection->calls);
	spy_ring_init(&connection->waiting);
	spy_ring_append(&context->connections, &connection->ring);
	context->counts.connections++;
	if (say_hello(connection, session) < 0) {
		destroy(connection);
		return NULL;
	}
	if (options->ping != UINT32_MAX)
		spy_timer_set(&context->timers, &connection->timer,
			      spy_timer_at(context->now +
					   milliseconds(options->ping, SPY_DEFAULT_PING)),
			      check_silence);
	return connection;
}

/* Nothing more is read or said; every call ends here. */
static void shut(struct spy_connection *connection, int error)
{
	struct spy_ring *at, *next;

	connection->flags |= SPY_CONNECTION_CLOSING;
	spy_connection_spill(connection);
	connection->ahead.stream = NULL;
	spy_timer_cancel(&connection->context->timers, &connection->timer);
	spy_auth_stop(connection);
	for (at = connection->calls.next; at != &connection->calls; at = next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);

		next = at->next;
		if ((call->flags & (SPY_CALL_KEPT | SPY_CALL_OVER)) == SPY_CALL_KEPT)
			spy_call_return_unsent(call, error, NULL);
		else
			spy_call_interrupt(call, error, NULL);
	}
	spy_connection_return_waiting(connection, error);
}

void spy_connection_fail(struct spy_connection *connection, int close_code,
			 const char *reason)
{
	if (!spy_connection_is_live(connection))
		return;
	shut(connection, SPY_EUNAVAILABLE);
	connection->close_code = (uint16_t)close_code;
	connection->close_reason = reason;
	spy_task_schedule(connection->context, &connection->task);
}

int spy_connection_protocol_error(struct spy_connection *connection, const char *what)
{
	spy_connection_violation(connection, SPY_CLOSE_PROTOCOL, what);
	return SPY_EPROTOCOL;
}

static void say_goaway(struct spy_connection *connection, int error, const char *message)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (!buf)
		return;
	spy_pack_array(buf, 4);
	spy_pack_uint64(buf, SPY_FRAME_GOAWAY);
	spy_pack_uint64(buf, spy_code_number(error));
	spy_frame_put_text(buf, message ? message : "");
	spy_pack_uint64(buf, connection->options->server ? connection->last : 0);
	spy_connection_end(connection);
}

void spy_connection_violation(struct spy_connection *connection, int close_code,
			      const char *what)
{
	if (!spy_connection_is_live(connection))
		return;
	say_goaway(connection, SPY_EINTERNAL, what);
	spy_connection_fail(connection, close_code, what);
}

void spy_connection_lost(struct spy_connection *connection, int error)
{
	if (connection->flags & SPY_CONNECTION_LOST)
		return;
	spy_connection_enter(connection);
	connection->flags |= SPY_CONNECTION_LOST;
	if (spy_connection_is_live(connection))
		shut(connection, error < 0 ? error : SPY_EUNAVAILABLE);
	spy_output_free(connection->context, &connection->output);
	spy_context_run_ready(connection->context);
	spy_connection_leave(connection);
}

void spy_connection_free(struct spy_connection *connection)
{
	if (!connection || (connection->flags & SPY_CONNECTION_FREED))
		return;
	spy_connection_enter(connection);
	spy_connection_lost(connection, SPY_EUNAVAILABLE);
	connection->flags |= SPY_CONNECTION_FREED;
	spy_connection_leave(connection);
}

void *spy_connection_user(const struct spy_connection *connection)
{
	return connection->user;
}

struct spy_context *spy_connection_context(const struct spy_connection *connection)
{
	return connection->context;
}

void spy_connection_goaway(struct spy_connection *connection, int error,
			   const char *message)
{
	if (!spy_connection_is_live(connection) ||
	    (connection->flags & SPY_CONNECTION_DRAINING))
		return;
	connection->flags |= SPY_CONNECTION_DRAINING;
	say_goaway(connection, error, message);
}

void spy_connection_end_calls(struct spy_connection *connection, int error)
{
	struct spy_ring *at, *next;

	for (at = connection->calls.next; at != &connection->calls; at = next) {
		next = at->next;
		spy_call_interrupt(SPY_CONTAINER(at, struct spy_call, ring), error, NULL);
	}
	if (!connection->options->server)
		spy_connection_return_waiting(connection, error);
}

size_t spy_connection_calls(const struct spy_connection *connection)
{
	return connection->table.count + (size_t)connection->waiting_count;
}

bool spy_connection_is_open(const struct spy_connection *connection)
{
	return spy_connection_is_live(connection) &&
	       !(connection->flags & (SPY_CONNECTION_GOAWAY | SPY_CONNECTION_DRAINING));
}

int spy_connection_add(struct spy_connection *connection, struct spy_call *call)
{
	int r = spy_table_put(&connection->table, call);

	if (r < 0)
		return r;
	call->connection = connection;
	spy_ring_append(&connection->calls, &call->ring);
	connection->flags |= SPY_CONNECTION_BUSY;
	return 0;
}
