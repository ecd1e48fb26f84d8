/* Whether text is a URI-reference in the sense of RFC 3986. */
#ifndef SPY_CORE_URI_H
#define SPY_CORE_URI_H

#include <stdbool.h>
#include <stddef.h>

bool spy_uri_valid(const char *text, size_t len);

#endif
