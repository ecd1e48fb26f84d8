/*
 * How each C name is made from the names of the schema.  Nothing here reports a mistake:
 * cname_assign.c gives every declaration its name and finds those that are taken twice.
 * Start in cname.h.
 */
#include "cname.h"
#include "buf.h"

#include <string.h>

/* The words of C (to C23) and C++ (to C++20), and what compilers and the headers of the
 * standard make macros of; each with a space before and behind it. */
static const char reserved[] =
	" alignas alignof and and_eq asm assert auto bitand bitor bool break case"
	" catch char char16_t char32_t char8_t class co_await co_return co_yield compl"
	" complex concept const const_cast consteval constexpr constinit continue"
	" decltype default delete do double dynamic_cast else enum errno explicit"
	" export extern false float for friend goto i386 if inline int linux long"
	" mutable namespace new noexcept noreturn not not_eq nullptr offsetof operator"
	" or or_eq private protected public register reinterpret_cast requires"
	" restrict return short signed sizeof static static_assert static_cast stderr"
	" stdin stdout struct switch template this thread_local throw true try typedef"
	" typeid typename typeof typeof_unqual union unix unsigned using virtual void"
	" volatile wchar_t while xor xor_eq ";

/* What generated functions call their own things. */
static const char own_words[] = " args call client endpoint result streams ";

/* Tags of the headers that every generated file includes. */
static const char tags[] = " itimerspec sigevent timespec timeval timex tm ";

/* Macros of the standard's headers that an enum without a package can meet. */
static const char macros[] =
	" CHAR_BIT CHAR_MAX CHAR_MIN CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_REALTIME"
	" CLOCK_TAI EXIT_FAILURE EXIT_SUCCESS FOPEN_MAX INT16_MAX INT16_MIN INT32_MAX"
	" INT32_MIN INT64_MAX INT64_MIN INT8_MAX INT8_MIN INT_MAX INT_MIN LONG_MAX"
	" LONG_MIN RAND_MAX SEEK_CUR SEEK_END SEEK_SET SIZE_MAX TIMER_ABSTIME TIME_UTC"
	" TMP_MAX UINT16_MAX UINT32_MAX UINT64_MAX UINT8_MAX UINT_MAX ";

static bool is_one_of(const char *name, const char *words)
{
	size_t len = strlen(name);
	const char *at = words;

	for (; (at = strstr(at, name)); at++)
		if (at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}

static const char *escaped(struct arena *a, const char *word, bool taken)
{
	return taken ? arena_printf(a, "%s_", word) : word;
}

const char *cname_own(struct arena *a, const char *name, enum cname_place place)
{
	return escaped(a, name,
		       is_one_of(name, reserved) ||
			       (place == CNAME_PARAM && is_one_of(name, own_words)) ||
			       (place == CNAME_TAG && is_one_of(name, tags)) ||
			       (place == CNAME_CONSTANT && is_one_of(name, macros)));
}

const char *cname_prefix(struct arena *a, const struct schema *schema)
{
	const char *word = schema->c_prefix ? schema->c_prefix : schema->package;

	return word ? arena_printf(a, "%s_", word) : "";
}

static const char *const builtin[] = {
	[TYPE_BOOL] = "bool",	  [TYPE_INT8] = "int8",	    [TYPE_INT16] = "int16",
	[TYPE_INT32] = "int32",	  [TYPE_INT64] = "int",	    [TYPE_UINT8] = "uint8",
	[TYPE_UINT16] = "uint16", [TYPE_UINT32] = "uint32", [TYPE_UINT64] = "uint64",
	[TYPE_FLOAT] = "float",	  [TYPE_DOUBLE] = "double", [TYPE_STRING] = "string",
	[TYPE_BYTES] = "bytes",	  [TYPE_TIME] = "time",	    [TYPE_DURATION] = "duration",
	[TYPE_UUID] = "uuid",	  [TYPE_URI] = "uri",	    [TYPE_BIGINT] = "bigint",
	[TYPE_ANY] = "any",
};

/* A declaration's C name, without this schema's own prefix where it has that. */
static const char *without_prefix(struct arena *a, const struct schema *schema,
				  const struct decl *decl)
{
	const char *prefix = cname_prefix(a, schema);
	size_t len = strlen(prefix);

	if (!strncmp(decl->c_name, prefix, len) && decl->c_name[len])
		return decl->c_name + len;
	return decl->c_name;
}

static void add_part(struct buf *b, const struct schema *schema, const struct type *type)
{
	size_t i;

	if (type->nullable)
		buf_put(b, "opt_");
	switch (type->kind) {
	case TYPE_LIST:
		add_part(b, schema, type->element);
		buf_put(b, "_list");
		break;
	case TYPE_SET:
		add_part(b, schema, type->element);
		buf_put(b, "_set");
		break;
	case TYPE_MAP:
		add_part(b, schema, type->key);
		buf_put(b, "_");
		add_part(b, schema, type->element);
		buf_put(b, "_map");
		break;
	case TYPE_TUPLE:
		for (i = 0; i < type->n_items; i++) {
			add_part(b, schema, type->items[i]);
			buf_put(b, "_");
		}
		buf_put(b, "tuple");
		break;
	default:
		buf_put(b, type->decl ? without_prefix(b->arena, schema, type->decl)
				      : builtin[type->kind]);
	}
}

const char *cname_part(struct arena *a, const struct schema *schema,
		       const struct type *type)
{
	struct buf b = { .arena = a };

	add_part(&b, schema, type);
	return buf_text(&b);
}

const char *cname_composite(struct arena *a, const struct schema *schema,
			    const struct type *type)
{
	struct buf b = { .arena = a };

	buf_put(&b, cname_prefix(a, schema));
	add_part(&b, schema, type);
	return buf_text(&b);
}

const char *cname_item(struct arena *a, const struct schema *schema,
		       const struct type *type)
{
	if (type->kind == TYPE_ANY)
		return "spy_any";
	if (type->kind < TYPE_ANY)
		return arena_printf(a, "spy_%s%s", type->nullable ? "opt_" : "",
				    builtin[type->kind]);
	if (type->decl && !type->nullable)
		return type->decl->c_name;
	return cname_composite(a, schema, type);
}

const char *cname_member(struct arena *a, const struct decl *owner,
			 const struct decl *member)
{
	const char *name = without_prefix(a, owner->schema, member);

	/* beside the union's own `kind` */
	return escaped(a, name, is_one_of(name, reserved) || !strcmp(name, "kind"));
}

const char *cname_upper(struct arena *a, const char *name)
{
	char *upper = arena_strndup(a, name, strlen(name)), *c;

	for (c = upper; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return upper;
}

const char *cname_kind(struct arena *a, const struct decl *owner,
		       const struct decl *member)
{
	return cname_upper(a, arena_printf(a, "%s_%s", owner->c_name,
					   without_prefix(a, owner->schema, member)));
}

const char *cname_method(struct arena *a, const struct method *m)
{
	/* `delete` is `delete_` as a member, and chat_room_delete() as a function */
	size_t len = strlen(m->name);
	bool plain = !strncmp(m->c_name, m->name, len) &&
		     (!m->c_name[len] || (m->c_name[len] == '_' && !m->c_name[len + 1]));

	return arena_printf(a, "%s_%s", m->endpoint->decl->c_name,
			    plain ? m->name : m->c_name);
}

const char *cname_guard(struct arena *a, const struct schema *schema, const char *suffix)
{
	char *guard =
		arena_printf(a, "%s%s_%s",
			     schema->package && strcmp(schema->package, schema->stem)
				     ? cname_prefix(a, schema)
				     : "",
			     schema->stem, suffix);
	char *c;

	for (c = guard; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9')))
			*c = '_';
	if (*guard >= '0' && *guard <= '9')
		guard = arena_printf(a, "N%s", guard);
	return cname_upper(a, guard);
}
