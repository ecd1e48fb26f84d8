/* The C back end: makes the view, runs one template per file, writes what they gave.  Start
 * in emit_c.h. */
#include "cname.h"
#include "emit.h"
#include "emit_c.h"
#include "output.h"
#include "template.h"

#include <spy/attr.h>

#include <string.h>

static const struct {
	const char *suffix;
	const char *template;
	bool server, client;
} files[] = {
	{ ".h", "types.h.tmpl", true, true },
	{ ".c", "types.c.tmpl", true, true },
	{ ".server.h", "server.h.tmpl", true, false },
	{ ".client.h", "client.h.tmpl", false, true },
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

/* Whether generated code itself has to use what users are warned of. */
static bool uses_deprecated(const struct schema *schema)
{
	size_t i, k;

	for (i = 0; i < schema->n_all; i++)
		for (k = 0; k < schema->all[i]->n_decls; k++)
			if (schema->all[i]->decls[k]->deprecated)
				return true;
	return false;
}

struct view *emit_view(struct arena *a, const struct schema *schema, bool public)
{
	struct emit e = {
		.arena = a, .schema = schema, .root = view_object(a), .public = public
	};
	const char *slash = strrchr(schema->path, '/');
	struct view *imports;
	size_t i;

	view_text(a, e.root, "file", slash ? slash + 1 : schema->path);
	view_text(a, e.root, "stem", schema->stem);
	view_text(a, e.root, "abi", arena_printf(a, "%d", SPY_ABI));
	view_text(a, e.root, "guard", cname_guard(a, schema, "spy_h"));
	view_text(a, e.root, "server_guard", cname_guard(a, schema, "spy_server_h"));
	view_text(a, e.root, "client_guard", cname_guard(a, schema, "spy_client_h"));
	emit_doc(&e, e.root, schema->doc, NULL);
	imports = view_list(a, e.root, "imports");
	for (i = 0; i < schema->n_imports; i++)
		view_add_text(a, imports,
			      arena_printf(a, "%s.h", schema->imports[i]->stem));
	view_flag(a, e.root, "uses_deprecated", uses_deprecated(schema));
	emit_find_holders(&e);
	emit_structs(&e);
	emit_endpoints(&e);
	emit_streams(&e);
	return e.root;
}

int emit_c(const struct schema *schema, const struct emit_options *options,
	   struct output *out)
{
	struct arena *a = out->diag->arena;
	struct templates templates = { .diag = out->diag, .dir = options->templates_dir };
	const struct view *view = emit_view(a, schema, !options->server);
	size_t i;

	for (i = 0; i < N_FILES; i++) {
		struct buf text = { .arena = a };

		if (!(files[i].server && options->server) &&
		    !(files[i].client && options->client))
			continue;
		if (template_run(&templates, files[i].template, view, &text) < 0)
			return -1;
		output_later(out, arena_printf(a, "%s%s", schema->stem, files[i].suffix),
			     &text);
	}
	for (i = 0; i < templates.paths.n; i++)
		vec_push(a, &out->inputs, templates.paths.at[i]);
	return 0;
}
