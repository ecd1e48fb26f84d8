/*
 * MessagePack as people write it, for transcripts: text to bytes, bytes to text, and whether
 * bytes are what a text says.
 *
 *	nil true false 42 -1 1.5 "text" [a, b] {"key": value}
 *	x(00 ff)      bin
 *	obj("test.Full", ["attic", 50])      an object, extension 1
 *	ext(-1, 00 00 00 00)  any extension
 *	str(100) bin(100) deep(64)  a text or bin of so many bytes, arrays in arrays
 *	hex(c1)       bytes as they are
 *	_             when comparing: any value
 */
#ifndef TEST_NOTATION_H
#define TEST_NOTATION_H

#include <core/buf.h>
#include <core/unpack.h>

#include <stdio.h>

/* Appends the values that stand in `text`, up to its end; false when it is no notation. */
bool notation_encode(const char *text, struct spy_buf *buf);

/* Whether the next value of `reader` is what `text` says; moves `reader` behind it. */
bool notation_matches(const char *text, struct spy_reader *reader);

/* One value, and the reader behind it. */
void notation_print(struct spy_reader *reader, FILE *file);

#endif
