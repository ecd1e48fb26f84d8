/* How a type of the schema looks in C.  Start in emit_c.h; runtime/include/spy/type.h has
 * the rules. */
#include "cname.h"
#include "emit_c.h"

#include <string.h>

/* X(kind, C type, kind of the table, table) */
static const struct {
	const char *c;
	const char *kind;
	const char *table;
} kinds[] = {
	[TYPE_BOOL] = { "bool", "BOOL", "spy_bool_type" },
	[TYPE_INT8] = { "int8_t", "INT8", "spy_int8_type" },
	[TYPE_INT16] = { "int16_t", "INT16", "spy_int16_type" },
	[TYPE_INT32] = { "int32_t", "INT32", "spy_int32_type" },
	[TYPE_INT64] = { "int64_t", "INT64", "spy_int_type" },
	[TYPE_UINT8] = { "uint8_t", "UINT8", "spy_uint8_type" },
	[TYPE_UINT16] = { "uint16_t", "UINT16", "spy_uint16_type" },
	[TYPE_UINT32] = { "uint32_t", "UINT32", "spy_uint32_type" },
	[TYPE_UINT64] = { "uint64_t", "UINT64", "spy_uint64_type" },
	[TYPE_FLOAT] = { "float", "FLOAT", "spy_float_type" },
	[TYPE_DOUBLE] = { "double", "DOUBLE", "spy_double_type" },
	[TYPE_STRING] = { "const char *", "STRING", "spy_string_type" },
	[TYPE_BYTES] = { "struct spy_bytes", "BYTES", "spy_bytes_type" },
	[TYPE_TIME] = { "struct timespec", "TIME", "spy_time_type" },
	[TYPE_DURATION] = { "int64_t", "DURATION", "spy_duration_type" },
	[TYPE_UUID] = { "struct spy_uuid", "UUID", "spy_uuid_type" },
	[TYPE_URI] = { "const char *", "URI", "spy_uri_type" },
	[TYPE_BIGINT] = { "struct spy_bigint", "BIGINT", "spy_bigint_type" },
	[TYPE_ANY] = { "struct spy_any", "ANY", "spy_any_type" },
	[TYPE_ENUM] = { NULL, "ENUM", NULL },
	[TYPE_MODEL] = { NULL, "MODEL", NULL },
	[TYPE_EXCEPTION] = { NULL, "MODEL", NULL },
	[TYPE_SEALED] = { NULL, "UNION", NULL },
	[TYPE_UNION] = { NULL, "UNION", NULL },
	[TYPE_LIST] = { NULL, "LIST", NULL },
	[TYPE_SET] = { NULL, "SET", NULL },
	[TYPE_MAP] = { NULL, "MAP", NULL },
	[TYPE_TUPLE] = { NULL, "TUPLE", NULL },
};

static bool is_text(const struct type *type)
{
	return type->kind == TYPE_STRING || type->kind == TYPE_URI;
}

static bool is_struct(const struct type *type)
{
	return type->kind == TYPE_MODEL || type->kind == TYPE_EXCEPTION ||
	       type->kind == TYPE_SEALED || type->kind == TYPE_UNION ||
	       type->kind == TYPE_TUPLE;
}

const char *ctype(const struct emit *e, const struct type *type)
{
	if (kinds[type->kind].c)
		return kinds[type->kind].c;
	if (type->decl)
		return arena_printf(e->arena, "%s %s",
				    type->kind == TYPE_ENUM ? "enum" : "struct",
				    type->decl->c_name);
	return arena_printf(e->arena, "struct %s",
			    cname_composite(e->arena, e->schema, type->base));
}

bool ctype_has(const struct type *type)
{
	return type->nullable && !is_text(type) && !is_struct(type);
}

bool ctype_is_pointer(const struct type *type)
{
	return type->nullable && is_struct(type);
}

const char *ctype_member(const struct emit *e, const struct type *type)
{
	const char *c = ctype(e, type);

	return ctype_is_pointer(type) ? arena_printf(e->arena, "const %s *", c) : c;
}

enum form ctype_form(const struct type *type)
{
	if (is_text(type))
		return FORM_STRING;
	if (type->nullable || type->kind == TYPE_ANY || type->kind >= TYPE_MODEL)
		return FORM_POINTER;
	return FORM_VALUE;
}

const char *ctype_param(const struct emit *e, const struct type *type)
{
	const char *c = ctype(e, type);

	return ctype_form(type) == FORM_POINTER ? arena_printf(e->arena, "const %s *", c)
						: c;
}

const char *ctype_decl(const struct emit *e, const char *type, const char *name,
		       bool constant)
{
	if (type[strlen(type) - 1] == '*')
		return arena_printf(e->arena, "%s%s%s", type, constant ? "const " : "",
				    name);
	return arena_printf(e->arena, "%s%s %s", constant ? "const " : "", type, name);
}

const char *ctype_pointer(const struct emit *e, const char *type, bool constant)
{
	return arena_printf(e->arena, "%s*", ctype_decl(e, type, "", constant));
}

const char *ctype_kind(const struct type *type)
{
	return kinds[type->kind].kind;
}

const char *ctype_table(const struct emit *e, const struct type *type)
{
	if (kinds[type->kind].table)
		return kinds[type->kind].table;
	return arena_printf(e->arena, "%s_type",
			    type->decl
				    ? type->decl->c_name
				    : cname_composite(e->arena, e->schema, type->base));
}
