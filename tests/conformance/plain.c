/*
 * The endpoints `plain`, `identity`, `authenticated`, `logged_in` and `lobby` of
 * conformance.spy. Their `self` is the server.
 */
#include "conformance_server.h"

#include <stdlib.h>
#include <string.h>

static int hello(struct spy_call *call, const char *name, const char **result)
{
	*result = spy_call_printf(call, "Hello, %s!", name);
	return *result ? 0 : SPY_ENOMEM;
}

static int double_it(struct spy_call *call, int64_t value, int64_t *result)
{
	(void)call;
	if (value > INT64_MAX / 2 || value < INT64_MIN / 2)
		return SPY_EOUT_OF_RANGE;
	*result = 2 * value;
	return 0;
}

static int echo(struct spy_call *call, const struct conformance_types *value,
		const struct conformance_types **result)
{
	(void)call;
	*result = value;
	return 0;
}

static int nothing(struct spy_call *call)
{
	(void)call;
	return 0;
}

static int throws_typed(struct spy_call *call)
{
	return throw_data(call);
}

static int throws_plain(struct spy_call *call)
{
	(void)call;
	return -1;
}

static int bounded(struct spy_call *call, const char *text, const char **result)
{
	(void)call;
	*result = text;
	return 0;
}

static int sessions(struct spy_call *call,
		    const struct conformance_int_int_tuple **result)
{
	struct conformance_int_int_tuple *counts = spy_call_alloc(call, sizeof *counts);
	struct spy_server_counts now;

	if (!counts)
		return SPY_ENOMEM;
	spy_server_read_counts(spy_call_self(call), &now);
	counts->item0 = (int64_t)now.sessions_open - 1; /* not this one */
	counts->item1 = (int64_t)now.sessions_closed;
	*result = counts;
	return 0;
}

const struct conformance_plain_endpoint plain_endpoint = {
	.hello = hello,
	.double_it = double_it,
	.echo = echo,
	.nothing = nothing,
	.throws_typed = throws_typed,
	.throws_plain = throws_plain,
	.bounded = bounded,
	.sessions = sessions,
};

static int hold(struct spy_call *call, struct spy_int_stream *result)
{
	(void)result;
	return spy_sleep(call, INT64_MAX);
}

static int simple_stream(struct spy_call *call, struct spy_int_stream *result)
{
	int r = 0;

	(void)call;
	for (int64_t i = 0; i < 10 && r >= 0; i++)
		r = spy_int_send(result, i);
	return r;
}

static int echo_int(struct spy_call *call, struct spy_int_stream *items,
		    struct spy_int_stream *result)
{
	int64_t item;
	int r;

	(void)call;
	while ((r = spy_int_recv(items, &item)) > 0)
		if ((r = spy_int_send(result, item)) < 0)
			break;
	return r;
}

const struct conformance_authenticated_endpoint authenticated_endpoint = {
	.simple_stream = simple_stream,
	.echo_int = echo_int,
	.hold = hold,
};

const struct conformance_logged_in_endpoint logged_in_endpoint = {
	.hold = hold,
};

static int who_am_i(struct spy_call *call, const char **result)
{
	*result = spy_session_user_id(spy_call_session(call));
	return 0;
}

static int revoke_user(struct spy_call *call, const char *user)
{
	return spy_revoke_user(spy_call_self(call), user);
}

static int revoke_token(struct spy_call *call, const char *user, const char *auth_id)
{
	return spy_revoke_token(spy_call_self(call), user, auth_id);
}

static int revoke_scopes(struct spy_call *call, const char *user,
			 const struct conformance_string_list *scopes)
{
	const char **list = spy_call_alloc(call, (scopes->len + 1) * sizeof *list);

	if (!list)
		return SPY_ENOMEM;
	for (size_t i = 0; i < scopes->len; i++)
		list[i] = scopes->items[i];
	return spy_revoke_scopes(spy_call_self(call), user, list);
}

const struct conformance_identity_endpoint identity_endpoint = {
	.who_am_i = who_am_i,
	.revoke_user = revoke_user,
	.revoke_token = revoke_token,
	.revoke_scopes = revoke_scopes,
};

/* Cuts `text` at the next `separator`; gives what is before it, leaves what is after. */
static char *cut(char **text, char separator)
{
	char *start = *text, *end = start ? strchr(start, separator) : NULL;

	if (end)
		*end++ = '\0';
	*text = end;
	return start;
}

int authenticate(struct spy_call *call, const char *token, struct spy_identity *identity,
		 void *self)
{
	char *rest = spy_call_printf(call, "%s", token);
	const char *kind, *user, *auth_id;
	size_t count = 0;
	const char **scopes;
	int r;

	(void)self;
	if (!rest ||
	    !(scopes = spy_call_alloc(call, (strlen(token) + 2) * sizeof *scopes)))
		return SPY_ENOMEM;
	kind = cut(&rest, ':');
	if (!strcmp(kind, "slow")) {
		if ((r = spy_sleep(call, 200 * 1000000)) < 0)
			return r;
		kind = cut(&rest, ':');
	} else if (!strcmp(kind, "short")) {
		clock_gettime(CLOCK_REALTIME, &identity->expires);
		identity->expires.tv_nsec += 500 * 1000000;
		if (identity->expires.tv_nsec >= 1000000000) {
			identity->expires.tv_nsec -= 1000000000;
			identity->expires.tv_sec++;
		}
		kind = cut(&rest, ':');
	}
	user = cut(&rest, ':');
	auth_id = cut(&rest, ':');
	if (!kind || strcmp(kind, "user") || !user || !*user || !auth_id || !*auth_id ||
	    !rest)
		return SPY_EUNAUTHENTICATED;
	while (rest) {
		const char *scope = cut(&rest, ',');

		if (*scope)
			scopes[count++] = scope;
	}
	identity->user = user;
	identity->auth_id = auth_id;
	identity->scopes = scopes;
	return 0;
}

/* --- lobby: its user object counts the messages of the session ------------------------ */

static int opened(struct spy_session *session)
{
	int64_t *count = calloc(1, sizeof *count);

	if (!count)
		return SPY_ENOMEM;
	spy_session_set_user(session, count, free);
	return 0;
}

static int message(struct spy_session *session, const struct conformance_simple_data *in)
{
	int64_t *count = spy_session_user(session);
	/* the number after the last is the first */
	struct conformance_simple_data data = { .num = (int64_t)((uint64_t)in->num + 1) };
	struct conformance_circle circle = { .radius = (double)++*count };
	struct spy_object object = conformance_simple_data_object(&data);
	int r = conformance_lobby_send(
		session, &(struct spy_any){ .kind = SPY_ANY_OBJECT, .object = &object });

	if (r < 0 || *count % 3)
		return r;
	object = conformance_circle_object(&circle);
	return conformance_lobby_send(
		session, &(struct spy_any){ .kind = SPY_ANY_OBJECT, .object = &object });
}

const struct conformance_lobby_endpoint lobby_endpoint = {
	.opened = opened,
	.message = message,
};
