/* The table of settings, and how a text becomes a value. */
#include <server/settings.h>

#include <server/log.h>
#include <spy/error.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum type { STRING, PATH, LIST, NUMBER, BYTES, TIME, BOOL, LOG_LEVEL, LOG_FORMAT };

struct entry {
	const char *name;
	enum type type;
	size_t offset;
	uint32_t min, max;
	const char *value; /* the default; NULL: none */
	const char *doc;
};

#define ENTRY(NAME, TYPE, MEMBER, MIN, MAX, VALUE, DOC)                             \
	{                                                                           \
		NAME, TYPE, offsetof(struct spy_server_settings, MEMBER), MIN, MAX, \
			VALUE, DOC                                                  \
	}

#define MIB (1u << 20)
#define DAY 86400000u

static const struct entry entries[] = {
	ENTRY("listen", STRING, listen, 0, 0,
	      "::", "address to listen on; \"::\" is every one, IPv4 too"),
	ENTRY("port", NUMBER, port, 0, 65535, "8080", "0 takes one that is free"),
	ENTRY("path", PATH, path, 0, 0, "/spy", "of the WebSocket"),
	ENTRY("workers", NUMBER, workers, 1, 256, "1",
	      "event loops, one thread each; with more than one, methods run in parallel"),
	ENTRY("origins", LIST, origins, 0, 0, NULL,
	      "pages that may connect, as in \"https://example.org\"; none: all"),
	ENTRY("cookie", STRING, cookie, 0, 0, "spy_token", "that holds a token"),
	ENTRY("headers", LIST, headers, 0, 0, NULL,
	      "of the handshake to keep for methods, besides the well-known ones"),
	ENTRY("tls.cert", STRING, tls_cert, 0, 0, NULL, "PEM file; with tls.key: wss"),
	ENTRY("tls.key", STRING, tls_key, 0, 0, NULL, "PEM file"),
	ENTRY("static_files", STRING, static_files, 0, 0, NULL,
	      "folder that is served over HTTP"),
	ENTRY("limits.message", BYTES, max_message, 65536, 1u << 30, "1MiB",
	      "the longest message taken from a client"),
	ENTRY("limits.calls", NUMBER, max_calls, 16, 1u << 24, "128",
	      "open at once on one connection"),
	ENTRY("limits.credit", BYTES, credit, 4096, 1u << 30, "64KiB",
	      "that a client may send on a stream before it is read"),
	ENTRY("limits.queue", BYTES, max_queue, 4096, 1u << 30, "1MiB",
	      "unsent output of a connection at which senders wait"),
	ENTRY("limits.held", BYTES, max_held, 65536, 1u << 31, "16MiB",
	      "unread input of a connection at which calls are refused"),
	ENTRY("limits.connections", NUMBER, max_connections, 1, 1u << 24, "100000",
	      "open at once"),
	ENTRY("limits.per_address", NUMBER, max_per_address, 0, 1u << 24, "0",
	      "connections from one address; 0: no limit"),
	ENTRY("limits.handshake", TIME, handshake, 100, 20000, "10s",
	      "from the connection to the request"),
	ENTRY("ping.interval", TIME, ping, 100, DAY, "25s", "silence before a ping"),
	ENTRY("ping.timeout", TIME, ping_timeout, 100, DAY, "10s", "for its answer"),
	ENTRY("drain", TIME, drain, 0, DAY, "10s",
	      "for open calls when the server stops"),
	ENTRY("read_buffer", BYTES, rx_buffer, 512, 65536, "1KiB",
	      "read at once; costs memory per connection, large messages are faster"),
	ENTRY("expose_errors", BOOL, expose_errors, 0, 0, "false",
	      "tell clients what a method returned when it failed"),
	ENTRY("metrics", BOOL, metrics, 0, 0, "true", "GET /metrics"),
	ENTRY("log.level", LOG_LEVEL, log_level, 0, 0, "info",
	      "off, error, warning, info or debug"),
	ENTRY("log.format", LOG_FORMAT, log_format, 0, 0, "text", "text or json"),
	ENTRY("redis.url", STRING, redis, 0, 0, NULL,
	      "redis://user:password@host:port/database; none: this process only"),
	ENTRY("redis.prefix", STRING, redis_prefix, 0, 0, "spy:", "of channels in Redis"),
};
#define COUNT (sizeof entries / sizeof *entries)

/* What --redis and the like may say in place of the full name. */
static const char *full_name(const char *name)
{
	return strcmp(name, "redis") ? name : "redis.url";
}

static const struct entry *find(const char *name)
{
	name = full_name(name);
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(entries[i].name, name))
			return &entries[i];
	return NULL;
}

bool spy_settings_is_group(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < COUNT; i++)
		if (!strncmp(entries[i].name, name, len) && entries[i].name[len] == '.')
			return true;
	return false;
}

bool spy_settings_is_list(const char *name)
{
	const struct entry *entry = find(name);

	return entry && entry->type == LIST;
}

/* --- Suggestions ----------------------------------------------------------------------- */

#define NAME_MAX_LEN 40

/* How many letters are to be changed, added or left out. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LEN + 1], n = (unsigned)strlen(b);

	if (strlen(a) > NAME_MAX_LEN || n > NAME_MAX_LEN)
		return UINT_MAX;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; a[i - 1]; i++) {
		unsigned before = row[0]++;

		for (unsigned j = 1; j <= n; j++) {
			unsigned change = before + (a[i - 1] != b[j - 1]);

			before = row[j];
			if (change > row[j - 1] + 1)
				change = row[j - 1] + 1;
			if (change > before + 1)
				change = before + 1;
			row[j] = change;
		}
	}
	return row[n];
}

/* Close to it as a whole, or as the last part of a name: "message" for "limits.message". */
static const char *suggestion(const char *name)
{
	unsigned best = (unsigned)strlen(name) / 2 + 1;
	const char *found = NULL;

	for (size_t i = 0; i < COUNT; i++) {
		const char *dot = strrchr(entries[i].name, '.');
		unsigned d = distance(name, entries[i].name);

		if (dot && !strcmp(dot + 1, name))
			d = 0;
		if (d < best) {
			best = d;
			found = entries[i].name;
		}
	}
	return found;
}

/* --- Values ---------------------------------------------------------------------------- */

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit byte_units[] = {
	{ "", 1 },	     { "B", 1 },	   { "k", 1000 },	{ "kB", 1000 },
	{ "KB", 1000 },	     { "KiB", 1u << 10 },  { "M", 1000000 },	{ "MB", 1000000 },
	{ "MiB", 1u << 20 }, { "GB", 1000000000 }, { "GiB", 1u << 30 }, { NULL, 0 },
};
static const struct unit time_units[] = {
	{ "", 1 },	  { "ms", 1 },	    { "s", 1000 }, { "m", 60000 },
	{ "min", 60000 }, { "h", 3600000 }, { NULL, 0 },
};
static const struct unit no_units[] = { { "", 1 }, { NULL, 0 } };

static bool number(const char *text, const struct unit *units, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strlen(text) > 20)
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || *value > UINT32_MAX)
		return false;
	while (*end == ' ')
		end++;
	for (; units->name; units++)
		if (!strcmp(end, units->name)) {
			*value *= units->factor;
			return true;
		}
	return false;
}

static bool boolean(const char *text, bool *value)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (int i = 0; i < 6; i++)
		if (!strcmp(text, words[i])) {
			*value = i & 1;
			return true;
		}
	return false;
}

/* Words between commas and blanks. */
static int words(const char *text, spy_words *list)
{
	char *words = malloc(strlen(text) + 2), *at = words;

	if (!words)
		return SPY_ENOMEM;
	while (*text) {
		size_t len = strcspn(text, ", \t");

		if (len) {
			memcpy(at, text, len);
			at += len;
			*at++ = '\0';
		}
		text += len;
		text += strspn(text, ", \t");
	}
	*at = '\0';
	free(*list);
	*list = *words ? words : NULL;
	if (!*words)
		free(words);
	return 0;
}

static int string(const char *text, char **value)
{
	char *copy = *text ? strdup(text) : NULL;

	if (*text && !copy)
		return SPY_ENOMEM;
	free(*value);
	*value = copy;
	return 0;
}

static const char *type_name(const struct entry *entry)
{
	switch (entry->type) {
	case BYTES:
		return "a number of bytes, as in 65536, 64KiB or 1MiB";
	case TIME:
		return "a time, as in 250ms, 10s or 5m";
	case NUMBER:
		return "a number";
	case BOOL:
		return "true or false";
	case PATH:
		return "a path that begins with /";
	case LOG_LEVEL:
		return "off, error, warning, info or debug";
	default:
		return "text or json";
	}
}

static int store(const struct entry *entry, void *at, const char *value, char *error)
{
	const struct unit *units = entry->type == BYTES	 ? byte_units
				   : entry->type == TIME ? time_units
							 : no_units;
	uint64_t n = 0;
	bool good;

	switch (entry->type) {
	case STRING:
		return string(value, at);
	case LIST:
		return words(value, at);
	case PATH:
		good = *value == '/' && !strpbrk(value, " ?#");
		if (good)
			return string(value, at);
		break;
	case BOOL:
		good = boolean(value, at);
		break;
	case LOG_LEVEL:
		good = spy_log_level_read(value, at);
		break;
	case LOG_FORMAT:
		good = spy_log_format_read(value, at);
		break;
	default:
		if ((good = number(value, units, &n))) {
			if (n < entry->min || n > entry->max) {
				snprintf(error, SPY_SETTINGS_ERROR,
					 "'%s' is %.40s, but must be from %u to %u",
					 entry->name, value, entry->min, entry->max);
				return SPY_EINVALID_ARGUMENT;
			}
			*(uint32_t *)at = (uint32_t)n;
		}
	}
	if (good)
		return 0;
	snprintf(error, SPY_SETTINGS_ERROR, "'%s' is '%.60s', but must be %s",
		 entry->name, value, type_name(entry));
	return SPY_EINVALID_ARGUMENT;
}

int spy_settings_set(struct spy_server_settings *settings, const char *name,
		     const char *value, char error[SPY_SETTINGS_ERROR])
{
	const struct entry *entry = find(name);
	const char *like;
	int r;

	if (entry) {
		r = store(entry, (char *)settings + entry->offset, value, error);
		if (r == SPY_ENOMEM)
			snprintf(error, SPY_SETTINGS_ERROR, "out of memory");
		return r;
	}
	like = suggestion(name);
	snprintf(error, SPY_SETTINGS_ERROR, "unknown setting '%.60s'%s%s%s", name,
		 like ? "; did you mean '" : "", like ? like : "", like ? "'?" : "");
	return SPY_EINVALID_ARGUMENT;
}

int spy_settings_init(struct spy_server_settings *settings)
{
	char error[SPY_SETTINGS_ERROR];

	memset(settings, 0, sizeof *settings);
	for (size_t i = 0; i < COUNT; i++) {
		int r = entries[i].value ? spy_settings_set(settings, entries[i].name,
							    entries[i].value, error)
					 : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

void spy_settings_free(struct spy_server_settings *settings)
{
	for (size_t i = 0; i < COUNT; i++)
		if (entries[i].type <= LIST)
			free(*(char **)(void *)((char *)settings + entries[i].offset));
	memset(settings, 0, sizeof *settings);
}

int spy_settings_environment(struct spy_server_settings *settings, FILE *errors)
{
	char variable[NAME_MAX_LEN + 5], error[SPY_SETTINGS_ERROR];

	for (size_t i = 0; i < COUNT; i++) {
		const char *value;
		char *at;

		snprintf(variable, sizeof variable, "SPY_%s", entries[i].name);
		for (at = variable; *at; at++)
			*at = *at == '.' ? '_' : (char)toupper((unsigned char)*at);
		if (!(value = getenv(variable)))
			continue;
		if (spy_settings_set(settings, entries[i].name, value, error) < 0) {
			fprintf(errors, "%s: error: %s\n", variable, error);
			return SPY_EINVALID_ARGUMENT;
		}
	}
	return 0;
}

void spy_settings_print(FILE *out)
{
	char group[NAME_MAX_LEN] = "";

	for (size_t i = 0; i < COUNT; i++) {
		const char *name = entries[i].name, *dot = strchr(name, '.');
		const char *quote =
			entries[i].value && entries[i].type <= PATH ? "\"" : "";
		size_t len = dot ? (size_t)(dot - name) : 0;

		if (len && (strncmp(group, name, len) || group[len])) {
			snprintf(group, sizeof group, "%.*s", (int)len, name);
			fprintf(out, "%s:\n", group);
		}
		fprintf(out, "%s# %s\n%s%s%s: %s%s%s\n", len ? "  " : "", entries[i].doc,
			len ? "  " : "", entries[i].value ? "" : "# ",
			dot ? dot + 1 : name, quote,
			entries[i].value ? entries[i].value : "", quote);
	}
}
