/*
 * Who may call: what a token stood for, what it opens, and how it is taken back. How tokens
 * are decided upon is in auth.c.
 *
 * Invariants: a protected call belongs to the identity that its connection has; when that
 * one goes, the call goes. A user's name never changes under a session; the rest (the grant)
 * may be exchanged when the same user signs in again.
 */
#include <core/identity.h>

#include <stdlib.h>

static size_t scope_count(const char *const *scopes)
{
	size_t count = 0;

	while (scopes && scopes[count])
		count++;
	return count;
}

/* One block: the struct, the pointers, the texts. */
static struct spy_grant *grant_new(const struct spy_identity *identity, int64_t expires)
{
	size_t count = scope_count(identity->scopes);
	size_t auth_len = identity->auth_id ? strlen(identity->auth_id) + 1 : 0;
	size_t size = sizeof(struct spy_grant) + (count + 1) * sizeof(char *) + auth_len;
	struct spy_grant *grant;
	char *text;

	for (size_t i = 0; i < count; i++)
		size += strlen(identity->scopes[i]) + 1;
	if (!(grant = malloc(size)))
		return NULL;
	grant->expires = expires;
	text = (char *)&grant->scopes[count + 1];
	grant->auth_id = auth_len ? memcpy(text, identity->auth_id, auth_len) : NULL;
	text += auth_len;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(identity->scopes[i]) + 1;

		grant->scopes[i] = memcpy(text, identity->scopes[i], len);
		text += len;
	}
	grant->scopes[count] = NULL;
	return grant;
}

struct spy_signin *spy_signin_new(const struct spy_identity *identity, int64_t expires)
{
	size_t len = strlen(identity->user) + 1;
	struct spy_signin *signin = malloc(sizeof *signin + len);

	if (!signin)
		return NULL;
	if (!(signin->grant = grant_new(identity, expires))) {
		free(signin);
		return NULL;
	}
	signin->refs = 1;
	memcpy(signin->user, identity->user, len);
	return signin;
}

struct spy_signin *spy_signin_ref(struct spy_signin *signin)
{
	if (signin)
		signin->refs++;
	return signin;
}

void spy_signin_unref(struct spy_signin *signin)
{
	if (!signin || --signin->refs)
		return;
	free(signin->grant);
	free(signin);
}

const char *spy_signin_user(const struct spy_signin *signin)
{
	return signin ? signin->user : NULL;
}

const char *spy_signin_auth_id(const struct spy_signin *signin)
{
	return signin ? signin->grant->auth_id : NULL;
}

bool spy_signin_has_scope(const struct spy_signin *signin, const char *scope)
{
	for (size_t i = 0; signin && signin->grant->scopes[i]; i++)
		if (!strcmp(signin->grant->scopes[i], scope))
			return true;
	return false;
}

int spy_signin_check(const struct spy_signin *signin, unsigned flags,
		     const char *const *scopes)
{
	bool needs_scope = scopes && *scopes;

	if (!(flags & SPY_METHOD_LOGIN) && !needs_scope)
		return 0;
	if (!signin)
		return SPY_EUNAUTHENTICATED;
	for (; needs_scope && *scopes; scopes++)
		if (!spy_signin_has_scope(signin, *scopes))
			return SPY_EPERMISSION_DENIED;
	return 0;
}

/* --- What an identity's end means for the calls --------------------------------------- */

static bool needs(const char *const *needed, const char *const *scopes)
{
	for (; needed && *needed; needed++)
		for (size_t i = 0; scopes[i]; i++)
			if (!strcmp(*needed, scopes[i]))
				return true;
	return false;
}

/* Ends the protected calls of this identity: all of them, or with `scopes` those that need
 * one of these. */
static void end_calls(struct spy_connection *connection, const struct spy_signin *signin,
		      const char *const *scopes, int error, const char *message)
{
	struct spy_ring *at, *next;

	for (at = connection->calls.next; at != &connection->calls; at = next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);

		next = at->next;
		if ((call->flags & SPY_CALL_OVER) ||
		    !(call->flags & SPY_CALL_PROTECTED) || call->signin != signin)
			continue;
		if (!scopes || needs(call->service->endpoint->scopes, scopes) ||
		    needs(call->method->scopes, scopes))
			spy_call_interrupt(call, error, message);
	}
}

void spy_identity_drop(struct spy_connection *connection, const char *message)
{
	struct spy_auth *auth = connection->auth;
	struct spy_signin *signin = auth ? auth->signin : NULL;

	if (!signin)
		return;
	auth->signin = NULL;
	spy_timer_cancel(&connection->context->timers, &auth->expiry);
	end_calls(connection, signin, NULL, SPY_EUNAUTHENTICATED, message);
	spy_signin_unref(signin);
}

static void expire(struct spy_timer *timer)
{
	struct spy_auth *auth = SPY_CONTAINER(timer, struct spy_auth, expiry);

	spy_identity_drop(auth->connection, "the sign-in has expired");
}

static void watch_expiry(struct spy_connection *connection)
{
	struct spy_auth *auth = connection->auth;
	struct spy_timers *timers = &connection->context->timers;

	spy_timer_cancel(timers, &auth->expiry);
	if (auth->signin->grant->expires != INT64_MAX)
		spy_timer_set(timers, &auth->expiry,
			      spy_timer_at(auth->signin->grant->expires), expire);
}

/* The same user again: running calls go on with what is granted now. */
static void refresh(struct spy_connection *connection, struct spy_signin *fresh)
{
	struct spy_signin *signin = connection->auth->signin;
	struct spy_grant *old = signin->grant;
	struct spy_ring *at, *next;

	signin->grant = fresh->grant;
	fresh->grant = old;
	spy_signin_unref(fresh);
	for (at = connection->calls.next; at != &connection->calls; at = next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);
		int r;

		next = at->next;
		if ((call->flags & SPY_CALL_OVER) ||
		    !(call->flags & SPY_CALL_PROTECTED) || call->signin != signin)
			continue;
		if ((r = spy_signin_check(signin, 0, call->service->endpoint->scopes)) ==
		    0)
			r = spy_signin_check(signin, 0, call->method->scopes);
		if (r < 0)
			spy_call_interrupt(call, r, "a scope is no longer granted");
	}
}

void spy_identity_take(struct spy_connection *connection, struct spy_signin *signin)
{
	struct spy_auth *auth = connection->auth;

	if (auth->signin && !strcmp(auth->signin->user, signin->user)) {
		refresh(connection, signin);
	} else {
		spy_identity_drop(connection, "someone else has signed in");
		auth->signin = signin;
	}
	watch_expiry(connection);
}

struct spy_signin *spy_connection_signin(const struct spy_connection *connection)
{
	return connection->auth ? connection->auth->signin : NULL;
}

/* --- Revocation ------------------------------------------------------------------------ */

static void remove_scopes(struct spy_grant *grant, const char *const *scopes)
{
	size_t kept = 0;

	for (size_t i = 0; grant->scopes[i]; i++) {
		const char *const one[] = { grant->scopes[i], NULL };

		if (!needs(one, scopes))
			grant->scopes[kept++] = grant->scopes[i];
	}
	grant->scopes[kept] = NULL;
}

bool spy_revocation_strikes(const struct spy_revocation *revocation,
			    struct spy_signin *signin)
{
	if (strcmp(revocation->user, signin->user))
		return false;
	if (revocation->scopes) {
		remove_scopes(signin->grant, revocation->scopes);
		return false;
	}
	return !revocation->auth_id ||
	       (signin->grant->auth_id &&
		!strcmp(revocation->auth_id, signin->grant->auth_id));
}

static void revoke(struct spy_connection *connection,
		   const struct spy_revocation *revocation)
{
	struct spy_signin *signin = spy_connection_signin(connection);

	if (!signin || strcmp(revocation->user, signin->user))
		return;
	if (spy_revocation_strikes(revocation, signin))
		spy_identity_drop(connection, "the sign-in was revoked");
	else if (revocation->scopes)
		end_calls(connection, signin, revocation->scopes, SPY_EPERMISSION_DENIED,
			  "a scope was revoked");
}

static void revoke_everywhere(struct spy_context *context, const char *user,
			      const char *auth_id, const char *const *scopes)
{
	struct spy_revocation revocation = { .user = user,
					     .auth_id = auth_id,
					     .scopes = scopes };
	struct spy_ring *at;

	for (at = context->connections.next; at != &context->connections; at = at->next)
		revoke(SPY_CONTAINER(at, struct spy_connection, ring), &revocation);
	spy_revocation_remember(context, &revocation);
}

void spy_context_revoke_user(struct spy_context *context, const char *user)
{
	revoke_everywhere(context, user, NULL, NULL);
}

void spy_context_revoke_token(struct spy_context *context, const char *user,
			      const char *auth_id)
{
	revoke_everywhere(context, user, auth_id ? auth_id : "", NULL);
}

void spy_context_revoke_scopes(struct spy_context *context, const char *user,
			       const char *const *scopes)
{
	static const char *const none[] = { NULL };

	revoke_everywhere(context, user, NULL, scopes ? scopes : none);
}
