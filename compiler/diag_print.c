/*
 * How a diagnostic looks: the sentence, the source line, a caret span under it.
 *
 * Invariant: the caret stands under its character on a terminal, whatever stands before
 * it: tabs are expanded, combining characters take no column and East Asian ones two,
 * control characters and broken UTF-8 are shown as U+FFFD, and of a very long line only
 * the part around the caret is shown.
 */
#include "diag_message.h"

#include <string.h>

enum {
	TAB_WIDTH = 8,
	LINE_WIDTH = 160,  /* columns of source that are shown at most */
	LINE_BYTES = 1024, /* of a line that are looked at on each side of the caret */
	LINE_BEFORE = 60,  /* columns before the caret in a line that is cut */
};

static bool within(uint32_t code, const uint32_t (*ranges)[2], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

/* Columns of a character.  The ranges are the common ones, not all of Unicode. */
static size_t width_of(uint32_t code)
{
	static const uint32_t zero[][2] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
		{ 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x0e34, 0x0e3a },
		{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 },
		{ 0x20d0, 0x20f0 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	};
	static const uint32_t wide[][2] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
		{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	if (within(code, zero, sizeof(zero) / sizeof(zero[0])))
		return 0;
	return within(code, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* The next character of a line: its bytes, and its columns when it stands at `column`. */
static size_t step(const char *s, size_t len, size_t column, size_t *width, bool *shown)
{
	uint32_t code;
	size_t n = utf8_next(s, len, &code);

	*width = 1;
	*shown = false;
	if (!n)
		return 1;
	if (code == '\t')
		*width = TAB_WIDTH - column % TAB_WIDTH;
	else if (code >= 0x20 && code != 0x7f && !(code >= 0x80 && code < 0xa0) &&
		 !(code >= 0x202a && code <= 0x202e) &&
		 !(code >= 0x2066 && code <= 0x2069)) {
		*width = width_of(code);
		*shown = true;
	}
	return n;
}

/* Columns before the byte at `end`. */
static size_t columns_to(const char *line, size_t len, size_t end)
{
	size_t i, column = 0, width;
	bool shown;

	for (i = 0; i < end && i < len; column += width)
		i += step(line + i, len - i, column, &width, &shown);
	return column;
}

static void print_line(FILE *out, const char *line, size_t len, size_t from, size_t to)
{
	size_t i, n, column = 0, width;
	bool shown;

	for (i = 0; i < len && column < to; i += n, column += width) {
		n = step(line + i, len - i, column, &width, &shown);
		if (column < from)
			continue;
		if (shown)
			fwrite(line + i, 1, n, out);
		else if (line[i] == '\t')
			fprintf(out, "%*s", (int)width, "");
		else
			fputs("\xef\xbf\xbd", out);
	}
}

/* Of a line of megabytes only what is near the caret is looked at. */
static void narrow(const char **line, size_t *len, size_t *at)
{
	size_t skip = 0;

	if (*at > LINE_BYTES) {
		skip = *at - LINE_BYTES;
		while (skip < *at && ((*line)[skip] & 0xc0) == 0x80)
			skip++;
	}
	*line += skip;
	*len -= skip;
	*at -= skip;
	if (*len > *at + LINE_BYTES) {
		*len = *at + LINE_BYTES;
		while (*len > *at && ((*line)[*len] & 0xc0) == 0x80)
			--*len;
	}
}

static void print_source(const struct place *place, size_t span, FILE *out, bool color)
{
	const char *line = place->source->text + place->line_start;
	size_t whole = place->line_end - place->line_start, len = whole;
	size_t at = place->at - place->line_start, old = at;
	size_t end, caret, stop, total, from = 0, to;
	const char *before, *after;

	narrow(&line, &len, &at);
	end = span < len - at ? at + span : len;
	caret = columns_to(line, len, at);
	stop = columns_to(line, len, end);
	to = total = columns_to(line, len, len);
	if (total > LINE_WIDTH) {
		from = caret > LINE_BEFORE ? caret - LINE_BEFORE : 0;
		to = from + LINE_WIDTH < total ? from + LINE_WIDTH : total;
	}
	before = from || at < old ? "..." : "";
	after = to < total || whole - old > len - at ? "..." : "";
	fprintf(out, "%5zu | %s", place->line, before);
	print_line(out, line, len, from, to);
	fprintf(out, "%s\n      | %*s%s^", after, (int)(caret - from + strlen(before)),
		"", color ? "\033[1;32m" : "");
	if (stop > to)
		stop = to;
	for (caret++; caret < stop; caret++)
		putc('~', out);
	fputs(color ? "\033[0m\n" : "\n", out);
}

void diag_print_message(const struct diag *d, const struct message *m, FILE *out,
			bool color)
{
	static const char *const words[] = { "error", "warning", "note" };
	static const char *const colors[] = { "\033[1;31m", "\033[1;35m", "\033[1;36m" };
	const char *bold = color ? "\033[1m" : "", *plain = color ? "\033[0m" : "";
	struct place place = { 0 };
	size_t span = m->at.end > m->at.start ? m->at.end - m->at.start : 0;

	fputs(bold, out);
	if (m->path && m->line)
		fprintf(out, "%s:%zu: ", m->path, m->line);
	else if (m->path)
		fprintf(out, "%s: ", m->path);
	else if (!source_place(d->sources, m->at.start, &place))
		fprintf(out, "%s:%zu:%zu: ", place.source->path, place.line,
			place.column);
	fprintf(out, "%s%s:%s %s%s%s\n", color ? colors[m->severity] : "",
		words[m->severity], plain, bold, m->text, plain);
	if (place.source)
		print_source(&place, span, out, color);
}
