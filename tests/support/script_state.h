/*
 * What script.c and script_client.c share: the state of one transcript that runs.
 */
#ifndef TEST_SCRIPT_STATE_H
#define TEST_SCRIPT_STATE_H

#include "support/script.h"

#include "support/notation.h"
#include "support/test_service.h"

#include <core/call.h>
#include <core/decode.h>
#include <core/state.h>

#define NAMES 8	 /* calls that have a name */
#define FILL  64 /* and those that have none */

struct script {
	struct spy_context context;
	struct spy_connection_options options;
	struct spy_connection *connection;
	struct spy_registry *registry;
	FILE *report;
	const char *path;
	int line;
	bool failed, skipped;
	struct spy_buf in;  /* the start of a message */
	struct spy_buf out; /* frames that nobody has expected yet */
	size_t out_at;
	size_t starts[256]; /* where in `out` messages begin */
	size_t start_count;
	bool stalled;
	char events[16][128];
	unsigned event_count, event_at;
	struct {
		char name[16];
		struct spy_call *call;
		struct spy_stream *streams[4];
	} calls[NAMES];
	struct spy_call *fill[FILL];
	unsigned fill_count;
};

/* The line is not as the script says: the first complaint counts. */
void script_complain(struct script *s, const char *what, const char *detail);
void script_event(struct script *s, const char *format, ...) SPY_PRINTF(2, 3);
void script_settle(struct script *s);
const char *script_name_of(struct script *s, struct spy_call *call);
/* A code by its name in the transcript; 1: it is none. */
int script_code(const char *name);
void script_same(struct script *s, long actual, long expected);

/* False when `verb` is no client's. */
bool script_client_line(struct script *s, const char *verb, char *rest);

#endif
