/*
 * From libyaml's events to a tree.  Start in serverpod_yaml.h.
 *
 * libyaml counts characters, we count bytes: `struct cursor` walks along the text, as
 * far as the marks go, once.
 */
#include "serverpod_yaml.h"

#include <string.h>
#include <yaml.h>

struct cursor {
	size_t index; /* characters before `at`, as libyaml counts */
	size_t at;
};

struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
	yaml_parser_t parser;
	yaml_event_t event;
	struct cursor cursor;
	bool failed;
};

static const char BOM[] = "\xef\xbb\xbf";

static struct cursor start_of_text(const struct source *source)
{
	return (struct cursor){ .at = !strncmp(source->text, BOM, 3) ? 3 : 0 };
}

static void move(const struct source *source, struct cursor *c, size_t index)
{
	uint32_t code;

	if (index < c->index)
		*c = start_of_text(source);
	for (; c->index < index && c->at < source->len; c->index++) {
		size_t n = utf8_next(source->text + c->at, source->len - c->at, &code);

		c->at += n ? n : 1;
	}
}

static struct span span_of(struct reader *r, const yaml_event_t *event)
{
	struct cursor end;
	uint32_t base = r->source->base;

	move(r->source, &r->cursor, event->start_mark.index);
	end = r->cursor;
	move(r->source, &end, event->end_mark.index);
	return (struct span){ base + (uint32_t)r->cursor.at, base + (uint32_t)end.at };
}

/* Advice for the mistakes that people make in field lines. */
static const char *advice(const yaml_parser_t *parser, char found)
{
	const char *problem = parser->problem ? parser->problem : "";

	if (found == '\t')
		return "; indent with spaces";

	if (strstr(problem, "mapping values are not allowed"))
		return "; a text with ': ' in it stands in quotes";
	if (strstr(problem, "cannot start any token"))
		return "; a text that begins like this stands in quotes";
	return "";
}

static void syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct cursor at = start_of_text(r->source);
	uint32_t base = r->source->base, start;

	r->failed = true;
	if (p->error == YAML_MEMORY_ERROR) {
		diag_file_error(r->diag, r->source->path, "out of memory");
		return;
	}
	/* a reader error has no mark, only an offset */
	if (p->error == YAML_READER_ERROR)
		at.at += p->problem_offset < r->source->len ? p->problem_offset : 0;
	else
		move(r->source, &at, p->problem_mark.index);
	start = base + (uint32_t)at.at;
	diag_error(r->diag, (struct span){ start, start + 1 }, "YAML: %s%s",
		   p->problem ? p->problem : "cannot be read",
		   advice(p, r->source->text[at.at]));
	if (p->context && p->error != YAML_READER_ERROR &&
	    p->context_mark.index != p->problem_mark.index) {
		at = start_of_text(r->source);
		move(r->source, &at, p->context_mark.index);
		start = base + (uint32_t)at.at;
		diag_note(r->diag, (struct span){ start, start + 1 }, "%s", p->context);
	}
}

static void refuse(struct reader *r, const char *what)
{
	r->failed = true;
	diag_error(r->diag, span_of(r, &r->event), "%s", what);
}

/* The next event; false at a mistake. */
static bool next(struct reader *r)
{
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		syntax_error(r);
		return false;
	}
	return true;
}

static struct node *make(struct reader *r, enum node_kind kind)
{
	struct node *node = ARENA_NEW(r->arena, struct node);

	node->kind = kind;
	node->span = span_of(r, &r->event);
	return node;
}

static struct node *read_node(struct reader *r, unsigned depth);

static struct node *read_text(struct reader *r)
{
	struct node *node = make(r, NODE_TEXT);

	if (r->event.data.scalar.anchor)
		refuse(r, "model files have no anchors");
	else if (r->event.data.scalar.tag)
		refuse(r, "model files have no tags");
	else if (memchr(r->event.data.scalar.value, 0, r->event.data.scalar.length))
		refuse(r, "a text cannot hold the character 0");
	node->len = r->event.data.scalar.length;
	node->text = arena_strndup(r->arena, (const char *)r->event.data.scalar.value,
				   node->len);
	node->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return node;
}

static struct node *read_list(struct reader *r, unsigned depth)
{
	struct node *list = make(r, NODE_LIST);

	if (r->event.data.sequence_start.anchor)
		refuse(r, "model files have no anchors");
	else if (r->event.data.sequence_start.tag)
		refuse(r, "model files have no tags");
	while (!r->failed && next(r) && r->event.type != YAML_SEQUENCE_END_EVENT)
		vec_push(r->arena, &list->items, read_node(r, depth + 1));
	return list;
}

static bool add_key(struct reader *r, struct node *map, struct node *key)
{
	size_t i;

	if (key->kind != NODE_TEXT) {
		diag_error(r->diag, key->span, "a key is a text");
		return false;
	}
	if (map->keys.n >= YAML_KEYS_MAX) {
		diag_error(r->diag, key->span, "more than %d keys", YAML_KEYS_MAX);
		r->failed = true;
		return false;
	}
	for (i = 0; i < map->keys.n; i++) {
		const struct node *before = map->keys.at[i];

		if (before->len != key->len || memcmp(before->text, key->text, key->len))
			continue;
		diag_error(r->diag, key->span, "'%s' is given twice", key->text);
		diag_note(r->diag, before->span, "first given here");
		return false;
	}
	vec_push(r->arena, &map->keys, key);
	return true;
}

static struct node *read_map(struct reader *r, unsigned depth)
{
	struct node *map = make(r, NODE_MAP), *key, *value;

	if (r->event.data.mapping_start.anchor)
		refuse(r, "model files have no anchors");
	else if (r->event.data.mapping_start.tag)
		refuse(r, "model files have no tags");
	while (!r->failed && next(r) && r->event.type != YAML_MAPPING_END_EVENT) {
		key = read_node(r, depth + 1);
		if (r->failed || !next(r))
			break;
		value = read_node(r, depth + 1);
		if (add_key(r, map, key))
			vec_push(r->arena, &map->items, value);
	}
	return map;
}

static struct node *read_node(struct reader *r, unsigned depth)
{
	if (depth > YAML_DEPTH_MAX) {
		refuse(r, "nested too deeply");
		return make(r, NODE_TEXT);
	}
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		return read_text(r);
	case YAML_SEQUENCE_START_EVENT:
		return read_list(r, depth);
	case YAML_MAPPING_START_EVENT:
		return read_map(r, depth);
	default:
		refuse(r, "model files have no aliases");
		return make(r, NODE_TEXT);
	}
}

/* The one document of the file. */
static struct node *read_file(struct reader *r)
{
	struct node *root = NULL;

	while (!r->failed && next(r) && r->event.type != YAML_STREAM_END_EVENT) {
		switch (r->event.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		default:
			if (root)
				refuse(r, "a model file is one document");
			else
				root = read_node(r, 0);
		}
	}
	return r->failed ? NULL : root;
}

struct node *yaml_read(struct diag *diag, const struct source *source)
{
	struct reader r = { .arena = diag->arena, .diag = diag, .source = source };
	struct node *root;

	if (!yaml_parser_initialize(&r.parser)) {
		diag_file_error(diag, source->path, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	r.cursor = start_of_text(source);
	/* with the encoding set, libyaml takes the mark for text */
	yaml_parser_set_input_string(&r.parser,
				     (const unsigned char *)source->text + r.cursor.at,
				     source->len - r.cursor.at);
	root = read_file(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	if (!root && !r.failed)
		diag_file_error(diag, source->path, "the file is empty");
	return root;
}

struct node *node_get(const struct node *map, const char *key)
{
	size_t i;

	for (i = 0; map->kind == NODE_MAP && i < map->items.n; i++)
		if (!strcmp(((const struct node *)map->keys.at[i])->text, key))
			return map->items.at[i];
	return NULL;
}

bool node_is_empty(const struct node *node)
{
	return node->kind == NODE_TEXT && node->plain &&
	       (!node->len || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

struct span node_place(const struct source *source, const struct node *node, size_t at,
		       size_t len)
{
	const char *raw = source->text + (node->span.start - source->base);
	size_t raw_len = node->span.end - node->span.start, i, k = 0;
	uint32_t start;

	/* byte for byte, but for the doubled quotes of 'it''s' */
	for (i = node->plain ? 0 : 1; k < at && i < raw_len; i++, k++) {
		if (raw[i] == '\'' && !node->plain && raw[0] == '\'')
			i++;
		if (k < node->len && i < raw_len && raw[i] != node->text[k])
			return node->span;
	}
	start = node->span.start + (uint32_t)i;
	if (at == node->len && k == at)
		return (struct span){ start, start + 1 };
	if (start + len > node->span.end)
		return node->span;
	return (struct span){ start, start + (uint32_t)(len ? len : 1) };
}

/* ---- what stands above a key ---- */

/* The start of the line before the one that starts at `line`. */
static const char *line_before(const char *text, const char *line)
{
	for (line--; line > text && line[-1] != '\n'; line--)
		;
	return line;
}

static size_t indent_of(const char *line)
{
	return strspn(line, " ");
}

static void add_doc(struct arena *a, struct vec *docs, const char *line)
{
	size_t len = strcspn(line += 3, "\r\n");

	if (*line == ' ') {
		line++;
		len--;
	}
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	vec_push(a, docs, arena_strndup(a, line, len));
}

struct above yaml_above(struct arena *a, const struct source *source, uint32_t key)
{
	const char *text = source->text, *line = text + (key - source->base);
	const char *first, *last;
	struct above above = { .blank = false };
	size_t indent;

	while (line > text && line[-1] != '\n')
		line--;
	last = first = line;
	indent = indent_of(line);
	while (first > text) {
		line = line_before(text, first);
		if (line[indent_of(line)] != '#')
			break;
		first = line;
	}
	if (first > text) {
		line = line_before(text, first);
		above.blank = strchr("\r\n", line[strspn(line, " \t")]) != NULL;
	}
	for (line = first; line < last; line += strcspn(line, "\n") + 1)
		if (indent_of(line) == indent && !strncmp(line + indent, "###", 3) &&
		    line[indent + 3] != '#')
			add_doc(a, &above.docs, line + indent);
	return above;
}
