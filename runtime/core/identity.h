/*
 * Inside of authentication: what a connection knows about its user, and what it waits for.
 * identity.c has the rules for what is granted, auth.c how tokens are decided upon.
 *
 * Invariant: AUTHs of a connection are decided one after the other, in the order in which
 * they came; a call that is held knows the last AUTH before it.
 */
#ifndef SPY_CORE_IDENTITY_H
#define SPY_CORE_IDENTITY_H

#include <core/state.h>

/* What a sign-in gives, besides a name. */
struct spy_grant {
	int64_t expires; /* in nanoseconds of context->now; INT64_MAX: never */
	const char *auth_id;
	const char *scopes[]; /* NULL-terminated */
};

/* A user on a connection; shared with the calls opened under it. */
struct spy_signin {
	unsigned refs;
	struct spy_grant *grant;
	char user[];
};

/* A token that waits for its decision. */
struct spy_auth_request {
	struct spy_ring ring;
	uint32_t sequence; /* of the context's revocations when it came */
	bool answer;
	bool sign_out;
	bool refused; /* too many of them: not even asked */
	struct spy_identity identity;
	size_t len;
	char token[];
};

struct spy_auth {
	struct spy_connection *connection;
	struct spy_ring requests;
	struct spy_call *deciding; /* the first request's pseudo call */
	struct spy_signin *signin;
	struct spy_timer expiry;
	uint32_t asked, decided;
};

/* What was taken back while some authentication was pending. */
struct spy_revocation {
	struct spy_revocation *next;
	uint32_t sequence;
	const char *user;
	const char *auth_id;	   /* this sign-in only, or NULL */
	const char *const *scopes; /* these scopes only, or NULL */
};

/* Copies; NULL without memory. */
struct spy_signin *spy_signin_new(const struct spy_identity *identity, int64_t expires);

/* The connection is this user's from now on; takes it. Ends what has to end. */
void spy_identity_take(struct spy_connection *connection, struct spy_signin *signin);
/* The connection is nobody's; protected calls end. */
void spy_identity_drop(struct spy_connection *connection, const char *message);

/* Applies a revocation: true when the sign-in is gone by it; scopes are taken away. */
bool spy_revocation_strikes(const struct spy_revocation *revocation,
			    struct spy_signin *signin);
/* Copies it, when an authentication is pending. */
void spy_revocation_remember(struct spy_context *context,
			     const struct spy_revocation *revocation);

#endif
