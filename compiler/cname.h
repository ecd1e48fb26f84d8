/*
 * C names: one mechanical rule from the names of a schema to every identifier of the
 * generated code.
 *
 *	package chat, model ChatMessage		struct chat_chat_message
 *	enum Mood, value calm			enum chat_mood, CHAT_MOOD_CALM
 *	endpoint room, method post		chat_room_post
 *	list<int>, map<string, Mood?>		chat_int_list, chat_string_opt_mood_map
 *	(int, string?), of another package	chat_int_opt_string_tuple, chat_common_user_list
 *
 * @c(name = "...") on a declaration is its whole C name, on a package it stands for the
 * package in all of its names, on a field, parameter, value or method for that one's name.
 * A name that is a word of C or C++ gets a `_` behind it where it stands alone.
 *
 * Invariant: after cname_assign() every c_name is set and no two things that meet in one C
 * program have the same.
 */
#ifndef SPYGEN_CNAME_H
#define SPYGEN_CNAME_H

#include "diag.h"
#include "schema.h"

/* For a schema and all that it imports; -1 when names collide (reported with both
 * places). */
int cname_assign(struct schema *schema, struct diag *diag);

/* "chat_", or "" without a package. */
const char *cname_prefix(struct arena *a, const struct schema *schema);

/* A type as a part of other names within this schema: "int", "opt_mood", "string_set". */
const char *cname_part(struct arena *a, const struct schema *schema,
		       const struct type *type);

/* A list, set, map or tuple (not nullable), or the struct of a nullable element:
 * "chat_int_list", "chat_opt_int". */
const char *cname_composite(struct arena *a, const struct schema *schema,
			    const struct type *type);

/* What the functions of a stream of this type begin with: "spy_int", "spy_opt_int",
 * "chat_chat_message", "chat_opt_int_list". */
const char *cname_item(struct arena *a, const struct schema *schema,
		       const struct type *type);

/* A model as the member of a union or sealed model: "circle"; and its constant in the enum
 * of kinds: "CHAT_SHAPE_CIRCLE". */
const char *cname_member(struct arena *a, const struct decl *owner,
			 const struct decl *member);
const char *cname_kind(struct arena *a, const struct decl *owner,
		       const struct decl *member);

/* Of method `post` in `room`: "chat_room_post". */
const char *cname_method(struct arena *a, const struct method *m);

/* "chat.spy" in upper case, as the macro that guards its header: "CHAT_SPY_H". */
const char *cname_guard(struct arena *a, const struct schema *schema, const char *suffix);

/* A name that stands alone: the same, or with a '_' where C has that word already. */
enum cname_place {
	CNAME_MEMBER, /* of a struct */
	CNAME_PARAM,
	CNAME_TAG, /* of a struct or enum */
	CNAME_CONSTANT,
};
const char *cname_own(struct arena *a, const char *name, enum cname_place place);

const char *cname_upper(struct arena *a, const char *name);

#endif
