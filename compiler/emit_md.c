/*
 * The Markdown back end: a reference of endpoints and types that one would publish, by the
 * template md.tmpl.
 *
 * Invariant: what only servers know is left out unless the options say `internal`; every
 * link leads to an anchor that this file, or that of an import, has.  Doc comments are
 * Markdown already; what we add is escaped in emit_md_text.c.
 */
#include "emit.h"
#include "emit_md.h"
#include "output.h"
#include "template.h"

#include <inttypes.h>
#include <string.h>

/* Adds a list of lines. */
static void put_doc(const struct emit_md *e, struct view *object, const char *doc,
		    const char *deprecated)
{
	struct view *lines = view_list(e->arena, object, "doc");
	const char *end;

	if (deprecated)
		view_add_text(e->arena, lines, md_deprecated(e, deprecated));
	if (deprecated && doc)
		view_add_text(e->arena, lines, "");
	for (; doc; doc = *end ? end + 1 : NULL) {
		end = doc + strcspn(doc, "\n");
		view_add_text(e->arena, lines,
			      arena_printf(e->arena, "%.*s", (int)(end - doc), doc));
	}
}

/* The same as one cell of a table. */
static void put_cell(const struct emit_md *e, struct view *object, const char *doc,
		     const char *deprecated)
{
	struct buf b = { .arena = e->arena };

	if (deprecated)
		buf_printf(&b, "%s%s", md_deprecated(e, deprecated), doc ? "\n" : "");
	if (doc)
		buf_put(&b, doc);
	view_text(e->arena, object, "doc", md_cell(e, buf_text(&b)));
}

static void put_default(const struct emit_md *e, struct view *object,
			const struct value *v)
{
	view_text(e->arena, object, "default",
		  v ? md_cell(e, md_code(e, v->text)) : NULL);
}

static const char *max_text(const struct emit_md *e, uint64_t max,
			    const struct type *type)
{
	const char *unit = type->kind == TYPE_STRING || type->kind == TYPE_URI
				   ? "characters"
			   : type->kind == TYPE_BYTES ? "bytes"
						      : "elements";

	return max ? arena_printf(e->arena, "at most %" PRIu64 " %s", max, unit) : "";
}

/* "64 KiB window, drop_oldest", or "". */
static const char *flow(const struct emit_md *e, uint32_t credit, enum overflow overflow)
{
	static const char *const says[] = {
		[OVERFLOW_UNSAID] = "",
		[OVERFLOW_BLOCK] = "a slow reader blocks the sender",
		[OVERFLOW_DROP_OLDEST] = "a slow reader loses the oldest items",
		[OVERFLOW_DROP_NEWEST] = "a slow reader loses the newest items",
		[OVERFLOW_LATEST] = "a slow reader gets the latest item",
		[OVERFLOW_FAIL] = "a slow reader ends it",
	};
	const char *window =
		credit ? arena_printf(e->arena, "window of %" PRIu32 " bytes", credit)
		       : "";

	return arena_printf(e->arena, "%s%s%s", window, credit && overflow ? "; " : "",
			    says[overflow]);
}

/* ---- types ---- */

static void put_values(const struct emit_md *e, struct view *values,
		       const struct enumeration *en)
{
	size_t i;

	for (i = 0; i < en->n_values; i++) {
		const struct enum_value *v = &en->values[i];
		struct view *view = view_add(e->arena, values);
		const char *doc = v->doc;

		if (v == en->fallback)
			doc = arena_printf(e->arena,
					   "%s%sUnknown numbers are read as it.",
					   doc ? doc : "", doc ? "\n" : "");
		view_text(e->arena, view, "name", v->name);
		view_text(e->arena, view, "number",
			  arena_printf(e->arena, "%" PRId32, v->number));
		put_cell(e, view, doc, v->deprecated);
	}
}

static void put_fields(const struct emit_md *e, struct view *fields,
		       const struct record *r)
{
	struct arena *a = e->arena;
	size_t i;

	for (i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];
		struct view *view;
		const char *max;

		if (f->reserved || (f->server && !e->internal))
			continue;
		view = view_add(a, fields);
		max = max_text(e, f->max, f->type);
		view_text(a, view, "name", f->name);
		view_text(a, view, "type", md_type(e, f->type));
		put_default(e, view, f->value);
		view_text(a, view, "limits",
			  f->server ? arena_printf(a, "server only%s%s", *max ? "; " : "",
						   max)
				    : max);
		put_cell(e, view, f->doc, f->deprecated);
	}
}

static const char *kind_text(const struct emit_md *e, const struct decl *d)
{
	const char *what = d->kind == DECL_ENUM	       ? "Enum"
			   : d->kind == DECL_UNION     ? "Union: one of these."
			   : d->kind == DECL_EXCEPTION ? "Exception"
						       : "Model";
	const struct record *r =
		d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION ? d->record : NULL;
	struct buf b = { .arena = e->arena };

	buf_put(&b, what);
	if (r && r->parent)
		buf_printf(&b, ", extends %s", md_link(e, r->parent->decl));
	if (d->kind != DECL_UNION)
		buf_put(&b, ".");
	if (r && r->sealed)
		buf_put(&b, " Sealed: a value is one of these.");
	if (d->server)
		buf_put(&b, " Known to servers only.");
	return buf_text(&b);
}

static void put_choices(const struct emit_md *e, struct view *choices,
			const struct decl *d)
{
	size_t i;

	if (d->kind == DECL_UNION) {
		for (i = 0; i < d->variant->n_members; i++)
			view_add_text(e->arena, choices,
				      md_link(e, d->variant->members[i]->decl));
		return;
	}
	for (i = 0; d->kind != DECL_ENUM && i < d->record->n_children; i++) {
		const struct decl *child = d->record->children[i]->decl;

		if (e->internal || !child->server)
			view_add_text(e->arena, choices, md_link(e, child));
	}
}

static void put_type(const struct emit_md *e, struct view *types, const struct decl *d)
{
	struct arena *a = e->arena;
	struct view *view = view_add(a, types), *values, *fields;

	view_text(a, view, "anchor", d->full_name);
	view_text(a, view, "name", d->name);
	view_text(a, view, "link", md_link(e, d));
	view_text(a, view, "kind", kind_text(e, d));
	put_doc(e, view, d->doc, d->deprecated);
	put_choices(e, view_list(a, view, "choices"), d);
	values = view_list(a, view, "values");
	fields = view_list(a, view, "fields");
	if (d->kind == DECL_ENUM)
		put_values(e, values, d->enumeration);
	else if (d->kind != DECL_UNION)
		put_fields(e, fields, d->record);
}

/* ---- endpoints ---- */

static void put_params(const struct emit_md *e, struct view *params,
		       const struct method *m)
{
	struct arena *a = e->arena;
	size_t i;

	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];
		struct view *view = view_add(a, params);

		view_text(a, view, "name", p->name);
		view_text(a, view, "type",
			  arena_printf(a, "%s%s", p->stream ? "stream of " : "",
				       md_type(e, p->type)));
		put_default(e, view, p->value);
		view_text(a, view, "limits",
			  p->stream ? flow(e, p->credit, p->overflow)
				    : max_text(e, p->max, p->type));
		put_cell(e, view, p->doc, NULL);
	}
}

static const char *who(const struct emit_md *e, const struct method *m)
{
	struct buf b = { .arena = e->arena };
	size_t i;

	if (!m->n_scopes)
		return m->login ? "Called by: users who have signed in"
				: "Called by: anyone";
	buf_printf(&b, "Called by: users with the scope%s", m->n_scopes > 1 ? "s" : "");
	for (i = 0; i < m->n_scopes; i++)
		buf_printf(&b, "%s %s", i ? "," : "", md_code(e, m->scopes[i]));
	return buf_text(&b);
}

static const char *timeout(const struct emit_md *e, uint32_t ms)
{
	return ms % 1000 ? arena_printf(e->arena, "Time limit: %" PRIu32 " ms", ms)
			 : arena_printf(e->arena, "Time limit: %" PRIu32 " s", ms / 1000);
}

/* What a table does not say. */
static void put_facts(const struct emit_md *e, struct view *facts, const struct method *m)
{
	struct arena *a = e->arena;
	struct buf throws = { .arena = a };
	const char *says;
	size_t i;

	if (m->result == RESULT_PLAIN)
		view_add_text(a, facts,
			      arena_printf(a, "Returns: %s", md_type(e, m->result_type)));
	if (m->result == RESULT_STREAM) {
		says = flow(e, m->credit, m->overflow);
		view_add_text(a, facts,
			      arena_printf(a, "Returns: stream of %s%s%s",
					   md_type(e, m->result_type), *says ? "; " : "",
					   says));
	}
	for (i = 0; i < m->n_throws; i++)
		buf_printf(&throws, "%s%s",
			   i ? ", " : "Throws: ", md_link(e, m->throws[i]->decl));
	if (throws.len)
		view_add_text(a, facts, buf_text(&throws));
	view_add_text(a, facts, who(e, m));
	if (m->timeout_ms)
		view_add_text(a, facts, timeout(e, m->timeout_ms));
}

static void put_method(const struct emit_md *e, struct view *methods,
		       const struct method *m)
{
	struct arena *a = e->arena;
	struct view *view = view_add(a, methods);

	view_text(a, view, "anchor", m->wire_name);
	view_text(a, view, "name",
		  arena_printf(a, "%s.%s", m->endpoint->decl->name, m->name));
	view_text(a, view, "link", arena_printf(a, "[%s](#%s)", m->name, m->wire_name));
	view_text(a, view, "signature", md_signature(e, m));
	put_doc(e, view, m->doc, m->deprecated);
	put_params(e, view_list(a, view, "params"), m);
	put_facts(e, view_list(a, view, "facts"), m);
}

static void put_endpoint(const struct emit_md *e, struct view *endpoints,
			 const struct decl *d)
{
	struct view *view = view_add(e->arena, endpoints), *methods;
	size_t i;

	view_text(e->arena, view, "anchor", d->full_name);
	view_text(e->arena, view, "name", d->name);
	view_text(e->arena, view, "link", md_link(e, d));
	put_doc(e, view, d->doc, d->deprecated);
	methods = view_list(e->arena, view, "methods");
	for (i = 0; i < d->endpoint->n_methods; i++)
		put_method(e, methods, &d->endpoint->methods[i]);
}

struct view *emit_md_view(struct arena *a, const struct schema *schema, bool internal)
{
	struct emit_md e = { .arena = a, .schema = schema, .internal = internal };
	struct view *root = view_object(a), *endpoints, *types;
	const char *slash = strrchr(schema->path, '/');
	size_t i;

	view_text(a, root, "file", slash ? slash + 1 : schema->path);
	view_text(a, root, "title", schema->package ? schema->package : schema->stem);
	put_doc(&e, root, schema->doc, NULL);
	endpoints = view_list(a, root, "endpoints");
	types = view_list(a, root, "types");
	for (i = 0; i < schema->n_decls; i++) {
		const struct decl *d = schema->decls[i];

		if (d->kind == DECL_ENDPOINT)
			put_endpoint(&e, endpoints, d);
		else if (internal || !d->server)
			put_type(&e, types, d);
	}
	return root;
}

int emit_md(const struct schema *schema, const struct emit_options *options,
	    struct output *out)
{
	struct arena *a = out->diag->arena;
	struct templates templates = { .diag = out->diag, .dir = options->templates_dir };
	struct buf text = { .arena = a };
	size_t i;

	if (template_run(&templates, "md.tmpl",
			 emit_md_view(a, schema, options->internal), &text) < 0)
		return -1;
	output_later(out, arena_printf(a, "%s.md", schema->stem), &text);
	for (i = 0; i < templates.paths.n; i++)
		vec_push(a, &out->inputs, templates.paths.at[i]);
	return 0;
}
