/* Two connections joined in memory: see pair.h. */
#include <core/pair.h>

#include <core/frame.h>

#include <stdlib.h>

/* After so many PINGs and PONGs in a row whatever somebody waits for will not come. */
#define QUIET_MAX 10000

struct message {
	struct message *next;
	int64_t due;
	size_t len;
	uint8_t data[];
};

/* One of the two, and what is on its way to it. */
struct side {
	struct spy_pair *pair;
	struct spy_connection *connection;
	struct spy_connection_options options;
	struct message *first, **last;
	int64_t due; /* of the last message: none overtakes another */
	bool stalled;
	int close_code;
	bool hung_up;
};

struct spy_pair {
	struct spy_context context;
	struct side client, server;
	uint32_t delay;
	bool split;
	uint64_t random; /* state of the generator, 0: none */
	int authed;
	unsigned quiet; /* messages since one that was not just PING or PONG */
	char warning[128];
	bool (*refused)(struct spy_pair *pair, struct spy_call *call, int error,
			void *self);
	void *refused_self;
};

/* --- Events ------------------------------------------------------------------------------ */

static void on_close(struct spy_connection *connection, int code, const char *reason,
		     void *user)
{
	struct side *side = user;

	(void)connection;
	(void)reason;
	side->close_code = code;
}

static void on_warning(struct spy_connection *connection, struct spy_call *call,
		       const char *text, void *user)
{
	struct side *side = user;

	(void)connection;
	(void)call;
	snprintf(side->pair->warning, sizeof side->pair->warning, "%s", text);
}

static void on_authed(struct spy_connection *connection, int error, void *user)
{
	struct side *side = user;

	(void)connection;
	side->pair->authed = error;
}

static bool on_refused(struct spy_connection *connection, struct spy_call *call,
		       int error, void *user)
{
	struct spy_pair *pair = ((struct side *)user)->pair;

	(void)connection;
	return pair->refused && pair->refused(pair, call, error, pair->refused_self);
}

static const char *peer(struct spy_connection *connection, void *user)
{
	(void)connection;
	(void)user;
	return "memory";
}

static const struct spy_connection_events events = {
	.close = on_close,
	.warning = on_warning,
	.authed = on_authed,
	.refused = on_refused,
	.peer = peer,
};

/* --- Messages on their way --------------------------------------------------------------- */

static uint32_t next_random(struct spy_pair *pair, uint32_t below)
{
	pair->random ^= pair->random << 13;
	pair->random ^= pair->random >> 7;
	pair->random ^= pair->random << 17;
	return (uint32_t)((pair->random >> 16) % below);
}

/* False without memory: a message lost breaks the connection, as it would on a socket. */
static bool put(struct side *to, const uint8_t *data, size_t len)
{
	struct spy_pair *pair = to->pair;
	struct message *message = malloc(sizeof *message + len);
	uint32_t delay = pair->delay;

	if (!message)
		return false;
	if (pair->random)
		delay = next_random(pair, delay + 1);
	message->due = pair->context.now + delay * (int64_t)1000000;
	if (message->due < to->due)
		message->due = to->due;
	to->due = message->due;
	message->next = NULL;
	message->len = len;
	memcpy(message->data, data, len);
	*to->last = message;
	to->last = &message->next;
	return true;
}

static bool put_split(struct side *to, const uint8_t *data, size_t len)
{
	struct spy_pair *pair = to->pair;
	struct spy_reader reader = spy_reader(data, len);
	const uint8_t *start = data;

	while (!spy_read_done(&reader)) {
		struct spy_frame frame;
		const char *what;

		if (spy_frame_read(&reader, &frame, &what) < 0)
			break;
		if (!pair->split && !next_random(pair, 2))
			continue;
		if (!put(to, start, (size_t)(reader.at - start)))
			return false;
		start = reader.at;
	}
	return start == data + len || put(to, start, (size_t)(data + len - start));
}

static void drop_messages(struct side *side)
{
	while (side->first) {
		struct message *message = side->first;

		side->first = message->next;
		free(message);
	}
	side->last = &side->first;
}

static void flush(struct side *from, struct side *to)
{
	struct spy_pair *pair = from->pair;
	const uint8_t *data;
	size_t len;
	bool sent = true;

	while (!from->stalled && sent &&
	       spy_connection_output(from->connection, &data, &len)) {
		sent = pair->split || pair->random ? put_split(to, data, len)
						   : put(to, data, len);
		spy_connection_sent(from->connection);
	}
	if (!sent)
		spy_pair_cut(pair);
}

static bool is_quiet(const struct message *message)
{
	struct spy_reader reader = spy_reader(message->data, message->len);
	struct spy_frame frame;
	const char *what;

	return spy_frame_read(&reader, &frame, &what) == 0 && spy_read_done(&reader) &&
	       (frame.kind == SPY_FRAME_PING || frame.kind == SPY_FRAME_PONG);
}

static bool deliver(struct side *side)
{
	struct message *message = side->first;

	if (!message || message->due > side->pair->context.now)
		return false;
	if (!(side->first = message->next))
		side->last = &side->first;
	side->pair->quiet = is_quiet(message) ? side->pair->quiet + 1 : 0;
	spy_connection_recv(side->connection, message->data, message->len);
	free(message);
	return true;
}

/* --- Steps ------------------------------------------------------------------------------- */

static int64_t next_due(const struct spy_pair *pair)
{
	int64_t due = spy_context_deadline(&pair->context);

	if (pair->client.first && pair->client.first->due < due)
		due = pair->client.first->due;
	if (pair->server.first && pair->server.first->due < due)
		due = pair->server.first->due;
	return due;
}

static void set_time(struct spy_pair *pair, int64_t now)
{
	int64_t passed = now - pair->context.now;
	struct timespec wall = pair->context.wall;

	if (passed <= 0)
		return;
	wall.tv_nsec += passed % 1000000000;
	wall.tv_sec += passed / 1000000000 + wall.tv_nsec / 1000000000;
	wall.tv_nsec %= 1000000000;
	spy_context_set_time(&pair->context, now, wall);
}

/* A side that has closed: what it said last has been flushed, then both lose it. */
static bool hang_up(struct spy_pair *pair)
{
	struct side *closed = pair->client.close_code ? &pair->client : &pair->server;
	struct side *other = closed == &pair->client ? &pair->server : &pair->client;

	if (!closed->close_code || closed->hung_up || other->first)
		return false;
	closed->hung_up = true;
	spy_connection_lost(pair->client.connection, SPY_EUNAVAILABLE);
	spy_connection_lost(pair->server.connection, SPY_EUNAVAILABLE);
	return true;
}

static bool step_now(struct spy_pair *pair)
{
	if (spy_context_deadline(&pair->context) <= pair->context.now) {
		spy_context_run(&pair->context);
		return true;
	}
	flush(&pair->client, &pair->server);
	flush(&pair->server, &pair->client);
	return deliver(&pair->server) || deliver(&pair->client) || hang_up(pair);
}

bool spy_pair_step(struct spy_pair *pair)
{
	int64_t due;

	if (step_now(pair))
		return true;
	if ((due = next_due(pair)) == INT64_MAX)
		return false;
	set_time(pair, due);
	return true;
}

void spy_pair_settle(struct spy_pair *pair)
{
	while (step_now(pair))
		;
}

void spy_pair_pass(struct spy_pair *pair, int64_t ns)
{
	int64_t until = pair->context.now + ns;

	spy_pair_settle(pair);
	while (next_due(pair) <= until) {
		set_time(pair, next_due(pair));
		spy_pair_settle(pair);
	}
	set_time(pair, until);
	spy_pair_settle(pair);
}

static int wait_step(void *self)
{
	struct spy_pair *pair = self;

	if (pair->quiet > QUIET_MAX) {
		pair->quiet = 0;
		return SPY_EAGAIN;
	}
	return spy_pair_step(pair) ? 0 : SPY_EAGAIN;
}

/* --- Life -------------------------------------------------------------------------------- */

static bool join(struct spy_pair *pair, struct side *side,
		 const struct spy_connection_options *template, bool server,
		 const struct spy_pair_options *options)
{
	if (template)
		side->options = *template;
	else
		side->options.ping = UINT32_MAX;
	side->pair = pair;
	side->last = &side->first;
	side->options.server = server;
	side->options.events = &events;
	if (server) {
		side->options.registry = options->registry;
		side->options.authenticate = options->authenticate;
		side->options.authenticate_self = options->authenticate_self;
	}
	side->connection = spy_connection_new(&pair->context, &side->options, NULL, side);
	return side->connection;
}

struct spy_pair *spy_pair_new(const struct spy_pair_options *options)
{
	struct spy_pair *pair = calloc(1, sizeof *pair);
	struct spy_context_hooks hooks = { .wait = wait_step, .self = pair };
	struct timespec wall = { .tv_sec = 1700000000 };

	if (!pair)
		return NULL;
	pair->delay = options->delay;
	pair->split = options->split;
	pair->random = options->seed;
	pair->authed = 1;
	spy_context_init(&pair->context, &hooks, options->env, 1000000000, wall);
	if (!join(pair, &pair->server, options->server, true, options) ||
	    !join(pair, &pair->client, options->client, false, options)) {
		spy_pair_free(pair);
		return NULL;
	}
	return pair;
}

void spy_pair_free(struct spy_pair *pair)
{
	if (!pair)
		return;
	drop_messages(&pair->client);
	drop_messages(&pair->server);
	spy_connection_free(pair->client.connection);
	spy_connection_free(pair->server.connection);
	while (spy_context_deadline(&pair->context) == 0)
		spy_context_run(&pair->context);
	spy_context_fini(&pair->context);
	free(pair);
}

struct spy_connection *spy_pair_client(struct spy_pair *pair)
{
	return pair->client.connection;
}

struct spy_connection *spy_pair_server(struct spy_pair *pair)
{
	return pair->server.connection;
}

struct spy_context *spy_pair_context(struct spy_pair *pair)
{
	return &pair->context;
}

void spy_pair_stall(struct spy_pair *pair, bool server, bool stalled)
{
	(server ? &pair->server : &pair->client)->stalled = stalled;
}

void spy_pair_cut(struct spy_pair *pair)
{
	drop_messages(&pair->client);
	drop_messages(&pair->server);
	spy_connection_lost(pair->client.connection, SPY_EUNAVAILABLE);
	spy_connection_lost(pair->server.connection, SPY_EUNAVAILABLE);
}

int spy_pair_close_code(const struct spy_pair *pair, bool server)
{
	return (server ? &pair->server : &pair->client)->close_code;
}

const char *spy_pair_warning(const struct spy_pair *pair)
{
	return pair->warning;
}

int spy_pair_authed(const struct spy_pair *pair)
{
	return pair->authed;
}

void spy_pair_on_refused(struct spy_pair *pair,
			 bool (*refused)(struct spy_pair *pair, struct spy_call *call,
					 int error, void *self),
			 void *self)
{
	pair->refused = refused;
	pair->refused_self = self;
}
