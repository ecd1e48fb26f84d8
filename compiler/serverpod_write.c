/*
 * The .spy text of a module, one declaration after the other, in the order of the files.
 * Start in serverpod.h.
 *
 * Invariant: every line is known to come from a place in a model file, or from none.  The
 * layout is left to print.c, but for empty lines: those between fields come from here.
 */
#include "serverpod.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
	struct pod *pod;
	struct pod_module *module;
	struct pod_text *out;
};

static void line(struct writer *w, const struct pod_origin *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void line(struct writer *w, const struct pod_origin *at, const char *format, ...)
{
	char small[512], *text = small;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(small, sizeof(small), format, ap);
	va_end(ap);
	if (n >= (int)sizeof(small)) {
		text = arena_alloc(w->pod->arena, (size_t)n + 1);
		va_start(ap, format);
		vsnprintf(text, (size_t)n + 1, format, ap);
		va_end(ap);
	}
	buf_put(&w->out->text, text);
	buf_put(&w->out->text, "\n");
	vec_push(w->pod->arena, &w->out->lines, (void *)(uintptr_t)at);
}

static void write_docs(struct writer *w, const struct above *above, const char *indent)
{
	size_t i;

	for (i = 0; i < above->docs.n; i++) {
		const char *doc = above->docs.at[i];

		line(w, NULL, "%s///%s%s", indent, *doc ? " " : "", doc);
	}
}

static struct pod_origin *origin(struct writer *w, struct span span)
{
	struct pod_origin *o = ARENA_NEW(w->pod->arena, struct pod_origin);

	o->span = span;
	return o;
}

/* The same for what has a name in C. */
static struct pod_origin *named(struct writer *w, struct span span, const char **c_name,
				const char *plain)
{
	struct pod_origin *o = origin(w, span);

	o->c_name = c_name;
	o->c_plain = plain;
	return o;
}

static const char *c_attribute(struct writer *w, const char *c_name)
{
	return c_name ? arena_printf(w->pod->arena, "@c(name = \"%s\") ", c_name) : "";
}

/* ---- enums ---- */

static void write_property(struct writer *w, const struct pod_property *p)
{
	struct buf b = { .arena = w->pod->arena };
	const char *s, *name = to_snake(w->pod->arena, p->name);

	if (!p->text)
		return;
	for (s = p->text; *s; s++)
		buf_add(&b, *s == '\n' || *s == '\r' ? " " : s, 1);
	if (!strcmp(p->type, "String") && *p->text != '\'' && *p->text != '"')
		line(w, NULL, "    /// - %s = \"%s\"", name, buf_text(&b));
	else
		line(w, NULL, "    /// - %s = %s", name, buf_text(&b));
}

static const char *fallback_of(struct writer *w, const struct pod_decl *decl)
{
	struct guess guess;
	size_t i;

	if (!decl->fallback)
		return NULL;
	guess = guess_start(decl->fallback);
	for (i = 0; i < decl->values.n; i++) {
		const struct pod_value *value = decl->values.at[i];

		if (value->name == decl->fallback)
			return value->spy_name;
		guess_offer(&guess, value->name);
	}
	if (guess.best)
		diag_error(w->pod->diag, decl->fallback_span,
			   "'%s' has no value '%s'; did you mean '%s'?", decl->name,
			   decl->fallback, guess.best);
	else
		diag_error(w->pod->diag, decl->fallback_span, "'%s' has no value '%s'",
			   decl->name, decl->fallback);
	return NULL;
}

static const char *plain_value(struct writer *w, const struct pod_decl *decl,
			       const struct pod_value *value)
{
	char *text = arena_printf(w->pod->arena, "%s_%s_%s", w->module->package,
				  to_snake(w->pod->arena, decl->name), value->spy_name);
	char *s;

	for (s = text; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
	return text;
}

static void write_enum(struct writer *w, const struct pod_decl *decl)
{
	const char *fallback = fallback_of(w, decl);
	size_t i, k;

	for (i = 0; i < decl->values.n; i++) {
		struct pod_value *value = decl->values.at[i];

		if (!value->spy_name)
			continue;
		if (value->above.blank && i)
			line(w, NULL, "%s", "");
		write_docs(w, &value->above, "    ");
		for (k = 0; k < value->properties.n; k++)
			write_property(w, value->properties.at[k]);
		line(w,
		     named(w, value->span, &value->c_name, plain_value(w, decl, value)),
		     "    %s%s,", c_attribute(w, value->c_name), value->spy_name);
	}
	if (fallback)
		line(w, origin(w, decl->fallback_span), "; default %s;", fallback);
	line(w, NULL, "}");
}

/* ---- classes and exceptions ---- */

static bool has_named_member(const struct pod_type *type)
{
	size_t i;

	if (type->member)
		return true;
	for (i = 0; i < type->args.n; i++)
		if (has_named_member(type->args.at[i]))
			return true;
	return false;
}

static void write_field(struct writer *w, struct pod_field *field, bool first)
{
	const char *value = pod_default_text(w->pod, field), *type;
	struct pod_origin *o;

	if (field->above.blank && !first)
		line(w, NULL, "%s", "");
	if (!field->type || !field->spy_name) {
		line(w, NULL, "    // left out: %s%s%s", field->name,
		     field->type_text ? ": " : "",
		     field->type_text ? field->type_text : "");
		return;
	}
	write_docs(w, &field->above, "    ");
	/* a tuple has no names, so they are told */
	if (has_named_member(field->type))
		line(w, NULL, "    /// The parts: `%s`.", field->type_text);
	type = pod_type_text(w->pod, field->type, w->module);
	o = named(w, field->span, &field->c_name, field->spy_name);
	o->field = field;
	line(w, o, "    %s%s%s: %s%s%s;", c_attribute(w, field->c_name),
	     field->server ? "@server " : "", field->spy_name, type, value ? " = " : "",
	     value ? value : "");
}

static const char *extends_text(struct writer *w, const struct pod_decl *decl)
{
	const struct pod_decl *parent = decl->parent;
	bool own;

	if (!parent)
		return "";
	own = parent->module == w->module;
	return arena_printf(w->pod->arena, " extends %s%s%s",
			    own ? "" : parent->module->package, own ? "" : ".",
			    parent->name);
}

static void write_record(struct writer *w, struct pod_decl *decl)
{
	size_t i;

	if (decl->extends && !decl->parent)
		line(w, NULL, "    // left out: extends %s", decl->extends->name);
	for (i = 0; i < decl->fields.n; i++)
		write_field(w, decl->fields.at[i], !i);
	line(w, NULL, "}");
}

static void write_decl(struct writer *w, struct pod_decl *decl)
{
	const char *word = decl->kind == POD_CLASS  ? "model"
			   : decl->kind == POD_ENUM ? "enum"
						    : "exception";
	const char *plain = arena_printf(w->pod->arena, "%s_%s", w->module->package,
					 to_snake(w->pod->arena, decl->name));

	line(w, NULL, "%s", "");
	write_docs(w, &decl->above, "");
	line(w, named(w, decl->span, &decl->c_name, plain), "%s%s%s%s%s %s%s {",
	     decl->server ? "@server " : "", c_attribute(w, decl->c_name),
	     decl->sealed ? "sealed " : "", decl->immutable ? "immutable " : "", word,
	     decl->name, extends_text(w, decl));
	if (decl->kind == POD_ENUM)
		write_enum(w, decl);
	else
		write_record(w, decl);
}

/* ---- the file ---- */

static int by_package(const void *left, const void *right)
{
	const struct pod_import *a = *(struct pod_import *const *)left;
	const struct pod_import *b = *(struct pod_import *const *)right;

	return strcmp(a->module->package, b->module->package);
}

void pod_write(struct pod *pod, struct pod_module *module, struct pod_text *out)
{
	struct writer w = { .pod = pod, .module = module, .out = out };
	size_t i;

	out->text.arena = pod->arena;
	line(&w, NULL, "package %s;", module->package);
	if (module->imports.n)
		qsort(module->imports.at, module->imports.n, sizeof(void *), by_package);
	for (i = 0; i < module->imports.n; i++) {
		const struct pod_import *import = module->imports.at[i];

		if (pod_uses(module, import->module))
			line(&w, origin(&w, import->span), "import \"%s.spy\";",
			     import->module->package);
	}
	/* the second of a name has been reported */
	for (i = 0; i < module->order.n; i++) {
		struct pod_decl *decl = module->order.at[i];

		if (map_get(&module->decls, decl->name) == decl)
			write_decl(&w, decl);
	}
}
