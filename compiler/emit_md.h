/*
 * The Markdown back end's own parts: emit_md.c fills in the view of md.tmpl,
 * emit_md_text.c has links, types and whatever has to be escaped.
 *
 * Invariant: as emit_md.c says.
 */
#ifndef SPYGEN_EMIT_MD_H
#define SPYGEN_EMIT_MD_H

#include "buf.h"
#include "schema.h"
#include "view.h"

struct emit_md {
	struct arena *arena;
	const struct schema *schema;
	bool internal; /* with what only servers know */
};

struct view *emit_md_view(struct arena *a, const struct schema *schema, bool internal);

/* "[Mood](#chat.Mood)", "[common.Place](common.md#common.Place)". */
const char *md_link(const struct emit_md *e, const struct decl *d);
/* "list&lt;[Mood](#chat.Mood)?&gt;" */
const char *md_type(const struct emit_md *e, const struct type *type);
/* As in the schema, for a block of code. */
const char *md_signature(const struct emit_md *e, const struct method *m);
const char *md_deprecated(const struct emit_md *e, const char *advice);
/* Any text as code within a line. */
const char *md_code(const struct emit_md *e, const char *text);
/* Markdown of several lines as a cell of a table. */
const char *md_cell(const struct emit_md *e, const char *text);

#endif
