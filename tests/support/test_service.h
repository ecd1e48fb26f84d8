/*
 * A service with static tables, written by hand as spygen would: what the core's tests call.
 * The methods come in both styles, direct and listening, and in every mix of streams.
 */
#ifndef TEST_SERVICE_H
#define TEST_SERVICE_H

#include <core/connection.h>
#include <core/registry.h>

struct test_full {
	const char *room;
	int64_t capacity;
};
extern const struct spy_type test_full_type;

/* The arguments of methods that have one. */
struct test_int_args {
	int64_t value;
};
struct test_text_args {
	const char *text;
};

extern const struct spy_method *const test_hello, *const test_nothing, *const test_fail, *const test_throw,
												 *const test_throw_undeclared, *const test_blob, *const test_wait, *const test_timed, *const test_finish_later, *const test_refuse, *const test_echo, *const test_echo_listen, *const test_relay, *const test_count,
																																					  *const
																																						  test_sum,
																																							  *const test_merge, *const test_ignore,
																																										     *const test_reads_two,
																																											     *const test_how,
																																												     *const test_hold,
																																													     *const test_return_at_once, *const test_rethrow,
																																																		 *const test_paused,
																																																			 *const test_pass_on,
																																																				 *const test_listen_stop,
																																																					 *const test_flood,
																																																						 *const test_window, *const test_secret_hold,
																																																									     *const test_secret_count,
																																																										     *const test_member_hold,
																																																											     *const test_scoped_method, *const test_who,
																																																																*const test_user_changes,
																																																																	*const test_lobby;

/* How often things happened, since test_registry(). */
struct test_counts {
	int started; /* streaming methods that were entered */
	int ended;   /* and left, or whose listener has heard the end */
	int closed;  /* closing listeners that were called */
	int user_freed;
	int lobby_opened, lobby_closed;
	int last_status; /* what a method's last wait gave */
	char order[64];	 /* a letter for each closing listener */
};
extern struct test_counts test_counts;

/* All of it; NULL without memory. Sets the counts to zero. */
struct spy_registry *test_registry(void);

/* Tokens: "user:scope,scope"; "slow:user:…" takes 200 ms; "short:user:…" expires after 500
 * ms; "auth=ID:user:…" has an authentication id. Everything else is refused. */
int test_authenticate(struct spy_call *call, const char *token,
		      struct spy_identity *identity, void *self);

#endif
