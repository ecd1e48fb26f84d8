/* Text to MessagePack and back: see notation.h. */
#include "support/notation.h"

#include <core/pack.h>

#include <ctype.h>
#include <stdlib.h>

static void skip_space(const char **at)
{
	while (isspace((unsigned char)**at) || **at == ',')
		(*at)++;
}

static bool take(const char **at, const char *word)
{
	size_t len = strlen(word);

	skip_space(at);
	if (strncmp(*at, word, len))
		return false;
	*at += len;
	return true;
}

static bool put_value(const char **at, struct spy_buf *buf);

static bool put_hex(const char **at, struct spy_buf *buf)
{
	while (!take(at, ")")) {
		unsigned byte;

		if (!isxdigit((unsigned char)(*at)[0]) ||
		    !isxdigit((unsigned char)(*at)[1]) || sscanf(*at, "%2x", &byte) != 1)
			return false;
		spy_buf_append(buf, &(uint8_t){ (uint8_t)byte }, 1);
		*at += 2;
	}
	return true;
}

static bool put_string(const char **at, struct spy_buf *buf)
{
	char text[1024];
	size_t len = 0;

	for (; **at != '"'; (*at)++) {
		if (!**at || len == sizeof text)
			return false;
		text[len++] = **at;
	}
	(*at)++;
	spy_pack_str(buf, text, len);
	return true;
}

/* What stands up to `close`, counted. */
static bool put_many(const char **at, const char *close, struct spy_buf *buf,
		     size_t *count)
{
	for (*count = 0; !take(at, close); ++*count) {
		if (!**at || !put_value(at, buf))
			return false;
		take(at, ":");
	}
	return true;
}

static bool put_container(const char **at, bool map, struct spy_buf *buf)
{
	struct spy_buf inside = { 0 };
	size_t count;
	bool good = put_many(at, map ? "}" : "]", &inside, &count);

	if (good && map)
		spy_pack_map(buf, count / 2);
	else if (good)
		spy_pack_array(buf, count);
	if (good)
		spy_buf_append(buf, inside.data, inside.len);
	spy_buf_free(&inside);
	return good;
}

static bool put_sized(const char **at, char kind, struct spy_buf *buf)
{
	long n = strtol(*at, (char **)at, 10);
	char *text = calloc(1, (size_t)n + 1);

	memset(text, 'x', (size_t)n);
	if (kind == 's')
		spy_pack_str(buf, text, (size_t)n);
	else if (kind == 'b')
		spy_pack_bin(buf, text, (size_t)n);
	for (long i = 0; kind == 'd' && i < n; i++)
		spy_pack_array(buf, i + 1 < n);
	free(text);
	return take(at, ")");
}

static bool put_ext(const char **at, bool object, struct spy_buf *buf)
{
	struct spy_buf body = { 0 };
	long type = 1;
	size_t count;
	bool good;

	if (object) {
		good = put_many(at, ")", &body, &count);
	} else {
		type = strtol(*at, (char **)at, 10);
		good = put_hex(at, &body);
	}
	if (good) {
		spy_pack_ext(buf, body.len, (int8_t)type);
		spy_buf_append(buf, body.data, body.len);
	}
	spy_buf_free(&body);
	return good;
}

static bool put_number(const char **at, struct spy_buf *buf)
{
	size_t len = strspn(*at, "-+0123456789.e");

	if (!len)
		return false;
	if (memchr(*at, '.', len))
		spy_pack_double(buf, strtod(*at, NULL));
	else if (**at == '-')
		spy_pack_int64(buf, strtoll(*at, NULL, 10));
	else
		spy_pack_uint64(buf, strtoull(*at, NULL, 10));
	*at += len;
	return true;
}

static bool put_value(const char **at, struct spy_buf *buf)
{
	if (take(at, "nil"))
		return spy_pack_nil(buf), true;
	if (take(at, "true"))
		return spy_pack_bool(buf, true), true;
	if (take(at, "false"))
		return spy_pack_bool(buf, false), true;
	if (take(at, "\""))
		return put_string(at, buf);
	if (take(at, "["))
		return put_container(at, false, buf);
	if (take(at, "{"))
		return put_container(at, true, buf);
	if (take(at, "hex("))
		return put_hex(at, buf);
	if (take(at, "obj("))
		return put_ext(at, true, buf);
	if (take(at, "ext("))
		return put_ext(at, false, buf);
	if (take(at, "str("))
		return put_sized(at, 's', buf);
	if (take(at, "bin("))
		return put_sized(at, 'b', buf);
	if (take(at, "deep("))
		return put_sized(at, 'd', buf);
	if (take(at, "x(")) {
		struct spy_buf body = { 0 };
		bool good = put_hex(at, &body);

		spy_pack_bin(buf, body.data, body.len);
		spy_buf_free(&body);
		return good;
	}
	return put_number(at, buf);
}

bool notation_encode(const char *text, struct spy_buf *buf)
{
	for (skip_space(&text); *text; skip_space(&text))
		if (!put_value(&text, buf))
			return false;
	return !buf->failed;
}

/* --- Comparing ----------------------------------------------------------------------------- */

static bool match(const char **at, struct spy_reader *reader)
{
	struct spy_buf buf = { 0 };
	struct spy_slice actual;
	uint32_t count = 0;
	bool map, good;

	if (take(at, "_"))
		return spy_cut(reader, NULL) == 0;
	map = take(at, "{");
	if (map || take(at, "[")) {
		if ((map ? spy_read_map(reader, &count)
			 : spy_read_array(reader, &count)) < 0)
			return false;
		for (uint64_t i = 0; i < (uint64_t)count * (map ? 2 : 1); i++) {
			if (!match(at, reader))
				return false;
			take(at, ":");
		}
		return take(at, map ? "}" : "]");
	}
	skip_space(at);
	good = **at && put_value(at, &buf) && spy_cut(reader, &actual) == 0 &&
	       actual.len == buf.len && !memcmp(actual.data, buf.data, buf.len);
	spy_buf_free(&buf);
	return good;
}

bool notation_matches(const char *text, struct spy_reader *reader)
{
	bool good = match(&text, reader);

	skip_space(&text);
	return good && !*text;
}

/* --- Printing ------------------------------------------------------------------------------ */

static void print_bytes(const char *name, struct spy_slice slice, FILE *file)
{
	fprintf(file, "%s(", name);
	for (size_t i = 0; i < slice.len && i < 32; i++)
		fprintf(file, "%s%02x", i ? " " : "", slice.data[i]);
	fprintf(file, "%s)", slice.len > 32 ? " …" : "");
}

static void print_scalar(struct spy_reader *reader, FILE *file)
{
	enum spy_wire wire = spy_read_peek(reader);
	struct spy_slice slice = { NULL, 0 };
	uint64_t natural;
	int64_t integer;
	bool boolean;

	if (wire == SPY_WIRE_NIL && spy_read_nil(reader) == 0)
		fputs("nil", file);
	else if (wire == SPY_WIRE_BOOL && spy_read_bool(reader, &boolean) == 0)
		fputs(boolean ? "true" : "false", file);
	else if (wire == SPY_WIRE_INT && spy_read_int(reader, &integer) == 0)
		fprintf(file, "%lld", (long long)integer);
	else if (wire == SPY_WIRE_INT && spy_read_uint(reader, &natural) == 0)
		fprintf(file, "%llu", (unsigned long long)natural);
	else if (wire == SPY_WIRE_STR && spy_read_str(reader, &slice) == 0)
		fprintf(file, "\"%.*s\"", (int)(slice.len < 200 ? slice.len : 200),
			(const char *)slice.data);
	else if (wire == SPY_WIRE_BIN && spy_read_bin(reader, &slice) == 0)
		print_bytes("x", slice, file);
	else if (spy_cut(reader, &slice) == 0)
		print_bytes("hex", slice, file);
	else
		reader->at = reader->end;
}

void notation_print(struct spy_reader *reader, FILE *file)
{
	enum spy_wire wire = spy_read_peek(reader);
	uint32_t count;

	if (wire == SPY_WIRE_ARRAY && spy_read_array(reader, &count) == 0) {
		fputc('[', file);
		for (uint32_t i = 0; i < count; i++) {
			fputs(i ? ", " : "", file);
			notation_print(reader, file);
		}
		fputc(']', file);
	} else if (wire == SPY_WIRE_MAP && spy_read_map(reader, &count) == 0) {
		fputc('{', file);
		for (uint32_t i = 0; i < count; i++) {
			fputs(i ? ", " : "", file);
			notation_print(reader, file);
			fputs(": ", file);
			notation_print(reader, file);
		}
		fputc('}', file);
	} else {
		print_scalar(reader, file);
	}
}
