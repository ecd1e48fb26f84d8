/*
 * How generated .c files write down the tables of type.h: one line per field, so that a
 * table reads like the schema. Nothing else includes this page. All initializers are
 * positional because C++17 knows no designated ones.
 */
#ifndef SPY_TABLES_H
#define SPY_TABLES_H

#include <spy/type.h>

/* Deprecated members are in the tables as well. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* Lists and tuples belong to no schema alone: every file that mentions list<int> makes its
 * table, and the linker keeps one of each package. */
#ifdef __cplusplus
#define SPY_SHARED extern __attribute__((weak))
#else
#define SPY_SHARED __attribute__((weak))
#endif

#define SPY_COUNT_(array) (sizeof(array) / sizeof((array)[0]))

/* A member of struct T; FLAGS as in spy_field. SPY_FIELD_MORE() has MAX (or SPY_NO_MAX) and
 * DFLT (or NULL) as well, SPY_FIELD_HAS() the member that says whether there is a value. */
#define SPY_FIELD(T, MEMBER, NAME, KIND, TYPE, FLAGS) \
	SPY_FIELD_MORE(T, MEMBER, NAME, KIND, TYPE, FLAGS, SPY_NO_MAX, NULL)
#define SPY_FIELD_MORE(T, MEMBER, NAME, KIND, TYPE, FLAGS, MAX, DFLT)      \
	{                                                                  \
		NAME, &(TYPE), DFLT, offsetof(T, MEMBER), SPY_NO_HAS, MAX, \
			SPY_KIND_##KIND, FLAGS                             \
	}
#define SPY_FIELD_HAS(T, MEMBER, HAS, NAME, KIND, TYPE, FLAGS, MAX, DFLT)        \
	{                                                                        \
		NAME, &(TYPE), DFLT, offsetof(T, MEMBER), offsetof(T, HAS), MAX, \
			SPY_KIND_##KIND, FLAGS                                   \
	}
/* The place of a field that was removed. */
#define SPY_FIELD_GONE(NAME)                                                       \
	{                                                                          \
		NAME, NULL, NULL, 0, SPY_NO_HAS, SPY_NO_MAX, 0, SPY_FIELD_RESERVED \
	}
/* A place of its own: a list's element, a stream's item, a plain result. */
#define SPY_ITEM(NAME, KIND, TYPE, FLAGS)                                              \
	{                                                                              \
		NAME, &(TYPE), NULL, 0, SPY_NO_HAS, SPY_NO_MAX, SPY_KIND_##KIND, FLAGS \
	}
#define SPY_STREAM(NAME, KIND, TYPE) SPY_STREAM_MORE(NAME, KIND, TYPE, 0, 0, DEFAULT)
#define SPY_STREAM_MORE(NAME, KIND, TYPE, FLAGS, CREDIT, OVERFLOW) \
	{                                                          \
		NAME, SPY_ITEM("item", KIND, TYPE, FLAGS), CREDIT, \
			SPY_OVERFLOW_##OVERFLOW                    \
	}
#define SPY_NO_STREAM SPY_STREAM("", BOOL, spy_bool_type)

/* Models, exceptions, tuples: FIELDS is an array; the second form is for those without. */
#define SPY_STRUCT(NAME, KIND, T, FLAGS, FIELDS)                                        \
	{                                                                               \
		NAME, SPY_KIND_##KIND, FLAGS, SPY_COUNT_(FIELDS), sizeof(T), FIELDS, 0, \
			0, NULL, NULL, 0                                                \
	}
#define SPY_STRUCT_EMPTY(NAME, KIND, T, FLAGS)                                        \
	{                                                                             \
		NAME, SPY_KIND_##KIND, FLAGS, 0, sizeof(T), NULL, 0, 0, NULL, NULL, 0 \
	}
/* A method's ordinary parameters, members of struct METHOD_args: COUNT of those of all
 * methods, from FIRST on. */
#define SPY_PARAM(METHOD, MEMBER, NAME, KIND, TYPE, FLAGS) \
	SPY_PARAM_MAX(METHOD, MEMBER, NAME, KIND, TYPE, FLAGS, SPY_NO_MAX)
#define SPY_PARAM_MAX(METHOD, MEMBER, NAME, KIND, TYPE, FLAGS, MAX) \
	SPY_FIELD_MORE(struct METHOD##_args, MEMBER, NAME, KIND, TYPE, FLAGS, MAX, NULL)
/* with a default, which METHOD_args_defaults has */
#define SPY_PARAM_DEFAULT(METHOD, MEMBER, NAME, KIND, TYPE, FLAGS) \
	SPY_PARAM_DEFAULT_MAX(METHOD, MEMBER, NAME, KIND, TYPE, FLAGS, SPY_NO_MAX)
#define SPY_PARAM_DEFAULT_MAX(METHOD, MEMBER, NAME, KIND, TYPE, FLAGS, MAX)        \
	SPY_FIELD_MORE(struct METHOD##_args, MEMBER, NAME, KIND, TYPE, FLAGS, MAX, \
		       &METHOD##_args_defaults.MEMBER)
#define SPY_ARGS(METHOD, FLAGS, PARAMS, FIRST, COUNT)                             \
	{                                                                         \
		NULL, SPY_KIND_TUPLE, FLAGS, COUNT, sizeof(struct METHOD##_args), \
			&(PARAMS)[FIRST], 0, 0, NULL, NULL, 0                     \
	}
/* Lists, sets, maps: ITEM is the C type of one item. */
#define SPY_LIST(KIND, T, FLAGS, FIELDS, ITEM)                                       \
	{                                                                            \
		NULL, SPY_KIND_##KIND, FLAGS, SPY_COUNT_(FIELDS), sizeof(T), FIELDS, \
			sizeof(ITEM), 0, NULL, NULL, 0                               \
	}
/* Unions and sealed models: MEMBERS is an array of types, FIRST one member of the union. */
#define SPY_UNION(NAME, T, FLAGS, MEMBERS, FIRST)                                     \
	{                                                                             \
		NAME, SPY_KIND_UNION, FLAGS, SPY_COUNT_(MEMBERS), sizeof(T), NULL, 0, \
			offsetof(T, FIRST), MEMBERS, NULL, 0                          \
	}
/* Takes the number of a member that only servers know: never sent nor accepted. */
#define SPY_HIDDEN                                                                   \
	{                                                                            \
		"", SPY_KIND_MODEL, SPY_TYPE_SERVER, 0, 0, NULL, 0, 0, NULL, NULL, 0 \
	}
#define SPY_ENUM(NAME, T, FLAGS, VALUES, DFLT)                                         \
	{                                                                              \
		NAME, SPY_KIND_ENUM, FLAGS, SPY_COUNT_(VALUES), sizeof(T), NULL, 0, 0, \
			NULL, VALUES, DFLT                                             \
	}

#endif
