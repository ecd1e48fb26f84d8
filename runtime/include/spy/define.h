/*
 * What generated headers are made of: the typed faces of the untyped functions in type.h,
 * stream.h and call.h. Each macro is used once per type and writes the functions listed
 * above it; they are static inline, one call each. Their contracts stand where the untyped
 * functions are declared.
 */
#ifndef SPY_DEFINE_H
#define SPY_DEFINE_H

#include <string.h>

/*
 * For each named type, with `T` its C type (struct chat_message, enum chat_mood):
 *
 *   void     NAME_init(T *value)                     defaults
 *   T *      NAME_clone(const T *value)              deep copy, gives; NULL without memory
 *   void     NAME_free(T *value)                     takes what NAME_clone() gave
 *   bool     NAME_equal(const T *a, const T *b)
 *   int      NAME_print(const T *value, FILE *file)  one line of JSON-like text
 *   struct spy_object NAME_object(const T *value)    to put it into `any`; borrows
 *   const T *NAME_from_any(const struct spy_any *)   NULL when it is something else
 *
 * SPY_DEFINE_COMPOSITE() is without the two about `any`: lists, sets, maps and tuples.
 * SPY_DEFINE_IMMUTABLE() is without _init, for models whose members are const: they get
 * their values where they are made, `struct chat_point p = { .x = 1, .y = 2 };`.
 */
#define SPY_DEFINE_TYPE(NAME, T)      \
	SPY_DEFINE_COMPOSITE(NAME, T) \
	SPY_DEFINE_ANY_(NAME, T)

/*
 * For each enum, besides what every named type has:
 *
 *   const char *NAME_name(T value)    as in the schema, "?" when it is not declared
 */
#define SPY_DEFINE_ENUM(NAME)                                       \
	SPY_DEFINE_TYPE(NAME, enum NAME)                            \
	static inline const char *NAME##_name(enum NAME value)      \
	{                                                           \
		return spy_enum_name(&NAME##_type, (int32_t)value); \
	}

#define SPY_DEFINE_IMMUTABLE(NAME, T) \
	SPY_DEFINE_VALUE_(NAME, T)    \
	SPY_DEFINE_ANY_(NAME, T)

#define SPY_DEFINE_COMPOSITE(NAME, T)                \
	SPY_DEFINE_VALUE_(NAME, T)                   \
	static inline void NAME##_init(T *value)     \
	{                                            \
		spy_value_init(&NAME##_type, value); \
	}

#define SPY_DEFINE_VALUE_(NAME, T)                                 \
	SPY_PUBLIC_DATA const struct spy_type NAME##_type;         \
	static inline T *NAME##_clone(const T *value)              \
	{                                                          \
		return (T *)spy_value_clone(&NAME##_type, value);  \
	}                                                          \
	static inline void NAME##_free(T *value)                   \
	{                                                          \
		spy_value_free(&NAME##_type, value);               \
	}                                                          \
	static inline bool NAME##_equal(const T *a, const T *b)    \
	{                                                          \
		return spy_value_equal(&NAME##_type, a, b);        \
	}                                                          \
	static inline int NAME##_print(const T *value, FILE *file) \
	{                                                          \
		return spy_value_print(&NAME##_type, value, file); \
	}

#define SPY_DEFINE_ANY_(NAME, T)                                                 \
	static inline struct spy_object NAME##_object(const T *value)            \
	{                                                                        \
		struct spy_object object = {                                     \
			NAME##_type.name, &NAME##_type, value, { NULL, 0 }, NULL \
		};                                                               \
		return object;                                                   \
	}                                                                        \
	static inline const T *NAME##_from_any(const struct spy_any *any)        \
	{                                                                        \
		return (const T *)spy_value_from_any(&NAME##_type, any);         \
	}

/*
 * For each exception, besides SPY_DEFINE_TYPE():
 *
 *   int      NAME_throw(struct spy_call *call, const T *exception)
 *                return it from a method: `return chat_room_full_throw(call, &full);`
 *   int      NAME_fail(struct spy_stream *stream, const T *exception)
 *                ends a stream with it (STREAM_base() gives the untyped stream)
 *   const T *NAME_caught(struct spy_call *call)
 *   const T *NAME_caught_on(struct spy_stream *stream)
 *                the exception behind SPY_EXCEPTION when it is a T or extends it, else NULL
 */
#define SPY_DEFINE_EXCEPTION(NAME, T)                                                \
	static inline int NAME##_throw(struct spy_call *call, const T *exception)    \
	{                                                                            \
		return spy_call_throw(call, &NAME##_type, exception);                \
	}                                                                            \
	static inline int NAME##_fail(struct spy_stream *stream, const T *exception) \
	{                                                                            \
		return spy_stream_throw(stream, &NAME##_type, exception);            \
	}                                                                            \
	static inline const T *NAME##_caught(struct spy_call *call)                  \
	{                                                                            \
		return (const T *)spy_call_caught(call, &NAME##_type);               \
	}                                                                            \
	static inline const T *NAME##_caught_on(struct spy_stream *stream)           \
	{                                                                            \
		return (const T *)spy_stream_caught(stream, &NAME##_type);           \
	}

/*
 * For each type of a stream's items. ITEM is the form in which an item is passed:
 *
 *   SPY_DEFINE_ITEM_VALUE    numbers, bool, enums, time, uuid, bytes, …: by value
 *   SPY_DEFINE_ITEM_STRING   strings and uris: const char *, NULL for nil
 *   SPY_DEFINE_ITEM_POINTER  everything else and nullable values: const T *, NULL for nil
 *
 *   struct NAME_stream;
 *   int  NAME_recv(struct NAME_stream *stream, ITEM *item)      1, 0 at the end, negative
 *   int  NAME_try_recv(struct NAME_stream *stream, ITEM *item)
 *   int  NAME_send(struct NAME_stream *stream, ITEM item)
 *   int  NAME_try_send(struct NAME_stream *stream, ITEM item)
 *   int  NAME_done(struct NAME_stream *stream)
 *   void NAME_cancel(struct NAME_stream *stream)
 *   int  NAME_listen(stream, const struct NAME_listener *listener, void *self)
 *            struct NAME_listener { int (*item)(stream, ITEM item, void *self);
 *                                   void (*end)(stream, int error, void *self); }
 *   void NAME_pause(struct NAME_stream *stream), NAME_resume(…)
 *   int  NAME_relay(struct NAME_stream *from, struct NAME_stream *to)
 *   struct spy_stream *NAME_base(struct NAME_stream *stream)    for spy_select(), fail, caught
 */
#define SPY_DEFINE_STREAM_(NAME, ITEM, FROM_BOX)                                     \
	struct NAME##_stream;                                                        \
	struct NAME##_listener {                                                     \
		int (*item)(struct NAME##_stream * stream, ITEM item, void *self);   \
		void (*end)(struct NAME##_stream * stream, int error, void *self);   \
	};                                                                           \
	static inline struct spy_stream *NAME##_base(struct NAME##_stream *stream)   \
	{                                                                            \
		return (struct spy_stream *)stream;                                  \
	}                                                                            \
	static inline int NAME##_recv(struct NAME##_stream *stream, ITEM *item)      \
	{                                                                            \
		const void *box = NULL;                                              \
		int r = spy_stream_recv(NAME##_base(stream), &box);                  \
		if (r > 0)                                                           \
			*item = FROM_BOX;                                            \
		return r;                                                            \
	}                                                                            \
	static inline int NAME##_try_recv(struct NAME##_stream *stream, ITEM *item)  \
	{                                                                            \
		const void *box = NULL;                                              \
		int r = spy_stream_try_recv(NAME##_base(stream), &box);              \
		if (r > 0)                                                           \
			*item = FROM_BOX;                                            \
		return r;                                                            \
	}                                                                            \
	static inline int NAME##_done(struct NAME##_stream *stream)                  \
	{                                                                            \
		return spy_stream_done(NAME##_base(stream));                         \
	}                                                                            \
	static inline void NAME##_cancel(struct NAME##_stream *stream)               \
	{                                                                            \
		spy_stream_cancel(NAME##_base(stream));                              \
	}                                                                            \
	static inline void NAME##_pause(struct NAME##_stream *stream)                \
	{                                                                            \
		spy_stream_pause(NAME##_base(stream));                               \
	}                                                                            \
	static inline void NAME##_resume(struct NAME##_stream *stream)               \
	{                                                                            \
		spy_stream_resume(NAME##_base(stream));                              \
	}                                                                            \
	static inline int NAME##_relay(struct NAME##_stream *from,                   \
				       struct NAME##_stream *to)                     \
	{                                                                            \
		return spy_stream_relay(NAME##_base(from), NAME##_base(to));         \
	}                                                                            \
	static inline int NAME##_listen_item_(struct spy_stream *stream,             \
					      const void *box, const void *listener, \
					      void *self)                            \
	{                                                                            \
		return ((const struct NAME##_listener *)listener)                    \
			->item((struct NAME##_stream *)stream, FROM_BOX, self);      \
	}                                                                            \
	static inline void NAME##_listen_end_(struct spy_stream *stream, int error,  \
					      const void *listener, void *self)      \
	{                                                                            \
		const struct NAME##_listener *l =                                    \
			(const struct NAME##_listener *)listener;                    \
		if (l->end)                                                          \
			l->end((struct NAME##_stream *)stream, error, self);         \
	}                                                                            \
	static inline int NAME##_listen(struct NAME##_stream *stream,                \
					const struct NAME##_listener *listener,      \
					void *self)                                  \
	{                                                                            \
		return spy_stream_listen(NAME##_base(stream), NAME##_listen_item_,   \
					 NAME##_listen_end_, listener, self);        \
	}

#define SPY_DEFINE_SEND_(NAME, ITEM, TO_BOX)                                       \
	static inline int NAME##_send(struct NAME##_stream *stream, ITEM item)     \
	{                                                                          \
		return spy_stream_send(NAME##_base(stream), TO_BOX);               \
	}                                                                          \
	static inline int NAME##_try_send(struct NAME##_stream *stream, ITEM item) \
	{                                                                          \
		return spy_stream_try_send(NAME##_base(stream), TO_BOX);           \
	}

#define SPY_DEFINE_ITEM_VALUE(NAME, T)               \
	SPY_DEFINE_STREAM_(NAME, T, *(const T *)box) \
	SPY_DEFINE_SEND_(NAME, T, &item)

#define SPY_DEFINE_ITEM_STRING(NAME)                                                   \
	SPY_DEFINE_STREAM_(NAME, const char *, box ? *(const char *const *)box : NULL) \
	SPY_DEFINE_SEND_(NAME, const char *, item ? &item : NULL)

#define SPY_DEFINE_ITEM_POINTER(NAME, T)                    \
	SPY_DEFINE_STREAM_(NAME, const T *, (const T *)box) \
	SPY_DEFINE_SEND_(NAME, const T *, item)

/* The typed handle of a stream in an array `streams`, for invocations and calls. */
#define SPY_HANDLE(NAME, INDEX) ((struct NAME##_stream *)streams[INDEX])

/*
 * The end of a client's function for a method with streams: METHODS[INDEX] of ENDPOINT is
 * called, and `...` puts the handles of its COUNT streams, 0 being the result's, where the
 * caller wants them.
 */
#define SPY_RETURN_CALL(ENDPOINT, INDEX, ARGS, COUNT, ...)                \
	struct spy_stream *streams[COUNT] = { NULL };                     \
	struct spy_call *call = spy_client_call(                          \
		client, &ENDPOINT##_table.methods[INDEX], ARGS, streams); \
	__VA_ARGS__;                                                      \
	return call

/*
 * For each method, in the server's header: the way from the runtime's untyped arguments to
 * the function in struct ENDPOINT_endpoint, or SPY_EUNIMPLEMENTED when that is NULL. METHOD
 * is chat_room_post, ENDPOINT chat_room; `...` are the function's arguments, which may name
 * `call`, `args` (struct METHOD_args), `streams` and `result`. Those with a plain result of
 * type T define as well
 *
 *   int METHOD_return(struct spy_call *call, T result)
 *            ends a call whose function returned SPY_LATER
 *
 * Results are passed as items are: by value, as const char *, as const T *.
 */
#define SPY_DEFINE_INVOKE(METHOD, ENDPOINT, MEMBER, ...) \
	SPY_DEFINE_INVOKE_(METHOD, ENDPOINT, MEMBER, , r, __VA_ARGS__)

#define SPY_DEFINE_INVOKE_VALUE(METHOD, ENDPOINT, MEMBER, T, ...)          \
	static inline int METHOD##_return(struct spy_call *call, T result) \
	{                                                                  \
		return spy_call_return(call, &result);                     \
	}                                                                  \
	SPY_DEFINE_INVOKE_(METHOD, ENDPOINT, MEMBER, T result;             \
			   memset(&result, 0, sizeof(result)),             \
			   r ? r : METHOD##_return(call, result), __VA_ARGS__)

#define SPY_DEFINE_INVOKE_STRING(METHOD, ENDPOINT, MEMBER, ...)                      \
	static inline int METHOD##_return(struct spy_call *call, const char *result) \
	{                                                                            \
		return spy_call_return(call, result ? &result : NULL);               \
	}                                                                            \
	SPY_DEFINE_INVOKE_(METHOD, ENDPOINT, MEMBER, const char *result = NULL,      \
			   r ? r : METHOD##_return(call, result), __VA_ARGS__)

#define SPY_DEFINE_INVOKE_POINTER(METHOD, ENDPOINT, MEMBER, T, ...)               \
	static inline int METHOD##_return(struct spy_call *call, const T *result) \
	{                                                                         \
		return spy_call_return(call, result);                             \
	}                                                                         \
	SPY_DEFINE_INVOKE_(METHOD, ENDPOINT, MEMBER, const T *result = NULL,      \
			   r ? r : METHOD##_return(call, result), __VA_ARGS__)

#define SPY_DEFINE_INVOKE_(METHOD, ENDPOINT, MEMBER, RESULT, DONE, ...)              \
	static inline int METHOD##_invoke_(                                          \
		struct spy_call *call, const struct spy_service *service,            \
		const void *untyped, struct spy_stream *const *streams)              \
	{                                                                            \
		const struct ENDPOINT##_endpoint *endpoint =                         \
			(const struct ENDPOINT##_endpoint *)service->implementation; \
		const struct METHOD##_args *args =                                   \
			(const struct METHOD##_args *)untyped;                       \
		int r;                                                               \
		RESULT;                                                              \
		(void)args;                                                          \
		(void)streams;                                                       \
		/* in parentheses: a MEMBER may be a macro with arguments */         \
		r = (endpoint->MEMBER) ? (endpoint->MEMBER)(__VA_ARGS__)             \
				       : SPY_EUNIMPLEMENTED;                         \
		return DONE;                                                         \
	}

/*
 * For each method with a plain result, in the client's header:
 *
 *   int METHOD_result(struct spy_call *call, T *result)
 *            waits for the end: 0 and the result (borrowed until the call is closed; NULL
 *            for nil), or a negative error
 */
#define SPY_DEFINE_RESULT_VALUE(METHOD, T) SPY_DEFINE_RESULT_(METHOD, T, *(const T *)box)
#define SPY_DEFINE_RESULT_STRING(METHOD) \
	SPY_DEFINE_RESULT_(METHOD, const char *, box ? *(const char *const *)box : NULL)
#define SPY_DEFINE_RESULT_POINTER(METHOD, T) \
	SPY_DEFINE_RESULT_(METHOD, const T *, (const T *)box)

#define SPY_DEFINE_RESULT_(METHOD, FORM, FROM_BOX)                             \
	static inline int METHOD##_result(struct spy_call *call, FORM *result) \
	{                                                                      \
		const void *box = NULL;                                        \
		int r = spy_call_result(call, &box);                           \
		if (r == 0)                                                    \
			*result = FROM_BOX;                                    \
		return r;                                                      \
	}

/*
 * For each streaming endpoint (`messages In -> Out;`), in the server's header; IN and OUT as
 * for a stream's items:
 *
 *   int ENDPOINT_send(struct spy_session *session, OUT item)
 *            sends to the client whose session it is, see spy_session_send()
 */
#define SPY_DEFINE_MESSAGES_VALUE(ENDPOINT, T) \
	SPY_DEFINE_MESSAGES_(ENDPOINT, *(const T *)box)
#define SPY_DEFINE_MESSAGES_STRING(ENDPOINT) \
	SPY_DEFINE_MESSAGES_(ENDPOINT, box ? *(const char *const *)box : NULL)
#define SPY_DEFINE_MESSAGES_POINTER(ENDPOINT, T) \
	SPY_DEFINE_MESSAGES_(ENDPOINT, (const T *)box)

#define SPY_DEFINE_MESSAGES_(ENDPOINT, FROM_BOX)                                     \
	static inline int ENDPOINT##_message_(struct spy_session *session,           \
					      const void *box, const void *untyped)  \
	{                                                                            \
		const struct ENDPOINT##_endpoint *endpoint =                         \
			(const struct ENDPOINT##_endpoint *)untyped;                 \
		return endpoint->message ? endpoint->message(session, FROM_BOX) : 0; \
	}                                                                            \
	static inline int ENDPOINT##_messages_invoke_(                               \
		struct spy_call *call, const struct spy_service *service,            \
		const void *args, struct spy_stream *const *streams)                 \
	{                                                                            \
		const struct ENDPOINT##_endpoint *endpoint =                         \
			(const struct ENDPOINT##_endpoint *)service->implementation; \
		(void)args;                                                          \
		return spy_call_messages(call, streams, endpoint->opened,            \
					 ENDPOINT##_message_, endpoint->closed,      \
					 endpoint);                                  \
	}

#define SPY_DEFINE_SESSION_SEND_VALUE(ENDPOINT, T) \
	SPY_DEFINE_SESSION_SEND_(ENDPOINT, T, &item)
#define SPY_DEFINE_SESSION_SEND_STRING(ENDPOINT) \
	SPY_DEFINE_SESSION_SEND_(ENDPOINT, const char *, item ? &item : NULL)
#define SPY_DEFINE_SESSION_SEND_POINTER(ENDPOINT, T) \
	SPY_DEFINE_SESSION_SEND_(ENDPOINT, const T *, item)

#define SPY_DEFINE_SESSION_SEND_(ENDPOINT, ITEM, TO_BOX)                          \
	static inline int ENDPOINT##_send(struct spy_session *session, ITEM item) \
	{                                                                         \
		return spy_session_send(session, TO_BOX);                         \
	}

#endif
