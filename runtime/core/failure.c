/* Errors with something to say: see failure.h. One block holds the struct and its texts. */
#include <core/failure.h>

#include <core/decode.h>
#include <core/encode.h>

#include <stdlib.h>
#include <string.h>

struct spy_failure *spy_failure_new(struct spy_slice message, struct spy_slice exception,
				    int *error)
{
	struct spy_slice name = { NULL, 0 }, value = { NULL, 0 };
	struct spy_failure *failure;
	char *text;

	if (message.len > SPY_MESSAGE_MAX)
		for (message.len = SPY_MESSAGE_MAX;
		     message.len && (message.data[message.len] & 0xc0) == 0x80;
		     message.len--)
			;
	if (!spy_utf8_valid(message.data, message.len))
		message.len = 0;
	if (exception.len &&
	    spy_decode_object(exception.data, exception.len, &name, &value) < 0) {
		*error = SPY_EINVALID_ARGUMENT;
		return NULL;
	}
	failure = calloc(1, sizeof *failure + exception.len + message.len + 1 + name.len +
				    1);
	if (!failure) {
		*error = SPY_ENOMEM;
		return NULL;
	}
	text = (char *)(failure + 1);
	if (exception.len) {
		memcpy(text, exception.data, exception.len);
		failure->exception = (struct spy_slice){ (uint8_t *)text, exception.len };
		failure->value.data = (uint8_t *)text + (value.data - exception.data);
		failure->value.len = value.len;
		text += exception.len;
		failure->name = memcpy(text, name.data, name.len);
		text += name.len + 1;
	}
	failure->message = text;
	if (message.len)
		memcpy(text, message.data, message.len);
	return failure;
}

struct spy_failure *spy_failure_throw(const struct spy_type *type, const void *exception,
				      int *error)
{
	struct spy_failure *failure = NULL;
	struct spy_buf buf = { 0 };

	*error = spy_encode_object(&buf, type, exception, 0);
	if (*error == 0)
		failure = spy_failure_new((struct spy_slice){ NULL, 0 },
					  (struct spy_slice){ buf.data, buf.len }, error);
	spy_buf_free(&buf);
	return failure;
}

struct spy_failure *spy_failure_copy(const struct spy_failure *failure)
{
	int error;

	if (!failure)
		return NULL;
	return spy_failure_new((struct spy_slice){ (const uint8_t *)failure->message,
						   strlen(failure->message) },
			       failure->exception, &error);
}

void spy_failure_free(struct spy_failure *failure)
{
	if (!failure)
		return;
	spy_arena_free(&failure->arena);
	free(failure);
}

const char *spy_failure_message(const struct spy_failure *failure)
{
	return failure ? failure->message : "";
}

const void *spy_failure_caught(struct spy_failure *failure, const struct spy_type *type,
			       const struct spy_type *const *known,
			       const struct spy_env *env)
{
	const struct spy_type *actual = NULL;

	if (!spy_failure_has_exception(failure))
		return NULL;
	if (!strcmp(failure->name, type->name))
		actual = type;
	for (; known && *known && !actual; known++)
		if (!strcmp(failure->name, (*known)->name))
			actual = *known;
	if (!actual || !spy_type_extends(actual, type))
		return NULL;
	if (failure->type != actual) {
		spy_arena_free(&failure->arena);
		spy_arena_init(&failure->arena, env);
		failure->type = actual;
		if (spy_decode_type(&failure->arena, actual, failure->value.data,
				    failure->value.len, 0, &failure->decoded) < 0)
			failure->decoded = NULL;
	}
	return failure->decoded;
}
