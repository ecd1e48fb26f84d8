/* The tables of the types that need no schema, and what one can ask about any table. */
#include <core/decode.h>

_Static_assert(sizeof(struct spy_any) == 16, "any is two words");
_Static_assert(sizeof(enum spy_any_kind) == 4, "enums are 32 bits wide");

enum {
#define SPY_KIND(name, c_size) SIZE_##name = c_size,
	SPY_KINDS(SPY_KIND)
#undef SPY_KIND
};

#define SPY_BUILTIN(c_name, c_kind)                   \
	const struct spy_type spy_##c_name##_type = { \
		.name = #c_name,                      \
		.kind = SPY_KIND_##c_kind,            \
		.size = SIZE_##c_kind,                \
	};
SPY_BUILTIN_TYPES(SPY_BUILTIN)
#undef SPY_BUILTIN

bool spy_type_extends(const struct spy_type *type, const struct spy_type *ancestor)
{
	while (type != ancestor) {
		if (type->kind != SPY_KIND_MODEL || !type->count ||
		    !(type->fields[0].flags & SPY_FIELD_BASE))
			return false;
		type = type->fields[0].type;
	}
	return true;
}
