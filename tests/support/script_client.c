/* What a transcript's client does: see script.h. */
#include "support/script_state.h"

#include <stdlib.h>

/* --- The client's lines ------------------------------------------------------------------------ */

static const struct spy_method *method_of(struct script *s, const char *name)
{
	const struct spy_service *service;

	for (size_t i = 0; (service = spy_registry_service(s->registry, i)); i++)
		for (unsigned k = 0; k < service->endpoint->method_count; k++)
			if (!strcmp(service->endpoint->methods[k].name, name))
				return &service->endpoint->methods[k];
	script_complain(s, "no such method: ", name);
	return NULL;
}

static int find_call(struct script *s, const char *name)
{
	for (int i = 0; i < NAMES; i++)
		if (s->calls[i].call && !strcmp(s->calls[i].name, name))
			return i;
	script_complain(s, "no such call: ", name);
	return -1;
}

static void on_end(struct spy_call *call, int error, void *self)
{
	script_event(self, "end %s %s", script_name_of(self, call), spy_code_name(error));
}

/* A value of this type, by its notation. */
static const void *value_of(struct script *s, struct spy_arena *arena,
			    const struct spy_field *field, const char *text)
{
	struct spy_buf buf = { 0 };
	const void *value = NULL;

	if (!notation_encode(text, &buf) ||
	    spy_decode(arena, field, buf.data, buf.len, 0, &value) < 0)
		script_complain(s, "no such value: ", text);
	spy_buf_free(&buf);
	return value;
}

static void make_call(struct script *s, char *rest)
{
	struct spy_call_options options = { 0 };
	char *name = strtok(rest, " "), *method = strtok(NULL, " "), *arg = NULL, *word;
	const struct spy_method *m = method_of(s, method);
	struct spy_arena arena;
	const void *args = NULL;
	int i = 0;

	if (!m)
		return;
	while ((word = strtok(NULL, " "))) {
		if (!strncmp(word, "timeout=", 8))
			options.timeout = (uint32_t)strtoul(word + 8, NULL, 10);
		else if (!strcmp(word, "repeatable"))
			options.repeatable = true;
		else
			arg = word;
	}
	spy_arena_init(&arena, NULL);
	if (m->args)
		args = value_of(s, &arena, &m->args->fields[0], arg ? arg : "0");
	while (i < NAMES && s->calls[i].call)
		i++;
	snprintf(s->calls[i].name, sizeof s->calls[i].name, "%s", name);
	s->calls[i].call = spy_connection_call(s->connection, m, args, &options,
					       s->calls[i].streams);
	spy_call_on_end(s->calls[i].call, on_end, s);
	spy_arena_free(&arena);
}

/* "VALUE", "end" or a code's name, held against what there was. */
static void compare(struct script *s, int r, const struct spy_field *field,
		    const void *value, const char *expected)
{
	struct spy_arena arena;

	spy_arena_init(&arena, NULL);
	if (!strcmp(expected, "end"))
		script_same(s, r, 0);
	else if (script_code(expected) != 1)
		script_same(s, r, script_code(expected));
	else if (!field || r < 0)
		script_complain(s, "no value but ", spy_code_name(r));
	else {
		const void *want = value_of(s, &arena, field, expected);

		if (!want != !value ||
		    (want && !spy_value_equal(field->type, want, value)))
			script_complain(s, "another value than ", expected);
	}
	spy_arena_free(&arena);
}

static void stream_line(struct script *s, const char *verb, int i, char *rest)
{
	char *end, *text;
	long number = strtol(rest, &end, 10);
	struct spy_stream *stream = s->calls[i].streams[number];
	const char *expected = "ok";
	struct spy_arena arena;
	int r = 0;

	while (*end == ' ')
		end++;
	spy_arena_init(&arena, NULL);
	if (!strcmp(verb, "send")) {
		if ((text = strstr(end, " = "))) {
			*text = '\0';
			expected = text + 3;
		}
		r = spy_stream_try_send(stream,
					value_of(s, &arena, &stream->type->item, end));
	} else if (!strcmp(verb, "done")) {
		r = spy_stream_done(stream);
	} else if (!strcmp(verb, "throw")) {
		struct test_full full = { end, 1 };

		r = spy_stream_throw(stream, &test_full_type, &full);
	} else {
		text = end + strcspn(end, " ");
		if (*text)
			*text++ = '\0';
		r = spy_stream_fail(stream, script_code(end), text);
	}
	script_same(s, r, script_code(expected));
	spy_arena_free(&arena);
}

static int heard_item(struct spy_stream *stream, const void *item, const void *typed,
		      void *self)
{
	(void)stream;
	(void)item;
	(void)typed;
	script_event(self, "item");
	return 0;
}

static void heard_end(struct spy_stream *stream, int error, const void *typed, void *self)
{
	(void)stream;
	(void)typed;
	script_event(self, "over %s", spy_code_name(error));
}

bool script_client_line(struct script *s, const char *verb, char *rest)
{
	const void *value = NULL;
	char *after = rest + strcspn(rest, " ");
	struct spy_call *call;
	int i, r;

	if (!strcmp(verb, "call")) {
		make_call(s, rest);
		script_settle(s);
		return true;
	}
	if (!strcmp(verb, "fill")) {
		for (long n = strtol(rest, NULL, 10); n-- && s->fill_count < FILL;)
			s->fill[s->fill_count++] = spy_connection_call(
				s->connection, test_nothing, NULL, NULL, NULL);
		script_settle(s);
		return true;
	}
	if (!strcmp(verb, "auth")) {
		spy_connection_auth(s->connection, strcmp(rest, "nil") ? rest : NULL);
		script_settle(s);
		return true;
	}
	if (*after)
		*after++ = '\0';
	if ((i = find_call(s, rest)) < 0)
		return true;
	call = s->calls[i].call;
	if (!strncmp(after, "= ", 2))
		after += 2;
	if (!strcmp(verb, "recv")) {
		r = spy_stream_try_recv(s->calls[i].streams[0], &value);
		compare(s, r, &s->calls[i].streams[0]->type->item, value, after);
	} else if (!strcmp(verb, "result")) {
		r = spy_call_result(call, &value);
		compare(s, r, call->method->result, value, after);
	} else if (!strcmp(verb, "status")) {
		script_same(s, spy_call_status(call), script_code(after));
	} else if (!strcmp(verb, "message")) {
		if (strcmp(spy_call_message(call), after))
			script_complain(s, "the message is ", spy_call_message(call));
	} else if (!strcmp(verb, "listen")) {
		spy_stream_listen(s->calls[i].streams[0], heard_item, heard_end, NULL, s);
	} else if (!strcmp(verb, "cancel")) {
		spy_call_cancel(call);
	} else if (!strcmp(verb, "close")) {
		spy_call_close(call);
		s->calls[i].call = NULL;
	} else if (!strcmp(verb, "reopen")) {
		spy_connection_open(s->connection, call);
	} else if (!strcmp(verb, "send") || !strcmp(verb, "done") ||
		   !strcmp(verb, "fail") || !strcmp(verb, "throw")) {
		stream_line(s, verb, i, after);
	} else {
		return false;
	}
	script_settle(s);
	return true;
}
