/*
 * Which file, package and declaration of the older version has become which.
 *
 * Invariant: a name travels wherever `any`, exceptions or the server bus do, so every
 * change of a name is reported, once; what uses the thing is then compared as if it had
 * kept its name.  Start in compat_parts.h.
 */
#include "compat_parts.h"

#include <string.h>

const char *compat_kind(const struct decl *decl)
{
	static const char *const texts[] = {
		[DECL_ENUM] = "enum",		[DECL_MODEL] = "model",
		[DECL_EXCEPTION] = "exception", [DECL_UNION] = "union",
		[DECL_ENDPOINT] = "endpoint",
	};

	return texts[decl->kind];
}

void compat_c_name(struct compat *c, const char *then, const char *now, struct span at,
		   struct spot before)
{
	if (!then && !now)
		return;
	if (then && now && !strcmp(then, now))
		return;
	if (then && now)
		compat_say(c, RULE_c_name, at, before,
			   "the name in C changed from '%s' to '%s'", then, now);
	else if (now)
		compat_say(c, RULE_c_name, at, before, "the name in C is '%s' now", now);
	else
		compat_say(c, RULE_c_name, at, before,
			   "the name in C is not '%s' any more", then);
}

struct decl *compat_now(const struct compat *c, const struct decl *then)
{
	return map_get(&c->became, then->full_name);
}

/* ---- files and packages ---- */

static bool has_package(const struct vec *files, const char *package)
{
	size_t i;

	for (i = 0; i < files->n; i++)
		if (((const struct schema *)files->at[i])->package == package)
			return true;
	return false;
}

/* Where a file is named when something is not in it any more. */
static struct span span_of(const struct schema *file)
{
	return file->package ? file->span : file->decls[0]->span;
}

/* The file that an imported one has become: of its name if there is one. */
static struct schema *find_file(const struct compat *c, const struct schema *then)
{
	struct schema *by_name = NULL, *by_package = NULL;
	size_t i;

	for (i = 0; i < c->files_now.n; i++) {
		struct schema *file = c->files_now.at[i];
		bool name = !strcmp(file->stem, then->stem);

		if (name && file->package == then->package)
			return file;
		if (name && !by_name)
			by_name = file;
		if (file->package == then->package && !by_package)
			by_package = file;
	}
	return by_package ? by_package : by_name;
}

static const char *package_text(struct compat *c, const char *package)
{
	return package ? arena_printf(c->arena, "package '%s'", package) : "no package";
}

static void match_package(struct compat *c, const struct schema *then,
			  const struct schema *now)
{
	struct spot spot = compat_spot(
		span_of(then), then->package ? then->package : then->decls[0]->name);
	const char *before = then->package ? then->package : intern_z(c->names, "");

	if (then->package == now->package || has_package(&c->files_now, then->package) ||
	    has_package(&c->files_then, now->package) ||
	    map_put(c->arena, &c->packages, before,
		    now->package ? (void *)(uintptr_t)now->package
				 : (void *)(uintptr_t)intern_z(c->names, "")))
		return;
	compat_say(c, RULE_package_renamed, span_of(now), spot,
		   "%s was %s: the names of all types and methods on the wire are others",
		   package_text(c, now->package), package_text(c, then->package));
}

static void match_files(struct compat *c)
{
	size_t i;

	for (i = 0; i < c->files_then.n; i++) {
		const struct schema *then = c->files_then.at[i];
		struct schema *now = map_get(&c->file_now, then->path);

		if (!now) {
			now = find_file(c, then);
			map_put(c->arena, &c->file_now, then->path, now);
		}
		if (now)
			match_package(c, then, now);
	}
}

/* ---- declarations ---- */

static const char *name_now(struct compat *c, const struct decl *then)
{
	const char *package = then->schema->package;
	const char *renamed =
		map_get(&c->packages, package ? package : intern_z(c->names, ""));

	if (!renamed)
		return then->full_name;
	if (!*renamed)
		return then->name;
	return intern_z(c->names, arena_printf(c->arena, "%s.%s", renamed, then->name));
}

static void match_names(struct compat *c)
{
	size_t i, k;

	for (i = 0; i < c->files_now.n; i++) {
		const struct schema *file = c->files_now.at[i];

		for (k = 0; k < file->n_decls; k++)
			map_put(c->arena, &c->decls_now, file->decls[k]->full_name,
				file->decls[k]);
	}
	for (i = 0; i < c->files_then.n; i++) {
		const struct schema *file = c->files_then.at[i];

		for (k = 0; k < file->n_decls; k++) {
			struct decl *now =
				map_get(&c->decls_now, name_now(c, file->decls[k]));

			if (!now)
				continue;
			map_put(c->arena, &c->became, file->decls[k]->full_name, now);
			map_put(c->arena, &c->taken, now->full_name, file->decls[k]);
		}
	}
}

/* ---- declarations with another name ---- */

static bool same_fields(const struct record *a, const struct record *b)
{
	size_t i;

	if (a->n_fields != b->n_fields || !a->n_fields)
		return false;
	for (i = 0; i < a->n_fields; i++)
		if (a->fields[i].name != b->fields[i].name)
			return false;
	return true;
}

static bool same_values(const struct enumeration *a, const struct enumeration *b)
{
	size_t i;

	if (a->n_values != b->n_values)
		return false;
	for (i = 0; i < a->n_values; i++)
		if (a->values[i].name != b->values[i].name)
			return false;
	return true;
}

static bool same_members(const struct compat *c, const struct variant *a,
			 const struct variant *b)
{
	size_t i;

	if (a->n_members != b->n_members)
		return false;
	for (i = 0; i < a->n_members; i++)
		if (compat_now(c, a->members[i]->decl) != b->members[i]->decl)
			return false;
	return true;
}

static bool same_methods(const struct endpoint *a, const struct endpoint *b)
{
	size_t i;

	if (a->n_methods != b->n_methods)
		return false;
	for (i = 0; i < a->n_methods; i++)
		if (a->methods[i].name != b->methods[i].name)
			return false;
	return true;
}

static bool looks_like(const struct compat *c, const struct decl *then,
		       const struct decl *now)
{
	if (then->kind != now->kind)
		return false;
	switch (then->kind) {
	case DECL_ENUM:
		return same_values(then->enumeration, now->enumeration);
	case DECL_UNION:
		return same_members(c, then->variant, now->variant);
	case DECL_ENDPOINT:
		return same_methods(then->endpoint, now->endpoint);
	default:
		return same_fields(then->record, now->record);
	}
}

static struct decl *find_heir(struct compat *c, const struct decl *then,
			      const struct schema *file)
{
	size_t i;

	for (i = 0; i < file->n_decls; i++) {
		struct decl *now = file->decls[i];

		if (c->n_guesses++ > COMPAT_GUESSES_MAX)
			return NULL;
		if (!map_get(&c->taken, now->full_name) && looks_like(c, then, now))
			return now;
	}
	return NULL;
}

/* A file that is imported no more is looked at when it is checked itself. */
static void match_missing(struct compat *c, struct decl *then)
{
	struct schema *file = map_get(&c->file_now, then->schema->path);
	struct spot spot = compat_spot(then->span, then->name);
	bool endpoint = then->kind == DECL_ENDPOINT;
	struct decl *heir;

	if (!file)
		return;
	c->bus = then->server;
	heir = find_heir(c, then, file);
	if (heir) {
		map_put(c->arena, &c->became, then->full_name, heir);
		map_put(c->arena, &c->taken, heir->full_name, then);
		compat_say(
			c, endpoint ? RULE_endpoint_renamed : RULE_type_renamed,
			heir->span, spot, "%s '%s' became '%s', and its name is %s",
			compat_kind(then), then->name, heir->name,
			endpoint ? "what older peers call"
				 : "sent in 'any', as an exception and between servers");
	} else {
		compat_say(c, endpoint ? RULE_endpoint_removed : RULE_type_removed,
			   span_of(file), spot, "%s '%s' is gone, and older peers %s",
			   compat_kind(then), then->name,
			   endpoint ? "call it" : "may send it");
	}
	c->bus = false;
}

static void match_rest(struct compat *c, bool unions)
{
	size_t i, k;

	for (i = 0; i < c->files_then.n; i++) {
		const struct schema *file = c->files_then.at[i];

		for (k = 0; k < file->n_decls; k++)
			if ((file->decls[k]->kind == DECL_UNION) == unions &&
			    !compat_now(c, file->decls[k]))
				match_missing(c, file->decls[k]);
	}
}

void compat_match(struct compat *c)
{
	match_files(c);
	match_names(c);
	match_rest(c, false);
	/* a union is known by its members, which may have other names */
	match_rest(c, true);
}
