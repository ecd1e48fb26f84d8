/*
 * The JSON back end: the checked schema as other people's generators read it, whole, in
 * the form that docs/json.md promises.
 *
 * Invariant: every object of a kind has the same names, in the same order; what is not
 * there is null, false or empty.  Whoever changes a name or what it means raises
 * JSON_VERSION and says so in docs/json.md; to add a name is no change.
 * Next: emit_json_types.c for types and defaults, json.h for the writing.
 */
#include "cname.h"
#include "emit.h"
#include "emit_json.h"
#include "output.h"

#include <string.h>

#define JSON_VERSION 1

/* Spans come in the order of the text, so that the lines are counted once. */
static void put_span(struct emit_json *e, struct span span)
{
	const struct source *s = e->source;
	size_t start = span.start - s->base, end = span.end - s->base, n;
	uint32_t code;

	if (start < e->at) {
		e->at = 0;
		e->line = e->column = 1;
	}
	for (; e->at < start; e->at += n) {
		n = utf8_next(s->text + e->at, s->len - e->at, &code);
		n = n ? n : 1;
		e->column++;
		if (s->text[e->at] == '\n') {
			e->line++;
			e->column = 1;
		}
	}
	json_object_line(&e->json, "span");
	json_int(&e->json, "line", (int64_t)e->line);
	json_int(&e->json, "column", (int64_t)e->column);
	/* names are ASCII */
	json_int(&e->json, "end_column", (int64_t)(e->column + (end - start)));
	json_object_end(&e->json);
}

static void put_attributes(struct json *j, const struct attributes *attributes)
{
	size_t i, k;

	json_list(j, "attributes");
	for (i = 0; i < attributes->n; i++) {
		const struct attribute *a = &attributes->list[i];

		json_object_line(j, NULL);
		json_string(j, "name", a->name);
		json_list_line(j, "arguments");
		for (k = 0; k < a->n_args; k++) {
			json_object_line(j, NULL);
			json_string(j, "key", a->args[k].key);
			json_string(j, "text", a->args[k].text);
			json_object_end(j);
		}
		json_list_end(j);
		json_object_end(j);
	}
	json_list_end(j);
}

static void put_strings(struct json *j, const char *name, const char *const *texts,
			size_t n)
{
	size_t i;

	json_list_line(j, name);
	for (i = 0; i < n; i++)
		json_string(j, NULL, texts[i]);
	json_list_end(j);
}

static void put_max(struct json *j, uint64_t max)
{
	if (max)
		json_int(j, "max", (int64_t)max);
	else
		json_null(j, "max");
}

/* ---- enums, unions, models ---- */

static void put_enum(struct emit_json *e, const struct enumeration *en)
{
	struct json *j = &e->json;
	size_t i;

	json_string(j, "default", en->fallback ? en->fallback->name : NULL);
	json_list(j, "values");
	for (i = 0; i < en->n_values; i++) {
		const struct enum_value *v = &en->values[i];

		json_object(j, NULL);
		json_string(j, "name", v->name);
		json_int(j, "number", v->number);
		json_string(j, "doc", v->doc);
		json_string(j, "deprecated", v->deprecated);
		json_string(j, "c_name", v->c_name);
		put_attributes(j, &v->attributes);
		put_span(e, v->span);
		json_object_end(j);
	}
	json_list_end(j);
}

static void put_union(struct emit_json *e, const struct variant *v)
{
	struct json *j = &e->json;
	size_t i;

	json_list(j, "members");
	for (i = 0; i < v->n_members; i++) {
		json_object_line(j, NULL);
		json_int(j, "number", (int64_t)i);
		json_type(j, "type", v->members[i]);
		put_span(e, v->member_spans[i]);
		json_object_end(j);
	}
	json_list_end(j);
}

static void put_field(struct emit_json *e, const struct field *f, size_t position)
{
	struct json *j = &e->json;

	json_object(j, NULL);
	json_string(j, "name", f->name);
	json_bool(j, "reserved", f->reserved);
	json_bool(j, "server", f->server);
	json_int(j, "position", (int64_t)position);
	json_type(j, "type", f->type);
	json_string(j, "type_text", f->type_text);
	json_default(j, "default", f->type, f->value);
	put_max(j, f->max);
	json_string(j, "doc", f->doc);
	json_string(j, "deprecated", f->deprecated);
	json_string(j, "c_name", f->reserved ? NULL : f->c_name);
	put_attributes(j, &f->attributes);
	put_span(e, f->span);
	json_object_end(j);
}

static void put_record(struct emit_json *e, const struct record *r)
{
	struct json *j = &e->json;
	size_t i, next[2] = { r->parent ? 1 : 0, 0 };

	json_bool(j, "sealed", r->sealed);
	json_bool(j, "immutable", r->immutable);
	json_string(j, "extends", r->parent ? r->parent->decl->full_name : NULL);
	json_list(j, "children");
	for (i = 0; i < r->n_children; i++) {
		json_object_line(j, NULL);
		json_int(j, "number", (int64_t)i);
		json_type(j, "type", r->children[i]->decl->type);
		json_object_end(j);
	}
	json_list_end(j);
	json_list(j, "fields");
	for (i = 0; i < r->n_fields; i++)
		put_field(e, &r->fields[i], next[r->fields[i].server]++);
	json_list_end(j);
}

/* ---- endpoints ---- */

static void put_flow(struct json *j, uint32_t credit, enum overflow overflow)
{
	static const char *const names[] = {
		[OVERFLOW_BLOCK] = "block",
		[OVERFLOW_DROP_OLDEST] = "drop_oldest",
		[OVERFLOW_DROP_NEWEST] = "drop_newest",
		[OVERFLOW_LATEST] = "latest",
		[OVERFLOW_FAIL] = "fail",
	};

	if (credit)
		json_int(j, "credit", credit);
	else
		json_null(j, "credit");
	json_string(j, "overflow", names[overflow]);
}

static void put_param(struct emit_json *e, const struct param *p, size_t position)
{
	struct json *j = &e->json;

	json_object(j, NULL);
	json_string(j, "name", p->name);
	json_bool(j, "stream", p->stream);
	json_int(j, "position", (int64_t)position);
	json_type(j, "type", p->type);
	json_string(j, "type_text", p->type_text);
	json_default(j, "default", p->type, p->value);
	put_max(j, p->max);
	put_flow(j, p->credit, p->overflow);
	json_string(j, "doc", p->doc);
	json_string(j, "c_name", p->c_name);
	put_attributes(j, &p->attributes);
	put_span(e, p->span);
	json_object_end(j);
}

static void put_result(struct json *j, const struct method *m)
{
	if (m->result == RESULT_NONE) {
		json_null(j, "result");
		return;
	}
	json_object(j, "result");
	json_bool(j, "stream", m->result == RESULT_STREAM);
	json_type(j, "type", m->result_type);
	json_string(j, "type_text", m->result_text);
	put_flow(j, m->credit, m->overflow);
	json_object_end(j);
}

static void put_method(struct emit_json *e, const struct method *m)
{
	struct json *j = &e->json;
	size_t i, next[2] = { 0, 1 };

	json_object(j, NULL);
	json_string(j, "name", m->name);
	json_string(j, "wire_name", m->wire_name);
	json_string(j, "doc", m->doc);
	json_string(j, "deprecated", m->deprecated);
	json_string(j, "c_name", m->c_name);
	put_attributes(j, &m->attributes);
	put_span(e, m->span);
	json_bool(j, "messages", m->messages);
	json_bool(j, "streaming", m->streaming);
	json_list(j, "params");
	for (i = 0; i < m->n_params; i++)
		put_param(e, &m->params[i], next[m->params[i].stream]++);
	json_list_end(j);
	put_result(j, m);
	json_list(j, "throws");
	for (i = 0; i < m->n_throws; i++)
		json_type(j, NULL, m->throws[i]->decl->type);
	json_list_end(j);
	if (m->timeout_ms)
		json_int(j, "timeout_ms", m->timeout_ms);
	else
		json_null(j, "timeout_ms");
	json_bool(j, "login", m->login);
	put_strings(j, "scopes", m->scopes, m->n_scopes);
	json_object_end(j);
}

static void put_endpoint(struct emit_json *e, const struct endpoint *ep)
{
	size_t i;

	json_list(&e->json, "methods");
	for (i = 0; i < ep->n_methods; i++)
		put_method(e, &ep->methods[i]);
	json_list_end(&e->json);
}

/* ---- the file ---- */

static void put_decl(struct emit_json *e, const struct decl *d)
{
	static const char *const kinds[] = {
		[DECL_ENUM] = "enum",		[DECL_MODEL] = "model",
		[DECL_EXCEPTION] = "exception", [DECL_UNION] = "union",
		[DECL_ENDPOINT] = "endpoint",
	};
	struct json *j = &e->json;

	json_object(j, NULL);
	json_string(j, "kind", kinds[d->kind]);
	json_string(j, "name", d->name);
	json_string(j, "full_name", d->full_name);
	json_string(j, "doc", d->doc);
	json_string(j, "deprecated", d->deprecated);
	json_bool(j, "server", d->server);
	json_string(j, "c_name", d->c_name);
	put_attributes(j, &d->attributes);
	put_span(e, d->span);
	switch (d->kind) {
	case DECL_ENUM:
		put_enum(e, d->enumeration);
		break;
	case DECL_MODEL:
	case DECL_EXCEPTION:
		put_record(e, d->record);
		break;
	case DECL_UNION:
		put_union(e, d->variant);
		break;
	case DECL_ENDPOINT:
		put_endpoint(e, d->endpoint);
		break;
	}
	json_object_end(j);
}

static void put_imports(struct json *j, const struct schema *schema)
{
	size_t i;

	json_list(j, "imports");
	for (i = 0; i < schema->n_imports; i++) {
		json_object_line(j, NULL);
		json_string(j, "text", schema->import_texts[i]);
		json_string(j, "package", schema->imports[i]->package);
		json_string(j, "stem", schema->imports[i]->stem);
		json_object_end(j);
	}
	json_list_end(j);
}

int emit_json(const struct schema *schema, const struct emit_options *options,
	      struct output *out)
{
	struct arena *a = out->diag->arena;
	struct buf text = { .arena = a };
	/* a file that declares nothing is none: there is a first span */
	struct emit_json e = {
		.json = { .out = &text },
		.source = source_of(out->diag->sources, schema->decls[0]->span.start),
		.line = 1,
		.column = 1,
	};
	struct json *j = &e.json;
	const char *slash = strrchr(schema->path, '/');
	size_t i;

	(void)options;
	json_object(j, NULL);
	json_int(j, "spy", JSON_VERSION);
	json_string(j, "file", slash ? slash + 1 : schema->path);
	json_string(j, "stem", schema->stem);
	json_string(j, "package", schema->package);
	json_string(j, "doc", schema->doc);
	json_string(j, "c_prefix", cname_prefix(a, schema));
	put_attributes(j, &schema->attributes);
	put_imports(j, schema);
	json_list(j, "declarations");
	for (i = 0; i < schema->n_decls; i++)
		put_decl(&e, schema->decls[i]);
	json_list_end(j);
	json_object_end(j);
	buf_put(&text, "\n");
	output_later(out, arena_printf(a, "%s.json", schema->stem), &text);
	return 0;
}
