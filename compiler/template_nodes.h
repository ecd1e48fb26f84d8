/* What a template is once it is parsed: template_parse.c makes it, template.c runs it. */
#ifndef SPYGEN_TEMPLATE_NODES_H
#define SPYGEN_TEMPLATE_NODES_H

#include "template.h"

enum node_kind {
	NODE_LINE,
	NODE_FOR,
	NODE_IF,
	NODE_INCLUDE,
};

struct node {
	enum node_kind kind;
	size_t line;
	const char *text; /* LINE, with its end; FOR: the variable; INCLUDE: the file */
	size_t len;
	const char *path; /* FOR, IF */
	size_t path_len;
	bool negated;
	struct vec body;      /* struct node * */
	struct vec otherwise; /* after `else` */
};

struct tmpl {
	const char *name;
	const char *path; /* as diagnostics show it */
	struct vec body;
};

/* -1 when a diagnostic says what is wrong. */
int template_parse(struct tmpl *t, struct diag *diag, const char *text);

#endif
