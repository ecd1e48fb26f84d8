/* See log.h. A line that would be too long is cut in a field, never in its structure. */
#include <server/log.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 4096
#define TEXT_MAX_LEN 256

struct line {
	size_t len;
	char text[LINE_MAX_LEN];
};

static const char *const level_names[] = { "off", "error", "warning", "info", "debug" };

bool spy_log_level_read(const char *text, uint32_t *level)
{
	for (uint32_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
		if (!strcmp(text, level_names[i])) {
			*level = i;
			return true;
		}
	return false;
}

bool spy_log_format_read(const char *text, uint32_t *format)
{
	*format = strcmp(text, "json") ? SPY_LOG_TEXT : SPY_LOG_JSON;
	return *format == SPY_LOG_JSON || !strcmp(text, "text");
}

static void add(struct line *line, const char *text)
{
	size_t len = strlen(text);

	if (len < sizeof line->text - 8 - line->len) {
		memcpy(line->text + line->len, text, len);
		line->len += len;
	}
}

static void add_quoted(struct line *line, const char *text)
{
	char out[6 * TEXT_MAX_LEN + 3];
	size_t n = 0;

	out[n++] = '"';
	for (int i = 0; text[i] && i < TEXT_MAX_LEN; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < ' ' || c == 127) {
			n += (size_t)sprintf(out + n, "\\u%04x", c);
		} else {
			out[n++] = (char)c;
		}
	}
	out[n++] = '"';
	out[n] = '\0';
	add(line, out);
}

static bool is_word(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || strchr("\"\\=\177", *text))
			return false;
	return true;
}

/* A field is added whole or not at all. */
static void add_text(struct line *line, const char *name, const char *value)
{
	struct line field;

	field.len = 0;
	add(&field, " ");
	add(&field, name);
	add(&field, "=");
	if (is_word(value) && strlen(value) < TEXT_MAX_LEN)
		add(&field, value);
	else
		add_quoted(&field, value);
	field.text[field.len] = '\0';
	add(line, field.text);
}

static void add_json(struct line *line, const char *name, const char *value, bool quoted)
{
	struct line field;

	field.len = 0;
	add(&field, ",\"");
	add(&field, name);
	add(&field, "\":");
	if (quoted)
		add_quoted(&field, value);
	else
		add(&field, value);
	field.text[field.len] = '\0';
	add(line, field.text);
}

static void add_time(struct line *line)
{
	char text[64];
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof text - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
	add(line, text);
}

void spy_log_write(const struct spy_log *log, enum spy_log_level level, const char *event,
		   const struct spy_log_field *fields, unsigned count)
{
	bool json = log->format == SPY_LOG_JSON;
	struct line line;
	char number[24];

	line.len = 0;
	add(&line, json ? "{\"time\":\"" : "");
	add_time(&line);
	if (json) {
		add(&line, "\"");
		add_json(&line, "level", level_names[level], true);
		add_json(&line, "event", event, true);
	} else {
		add(&line, " ");
		add(&line, level_names[level]);
		add(&line, " ");
		add(&line, event);
	}
	for (unsigned i = 0; i < count; i++) {
		const char *value = fields[i].text;

		if (fields[i].is_number)
			snprintf(number, sizeof number, "%lld",
				 (long long)fields[i].number);
		if (!value && !fields[i].is_number)
			continue;
		value = value ? value : number;
		if (json)
			add_json(&line, fields[i].name, value, !fields[i].is_number);
		else
			add_text(&line, fields[i].name, value);
	}
	line.text[line.len++] = json ? '}' : '\n';
	if (json)
		line.text[line.len++] = '\n';
	/* There is nowhere to tell of a log that cannot be written. */
	if (write(log->fd, line.text, line.len) < 0)
		return;
}
