/*
 * The pieces of a file that never take more than one line: types, attributes, fields.
 * All of them append to a text and know nothing of comments.  Next: print.c.
 */
#ifndef SPYGEN_PRINT_PARTS_H
#define SPYGEN_PRINT_PARTS_H

#include "ast.h"
#include "buf.h"

void print_type(struct buf *b, const struct ast_type *type);
void print_types(struct buf *b, const struct vec *types, const char *separator);

/* The attributes that stand before `end`, each with `behind` after it. */
void print_attrs(struct buf *b, const struct ast_attrs *attrs, uint32_t end,
		 const char *behind);
bool has_attrs_before(const struct ast_attrs *attrs, uint32_t end);

/* "name: type = value @attr", the type `width` columns behind the start of the name. */
void print_member(struct buf *b, const struct ast_member *m, size_t width);
void print_value(struct buf *b, const struct ast_value *value);

/* "sealed model Name extends Other", "enum Name" */
void print_head(struct buf *b, const struct ast_decl *d);
/* "name(a: int) -> stream<int> throws E" or "messages A -> B", in two halves. */
void print_method_start(struct buf *b, const struct ast_method *m);
void print_method_end(struct buf *b, const struct ast_method *m);

/* Columns, when every character takes one. */
size_t print_columns(const char *text);

#endif
