/*
 * The endpoint `streaming` of conformance.spy: every mix of stream parameters and results,
 * written the way a user would. Each method does what its documentation in the schema says.
 */
#include "conformance_server.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int throw_data(struct spy_call *call)
{
	static const char *const fields[] = { "first", "second" };
	struct conformance_exception_with_data thrown = {
		.message = "thrown",
		.creation_date = { .tv_sec = 1700000000 },
		.error_fields = { fields, 2 },
		.has_some_nullable_field = true,
		.some_nullable_field = 1,
	};

	return conformance_exception_with_data_throw(call, &thrown);
}

static int int_stream_from_value(struct spy_call *call, int64_t value,
				 struct spy_int_stream *result)
{
	int r = 0;

	(void)call;
	for (int64_t i = 0; i < value && r >= 0; i++)
		r = spy_int_send(result, i);
	return r;
}

static int simple_stream(struct spy_call *call, struct spy_int_stream *result)
{
	return int_stream_from_value(call, 10, result);
}

static int simple_data_stream(struct spy_call *call, int64_t value,
			      struct conformance_simple_data_stream *result)
{
	int r = 0;

	(void)call;
	for (int64_t i = 0; i < value && r >= 0; i++)
		r = conformance_simple_data_send(
			result, &(struct conformance_simple_data){ .num = i });
	return r;
}

static int never_ending_stream(struct spy_call *call, int64_t delay,
			       struct spy_int_stream *result)
{
	int r = 0;

	for (int64_t i = 0; r >= 0; i++)
		if ((r = spy_int_send(result, i)) >= 0)
			r = spy_sleep(call, delay);
	return r;
}

static int flood(struct spy_call *call, int64_t count, int64_t size,
		 struct spy_bytes_stream *result)
{
	uint8_t *data;
	int r = 0;

	if (size < 0 || size > 16 << 20)
		return spy_call_fail(call, SPY_EINVALID_ARGUMENT, "size is 0 to 16 MiB");
	if (!(data = spy_call_alloc(call, size ? (size_t)size : 1)))
		return SPY_ENOMEM;
	memset(data, 'x', (size_t)size);
	for (int64_t i = 0; i < count && r >= 0; i++)
		r = spy_bytes_send(result, (struct spy_bytes){ data, (size_t)size });
	return r;
}

static int int_return_from_stream(struct spy_call *call, struct spy_int_stream *items,
				  int64_t *result)
{
	int r = spy_int_recv(items, result);

	(void)call;
	return r == 0 ? SPY_EOUT_OF_RANGE : r < 0 ? r : 0;
}

static int nullable_int_return_from_stream(struct spy_call *call,
					   struct spy_opt_int_stream *items,
					   const int64_t **result)
{
	int r = spy_opt_int_recv(items, result);

	(void)call;
	return r == 0 ? SPY_EOUT_OF_RANGE : r < 0 ? r : 0;
}

static int void_return_after_stream(struct spy_call *call, struct spy_int_stream *items)
{
	int64_t item;
	int r;

	(void)call;
	while ((r = spy_int_recv(items, &item)) > 0)
		;
	return r;
}

static int slow_sum(struct spy_call *call, struct spy_bytes_stream *items, int64_t pause,
		    int64_t *result)
{
	struct spy_bytes item;
	int r;

	*result = 0;
	while ((r = spy_bytes_recv(items, &item)) > 0) {
		*result += (int64_t)item.len;
		if ((r = spy_sleep(call, pause)) < 0)
			break;
	}
	return r;
}

static int direct_void_return(struct spy_call *call, struct spy_int_stream *items)
{
	(void)call;
	(void)items;
	return 0;
}

static int direct_one_return(struct spy_call *call, struct spy_int_stream *items,
			     int64_t *result)
{
	(void)call;
	(void)items;
	*result = 1;
	return 0;
}

static int never_reads(struct spy_call *call, int64_t delay, struct spy_int_stream *items,
		       int64_t *result)
{
	(void)items;
	*result = 1;
	return spy_sleep(call, delay);
}

static int reads_two(struct spy_call *call, int64_t delay, struct spy_int_stream *items,
		     int64_t *result)
{
	int64_t item;
	int r;

	*result = 0;
	for (int i = 0; i < 2; i++) {
		if ((r = spy_int_recv(items, &item)) <= 0)
			return r == 0 ? SPY_EOUT_OF_RANGE : r;
		*result = (int64_t)((uint64_t)*result + (uint64_t)item);
	}
	spy_int_cancel(items);
	return spy_sleep(call, delay);
}

/* The seed's loop, once per type of item. */
#define ECHO(method, NAME, ITEM)                                              \
	static int method(struct spy_call *call, struct NAME##_stream *items, \
			  struct NAME##_stream *result)                       \
	{                                                                     \
		ITEM item;                                                    \
		int r;                                                        \
                                                                              \
		(void)call;                                                   \
		while ((r = NAME##_recv(items, &item)) > 0)                   \
			if ((r = NAME##_send(result, item)) < 0)              \
				break;                                        \
		return r;                                                     \
	}

ECHO(echo_int, spy_int, int64_t)
ECHO(echo_nullable_int, spy_opt_int, const int64_t *)
ECHO(echo_any, spy_any, const struct spy_any *)
ECHO(echo_types, conformance_types, const struct conformance_types *)
ECHO(echo_data, conformance_simple_data, const struct conformance_simple_data *)
ECHO(echo_animals, conformance_animal, const struct conformance_animal *)
ECHO(echo_shapes, conformance_shape, const struct conformance_shape *)
ECHO(echo_lists, conformance_int_list, const struct conformance_int_list *)
ECHO(echo_data_lists, conformance_opt_opt_simple_data_list,
     const struct conformance_opt_simple_data_list *)
ECHO(echo_sets, conformance_int_set, const struct conformance_int_set *)
ECHO(echo_maps, conformance_string_simple_data_map,
     const struct conformance_string_simple_data_map *)
ECHO(echo_bytes, spy_bytes, struct spy_bytes)

static int merge(struct spy_call *call, struct spy_int_stream *first,
		 struct spy_int_stream *second, struct spy_int_stream *result)
{
	struct spy_int_stream *inputs[] = { first, second };
	struct spy_stream *both[] = { spy_int_base(first), spy_int_base(second) };
	int64_t item;
	int i, r = 0;

	(void)call;
	while ((i = spy_select(both, 2)) >= 0) {
		if ((r = spy_int_recv(inputs[i], &item)) > 0)
			r = spy_int_send(result, item);
		if (r < 0)
			return r;
	}
	return i == SPY_EOUT_OF_RANGE ? 0 : i; /* out of range: both have ended */
}

static int flatten(struct spy_call *call, struct conformance_int_set_list_stream *items,
		   struct spy_int_stream *result)
{
	const struct conformance_int_set_list *list;
	int r;

	(void)call;
	while ((r = conformance_int_set_list_recv(items, &list)) > 0)
		for (size_t i = 0; i < list->len; i++)
			for (size_t k = 0; k < list->items[i].len; k++)
				if ((r = spy_int_send(result, list->items[i].items[k])) <
				    0)
					return r;
	return r;
}

static int throws_plain(struct spy_call *call, struct spy_int_stream *items,
			int64_t *result)
{
	(void)call;
	(void)items;
	(void)result;
	return -1;
}

static int throws_typed(struct spy_call *call, struct spy_int_stream *items,
			int64_t *result)
{
	(void)items;
	(void)result;
	return throw_data(call);
}

static int stream_throws_plain(struct spy_call *call, struct spy_int_stream *result)
{
	(void)call;
	(void)result;
	return -1;
}

static int stream_throws_typed(struct spy_call *call, struct spy_int_stream *result)
{
	(void)result;
	return throw_data(call);
}

static int stream_then_throws(struct spy_call *call, int64_t value,
			      struct spy_int_stream *result)
{
	int r = int_stream_from_value(call, value, result);

	return r < 0 ? r : throw_data(call);
}

/* Reads to the end; the number of items, and in *how how the stream ended. */
static int64_t read_all(struct spy_int_stream *items, int *how)
{
	int64_t item, count = 0;

	while ((*how = spy_int_recv(items, &item)) > 0)
		count++;
	return count;
}

static int how_input_ended(struct spy_call *call, struct spy_int_stream *items,
			   const char **result)
{
	const struct conformance_exception_with_data *caught;
	struct spy_stream *base = spy_int_base(items);
	int how;

	read_all(items, &how);
	if (spy_call_status(call) < 0)
		return spy_call_status(call);
	if (how == 0)
		*result = "end";
	else if (how != SPY_EXCEPTION)
		*result = spy_call_printf(call, "error %s", spy_code_name(how));
	else if ((caught = conformance_exception_with_data_caught_on(base)))
		*result =
			spy_call_printf(call, "exception %s: %s",
					spy_stream_exception_name(base), caught->message);
	else
		*result = spy_call_printf(
			call, "exception %s: ", spy_stream_exception_name(base));
	return *result ? 0 : SPY_ENOMEM;
}

static int rethrow(struct spy_call *call, struct spy_int_stream *items, int64_t *result)
{
	int how;

	*result = read_all(items, &how);
	return how == SPY_EXCEPTION ? spy_call_rethrow(call, spy_int_base(items)) : how;
}

static int delayed(struct spy_call *call, int64_t delay, int64_t *result)
{
	*result = 1;
	return spy_sleep(call, delay);
}

static int times_out(struct spy_call *call, struct spy_int_stream *result)
{
	(void)result;
	return spy_sleep(call, INT64_MAX);
}

const struct conformance_streaming_endpoint streaming_endpoint = {
	.simple_stream = simple_stream,
	.int_stream_from_value = int_stream_from_value,
	.simple_data_stream = simple_data_stream,
	.never_ending_stream = never_ending_stream,
	.flood = flood,
	.int_return_from_stream = int_return_from_stream,
	.nullable_int_return_from_stream = nullable_int_return_from_stream,
	.void_return_after_stream = void_return_after_stream,
	.slow_sum = slow_sum,
	.direct_void_return = direct_void_return,
	.direct_one_return = direct_one_return,
	.never_reads = never_reads,
	.reads_two = reads_two,
	.echo_int = echo_int,
	.echo_nullable_int = echo_nullable_int,
	.echo_any = echo_any,
	.echo_types = echo_types,
	.echo_data = echo_data,
	.echo_animals = echo_animals,
	.echo_shapes = echo_shapes,
	.echo_lists = echo_lists,
	.echo_data_lists = echo_data_lists,
	.echo_sets = echo_sets,
	.echo_maps = echo_maps,
	.echo_bytes = echo_bytes,
	.merge = merge,
	.flatten = flatten,
	.throws_plain = throws_plain,
	.throws_typed = throws_typed,
	.stream_throws_plain = stream_throws_plain,
	.stream_throws_typed = stream_throws_typed,
	.stream_then_throws = stream_then_throws,
	.how_input_ended = how_input_ended,
	.rethrow = rethrow,
	.delayed = delayed,
	.times_out = times_out,
};
