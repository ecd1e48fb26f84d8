/* The table of the rules.  Start in compat_rules.h. */
#include "compat_rules.h"

#include <string.h>

#define COMPAT_RULE_INFO(name, severity) { #name, SEVERITY_##severity },
const struct rule_info compat_rules[N_RULES] = { COMPAT_RULES(COMPAT_RULE_INFO) };
#undef COMPAT_RULE_INFO

int compat_rule_find(const char *name, size_t len)
{
	int i;

	for (i = 0; i < N_RULES; i++)
		if (strlen(compat_rules[i].name) == len &&
		    !memcmp(compat_rules[i].name, name, len))
			return i;
	return -1;
}
