/*
 * RFC 3986, appendix A, by hand: one function per rule that needs more than a class of
 * characters. Text is a range [s, end); nothing is decoded, nothing is normalised.
 */
#include <stdint.h>
#include <string.h>

#include <core/uri.h>

enum {
	ALPHA = 1 << 0,
	DIGIT = 1 << 1,
	HEX = 1 << 2,
	MARK = 1 << 3,	/* - . _ ~ */
	DELIM = 1 << 4, /* ! $ & ' ( ) * + , ; = */
	COLON = 1 << 5,
	AT = 1 << 6,
	SLASH = 1 << 7,
	QUESTION = 1 << 8,
	SCHEME = 1 << 9, /* + - . */

	UNRESERVED = ALPHA | DIGIT | MARK,
	REG_NAME = UNRESERVED | DELIM,
	PCHAR = REG_NAME | COLON | AT,
};

static const uint16_t classes[256] = {
	['a' ... 'f'] = ALPHA | HEX,
	['g' ... 'z'] = ALPHA,
	['A' ... 'F'] = ALPHA | HEX,
	['G' ... 'Z'] = ALPHA,
	['0' ... '9'] = DIGIT | HEX,
	['-'] = MARK | SCHEME,
	['.'] = MARK | SCHEME,
	['_'] = MARK,
	['~'] = MARK,
	['!'] = DELIM,
	['$'] = DELIM,
	['&'] = DELIM,
	['\''] = DELIM,
	['('] = DELIM,
	[')'] = DELIM,
	['*'] = DELIM,
	['+'] = DELIM | SCHEME,
	[','] = DELIM,
	[';'] = DELIM,
	['='] = DELIM,
	[':'] = COLON,
	['@'] = AT,
	['/'] = SLASH,
	['?'] = QUESTION,
};

static bool is(char c, unsigned class)
{
	return classes[(uint8_t)c] & class;
}

/* Only characters of these classes and %XX. */
static bool all(const char *s, const char *end, unsigned class)
{
	for (; s < end; s++) {
		if (is(*s, class))
			continue;
		if (*s != '%' || end - s < 3 || !is(s[1], HEX) || !is(s[2], HEX))
			return false;
		s += 2;
	}
	return true;
}

static bool all_plain(const char *s, const char *end, unsigned class)
{
	return !memchr(s, '%', (size_t)(end - s)) && all(s, end, class);
}

static bool ipv4(const char *s, const char *end)
{
	int part;

	for (part = 0; part < 4; part++) {
		int value = 0, digits = 0;

		if (part && (s == end || *s++ != '.'))
			return false;
		for (; s < end && is(*s, DIGIT) && digits < 3; s++, digits++) {
			if (digits == 1 && value == 0)
				return false;
			value = 10 * value + *s - '0';
		}
		if (!digits || value > 255)
			return false;
	}
	return s == end;
}

/* Groups of 16 bits separated by ':', at most one "::" that stands for at least one group,
 * perhaps IPv4 in place of the last two. */
static bool ipv6(const char *s, const char *end)
{
	int groups = 0;
	bool gap = false;

	if (end - s >= 2 && s[0] == ':' && s[1] == ':') {
		gap = true;
		s += 2;
	}
	while (s < end) {
		const char *start = s;

		while (s < end && is(*s, HEX))
			s++;
		if (s < end && *s == '.') {
			if (!ipv4(start, end))
				return false;
			groups += 2;
			break;
		}
		if (s == start || s - start > 4)
			return false;
		groups++;
		if (s == end)
			break;
		if (*s++ != ':' || s == end)
			return false;
		if (*s == ':') {
			if (gap)
				return false;
			gap = true;
			s++;
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

static bool ip_literal(const char *s, const char *end)
{
	const char *dot;

	if (s == end || (*s != 'v' && *s != 'V'))
		return ipv6(s, end);
	dot = memchr(s, '.', (size_t)(end - s));
	return dot && dot > s + 1 && dot + 1 < end && all_plain(s + 1, dot, HEX) &&
	       all_plain(dot + 1, end, REG_NAME | COLON);
}

static bool authority(const char *s, const char *end)
{
	const char *at = memchr(s, '@', (size_t)(end - s)), *host, *port;

	if (at && !all(s, at, REG_NAME | COLON))
		return false;
	host = at ? at + 1 : s;
	if (host < end && *host == '[') {
		port = memchr(host, ']', (size_t)(end - host));
		if (!port || !ip_literal(host + 1, port))
			return false;
		port++;
	} else {
		port = memchr(host, ':', (size_t)(end - host));
		if (!port)
			port = end;
		if (!all(host, port, REG_NAME))
			return false;
	}
	return port == end || (*port == ':' && all_plain(port + 1, end, DIGIT));
}

/* Where one of these characters stands first, or the end. */
static const char *find(const char *s, const char *end, const char *any)
{
	while (s < end && !(*s && strchr(any, *s)))
		s++;
	return s;
}

bool spy_uri_valid(const char *s, size_t len)
{
	const char *end = s + len, *next = find(s, end, ":/?#");

	if (next < end && *next == ':') {
		if (next == s || !is(*s, ALPHA) ||
		    !all_plain(s, next, ALPHA | DIGIT | SCHEME))
			return false;
		s = next + 1;
	}
	if (end - s >= 2 && s[0] == '/' && s[1] == '/') {
		next = find(s + 2, end, "/?#");
		if (!authority(s + 2, next))
			return false;
		s = next;
	}
	next = find(s, end, "?#");
	if (!all(s, next, PCHAR | SLASH))
		return false;
	if (next < end && *next == '?') {
		s = next + 1;
		next = find(s, end, "#");
		if (!all(s, next, PCHAR | SLASH | QUESTION))
			return false;
	}
	return next == end || all(next + 1, end, PCHAR | SLASH | QUESTION);
}
