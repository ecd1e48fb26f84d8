/*
 * One connection of a client: dialed with the token at hand, given the calls that wait, and
 * taken down. What the core tells of it arrives here.
 */
#include <net/client_state.h>

#include <stdlib.h>
#include <string.h>

struct auth {
	struct spy_ring ring;
	struct spy_waiter *waiter; /* NULL: nobody waits */
	int *error;
};

struct spy_connection *spy_wire_connection(const struct spy_wire *wire)
{
	return wire->dial.link.connection;
}

static struct spy_wire *wire_of(void *user)
{
	return SPY_CONTAINER(user, struct spy_wire, dial.link);
}

static void answer(struct spy_wire *wire, int error)
{
	struct auth *auth;

	if (spy_ring_is_empty(&wire->auths))
		return;
	auth = SPY_CONTAINER(wire->auths.next, struct auth, ring);
	spy_ring_remove(&auth->ring);
	if (auth->waiter) {
		*auth->error = error;
		spy_waiter_wake(&wire->client->loop->context, auth->waiter);
	}
	free(auth);
}

/* Off the client, with everything that it held; the socket has been seen to. */
static void take_down(struct spy_wire *wire)
{
	struct spy_client *client = wire->client;

	spy_ring_remove(&wire->ring);
	spy_timer_cancel(&client->loop->context.timers, &wire->timeout);
	while (!spy_ring_is_empty(&wire->auths))
		answer(wire, SPY_EUNAVAILABLE);
	spy_connection_free(wire->dial.link.connection);
	wire->dial.link.connection = NULL;
	spy_dial_free(&wire->dial);
}

/* --- Opening --------------------------------------------------------------------------- */

static void give_up(struct spy_wire *wire, const char *why)
{
	struct spy_client *client = wire->client;
	bool was_current = client->current == wire;

	spy_client_fail_pending(client, why);
	if (was_current)
		spy_client_lost(client, true, 0);
	/* Last: who hears that a call ends may free the client. */
	take_down(wire);
}

static void on_failed(struct spy_dial *dial, int status, const char *why)
{
	char text[120];

	if (status)
		snprintf(text, sizeof text, "the server refused the connection (HTTP %d)",
			 status);
	else
		snprintf(text, sizeof text, "cannot connect: %s", why);
	give_up(SPY_CONTAINER(dial, struct spy_wire, dial), text);
}

static void on_timeout(struct spy_timer *timer)
{
	give_up(SPY_CONTAINER(timer, struct spy_wire, timeout),
		"the server did not answer in time");
}

static void on_gone(struct spy_link *link)
{
	struct spy_wire *wire = wire_of(link);
	struct spy_client *client = wire->client;
	bool was_current = client->current == wire;
	bool failed = !wire->hello;
	int64_t connected = wire->connected;

	take_down(wire);
	if (was_current)
		spy_client_lost(client, failed, connected);
}

static void on_established(struct spy_dial *dial, struct lws *wsi)
{
	struct spy_wire *wire = SPY_CONTAINER(dial, struct spy_wire, dial);
	struct spy_client *client = wire->client;
	struct spy_connection *connection = spy_connection_new(
		&client->loop->context, &client->connection_options, NULL, &dial->link);

	dial->link.connection = connection;
	if (!connection)
		return; /* lws closes it */
	spy_link_start(&dial->link, wsi, connection);
	if (!dial->token && client->options.token) {
		const char *token = client->options.token(false, client->options.self);

		if (token)
			spy_wire_auth(wire, token, NULL, NULL);
	}
	while (!spy_ring_is_empty(&client->pending))
		spy_wire_open_call(wire, SPY_CONTAINER(client->pending.next,
						       struct spy_request, pending));
}

static bool fits_header(const char *token)
{
	size_t len = strlen(token);

	if (!len || len > SPY_CLIENT_HEADER_TOKEN)
		return false;
	for (size_t i = 0; i < len; i++)
		if (token[i] <= ' ' || token[i] > '~')
			return false;
	return true;
}

bool spy_wire_open(struct spy_client *client)
{
	struct spy_wire *wire = calloc(1, sizeof *wire);
	uint32_t ms = client->options.connect_timeout;
	const char *token;

	if (!wire)
		return false;
	wire->client = client;
	spy_ring_init(&wire->auths);
	spy_ring_append(&client->wires, &wire->ring);
	client->current = wire;
	client->generation++;
	token = client->options.token ? client->options.token(false, client->options.self)
				      : NULL;
	wire->dial.url = &client->url;
	wire->dial.ca_file = client->options.ca_file;
	wire->dial.token = token && fits_header(token) ? strdup(token) : NULL;
	wire->dial.established = on_established;
	wire->dial.failed = on_failed;
	spy_loop_tell(client->loop);
	spy_timer_set(&client->loop->context.timers, &wire->timeout,
		      spy_timer_at(client->loop->context.now) +
			      (ms ? ms : SPY_CLIENT_CONNECT_TIMEOUT),
		      on_timeout);
	spy_dial_start(&wire->dial, client->loop, on_gone);
	return true;
}

/* --- While it is open ------------------------------------------------------------------ */

void spy_wire_open_call(struct spy_wire *wire, struct spy_request *request)
{
	spy_ring_remove(&request->pending);
	request->generation = wire->client->generation;
	spy_connection_open(spy_wire_connection(wire), request->call);
}

int spy_wire_auth(struct spy_wire *wire, const char *token, struct spy_waiter *waiter,
		  int *error)
{
	struct auth *auth = calloc(1, sizeof *auth);
	int r;

	if (!auth)
		return SPY_ENOMEM;
	if ((r = spy_connection_auth(spy_wire_connection(wire), token)) < 0) {
		free(auth);
		return r;
	}
	auth->waiter = waiter;
	auth->error = error;
	spy_ring_append(&wire->auths, &auth->ring);
	wire->client->generation++;
	return 0;
}

void spy_wire_forget(struct spy_client *client, const struct spy_waiter *waiter)
{
	for (struct spy_ring *w = client->wires.next; w != &client->wires; w = w->next) {
		struct spy_wire *wire = SPY_CONTAINER(w, struct spy_wire, ring);

		for (struct spy_ring *a = wire->auths.next; a != &wire->auths;
		     a = a->next) {
			struct auth *auth = SPY_CONTAINER(a, struct auth, ring);

			if (auth->waiter == waiter)
				auth->waiter = NULL;
		}
	}
}

static void on_hello(struct spy_connection *connection, const char *agent,
		     const char *session, void *user)
{
	struct spy_wire *wire = wire_of(user);
	struct spy_client *client = wire->client;

	(void)agent;
	(void)session;
	wire->hello = true;
	wire->connected = client->loop->context.now;
	spy_timer_cancel(&client->loop->context.timers, &wire->timeout);
	if (client->current != wire)
		return;
	spy_client_enter(client, SPY_CLIENT_CONNECTED, 0);
	if (!spy_connection_calls(connection))
		spy_client_is_idle(client);
}

static void on_authed(struct spy_connection *connection, int error, void *user)
{
	(void)connection;
	answer(wire_of(user), error);
}

static void on_idle(struct spy_connection *connection, void *user)
{
	struct spy_wire *wire = wire_of(user);

	(void)connection;
	if (wire->client->current == wire)
		spy_client_is_idle(wire->client);
	else
		spy_link_shutdown(&wire->dial.link, SPY_CLOSE_DONE, NULL);
}

static void on_goaway(struct spy_connection *connection, int error, const char *message,
		      void *user)
{
	struct spy_wire *wire = wire_of(user);

	(void)error;
	(void)message;
	/* It lives on for the calls that it has; the next call gets another. */
	if (wire->client->current == wire)
		spy_client_lost(wire->client, !wire->hello, wire->connected);
	if (!spy_connection_calls(connection))
		spy_link_shutdown(&wire->dial.link, SPY_CLOSE_DONE, NULL);
}

/* The token is asked for once for all calls that went out under the last one. */
static bool refresh(struct spy_wire *wire, struct spy_request *request)
{
	struct spy_client *client = wire->client;
	const char *token;

	if (request->retried || !client->options.token ||
	    !spy_connection_is_open(spy_wire_connection(wire)))
		return false;
	request->retried = true;
	if (request->generation == client->generation) {
		token = client->options.token(true, client->options.self);
		if (!token || spy_wire_auth(wire, token, NULL, NULL) < 0)
			return false;
	}
	spy_wire_open_call(wire, request);
	return true;
}

static bool is_open(const struct spy_wire *wire)
{
	return wire && wire->dial.link.wsi &&
	       spy_connection_is_open(spy_wire_connection(wire));
}

static bool on_refused(struct spy_connection *connection, struct spy_call *call,
		       int error, void *user)
{
	struct spy_request *request = spy_call_owner(call);
	struct spy_wire *wire = wire_of(user), *current = wire->client->current;

	(void)connection;
	if (!request || !request->client)
		return false;
	if (error == SPY_EUNAUTHENTICATED)
		return refresh(wire, request);
	/* Once; or, when it is kept, unless it is the method that says so. */
	if (request->kept ? is_open(wire) : request->moved)
		return false;
	request->moved = true;
	if (is_open(current)) {
		spy_wire_open_call(current, request);
	} else {
		spy_ring_append(&wire->client->pending, &request->pending);
		spy_client_wants(wire->client);
	}
	return true;
}

static void on_opened(struct spy_connection *connection, struct spy_call *call,
		      void *user)
{
	struct spy_request *request = spy_call_owner(call);

	(void)user;
	request->retried = false;
	if (request->opened)
		spy_task_schedule(spy_connection_context(connection), &request->task);
}

const struct spy_connection_events spy_wire_events = {
	.want_write = spy_link_want_write,
	.close = spy_link_close,
	.hello = on_hello,
	.authed = on_authed,
	.goaway = on_goaway,
	.idle = on_idle,
	.refused = on_refused,
	.opened = on_opened,
};

/* --- The end --------------------------------------------------------------------------- */

static void ignore(struct spy_link *link)
{
	(void)link;
}

/* Calls end, with a CANCEL each, and a close frame goes out while the socket takes it. There
 * is no waiting for the peer's: the program may be about to exit. */
void spy_wire_free(struct spy_wire *wire)
{
	struct spy_link *link = &wire->dial.link;

	link->gone = ignore; /* should the socket turn out to be broken */
	if (link->connection) {
		spy_connection_end_calls(link->connection, SPY_EUNAVAILABLE);
		spy_link_shutdown(link, SPY_CLOSE_DONE, NULL);
		spy_link_flush(link);
	}
	take_down(wire);
}
