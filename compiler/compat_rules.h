/*
 * The rules of `spygen check`: each has a name, which stands behind its message and can be
 * given to --allow, and a severity.
 *
 * Invariant: a rule is in this list, in docs/compatibility.md and in a case of
 * tests/compat; a test compares the three.  Next: compat_parts.h.
 */
#ifndef SPYGEN_COMPAT_RULES_H
#define SPYGEN_COMPAT_RULES_H

#include "diag.h"

/* X(name, severity) */
#define COMPAT_RULES(X)                       \
	/* declarations */                    \
	X(package_renamed, ERROR)             \
	X(type_removed, ERROR)                \
	X(type_renamed, ERROR)                \
	X(kind_changed, ERROR)                \
	X(kind_alike, WARNING)                \
	X(sealed_changed, ERROR)              \
	X(extends_changed, ERROR)             \
	X(server_changed, ERROR)              \
	X(bus, ERROR)                         \
	X(immutable, WARNING)                 \
	X(c_name, WARNING)                    \
	/* places of fields and parameters */ \
	X(inserted, ERROR)                    \
	X(removed, ERROR)                     \
	X(moved, ERROR)                       \
	X(replaced, ERROR)                    \
	X(renamed, WARNING)                   \
	X(appended_required, ERROR)           \
	X(reserved, WARNING)                  \
	X(reserved_required, ERROR)           \
	X(reserved_reused, ERROR)             \
	/* what stands in a place */          \
	X(type_changed, ERROR)                \
	X(type_alike, WARNING)                \
	X(nil_refused, ERROR)                 \
	X(nullable_changed, WARNING)          \
	X(default_removed, ERROR)             \
	X(max_lowered, ERROR)                 \
	X(max_raised, ERROR)                  \
	/* enums, unions, sealed models */    \
	X(value_added, ERROR)                 \
	X(value_removed, ERROR)               \
	X(value_retired, WARNING)             \
	X(value_renumbered, ERROR)            \
	X(value_renamed, WARNING)             \
	X(enum_default_removed, WARNING)      \
	X(member_added, ERROR)                \
	X(member_removed, ERROR)              \
	X(member_moved, ERROR)                \
	/* endpoints and methods */           \
	X(endpoint_removed, ERROR)            \
	X(endpoint_renamed, ERROR)            \
	X(method_removed, ERROR)              \
	X(method_renamed, ERROR)              \
	X(result_changed, ERROR)              \
	X(stream_changed, ERROR)              \
	X(signature, WARNING)                 \
	X(throws_changed, WARNING)            \
	X(messages_form, WARNING)             \
	X(access_tightened, ERROR)            \
	X(access_loosened, WARNING)           \
	X(timeout_shortened, WARNING)         \
	X(overflow_changed, WARNING)

#define COMPAT_RULE_ID(name, severity) RULE_##name,
enum rule { COMPAT_RULES(COMPAT_RULE_ID) N_RULES };
#undef COMPAT_RULE_ID

struct rule_info {
	const char *name;
	enum severity severity;
};

extern const struct rule_info compat_rules[N_RULES];

/* The rule of that name, `len` characters; -1 when there is none. */
int compat_rule_find(const char *name, size_t len);

#endif
