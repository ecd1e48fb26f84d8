/* The interpreter of transcripts: see script.h. */
#include "support/script_state.h"

#include <stdarg.h>
#include <stdlib.h>

void script_complain(struct script *s, const char *what, const char *detail)
{
	if (!s->failed)
		fprintf(s->report, "%s:%d: %s%s\n", s->path, s->line, what, detail);
	s->failed = true;
}

/* --- Events --------------------------------------------------------------------------------- */

void script_event(struct script *s, const char *format, ...)
{
	va_list args;

	if (s->event_count == 16) {
		script_complain(s, "too many events", "");
		return;
	}
	va_start(args, format);
	vsnprintf(s->events[s->event_count++], sizeof s->events[0], format, args);
	va_end(args);
}

static void on_close(struct spy_connection *c, int code, const char *reason, void *user)
{
	(void)c;
	(void)reason;
	script_event(user, "close %d", code);
}

static void on_authed(struct spy_connection *c, int error, void *user)
{
	(void)c;
	script_event(user, "authed %s", spy_code_name(error));
}

static void on_goaway(struct spy_connection *c, int error, const char *message,
		      void *user)
{
	(void)c;
	script_event(user, "goaway %s %s", spy_code_name(error), message);
}

static void on_warning(struct spy_connection *c, struct spy_call *call, const char *text,
		       void *user)
{
	(void)c;
	(void)call;
	script_event(user, "warning %s", text);
}

const char *script_name_of(struct script *s, struct spy_call *call)
{
	for (int i = 0; i < NAMES; i++)
		if (s->calls[i].call == call)
			return s->calls[i].name;
	return "?";
}

static bool on_refused(struct spy_connection *c, struct spy_call *call, int error,
		       void *user)
{
	(void)c;
	script_event(user, "refused %s %s", script_name_of(user, call),
		     spy_code_name(error));
	return true;
}

static void on_idle(struct spy_connection *c, void *user)
{
	(void)c;
	if (!((struct script *)user)->options.server)
		script_event(user, "idle");
}

static const struct spy_connection_events events = {
	.close = on_close,
	.authed = on_authed,
	.goaway = on_goaway,
	.warning = on_warning,
	.refused = on_refused,
	.idle = on_idle,
};

/* --- Steps ---------------------------------------------------------------------------------- */

static void flush(struct script *s)
{
	const uint8_t *data;
	size_t len;

	while (!s->stalled && spy_connection_output(s->connection, &data, &len)) {
		if (s->start_count < 256)
			s->starts[s->start_count++] = s->out.len;
		spy_buf_append(&s->out, data, len);
		spy_connection_sent(s->connection);
	}
}

void script_settle(struct script *s)
{
	do {
		spy_context_run(&s->context);
		flush(s);
	} while (spy_context_deadline(&s->context) == 0);
}

static void pass(struct script *s, long ms)
{
	int64_t until = s->context.now + ms * 1000000;
	struct timespec wall = s->context.wall;
	int64_t next;

	while ((next = spy_context_deadline(&s->context)) <= until) {
		if (next > s->context.now)
			spy_context_set_time(&s->context, next, s->context.wall);
		script_settle(s);
	}
	wall.tv_sec += ms / 1000;
	wall.tv_nsec += ms % 1000 * 1000000;
	if (wall.tv_nsec >= 1000000000) {
		wall.tv_nsec -= 1000000000;
		wall.tv_sec++;
	}
	spy_context_set_time(&s->context, until, wall);
	script_settle(s);
}

static void print_rest(struct script *s, const char *what)
{
	struct spy_reader reader =
		spy_reader(s->out.data + s->out_at, s->out.len - s->out_at);
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	while (file && !spy_read_done(&reader)) {
		fputs("\n    < ", file);
		notation_print(&reader, file);
	}
	if (file)
		fclose(file);
	script_complain(s, what, text && *text ? text : "\n    < nothing");
	free(text);
}

/* Nothing may be left that the script does not mention. */
static void check_quiet(struct script *s)
{
	if (s->out_at < s->out.len)
		print_rest(s, "unexpected output:");
	else if (s->event_at < s->event_count)
		script_complain(s, "unexpected event: ", s->events[s->event_at]);
	s->out_at = s->start_count = s->event_at = s->event_count = 0;
	spy_buf_reset(&s->out);
}

static void expect(struct script *s, const char *text)
{
	struct spy_reader reader =
		spy_reader(s->out.data + s->out_at, s->out.len - s->out_at);

	if (spy_read_done(&reader) || !notation_matches(text, &reader))
		print_rest(s, "expected something else than:");
	else
		s->out_at = s->out.len - (size_t)(reader.end - reader.at);
}

static void expect_message(struct script *s)
{
	for (size_t i = 0; i < s->start_count; i++)
		if (s->starts[i] == s->out_at)
			return;
	script_complain(s, "no message begins here", "");
}

static void expect_event(struct script *s, const char *text)
{
	if (s->event_at == s->event_count)
		script_complain(s, "no event; expected: ", text);
	else if (strcmp(s->events[s->event_at++], text))
		script_complain(s, "another event: ", s->events[s->event_at - 1]);
}

static void feed(struct script *s, const char *text, bool whole)
{
	if (!notation_encode(text, &s->in)) {
		script_complain(s, "no notation: ", text);
		return;
	}
	if (!whole)
		return;
	spy_connection_recv(s->connection, s->in.data, s->in.len);
	spy_buf_reset(&s->in);
	script_settle(s);
}

/* --- Setting up ------------------------------------------------------------------------------ */

static void set_option(struct script *s, const char *word)
{
	static const struct {
		const char *name;
		size_t offset;
	} known[] = {
#define OPTION(name) { #name, offsetof(struct spy_connection_options, name) }
		OPTION(credit),	 OPTION(max_message), OPTION(max_calls), OPTION(ping),
		OPTION(timeout), OPTION(max_queue),   OPTION(max_held),
	};
	size_t len = strcspn(word, "=");

	if (!strcmp(word, "expose_errors")) {
		s->options.expose_errors = true;
		return;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == len && !strncmp(known[i].name, word, len)) {
			uint32_t value = (uint32_t)strtoul(word + len + 1, NULL, 10);

			memcpy((char *)&s->options + known[i].offset, &value,
			       sizeof value);
			return;
		}
	if (*word)
		script_complain(s, "no such option: ", word);
}

static void create(struct script *s, bool server, char *rest)
{
	s->options = (struct spy_connection_options){
		.server = server,
		.ping = UINT32_MAX,
		.registry = s->registry,
		.authenticate = test_authenticate,
		.events = &events,
	};
	for (char *word = strtok(rest, " "); word; word = strtok(NULL, " "))
		set_option(s, word);
	s->connection = spy_connection_new(&s->context, &s->options, NULL, s);
	script_settle(s);
}

static void greet(struct script *s, bool server, char *rest)
{
	create(s, server, rest);
	expect(s, "[0, 1, _]");
	feed(s, "[0, 1, {}]", true);
}

/* --- What can be asked ----------------------------------------------------------------------- */

int script_code(const char *name)
{
#define SPY_CODE(c, text, number, says) \
	if (!strcmp(name, #text))       \
		return SPY_E##c;
	SPY_CODES(SPY_CODE)
#undef SPY_CODE
	if (!strcmp(name, "exception"))
		return SPY_EXCEPTION;
	if (!strcmp(name, "again"))
		return SPY_EAGAIN;
	return strcmp(name, "ok") ? 1 : 0;
}

void script_same(struct script *s, long actual, long expected)
{
	char text[64];

	if (actual == expected)
		return;
	snprintf(text, sizeof text, "%ld, not %ld", actual, expected);
	script_complain(s, "it is ", text);
}

static void ask(struct script *s, char *rest)
{
	const struct spy_context_counts *counts = &s->context.counts;
	char word[64] = "", first[64] = "", second[64] = "";
	long one, two;

	sscanf(rest, "%63s %63s %63s", word, first, second);
	one = strtol(first, NULL, 10);
	two = strtol(second, NULL, 10);
	if (!strcmp(word, "sessions")) {
		script_same(s, (long)counts->sessions_open, one);
		script_same(s, (long)counts->sessions_closed, two);
	} else if (!strcmp(word, "calls")) {
		script_same(s, (long)counts->calls, one);
	} else if (!strcmp(word, "held")) {
		script_same(s, (long)s->connection->held, one);
	} else if (!strcmp(word, "queued")) {
		script_same(s, spy_connection_queued(s->connection) > (size_t)one, 0);
	} else if (!strcmp(word, "started")) {
		script_same(s, test_counts.started, one);
	} else if (!strcmp(word, "ended")) {
		script_same(s, test_counts.ended, one);
	} else if (!strcmp(word, "closed")) {
		script_same(s, test_counts.closed, one);
	} else if (!strcmp(word, "freed")) {
		script_same(s, test_counts.user_freed, one);
	} else if (!strcmp(word, "lobby")) {
		script_same(s, test_counts.lobby_opened, one);
		script_same(s, test_counts.lobby_closed, two);
	} else if (!strcmp(word, "status")) {
		script_same(s, test_counts.last_status, script_code(first));
	} else if (!strcmp(word, "order")) {
		if (strcmp(test_counts.order, first))
			script_complain(s, "the order was ", test_counts.order);
	} else {
		script_complain(s, "no such question: ", word);
	}
}

/* --- The server's lines ------------------------------------------------------------------------ */

static void revoke(struct script *s, char *rest)
{
	char *what = strtok(rest, " "), *user = strtok(NULL, " ");
	const char *words[8] = { NULL };

	for (int i = 0; i < 7 && (words[i] = strtok(NULL, " ")); i++)
		;
	if (!strcmp(what, "user"))
		spy_context_revoke_user(&s->context, user);
	else if (!strcmp(what, "token"))
		spy_context_revoke_token(&s->context, user, words[0]);
	else
		spy_context_revoke_scopes(&s->context, user, words);
}

static bool server_line(struct script *s, const char *verb, char *rest)
{
	char *text = rest + strcspn(rest, " ");

	if (!strcmp(verb, "token")) {
		spy_connection_token(s->connection, rest);
	} else if (!strcmp(verb, "revoke")) {
		revoke(s, rest);
	} else if (!strcmp(verb, "goaway")) {
		if (*text)
			*text++ = '\0';
		spy_connection_goaway(s->connection, script_code(rest), text);
	} else if (!strcmp(verb, "end_calls")) {
		spy_connection_end_calls(s->connection, script_code(rest));
	} else if (!strcmp(verb, "lost") || !strcmp(verb, "drop")) {
		spy_connection_lost(s->connection, SPY_EUNAVAILABLE);
	} else if (!strcmp(verb, "overlong")) {
		spy_connection_violation(s->connection, SPY_CLOSE_TOO_BIG, "too long");
	} else if (!strcmp(verb, "text")) {
		spy_connection_violation(s->connection, SPY_CLOSE_PROTOCOL,
					 "a text message");
	} else if (!strcmp(verb, "stall") || !strcmp(verb, "unstall")) {
		s->stalled = !strcmp(verb, "stall");
	} else {
		return false;
	}
	script_settle(s);
	return true;
}

/* --- Lines ---------------------------------------------------------------------------------------- */

static void run_line(struct script *s, char *line)
{
	char *rest = line + strcspn(line, " ");

	if (*rest)
		*rest++ = '\0';
	while (*rest == ' ')
		rest++;
	if (!strcmp(line, "<")) {
		expect(s, rest);
	} else if (!strcmp(line, "<message")) {
		expect_message(s);
	} else if (!strcmp(line, "!")) {
		expect_event(s, rest);
	} else if (!strcmp(line, "?")) {
		ask(s, rest);
	} else {
		check_quiet(s);
		if (!strcmp(line, ">") || !strcmp(line, ">>"))
			feed(s, rest, line[1] == '\0');
		else if (!strcmp(line, "needs"))
			s->skipped = !SPY_FIBERS;
		else if (!strcmp(line, "@"))
			pass(s, strtol(rest, NULL, 10));
		else if (!strcmp(line, "serve") || !strcmp(line, "dial"))
			greet(s, *line == 's', rest);
		else if (!strcmp(line, "create"))
			create(s, *rest == 's', rest + 6);
		else if (!server_line(s, line, rest) &&
			 !script_client_line(s, line, rest))
			script_complain(s, "no such line: ", line);
	}
}

static void clean_up(struct script *s)
{
	check_quiet(s);
	for (int i = 0; i < NAMES; i++)
		spy_call_close(s->calls[i].call);
	while (s->fill_count)
		spy_call_close(s->fill[--s->fill_count]);
	spy_connection_free(s->connection);
	while (spy_context_deadline(&s->context) == 0)
		spy_context_run(&s->context);
	if (s->context.counts.calls || s->context.counts.connections ||
	    s->context.counts.sessions_open)
		script_complain(s, "something is left", "");
	spy_context_fini(&s->context);
	spy_registry_free(s->registry);
	spy_buf_free(&s->in);
	spy_buf_free(&s->out);
}

int script_run(const char *path, FILE *report)
{
	struct script s = { .path = path, .report = report };
	FILE *file = fopen(path, "r");
	char line[4096];

	if (!file)
		return -1;
	spy_context_init(&s.context, NULL, NULL, 1000000000,
			 (struct timespec){ .tv_sec = 1700000000 });
	s.registry = test_registry();
	while (!s.failed && !s.skipped && fgets(line, sizeof line, file)) {
		char *hash = strstr(line, "# ");

		s.line++;
		if (hash)
			*hash = '\0';
		for (size_t len = strlen(line); len && strchr(" \n\t", line[len - 1]);)
			line[--len] = '\0';
		if (*line && *line != '#')
			run_line(&s, line);
	}
	clean_up(&s);
	fclose(file);
	return s.failed ? -1 : s.skipped;
}
