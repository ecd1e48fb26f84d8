/*
 * What came with an error: the peer's words and a typed exception. Most errors have neither,
 * and then there is no such struct; every function takes NULL.
 */
#ifndef SPY_CORE_FAILURE_H
#define SPY_CORE_FAILURE_H

#include <spy/type.h>

#include <core/arena.h>
#include <core/unpack.h>

/* More of a message is cut off: it goes into logs and onto screens. */
#define SPY_MESSAGE_MAX 1024

struct spy_failure {
	struct spy_slice exception; /* the object as it travels; len 0: none */
	struct spy_slice value;	    /* in it */
	const char *name;	    /* of its type, or NULL */
	const char *message;	    /* "" when there is none */
	struct spy_arena arena;	    /* of what it was decoded to */
	const struct spy_type *type;
	const void *decoded;
};

/* Copies. A message that is no UTF-8 is left away; an exception that is no object is
 * SPY_EINVALID_ARGUMENT. NULL without memory or for that (*error says which). */
struct spy_failure *spy_failure_new(struct spy_slice message, struct spy_slice exception,
				    int *error);
/* The same with an exception to be encoded. */
struct spy_failure *spy_failure_throw(const struct spy_type *type, const void *exception,
				      int *error);
struct spy_failure *spy_failure_copy(const struct spy_failure *failure);
void spy_failure_free(struct spy_failure *failure);

const char *spy_failure_message(const struct spy_failure *failure);
/* The exception when it is one of `type` or of a type in `known` (NULL-terminated, or NULL)
 * that extends it. */
const void *spy_failure_caught(struct spy_failure *failure, const struct spy_type *type,
			       const struct spy_type *const *known,
			       const struct spy_env *env);

static inline bool spy_failure_has_exception(const struct spy_failure *failure)
{
	return failure && failure->exception.len;
}

#endif
