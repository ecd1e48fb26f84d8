/*
 * What can be set on a server, one table: name, type, range, default and a line of
 * documentation. The YAML file, the environment and spy_server_set() all end here, in text.
 *
 * Invariant: a settings struct always holds values that passed their entry's check.
 * Read next: settings.c for the table, settings_yaml.c for the file.
 */
#ifndef SPY_SERVER_SETTINGS_H
#define SPY_SERVER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A list of words, one after the other, each with its NUL, and an empty one at the end; NULL
 * is an empty list. */
typedef char *spy_words;

struct spy_server_settings {
	char *listen, *path, *cookie;
	char *tls_cert, *tls_key;
	char *static_files;
	char *redis, *redis_prefix;
	spy_words origins, headers;
	uint32_t port, workers, rx_buffer;
	uint32_t max_message, max_calls, max_queue, max_held, credit;
	uint32_t max_connections, max_per_address, handshake;
	uint32_t ping, ping_timeout, drain;
	uint32_t log_level, log_format;
	bool metrics, expose_errors;
};

/* Room for any message below. */
#define SPY_SETTINGS_ERROR 400

/* All defaults; SPY_ENOMEM. */
int spy_settings_init(struct spy_server_settings *settings);
void spy_settings_free(struct spy_server_settings *settings);

/* "port", "limits.message". SPY_EINVALID_ARGUMENT or SPY_ENOMEM with words in `error`. */
int spy_settings_set(struct spy_server_settings *settings, const char *name,
		     const char *value, char error[SPY_SETTINGS_ERROR]);

/* From a file; messages as FILE:LINE:COLUMN to `errors`. 0 or negative. */
int spy_settings_load(struct spy_server_settings *settings, const char *file,
		      FILE *errors);

/* SPY_LIMITS_MESSAGE=… overrides limits.message. Messages to `errors`. 0 or negative. */
int spy_settings_environment(struct spy_server_settings *settings, FILE *errors);

/* Whether `name` has entries below it, "limits"; or is one whose value may be a list. */
bool spy_settings_is_group(const char *name);
bool spy_settings_is_list(const char *name);

/* Every setting with its default, as a YAML file with comments. */
void spy_settings_print(FILE *out);

/* The word after this one; NULL at the end. Start with the list itself. */
static inline const char *spy_words_next(const char *word)
{
	while (*word++)
		;
	return *word ? word : NULL;
}

#endif
