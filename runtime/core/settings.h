/*
 * The maps of HELLO and OPEN: what each side asks of the other. A key that is unknown is
 * skipped; a known one of the wrong type or out of its range is a protocol error.
 */
#ifndef SPY_CORE_SETTINGS_H
#define SPY_CORE_SETTINGS_H

#include <core/frame.h>

#define SPY_FLOOR_CREDIT      4096
#define SPY_FLOOR_MAX_MESSAGE 65536
#define SPY_FLOOR_MAX_CALLS   16

/* Of the peer, from its HELLO. What the strings point to is the message's. */
struct spy_settings {
	uint32_t credit, max_message, max_calls, ping, timeout;
	struct spy_slice agent, session;
};

/* `settings` gets the defaults first. 0, or SPY_EPROTOCOL and words in *what. */
int spy_settings_read(struct spy_slice map, struct spy_settings *settings,
		      const char **what);

/* A whole HELLO; settings that have their default are left out. */
void spy_settings_put(struct spy_buf *buf, const struct spy_settings *settings);

struct spy_open_options {
	uint32_t timeout; /* ms, 0: none */
	bool has_credit;
	uint32_t credit; /* bytes */
	struct spy_slice trace;
};

/* As above; an empty slice is no options. */
int spy_open_options_read(struct spy_slice map, struct spy_open_options *options,
			  const char **what);
void spy_open_options_put(struct spy_buf *buf, const struct spy_open_options *options);

#endif
