/*
 * A YAML file as a tree of texts, maps and lists, each with its place: just what model
 * files of Serverpod use.
 *
 * Invariant: the text may be anything.  Anchors, aliases, tags and second documents are
 * refused, a key stands once in its map, and nothing nests deeper than YAML_DEPTH_MAX:
 * libyaml itself knows no limit and takes minutes for 100,000 brackets.
 * Next: serverpod.h.
 */
#ifndef SPYGEN_SERVERPOD_YAML_H
#define SPYGEN_SERVERPOD_YAML_H

#include "diag.h"

/* The largest model file we know has 68 lines. */
#define YAML_FILE_MAX ((size_t)1 << 20)
/* ... and nests 4 deep. */
#define YAML_DEPTH_MAX 64
/* Keys of a map are compared with each other. */
#define YAML_KEYS_MAX 1000

enum node_kind { NODE_TEXT, NODE_MAP, NODE_LIST };

struct node {
	enum node_kind kind;
	struct span span;
	const char *text; /* TEXT: `len` bytes and a NUL */
	size_t len;
	bool plain;	  /* TEXT: without quotes */
	struct vec keys;  /* MAP: struct node *, all TEXT */
	struct vec items; /* MAP: the values; LIST: the items */
};

/* NULL after a diagnostic. */
struct node *yaml_read(struct diag *diag, const struct source *source);

/* The value of a key, or NULL. */
struct node *node_get(const struct node *map, const char *key);
/* `key:` with nothing behind it. */
bool node_is_empty(const struct node *node);

/* The place of `len` bytes of a text, from its byte `at` on. */
struct span node_place(const struct source *source, const struct node *node, size_t at,
		       size_t len);

/* What stands right above a key. */
struct above {
	struct vec docs; /* const char *: the `###` lines without their marks */
	bool blank;	 /* an empty line above all that */
};

struct above yaml_above(struct arena *a, const struct source *source, uint32_t key);

#endif
