/*
 * Typed values out: by the tables of type.h, in one pass, into a buffer.
 *
 * The sender holds a value against its type as the receiver will: UTF-8, @max, declared
 * enum numbers, duplicates, nesting, a NULL where nil has no place. Such a value is
 * SPY_EINVALID_ARGUMENT; without memory it is SPY_ENOMEM; in both cases the buffer is as it
 * was. Inside `any`, objects always travel in their public form, on the server bus too:
 * what is passed on unread must hold nothing that a client may not see.
 */
#ifndef SPY_CORE_ENCODE_H
#define SPY_CORE_ENCODE_H

#include <spy/type.h>

#include <core/buf.h>

enum spy_encode_flag {
	/* The form for the server bus: a model that has server-only fields of its own is
	 * [[public fields], [server-only fields]]. */
	SPY_ENCODE_BUS = 1 << 0,
};

/* A value that stands alone, a stream's item or a plain result: `box` points to its C
 * representation, NULL is nil. */
int spy_encode(struct spy_buf *buf, const struct spy_field *item, const void *box,
	       unsigned flags);

/* The same by a bare type: never nil, no @max. A method's arguments are such a value, of
 * the tuple `args`. */
int spy_encode_type(struct spy_buf *buf, const struct spy_type *type, const void *value,
		    unsigned flags);

/* An object: the type's name and the value. For exceptions in ERROR and for the bus. */
int spy_encode_object(struct spy_buf *buf, const struct spy_type *type, const void *value,
		      unsigned flags);

/* An object whose value is encoded already. */
int spy_encode_object_slice(struct spy_buf *buf, const char *name, const uint8_t *data,
			    size_t len);

#endif
