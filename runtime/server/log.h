/*
 * The server's log: one line per event on standard error, as text or as JSON, with named
 * fields. Lines of several threads do not mix: each is one write.
 *
 *	SPY_LOG(log, INFO, "listening", SPY_LOG_INT("port", port));
 *
 * A line whose level is off costs one comparison; its arguments are not evaluated.
 */
#ifndef SPY_SERVER_LOG_H
#define SPY_SERVER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spy_log_level {
	SPY_LOG_OFF,
	SPY_LOG_ERROR,
	SPY_LOG_WARNING,
	SPY_LOG_INFO,
	SPY_LOG_DEBUG,
};

enum spy_log_format { SPY_LOG_TEXT, SPY_LOG_JSON };

struct spy_log {
	enum spy_log_level level;
	enum spy_log_format format;
	int fd;
};

/* A field; the text one is left out when it is NULL. */
struct spy_log_field {
	const char *name;
	const char *text; /* NULL: the number */
	int64_t number;
	bool is_number;
};

#define SPY_LOG_STR(NAME, TEXT)	  ((struct spy_log_field){ NAME, TEXT, 0, false })
#define SPY_LOG_INT(NAME, NUMBER) ((struct spy_log_field){ NAME, NULL, NUMBER, true })

#define SPY_LOG(LOG, LEVEL, EVENT, ...)                                                 \
	do {                                                                            \
		if ((LOG)->level >= SPY_LOG_##LEVEL)                                    \
			spy_log_write(                                                  \
				LOG, SPY_LOG_##LEVEL, EVENT,                            \
				(const struct spy_log_field[]){ __VA_ARGS__ },          \
				sizeof((const struct spy_log_field[]){ __VA_ARGS__ }) / \
					sizeof(struct spy_log_field));                  \
	} while (0)

/* The same without fields. */
#define SPY_LOG_EVENT(LOG, LEVEL, EVENT)                                     \
	do {                                                                 \
		if ((LOG)->level >= SPY_LOG_##LEVEL)                         \
			spy_log_write(LOG, SPY_LOG_##LEVEL, EVENT, NULL, 0); \
	} while (0)

void spy_log_write(const struct spy_log *log, enum spy_log_level level, const char *event,
		   const struct spy_log_field *fields, unsigned count);

/* By their names; false for others. */
bool spy_log_level_read(const char *text, uint32_t *level);
bool spy_log_format_read(const char *text, uint32_t *format);

#endif
