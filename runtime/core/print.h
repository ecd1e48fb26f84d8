/*
 * JSON-like text of values, on one line, into a buffer: what spy_value_print() and
 * spy_any_print() write to a file. Numbers, strings, lists and structs are JSON's; bytes,
 * uuid, time, duration and enums are quoted text; an object is {"its.Name": value}.
 */
#ifndef SPY_CORE_PRINT_H
#define SPY_CORE_PRINT_H

#include <spy/type.h>

#include <core/buf.h>

/* 0, SPY_ENOMEM, or SPY_EINVALID_ARGUMENT when it is nested deeper than a value can be. */
int spy_print_value(struct spy_buf *buf, const struct spy_type *type, const void *value);
int spy_print_any(struct spy_buf *buf, const struct spy_any *any);

#endif
