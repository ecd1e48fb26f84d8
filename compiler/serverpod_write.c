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

static void line(struct writer *w, const struct span *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void line(struct writer *w, const struct span *at, const char *format, ...)
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

static void write_enum(struct writer *w, const struct pod_decl *decl)
{
	const char *fallback = fallback_of(w, decl);
	size_t i, k;

	line(w, &decl->span, "enum %s {", decl->name);
	for (i = 0; i < decl->values.n; i++) {
		const struct pod_value *value = decl->values.at[i];

		if (!value->spy_name)
			continue;
		if (value->above.blank && i)
			line(w, NULL, "%s", "");
		write_docs(w, &value->above, "    ");
		for (k = 0; k < value->properties.n; k++)
			write_property(w, value->properties.at[k]);
		line(w, &value->span, "    %s,", value->spy_name);
	}
	if (fallback)
		line(w, &decl->fallback_span, "; default %s;", fallback);
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

static void write_field(struct writer *w, const struct pod_field *field, bool first)
{
	const char *value = pod_default_text(w->pod, field);

	if (!field->type || !field->spy_name)
		return;
	if (field->above.blank && !first)
		line(w, NULL, "%s", "");
	write_docs(w, &field->above, "    ");
	/* a tuple has no names, so they are told */
	if (has_named_member(field->type))
		line(w, NULL, "    /// The parts: `%s`.", field->type_text);
	line(w, &field->span, "    %s%s: %s%s%s;", field->server ? "@server " : "",
	     field->spy_name, pod_type_text(w->pod, field->type, w->module),
	     value ? " = " : "", value ? value : "");
}

static void write_record(struct writer *w, const struct pod_decl *decl)
{
	const struct pod_decl *parent = decl->parent;
	const char *package = "", *dot = "";
	size_t i;

	if (parent && parent->module != w->module) {
		package = parent->module->package;
		dot = ".";
	}
	line(w, &decl->span, "%s%s%s %s%s%s%s%s {", decl->sealed ? "sealed " : "",
	     decl->immutable ? "immutable " : "",
	     decl->kind == POD_CLASS ? "model" : "exception", decl->name,
	     parent ? " extends " : "", package, dot, parent ? parent->name : "");
	for (i = 0; i < decl->fields.n; i++)
		write_field(w, decl->fields.at[i], !i);
	line(w, NULL, "}");
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

		line(&w, &import->span, "import \"%s.spy\";", import->module->package);
	}
	for (i = 0; i < module->order.n; i++) {
		const struct pod_decl *decl = module->order.at[i];

		/* the second of a name has been reported */
		if (map_get(&module->decls, decl->name) != decl)
			continue;
		line(&w, NULL, "%s", "");
		write_docs(&w, &decl->above, "");
		if (decl->server)
			line(&w, NULL, "@server");
		if (decl->kind == POD_ENUM)
			write_enum(&w, decl);
		else
			write_record(&w, decl);
	}
}
