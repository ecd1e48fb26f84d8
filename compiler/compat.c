/* Comparing two versions, and telling.  Start in compat.h. */
#include "compat.h"

#include "check.h"
#include "compat_parts.h"

#include <stdarg.h>
#include <stdio.h>

/* Who changes more than this has another schema, not a newer one. */
#define COMPAT_MESSAGES_MAX 1000

void compat_say(struct compat *c, enum rule rule, struct span now, struct spot then,
		const char *format, ...)
{
	char *text;
	va_list ap;
	int n;

	if (c->bus && compat_rules[rule].severity == SEVERITY_ERROR)
		rule = RULE_bus;
	if (c->allowed[rule])
		return;
	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	text = arena_alloc(c->arena, n < 0 ? 1 : (size_t)n + 1);
	va_start(ap, format);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, format, ap);
	va_end(ap);
	if (compat_rules[rule].severity == SEVERITY_ERROR)
		diag_error(c->diag, now, "%s [%s]", text, compat_rules[rule].name);
	else
		diag_warning(c->diag, now, "%s [%s]", text, compat_rules[rule].name);
	diag_note(c->diag, then.span, "'%s' in the older version", then.name);
}

static bool is_record(const struct decl *decl)
{
	return decl->kind == DECL_MODEL || decl->kind == DECL_EXCEPTION;
}

static void compare_decl(struct compat *c, const struct decl *then,
			 const struct decl *now)
{
	struct spot spot = compat_spot(then->span, then->name);

	c->bus = then->server && now->server;
	compat_c_name(c, then->c_name, now->c_name, now->span, spot);
	if (!then->server && now->server)
		compat_say(c, RULE_server_changed, now->span, spot,
			   "%s '%s' is server-only now: clients that send it are refused",
			   compat_kind(now), now->name);
	if (then->kind != now->kind)
		compat_say(c,
			   is_record(then) && is_record(now) ? RULE_kind_alike
							     : RULE_kind_changed,
			   now->span, spot, "'%s' was %s and is %s now", now->name,
			   check_kind_text(then), check_kind_text(now));
	if (is_record(then) && is_record(now))
		compat_record(c, then, now);
	else if (then->kind != now->kind)
		return;
	else if (now->kind == DECL_ENUM)
		compat_enum(c, then, now);
	else if (now->kind == DECL_UNION)
		compat_union(c, then, now);
	else
		compat_endpoint(c, then, now);
	c->bus = false;
}

static void compare(struct compat *c)
{
	size_t i, k;

	compat_match(c);
	compat_find_held(c, &c->files_then);
	compat_find_held(c, &c->files_now);
	for (i = 0; i < c->files_then.n; i++) {
		const struct schema *then = c->files_then.at[i];
		const struct schema *now = map_get(&c->file_now, then->path);

		if (now && then->package && now->package)
			compat_c_name(c, then->c_prefix, now->c_prefix, now->span,
				      compat_spot(then->span, then->package));
		for (k = 0; k < then->n_decls; k++)
			if (compat_now(c, then->decls[k]))
				compare_decl(c, then->decls[k],
					     compat_now(c, then->decls[k]));
	}
}

/* Each file once, however many others import it. */
static void collect(struct compat *c, struct schema *const *schemas, size_t n,
		    struct vec *files)
{
	struct map seen = { 0 };
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < schemas[i]->n_all; k++) {
			struct schema *file = schemas[i]->all[k];

			if (!map_put(c->arena, &seen, intern_z(c->names, file->path),
				     file))
				vec_push(c->arena, files, file);
		}
}

void compat_compare(struct compile *run, struct schema *const *now,
		    struct schema *const *then, size_t n, const bool *allowed)
{
	struct compat c = {
		.arena = &run->arena,
		.names = &run->names,
		.diag = &run->diag,
	};
	size_t i;

	run->diag.max = COMPAT_MESSAGES_MAX;
	run->diag.every = true;
	for (i = 0; i < N_RULES; i++)
		c.allowed[i] = allowed && allowed[i];
	collect(&c, now, n, &c.files_now);
	collect(&c, then, n, &c.files_then);
	for (i = 0; i < n; i++)
		map_put(c.arena, &c.file_now, then[i]->path, now[i]);
	compare(&c);
}
