/*
 * A streaming endpoint's functions, kept at the session's call; the rest of a session is in
 * call.h. session.c.
 */
#ifndef SPY_CORE_SESSION_H
#define SPY_CORE_SESSION_H

#include <core/call.h>

struct spy_messages {
	int (*message)(struct spy_session *session, const void *item,
		       const void *endpoint);
	void (*closed)(struct spy_session *session);
	const void *endpoint;
	const void *item; /* that `message` has now */
};

#endif
