/*
 * Deciding on tokens: each AUTH becomes a request, the first of them a call of its own in
 * which the authentication callback runs and may wait.
 *
 * Invariant: between the arrival of a token and its decision every revocation is remembered,
 * so that none slips through while a callback looks the token up.
 */
#include <core/identity.h>

#include <core/utf8.h>

#include <stdlib.h>

/* Tokens that may wait at once; a client needs one, or two when it changes its mind. More
 * are refused unread, and many more end the connection. */
#define REQUESTS_MAX	16
#define REQUESTS_BEYOND 1024

static const struct spy_method authenticate_method = { .name = "authenticate" };

static void next_request(struct spy_connection *connection);

/* --- Revocations that pending requests must not miss ------------------------------------ */

static uint32_t last_sequence(const struct spy_context *context)
{
	return context->revocations ? context->revocations->sequence : 0;
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *text_move(char **to, const char *text)
{
	size_t size = text_size(text);
	char *start = *to;

	if (!text)
		return NULL;
	*to += size;
	return memcpy(start, text, size);
}

void spy_revocation_remember(struct spy_context *context,
			     const struct spy_revocation *revocation)
{
	size_t size = sizeof *revocation, count = 0;
	struct spy_revocation *copy;
	const char **scopes;
	char *text;

	if (!context->authenticating)
		return;
	size += text_size(revocation->user) + text_size(revocation->auth_id);
	for (; revocation->scopes && revocation->scopes[count]; count++)
		size += text_size(revocation->scopes[count]);
	size += (count + 1) * sizeof(*scopes);
	if (!(copy = malloc(size))) {
		context->revocation_lost = true;
		return;
	}
	*copy = *revocation;
	scopes = (const char **)(copy + 1);
	text = (char *)(scopes + count + 1);
	copy->user = text_move(&text, revocation->user);
	copy->auth_id = text_move(&text, revocation->auth_id);
	for (size_t i = 0; i < count; i++)
		scopes[i] = text_move(&text, revocation->scopes[i]);
	scopes[count] = NULL;
	copy->scopes = revocation->scopes ? (const char *const *)scopes : NULL;
	copy->sequence = last_sequence(context) + 1;
	copy->next = context->revocations;
	context->revocations = copy;
}

static void forget(struct spy_context *context)
{
	if (--context->authenticating)
		return;
	while (context->revocations) {
		struct spy_revocation *revocation = context->revocations;

		context->revocations = revocation->next;
		free(revocation);
	}
	context->revocation_lost = false;
}

/* What was revoked since the token came; newest first. */
static bool was_revoked(const struct spy_context *context,
			const struct spy_auth_request *request, struct spy_signin *signin)
{
	const struct spy_revocation *revocation;

	if (context->revocation_lost)
		return true;
	for (revocation = context->revocations;
	     revocation && revocation->sequence > request->sequence;
	     revocation = revocation->next)
		if (spy_revocation_strikes(revocation, signin))
			return true;
	return false;
}

/* --- Answers --------------------------------------------------------------------------- */

static void say_authed(struct spy_connection *connection, int error,
		       const struct spy_signin *signin, struct timespec expires)
{
	struct spy_buf *buf = spy_connection_begin(connection);
	bool has_expiry = signin && (expires.tv_sec || expires.tv_nsec);
	int r = SPY_ENOMEM;

	if (buf) {
		spy_pack_array(buf, 4);
		spy_pack_uint64(buf, SPY_FRAME_AUTHED);
		spy_pack_uint64(buf, spy_code_number(error));
		spy_frame_put_text(buf, error ? "the token was refused" : "");
		spy_pack_map(buf, signin ? 1u + has_expiry : 0);
		if (signin) {
			spy_frame_put_text(buf, "user");
			spy_frame_put_text(buf, signin->user);
		}
		if (has_expiry) {
			spy_frame_put_text(buf, "expires");
			spy_pack_time(buf, expires);
		}
		r = spy_connection_end(connection);
	}
	if (r < 0)
		spy_connection_fail(connection, SPY_CLOSE_OVERLOADED, "out of memory");
}

/* In nanoseconds of the context's clock; 0 when it has passed. */
static int64_t expiry_of(const struct spy_context *context, struct timespec expires)
{
	int64_t seconds = (int64_t)expires.tv_sec - context->wall.tv_sec;
	int64_t ns;

	if (!expires.tv_sec && !expires.tv_nsec)
		return INT64_MAX;
	if (seconds > INT32_MAX) /* in 68 years */
		return INT64_MAX;
	if (seconds < -1)
		return 0;
	ns = seconds * 1000000000 + (expires.tv_nsec - context->wall.tv_nsec);
	return ns > 0 ? context->now + ns : 0;
}

static int take_identity(struct spy_connection *connection,
			 const struct spy_auth_request *request,
			 struct spy_signin **taken)
{
	const struct spy_identity *identity = &request->identity;
	int64_t expires = expiry_of(connection->context, identity->expires);
	struct spy_signin *signin;

	if (!identity->user) {
		spy_identity_drop(connection, "signed out");
		return 0;
	}
	if (!expires)
		return SPY_EUNAUTHENTICATED;
	if (!(signin = spy_signin_new(identity, expires)))
		return SPY_ENOMEM;
	if (was_revoked(connection->context, request, signin)) {
		spy_signin_unref(signin);
		return SPY_EUNAUTHENTICATED;
	}
	spy_identity_take(connection, signin);
	*taken = connection->auth->signin;
	return 0;
}

/* The first request has been decided with `error` or its identity. */
static void decide(struct spy_connection *connection, int error)
{
	struct spy_auth *auth = connection->auth;
	struct spy_auth_request *request =
		SPY_CONTAINER(auth->requests.next, struct spy_auth_request, ring);
	struct spy_signin *taken = NULL;

	if (error >= 0)
		error = take_identity(connection, request, &taken);
	if (request->answer)
		say_authed(connection, error < 0 ? error : 0, taken,
			   request->identity.expires);
	spy_ring_remove(&request->ring);
	connection->held -= request->len;
	free(request);
	forget(connection->context);
	auth->decided++;
	spy_connection_release(connection, auth->decided);
}

/* --- Asking ---------------------------------------------------------------------------- */

static int authenticate_job(struct spy_call *call)
{
	struct spy_auth_request *request = call->request;
	const struct spy_connection_options *options = call->connection->options;

	return options->authenticate(call, request->token, &request->identity,
				     options->authenticate_self);
}

static void run_authenticate(struct spy_task *task)
{
	struct spy_call *call = SPY_CONTAINER(task, struct spy_call, task);

	if (!(call->flags & SPY_CALL_STARTED)) {
		call->flags |= SPY_CALL_STARTED;
		if (call->status < 0)
			call->flags |= SPY_CALL_RETURNED;
		else
			spy_call_start_job(call, authenticate_job);
	} else {
		spy_call_resume(call);
	}
	if (call->flags & SPY_CALL_RETURNED)
		spy_auth_decided(call);
}

/* The callback has answered; the answer counts when the connection is still there. */
void spy_auth_decided(struct spy_call *call)
{
	struct spy_connection *connection = call->status < 0 ? NULL : call->connection;

	if (!connection) {
		free(call->request);
		spy_session_close(call);
		spy_call_drop(call);
		return;
	}
	spy_connection_enter(connection);
	connection->auth->deciding = NULL;
	decide(connection, call->result == SPY_LATER ? SPY_EINTERNAL : call->result);
	spy_session_close(call);
	spy_call_drop(call);
	if (spy_connection_is_live(connection))
		next_request(connection);
	spy_connection_leave(connection);
}

static bool is_text(const struct spy_auth_request *request)
{
	return spy_utf8_valid(request->token, request->len);
}

/* Starts the callback for the first request; those that need none are decided at once. */
static void next_request(struct spy_connection *connection)
{
	struct spy_auth *auth = connection->auth;

	while (spy_connection_is_live(connection) && !auth->deciding &&
	       !spy_ring_is_empty(&auth->requests)) {
		struct spy_auth_request *request =
			SPY_CONTAINER(auth->requests.next, struct spy_auth_request, ring);
		struct spy_call *call;

		if (request->sign_out) {
			decide(connection, 0);
		} else if (request->refused) {
			decide(connection, SPY_ERESOURCE_EXHAUSTED);
		} else if (!connection->options->authenticate || !is_text(request)) {
			decide(connection, SPY_EUNAUTHENTICATED);
		} else if (!(call = spy_call_make(connection->context,
						  &authenticate_method,
						  SPY_CALL_SERVER | SPY_CALL_PSEUDO,
						  run_authenticate))) {
			decide(connection, SPY_ENOMEM);
		} else {
			call->connection = connection;
			call->request = request;
			auth->deciding = call;
			spy_call_schedule(call);
		}
	}
}

static struct spy_auth *make_auth(struct spy_connection *connection)
{
	struct spy_auth *auth = connection->auth;

	if (!auth && (auth = calloc(1, sizeof *auth))) {
		auth->connection = connection;
		spy_ring_init(&auth->requests);
		connection->auth = auth;
	}
	return auth;
}

int spy_auth_ask(struct spy_connection *connection, const char *token, size_t len,
		 bool sign_out, bool answer)
{
	struct spy_auth *auth = make_auth(connection);
	struct spy_auth_request *request;
	bool refused;

	if (!auth)
		return SPY_ENOMEM;
	if (auth->asked - auth->decided >= REQUESTS_BEYOND) {
		spy_connection_fail(connection, SPY_CLOSE_OVERLOADED, "too many AUTHs");
		return 0;
	}
	refused = !sign_out && auth->asked - auth->decided >= REQUESTS_MAX;
	if (sign_out || refused)
		len = 0;
	if (!(request = calloc(1, sizeof *request + len + 1)))
		return SPY_ENOMEM;
	if (len)
		memcpy(request->token, token, len);
	request->len = len;
	request->answer = answer;
	request->sign_out = sign_out;
	request->refused = refused;
	request->sequence = last_sequence(connection->context);
	connection->held += len;
	connection->context->authenticating++;
	spy_ring_append(&auth->requests, &request->ring);
	auth->asked++;
	next_request(connection);
	return 0;
}

int spy_connection_token(struct spy_connection *connection, const char *token)
{
	return spy_auth_ask(connection, token, strlen(token), false, false);
}

bool spy_auth_is_pending(const struct spy_connection *connection)
{
	return connection->auth && connection->auth->asked != connection->auth->decided;
}

uint32_t spy_auth_last(const struct spy_connection *connection)
{
	return connection->auth ? connection->auth->asked : 0;
}

void spy_auth_stop(struct spy_connection *connection)
{
	struct spy_auth *auth = connection->auth;
	struct spy_call *deciding = auth ? auth->deciding : NULL;
	struct spy_ring *at;

	if (!auth)
		return;
	spy_timer_cancel(&connection->context->timers, &auth->expiry);
	for (at = auth->requests.next; at != &auth->requests; at = at->next) {
		struct spy_auth_request *request =
			SPY_CONTAINER(at, struct spy_auth_request, ring);

		connection->held -= request->len;
		request->len = 0;
	}
	if (!deciding)
		return;
	/* its request goes with it, when the callback has returned */
	spy_ring_remove(&deciding->request->ring);
	forget(connection->context);
	deciding->connection = NULL;
	deciding->status = SPY_EUNAVAILABLE;
	spy_call_schedule(deciding);
	auth->deciding = NULL;
}

void spy_auth_free(struct spy_connection *connection)
{
	struct spy_auth *auth = connection->auth;

	if (!auth)
		return;
	while (!spy_ring_is_empty(&auth->requests)) {
		struct spy_auth_request *request =
			SPY_CONTAINER(auth->requests.next, struct spy_auth_request, ring);

		spy_ring_remove(&request->ring);
		free(request);
		forget(connection->context);
	}
	spy_signin_unref(auth->signin);
	free(auth);
	connection->auth = NULL;
}
