/* Bytes written down as hexadecimal text, spaces anywhere: "92 01 a2 6869". */
#ifndef TESTS_SUPPORT_HEX_H
#define TESTS_SUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* The bytes in a block of exactly their size (so that a sanitizer sees one too many), never
 * NULL; free() it. */
uint8_t *hex_bytes(const char *text, size_t *len);

/* The way back, in a static buffer; what is too long for it is cut. */
const char *hex_text(const uint8_t *data, size_t len);

#endif
