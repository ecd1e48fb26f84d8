/* The methods and tables of test_service.h. */
#include "support/test_service.h"

#include <core/call.h>

#include <stdlib.h>
#include <string.h>

struct test_counts test_counts;

/* --- Types ------------------------------------------------------------------------------- */

#define FIELD(NAME, T, FLAGS, DFLT, OFFSET)                                            \
	{                                                                              \
		NAME, &spy_##T##_type, DFLT, OFFSET, SPY_NO_HAS, SPY_NO_MAX, KIND_##T, \
			FLAGS                                                          \
	}
#define KIND_int    SPY_KIND_INT64
#define KIND_string SPY_KIND_STRING
#define KIND_any    SPY_KIND_ANY
#define KIND_bytes  SPY_KIND_BYTES

static const struct spy_field full_fields[] = {
	FIELD("room", string, 0, NULL, offsetof(struct test_full, room)),
	FIELD("capacity", int, 0, NULL, offsetof(struct test_full, capacity)),
};
const struct spy_type test_full_type = {
	.name = "test.Full",
	.kind = SPY_KIND_MODEL,
	.flags = SPY_TYPE_EXCEPTION,
	.count = 2,
	.size = sizeof(struct test_full),
	.fields = full_fields,
};
static const struct spy_type *const throws_full[] = { &test_full_type, NULL };

static const char *const world = "world";
static const struct spy_field text_args_fields[] = {
	FIELD("text", string, 0, &world, 0),
};
static const struct spy_type text_args = {
	.kind = SPY_KIND_TUPLE,
	.count = 1,
	.size = sizeof(struct test_text_args),
	.fields = text_args_fields,
};
static const struct spy_field int_args_fields[] = { FIELD("value", int, 0, NULL, 0) };
static const struct spy_type int_args = {
	.kind = SPY_KIND_TUPLE,
	.count = 1,
	.size = sizeof(struct test_int_args),
	.fields = int_args_fields,
};

static const struct spy_field int_result = FIELD("", int, 0, NULL, 0);
static const struct spy_field string_result = FIELD("", string, 0, NULL, 0);
static const struct spy_field maybe_string_result =
	FIELD("", string, SPY_FIELD_NULLABLE, NULL, 0);
static const struct spy_field bytes_result = FIELD("", bytes, 0, NULL, 0);

/* --- Methods with plain results ---------------------------------------------------------- */

#define INVOKE(name)                                                              \
	static int name(struct spy_call *call, const struct spy_service *service, \
			const void *args, struct spy_stream *const *streams)
#define UNUSED ((void)call, (void)service, (void)args, (void)streams)

static int64_t int_arg(const void *args)
{
	return ((const struct test_int_args *)args)->value;
}

INVOKE(hello)
{
	const char *name = ((const struct test_text_args *)args)->text;
	const char *text = spy_call_printf(call, "Hello, %s!", name);

	UNUSED;
	return text ? spy_call_return(call, &text) : SPY_ENOMEM;
}

INVOKE(nothing)
{
	UNUSED;
	return 0;
}

/* Returns whatever number it is given. */
INVOKE(fail)
{
	UNUSED;
	return (int)int_arg(args);
}

INVOKE(throw_full)
{
	struct test_full full = { "attic", 50 };

	UNUSED;
	return spy_call_throw(call, &test_full_type, &full);
}

INVOKE(blob)
{
	size_t len = (size_t)int_arg(args);
	uint8_t *data = spy_call_alloc(call, len + 1);
	struct spy_bytes bytes = { data, len };

	UNUSED;
	if (!data)
		return SPY_ENOMEM;
	memset(data, 'x', len);
	return spy_call_return(call, &bytes);
}

static void count_closing(struct spy_session *session, void *self)
{
	size_t len = strlen(test_counts.order);

	(void)session;
	test_counts.closed++;
	if (self && len + 1 < sizeof test_counts.order)
		test_counts.order[len] = *(const char *)self;
}

static void count_free(void *user)
{
	test_counts.user_freed++;
	free(user);
}

INVOKE(wait)
{
	int64_t one = 1;
	int r;

	UNUSED;
	spy_session_on_close(spy_call_session(call), count_closing, NULL);
	r = spy_sleep(call, int_arg(args) * 1000000);
	test_counts.last_status = r;
	return r < 0 ? r : spy_call_return(call, &one);
}

INVOKE(hold_any)
{
	int r;

	UNUSED;
	test_counts.started++;
	spy_session_on_close(spy_call_session(call), count_closing, NULL);
	r = spy_sleep(call, INT64_MAX);
	test_counts.last_status = r;
	test_counts.ended++;
	return r;
}

/* Leaves; its session's closing listener shows that it was finished by the deadline or by
 * the peer. */
INVOKE(finish_later)
{
	UNUSED;
	test_counts.started++;
	spy_session_on_close(spy_call_session(call), count_closing, "a");
	spy_session_on_close(spy_call_session(call), count_closing, "b");
	spy_closing_remove(
		spy_session_on_close(spy_call_session(call), count_closing, "x"));
	spy_session_on_close(spy_call_session(call), count_closing, "c");
	spy_session_set_user(spy_call_session(call), calloc(1, 8), count_free);
	return SPY_LATER;
}

INVOKE(refuse)
{
	UNUSED;
	return spy_call_fail(call, SPY_ENOT_FOUND, "no room %s",
			     ((const struct test_text_args *)args)->text);
}

INVOKE(who)
{
	const char *user = spy_session_user_id(spy_call_session(call));

	UNUSED;
	return spy_call_return(call, user ? &user : NULL);
}

/* --- Direct streams ------------------------------------------------------------------------ */

INVOKE(echo)
{
	const void *item;
	int r;

	UNUSED;
	test_counts.started++;
	while ((r = spy_stream_recv(streams[1], &item)) > 0)
		if ((r = spy_stream_send(streams[0], item)) < 0)
			break;
	test_counts.last_status = r;
	test_counts.ended++;
	return r;
}

INVOKE(count)
{
	int r = 0;

	UNUSED;
	for (int64_t i = 0; i < int_arg(args) && r >= 0; i++)
		r = spy_stream_send(streams[0], &i);
	return r;
}

INVOKE(flood)
{
	static const uint8_t data[1000];
	struct spy_bytes bytes = { data, sizeof data };
	int r = 0;

	UNUSED;
	test_counts.started++;
	for (int64_t i = 0; i < int_arg(args) && r >= 0; i++)
		r = spy_stream_send(streams[0], &bytes);
	test_counts.ended++;
	test_counts.last_status = r;
	return r;
}

INVOKE(sum)
{
	const void *item;
	int64_t sum = 0;
	int r;

	UNUSED;
	while ((r = spy_stream_recv(streams[1], &item)) > 0)
		sum += *(const int64_t *)item;
	return r < 0 ? r : spy_call_return(call, &sum);
}

INVOKE(merge)
{
	const void *item;
	int i, r;

	UNUSED;
	while ((i = spy_select(streams + 1, 2)) >= 0) {
		if ((r = spy_stream_recv(streams[1 + i], &item)) > 0)
			r = spy_stream_send(streams[0], item);
		if (r < 0)
			return r;
	}
	return i == SPY_EOUT_OF_RANGE ? 0 : i;
}

INVOKE(ignore)
{
	int64_t one = 1;
	int r;

	UNUSED;
	test_counts.started++;
	r = spy_sleep(call, int_arg(args) * 1000000);
	test_counts.last_status = r;
	test_counts.ended++;
	return r < 0 ? r : spy_call_return(call, &one);
}

INVOKE(reads_two)
{
	const void *item;
	int64_t sum = 0;
	int r;

	UNUSED;
	for (int i = 0; i < 2; i++) {
		if ((r = spy_stream_recv(streams[1], &item)) <= 0)
			return r == 0 ? SPY_EOUT_OF_RANGE : r;
		sum += *(const int64_t *)item;
	}
	spy_stream_cancel(streams[1]);
	if ((r = spy_sleep(call, int_arg(args) * 1000000)) < 0)
		return r;
	return spy_call_return(call, &sum);
}

INVOKE(how)
{
	const struct test_full *full;
	const char *text = "end";
	const void *item;
	int r;

	UNUSED;
	while ((r = spy_stream_recv(streams[1], &item)) > 0)
		;
	if (spy_call_status(call) < 0)
		return spy_call_status(call);
	if (r == SPY_EXCEPTION) {
		full = spy_stream_caught(streams[1], &test_full_type);
		text = spy_call_printf(call, "exception %s: %s",
				       spy_stream_exception_name(streams[1]),
				       full ? full->room : "?");
	} else if (r < 0) {
		text = spy_call_printf(call, "error %s: %s", spy_code_name(r),
				       spy_stream_message(streams[1]));
	}
	return text ? spy_call_return(call, &text) : SPY_ENOMEM;
}

INVOKE(return_at_once)
{
	int64_t one = 1;

	UNUSED;
	return spy_call_return(call, &one);
}

INVOKE(rethrow)
{
	const void *item;
	int r;

	UNUSED;
	while ((r = spy_stream_recv(streams[1], &item)) > 0)
		;
	return r == SPY_EXCEPTION ? spy_call_rethrow(call, streams[1]) : r;
}

/* Returns the stream's error without a word about the exception. */
INVOKE(pass_on)
{
	const void *item;
	int r;

	UNUSED;
	while ((r = spy_stream_recv(streams[1], &item)) > 0)
		;
	return r;
}

/* --- Listening ------------------------------------------------------------------------------- */

static int echo_item(struct spy_stream *stream, const void *item, const void *typed,
		     void *self)
{
	(void)stream;
	(void)typed;
	return spy_stream_try_send(self, item);
}

static void echo_end(struct spy_stream *stream, int error, const void *typed, void *self)
{
	(void)typed;
	(void)self;
	test_counts.ended++;
	test_counts.last_status = error;
	spy_call_finish(spy_stream_call(stream), error);
}

INVOKE(echo_listen)
{
	int r;

	UNUSED;
	test_counts.started++;
	r = spy_stream_listen(streams[1], echo_item, echo_end, NULL, streams[0]);
	return r < 0 ? r : SPY_LATER;
}

static int stop_item(struct spy_stream *stream, const void *item, const void *typed,
		     void *self)
{
	(void)stream;
	(void)item;
	(void)typed;
	(void)self;
	return SPY_EABORTED;
}

INVOKE(listen_stop)
{
	int r;

	UNUSED;
	test_counts.started++;
	r = spy_stream_listen(streams[1], stop_item, echo_end, NULL, NULL);
	return r < 0 ? r : SPY_LATER;
}

INVOKE(paused)
{
	int r;

	UNUSED;
	test_counts.started++;
	spy_session_on_close(spy_call_session(call), count_closing, NULL);
	if ((r = spy_stream_listen(streams[1], echo_item, echo_end, NULL, streams[0])) <
	    0)
		return r;
	spy_stream_pause(streams[1]);
	return SPY_LATER;
}

INVOKE(relay)
{
	UNUSED;
	test_counts.started++;
	return spy_stream_relay(streams[1], streams[0]);
}

/* --- A streaming endpoint ---------------------------------------------------------------------- */

static int lobby_opened(struct spy_session *session)
{
	int64_t *count = calloc(1, sizeof *count);

	if (!count)
		return SPY_ENOMEM;
	test_counts.lobby_opened++;
	spy_session_set_user(session, count, count_free);
	return 0;
}

/* Every message comes back plus one; -1 fails; -2 waits 10 ms first. */
static int lobby_message(struct spy_session *session, const void *item,
			 const void *endpoint)
{
	int64_t value = *(const int64_t *)item;
	int64_t *count = spy_session_user(session);
	struct spy_call *call = SPY_CONTAINER(session, struct spy_call, session);
	int r;

	(void)endpoint;
	++*count;
	if (value == -1)
		return SPY_EABORTED;
	if (value == -2 && (r = spy_sleep(call, 10000000)) < 0)
		return r;
	value = *(const int64_t *)item + 1;
	return spy_session_send(session, &value);
}

static void lobby_closed(struct spy_session *session)
{
	(void)session;
	test_counts.lobby_closed++;
}

INVOKE(lobby)
{
	UNUSED;
	return spy_call_messages(call, streams, lobby_opened, lobby_message, lobby_closed,
				 NULL);
}

/* --- Tables -------------------------------------------------------------------------------------- */

#define ITEM(NAME, T)                                \
	{                                            \
		NAME, FIELD("", T, 0, NULL, 0), 0, 0 \
	}
static const struct spy_stream_type any_any[] = { ITEM("result", any),
						  ITEM("items", any) };
static const struct spy_stream_type int_ints[] = { ITEM("result", int),
						   ITEM("first", int),
						   ITEM("second", int) };
static const struct spy_stream_type bytes_items[] = { ITEM("result", bytes),
						      ITEM("items", bytes) };
static const struct spy_stream_type window_items[] = {
	{ "result", FIELD("", int, 0, NULL, 0), 1000, 0 },
	{ "items", FIELD("", int, 0, NULL, 0), 100000, 0 },
};

#define STREAMS SPY_METHOD_STREAMING
#define RESULT	(SPY_METHOD_STREAMING | SPY_METHOD_RESULT_STREAM)
static const char *const admin[] = { "admin", NULL };
static const char *const editor[] = { "editor", NULL };

static const struct spy_method plain_methods[] = {
	{ "test.plain.hello", &text_args, &string_result, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.nothing", NULL, NULL, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.fail", &int_args, NULL, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.throw", NULL, NULL, NULL, throws_full, NULL, 0, 0, 0 },
	{ "test.plain.throw_undeclared", NULL, NULL, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.blob", &int_args, &bytes_result, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.wait", &int_args, &int_result, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.timed", NULL, NULL, NULL, NULL, NULL, 200, 0, 0 },
	{ "test.plain.finish_later", NULL, NULL, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.plain.refuse", &text_args, NULL, NULL, NULL, NULL, 0, 0, 0 },
};
static const struct spy_invocation plain_invocations[] = {
	{ hello }, { nothing }, { fail },     { throw_full },	{ throw_full },
	{ blob },  { wait },	{ hold_any }, { finish_later }, { refuse },
};

static const struct spy_method stream_methods[] = {
	{ "test.stream.echo", NULL, NULL, any_any, NULL, NULL, 0, 1, RESULT },
	{ "test.stream.echo_listen", NULL, NULL, any_any, NULL, NULL, 0, 1, RESULT },
	{ "test.stream.relay", NULL, NULL, any_any, throws_full, NULL, 0, 1, RESULT },
	{ "test.stream.count", &int_args, NULL, int_ints, NULL, NULL, 0, 0, RESULT },
	{ "test.stream.sum", NULL, &int_result, int_ints, NULL, NULL, 0, 1, STREAMS },
	{ "test.stream.merge", NULL, NULL, int_ints, NULL, NULL, 0, 2, RESULT },
	{ "test.stream.ignore", &int_args, &int_result, int_ints, NULL, NULL, 0, 1,
	  STREAMS },
	{ "test.stream.reads_two", &int_args, &int_result, int_ints, NULL, NULL, 0, 1,
	  STREAMS },
	{ "test.stream.how", NULL, &string_result, int_ints, throws_full, NULL, 0, 1,
	  STREAMS },
	{ "test.stream.hold", NULL, NULL, int_ints, NULL, NULL, 0, 0, RESULT },
	{ "test.stream.return_at_once", NULL, &int_result, int_ints, NULL, NULL, 0, 1,
	  STREAMS },
	{ "test.stream.rethrow", NULL, NULL, int_ints, throws_full, NULL, 0, 1, STREAMS },
	{ "test.stream.paused", NULL, NULL, any_any, NULL, NULL, 0, 1, RESULT },
	{ "test.stream.pass_on", NULL, NULL, int_ints, NULL, NULL, 0, 1, STREAMS },
	{ "test.stream.listen_stop", NULL, NULL, any_any, NULL, NULL, 0, 1, RESULT },
	{ "test.stream.flood", &int_args, NULL, bytes_items, NULL, NULL, 0, 0, RESULT },
	{ "test.stream.window", NULL, &int_result, window_items, NULL, NULL, 0, 1,
	  STREAMS },
};
static const struct spy_invocation stream_invocations[] = {
	{ echo },	    { echo_listen }, { relay },	    { count },	 { sum },
	{ merge },	    { ignore },	     { reads_two }, { how },	 { hold_any },
	{ return_at_once }, { rethrow },     { paused },    { pass_on }, { listen_stop },
	{ flood },	    { sum },
};

static const struct spy_method secret_methods[] = {
	{ "test.secret.hold", NULL, NULL, int_ints, NULL, NULL, 0, 0, RESULT },
	{ "test.secret.count", &int_args, NULL, int_ints, NULL, NULL, 0, 0, RESULT },
};
static const struct spy_invocation secret_invocations[] = { { hold_any }, { count } };

static const struct spy_method member_methods[] = {
	{ "test.member.hold", NULL, NULL, int_ints, NULL, NULL, 0, 0,
	  RESULT | SPY_METHOD_LOGIN },
	{ "test.member.edit", NULL, NULL, int_ints, NULL, editor, 0, 0,
	  RESULT | SPY_METHOD_LOGIN },
};
static const struct spy_invocation member_invocations[] = { { hold_any }, { hold_any } };

static const struct spy_method open_methods[] = {
	{ "test.open.who", NULL, &maybe_string_result, NULL, NULL, NULL, 0, 0, 0 },
	{ "test.open.user_changes", NULL, NULL, int_ints, NULL, NULL, 0, 0, RESULT },
};
static const struct spy_invocation open_invocations[] = { { who }, { hold_any } };

static const struct spy_method lobby_methods[] = {
	{ "test.lobby.messages", NULL, NULL, int_ints, NULL, NULL, 0, 1,
	  RESULT | SPY_METHOD_MESSAGES },
};
static const struct spy_invocation lobby_invocations[] = { { lobby } };

#define COUNT(array) (sizeof(array) / sizeof *(array))
static const struct spy_endpoint endpoints[] = {
	{ "test.plain", plain_methods, COUNT(plain_methods), 0, NULL },
	{ "test.stream", stream_methods, COUNT(stream_methods), 0, NULL },
	{ "test.secret", secret_methods, COUNT(secret_methods), SPY_METHOD_LOGIN, admin },
	{ "test.member", member_methods, COUNT(member_methods), SPY_METHOD_LOGIN, NULL },
	{ "test.open", open_methods, COUNT(open_methods), 0, NULL },
	{ "test.lobby", lobby_methods, COUNT(lobby_methods), 0, NULL },
};
static const struct spy_invocation *const invocations[] = {
	plain_invocations,  stream_invocations, secret_invocations,
	member_invocations, open_invocations,	lobby_invocations,
};

const struct spy_method *const
	test_hello = &plain_methods[0],
	*const test_nothing = &plain_methods[1], *const test_fail = &plain_methods[2],
	*const test_throw = &plain_methods[3],
	*const test_throw_undeclared = &plain_methods[4],
	*const test_blob = &plain_methods[5], *const test_wait = &plain_methods[6],
	*const test_timed = &plain_methods[7],
	*const test_finish_later = &plain_methods[8],
	*const test_refuse = &plain_methods[9], *const test_echo = &stream_methods[0],
	*const test_echo_listen = &stream_methods[1],
	*const test_relay = &stream_methods[2], *const test_count = &stream_methods[3],
	*const test_sum = &stream_methods[4], *const test_merge = &stream_methods[5],
	*const test_ignore = &stream_methods[6],
	*const test_reads_two = &stream_methods[7], *const test_how = &stream_methods[8],
	*const test_hold = &stream_methods[9],
	*const test_return_at_once = &stream_methods[10],
	*const test_rethrow = &stream_methods[11],
	*const test_paused = &stream_methods[12],
	*const test_pass_on = &stream_methods[13],
	*const test_listen_stop = &stream_methods[14],
	*const test_flood = &stream_methods[15], *const test_window = &stream_methods[16],
	*const test_secret_hold = &secret_methods[0],
	*const test_secret_count = &secret_methods[1],
	*const test_member_hold = &member_methods[0],
	*const test_scoped_method = &member_methods[1],
	*const test_who = &open_methods[0], *const test_user_changes = &open_methods[1],
	*const test_lobby = &lobby_methods[0];

struct spy_registry *test_registry(void)
{
	struct spy_registry *registry = spy_registry_new();

	memset(&test_counts, 0, sizeof test_counts);
	for (size_t i = 0; registry && i < COUNT(endpoints); i++) {
		struct spy_service service = { &endpoints[i], invocations[i], NULL,
					       NULL };

		if (spy_registry_add(registry, &service) < 0) {
			spy_registry_free(registry);
			return NULL;
		}
	}
	return registry;
}

/* --- Authentication -------------------------------------------------------------------------------- */

/* Cuts `text` at the next `separator`; gives what is before it, leaves what is after. */
static char *cut(char **text, char separator)
{
	char *start = *text, *end = start ? strchr(start, separator) : NULL;

	if (end)
		*end++ = '\0';
	*text = end;
	return start;
}

int test_authenticate(struct spy_call *call, const char *token,
		      struct spy_identity *identity, void *self)
{
	char *rest = spy_call_printf(call, "%s", token), *word;
	const char **scopes = spy_call_alloc(call, (strlen(token) + 2) * sizeof *scopes);
	size_t count = 0;
	int r;

	(void)self;
	if (!rest || !scopes)
		return SPY_ENOMEM;
	word = cut(&rest, ':');
	if (!strcmp(word, "slow")) {
		if ((r = spy_sleep(call, 200 * 1000000)) < 0)
			return r;
		word = cut(&rest, ':');
	} else if (!strcmp(word, "short")) {
		identity->expires = call->context->wall;
		identity->expires.tv_nsec += 500 * 1000000;
		if (identity->expires.tv_nsec >= 1000000000) {
			identity->expires.tv_nsec -= 1000000000;
			identity->expires.tv_sec++;
		}
		word = cut(&rest, ':');
	}
	if (word && !strncmp(word, "auth=", 5)) {
		identity->auth_id = word + 5;
		word = cut(&rest, ':');
	}
	if (!word || !*word || !rest)
		return SPY_EUNAUTHENTICATED;
	identity->user = word;
	while (rest) {
		char *scope = cut(&rest, ',');

		if (*scope)
			scopes[count++] = scope;
	}
	scopes[count] = NULL;
	identity->scopes = scopes;
	return 0;
}
