/* Writing JSON.  Start in json.h. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_string(struct buf *b, const char *text, size_t len)
{
	size_t i;

	buf_put(b, "\"");
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_put(b, "\\n");
		else if (c == '\t')
			buf_put(b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\u%04x", c);
		else
			buf_add(b, text + i, 1);
	}
	buf_put(b, "\"");
}

static void new_line(struct json *j)
{
	buf_put(j->out, "\n");
	buf_fill(j->out, ' ', 2 * (size_t)j->depth);
}

/* What stands before a value. */
static void begin(struct json *j, const char *name)
{
	if (j->more)
		buf_put(j->out, ",");
	if (!j->line && j->depth)
		new_line(j);
	else if (j->more)
		buf_put(j->out, " ");
	if (name) {
		put_string(j->out, name, strlen(name));
		buf_put(j->out, ": ");
	}
	j->more = true;
}

static void open(struct json *j, const char *name, const char *bracket, bool line)
{
	begin(j, name);
	buf_put(j->out, bracket);
	j->depth++;
	j->line += line || j->line;
	j->more = false;
}

static void close(struct json *j, const char *bracket)
{
	j->depth--;
	if (j->line)
		j->line--;
	else if (j->more)
		new_line(j);
	buf_put(j->out, bracket);
	j->more = true;
}

void json_object(struct json *j, const char *name)
{
	open(j, name, "{", false);
}

void json_list(struct json *j, const char *name)
{
	open(j, name, "[", false);
}

void json_object_line(struct json *j, const char *name)
{
	open(j, name, "{", true);
}

void json_list_line(struct json *j, const char *name)
{
	open(j, name, "[", true);
}

void json_object_end(struct json *j)
{
	close(j, "}");
}

void json_list_end(struct json *j)
{
	close(j, "]");
}

void json_string_len(struct json *j, const char *name, const char *text, size_t len)
{
	begin(j, name);
	put_string(j->out, text, len);
}

void json_string(struct json *j, const char *name, const char *text)
{
	if (text)
		json_string_len(j, name, text, strlen(text));
	else
		json_null(j, name);
}

void json_bool(struct json *j, const char *name, bool value)
{
	begin(j, name);
	buf_put(j->out, value ? "true" : "false");
}

void json_int(struct json *j, const char *name, int64_t value)
{
	begin(j, name);
	buf_printf(j->out, "%" PRId64, value);
}

void json_double(struct json *j, const char *name, double value)
{
	char digits[40];
	int precision = 1;

	do
		snprintf(digits, sizeof(digits), "%.*g", precision, value);
	while (strtod(digits, NULL) != value && ++precision <= 17);
	begin(j, name);
	buf_put(j->out, digits);
}

void json_null(struct json *j, const char *name)
{
	begin(j, name);
	buf_put(j->out, "null");
}
