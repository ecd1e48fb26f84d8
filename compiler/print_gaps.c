/* Comments and empty lines.  Start in print_gaps.h. */
#include "print_gaps.h"

#include <string.h>

void gaps_init(struct gaps *g, const struct ast_file *file)
{
	*g = (struct gaps){
		.source = file->source,
		.comments = &file->comments,
		.gap = file->source->base,
	};
}

static const char *text_at(const struct gaps *g, uint32_t at)
{
	return g->source->text + (at - g->source->base);
}

static const char *text_end(const struct gaps *g)
{
	return g->source->text + g->source->len;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

uint32_t gaps_after(const struct gaps *g, uint32_t at, char c)
{
	const char *s = text_at(g, at), *end = text_end(g);

	while (s < end) {
		if (is_space(*s)) {
			s++;
		} else if (s[0] == '/' && s[1] == '/') {
			while (s < end && *s != '\n')
				s++;
		} else if (s[0] == '/' && s[1] == '*') {
			for (s += 2; s < end && !(s[0] == '*' && s[1] == '/'); s++)
				;
			s += 2;
		} else {
			break;
		}
	}
	if (s >= end || *s != c)
		return at;
	return g->source->base + (uint32_t)(s + 1 - g->source->text);
}

static const struct span *next_comment(const struct gaps *g)
{
	return g->next < g->comments->n ? g->comments->at[g->next] : NULL;
}

bool gaps_comment_before(const struct gaps *g, uint32_t end)
{
	const struct span *comment = next_comment(g);

	return comment && comment->start < end;
}

/* An empty line between two places with nothing but space between them. */
static bool blank_between(const struct gaps *g, uint32_t from, uint32_t to)
{
	const char *s = text_at(g, from);
	size_t newlines = 0;

	for (; from < to && is_space(*s); from++, s++)
		newlines += *s == '\n';
	return newlines > 1;
}

static void add_lead(struct vec *leads, struct arena *a, const struct span *comment,
		     bool blank)
{
	struct lead *lead = ARENA_NEW(a, struct lead);

	lead->comment = comment;
	lead->blank = blank;
	vec_push(a, leads, lead);
}

struct vec gaps_leads(struct gaps *g, struct arena *a, uint32_t start, uint32_t head_end)
{
	const struct span *comment = NULL;
	struct vec leads = { 0 };
	bool blank;

	for (; gaps_comment_before(g, start); g->next++) {
		comment = next_comment(g);
		add_lead(&leads, a, comment, blank_between(g, g->gap, comment->start));
		g->gap = comment->end;
	}
	/* documentation stands right above what it documents */
	blank = blank_between(g, g->gap, start) &&
		!(comment && comment_is_doc(g, comment));
	for (; gaps_comment_before(g, head_end); g->next++, blank = false)
		add_lead(&leads, a, next_comment(g), blank);
	add_lead(&leads, a, NULL, blank);
	g->gap = head_end;
	return leads;
}

static bool on_one_line(const struct gaps *g, uint32_t from, uint32_t to)
{
	return from >= to || !memchr(text_at(g, from), '\n', to - from);
}

/* Whether the line ends behind the comment. */
static bool ends_line(const struct gaps *g, const struct span *comment)
{
	const char *s = text_at(g, comment->end), *end = text_end(g);

	while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	return s >= end || *s == '\n';
}

const struct span *gaps_trailing(struct gaps *g, uint32_t end)
{
	const struct span *comment = next_comment(g);
	const char *s = text_at(g, end);
	uint32_t at = end;

	g->gap = end;
	if (!comment || comment_is_doc(g, comment))
		return NULL;
	for (; at < comment->start; at++, s++)
		if (!is_space(*s) || *s == '\n')
			return NULL;
	if (!ends_line(g, comment) || !on_one_line(g, comment->start, comment->end))
		return NULL;
	g->next++;
	if (comment->end > end)
		g->gap = comment->end;
	return comment;
}

bool comment_is_doc(const struct gaps *g, const struct span *comment)
{
	const char *s = text_at(g, comment->start);

	return !strncmp(s, "///", 3) && s[3] != '/';
}

static size_t trimmed(const char *s, size_t len)
{
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\r'))
		len--;
	return len;
}

void comment_print(struct buf *b, const struct gaps *g, const struct span *comment)
{
	const char *s = text_at(g, comment->start), *end = text_at(g, comment->end);
	bool spaceless = comment_is_doc(g, comment) && s[3] != ' ';

	while (s < end) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		size_t len = (size_t)((newline ? newline : end) - s);
		size_t shown = trimmed(s, len);

		if (spaceless && shown > 3) {
			buf_put(b, "/// ");
			buf_add(b, s + 3, shown - 3);
		} else {
			buf_add(b, s, shown);
		}
		s += len;
		if (newline) {
			buf_put(b, "\n");
			s++;
		}
	}
}
