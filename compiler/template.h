/*
 * Templates: text in which a line that starts with `%` is a directive and vanishes, and
 * ${name} stands for a text of the view.  Six directives and nothing else:
 *
 *	% for x in path		once per element of a list, as `x`
 *	% if path		or `% if not path`; a text or list that is not empty
 *	% else
 *	% end
 *	% include file
 *	%# comment
 *
 * and `%%` starts a line with a `%`.  A path is `name` or `name.name...`.
 *
 * Invariant: a template cannot compute.  What varies within a line comes ready-made in the
 * view; what varies by lines is in the template.  A name that does not exist is an error
 * with the template's file and line, never empty.
 */
#ifndef SPYGEN_TEMPLATE_H
#define SPYGEN_TEMPLATE_H

#include "buf.h"
#include "diag.h"
#include "view.h"

/* Blocks within blocks, included files counted: enough for any page one can read. */
#define TEMPLATE_NESTING_MAX 32

/* A template that is part of the program; embed.c makes the array. */
struct embedded {
	const char *name;
	const char *text;
};

extern const struct embedded embedded_templates[]; /* up to a name of NULL */

/* Where templates come from during one run. */
struct templates {
	struct diag *diag;
	const char *dir;   /* files here replace the embedded ones; or NULL */
	struct vec loaded; /* struct tmpl *, parsed */
	struct vec paths;  /* const char *: files that were read from `dir` */
};

/* Appends to `out`; -1 when a diagnostic says what is wrong with the template. */
int template_run(struct templates *t, const char *name, const struct view *view,
		 struct buf *out);

#endif
