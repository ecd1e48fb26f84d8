/* See hex.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/hex.h>

uint8_t *hex_bytes(const char *text, size_t *len)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *data = malloc(strlen(text) / 2 + 1), *exact;
	size_t n = 0;

	for (; data && *text; text++)
		if (*text != ' ') {
			if (n % 2 == 0)
				data[n / 2] = 0;
			data[n / 2] = (uint8_t)(data[n / 2] << 4 |
						(strchr(digits, *text) - digits));
			n++;
		}
	*len = n / 2;
	exact = malloc(*len ? *len : 1);
	if (!data || !exact)
		abort();
	memcpy(exact, data, *len);
	free(data);
	return exact;
}

const char *hex_text(const uint8_t *data, size_t len)
{
	static char text[1024];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < len && 3 * i + 4 < sizeof(text); i++)
		snprintf(text + 3 * i, 4, "%02x ", data[i]);
	return text;
}
