#!/bin/bash
# All that the core may ask of the world, by name: memory, text, arithmetic. A symbol that
# is not on the list fails here, so that I/O cannot slip in under a new name.
. tests/support/tap.sh

allowed='malloc calloc realloc free
memcpy memmove memset memcmp memchr
strlen strcmp strncmp strchr strrchr strtod strtol strtoul strtoll strtoull
snprintf vsnprintf __snprintf_chk __vsnprintf_chk __memcpy_chk __memset_chk __memmove_chk
__isoc23_strtol __isoc23_strtoul __isoc23_strtoll __isoc23_strtoull
bsearch qsort
bcmp __stack_chk_fail _GLOBAL_OFFSET_TABLE_'

undefined() {
	nm -u "$B/libspycore.a" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u
}

# a sanitizer's own names are not the core's doing
only_allowed() {
	local found
	found=$(undefined | grep -vE '^(spy_|__asan_|__ubsan_|__tsan_|__sanitizer_)' |
		grep -vxFf <(tr ' ' '\n' <<<"$allowed"))
	[ -z "$found" ] || { echo "$found"; return 1; }
}

check "the core asks for memory and text, nothing else" only_allowed
done_testing
