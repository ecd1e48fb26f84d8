/*
 * What can go wrong. Functions return 0 (or a positive count) when all is well and one of
 * these negative numbers otherwise. The first sixteen are the codes that travel: they are
 * gRPC's canonical codes, so that gateways and people need no table.
 *
 * The numbers start at -1001, so that a method which returns -1 or -errno by habit is not
 * taken for one of them: the peer then sees `internal` and no more.
 */
#ifndef SPY_ERROR_H
#define SPY_ERROR_H

#include <spy/attr.h>

/* X(name in C, name on the wire and in logs, number on the wire, what it says) */
#define SPY_CODES(X)                                                                 \
	X(CANCELED, cancelled, 1, "the call was cancelled")                          \
	X(UNKNOWN, unknown, 2, "unknown error")                                      \
	X(INVALID_ARGUMENT, invalid_argument, 3, "a value does not fit its type")    \
	X(DEADLINE_EXCEEDED, deadline_exceeded, 4, "the deadline has passed")        \
	X(NOT_FOUND, not_found, 5, "not found")                                      \
	X(ALREADY_EXISTS, already_exists, 6, "already exists")                       \
	X(PERMISSION_DENIED, permission_denied, 7, "permission denied")              \
	X(RESOURCE_EXHAUSTED, resource_exhausted, 8, "a limit was reached")          \
	X(FAILED_PRECONDITION, failed_precondition, 9, "not possible in this state") \
	X(ABORTED, aborted, 10, "aborted")                                           \
	X(OUT_OF_RANGE, out_of_range, 11, "out of range")                            \
	X(UNIMPLEMENTED, unimplemented, 12, "no such endpoint or method")            \
	X(INTERNAL, internal, 13, "the method failed")                               \
	X(UNAVAILABLE, unavailable, 14, "the connection is not available")           \
	X(DATA_LOSS, data_loss, 15, "data was lost")                                 \
	X(UNAUTHENTICATED, unauthenticated, 16, "not signed in")

enum spy_error {
#define SPY_CODE(name, text, number, says) SPY_E##name = -1000 - (number),
	SPY_CODES(SPY_CODE)
#undef SPY_CODE
	/* A typed exception arrived or is to be sent: ask NAME_caught() which. */
	SPY_EXCEPTION = -1030,
	/* Nothing yet, and this function does not wait. */
	SPY_EAGAIN = -1031,
	/* Out of memory; the peer sees resource_exhausted. */
	SPY_ENOMEM = -1032,
	/* The peer broke the protocol; the connection has to be closed. */
	SPY_EPROTOCOL = -1033,
};

/* A method returns this when its call lives on after the function: listeners or
 * spy_call_finish() end it later. */
#define SPY_LATER 1

/* A short sentence for any of the above, for 0, and for anything else; never NULL. */
SPY_PUBLIC const char *spy_strerror(int error);

/* The code's name as it is written in logs and documentation: "out_of_range"; "ok" for 0,
 * "internal" for what is no code. */
SPY_PUBLIC const char *spy_code_name(int error);

#endif
