/*
 * Settings: what a file may say, what the environment overrides, and that each mistake is
 * named with its place.
 */
#include <server/settings.h>

#include <spy/error.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
	static struct spy_server_settings settings;

	*state = &settings;
	return spy_settings_init(&settings);
}

static int teardown(void **state)
{
	spy_settings_free(*state);
	return 0;
}

/* Loads `text` as a file; what it complains about, without the file's name, or "". */
static const char *load(struct spy_server_settings *settings, const char *text,
			size_t len)
{
	static char messages[1000];
	FILE *file = tmpfile(), *errors = tmpfile();
	char name[32];
	size_t n;
	int r;

	assert_true(file && errors);
	assert_int_equal(fwrite(text, 1, len, file), len);
	rewind(file);
	snprintf(name, sizeof name, "/dev/fd/%d", fileno(file));
	r = spy_settings_load(settings, name, errors);
	fclose(file);
	rewind(errors);
	n = fread(messages, 1, sizeof messages - 1, errors);
	messages[n] = '\0';
	fclose(errors);
	assert_int_equal(r<0, n> 0);
	return n ? messages + strlen(name) + 1 : "";
}

static void test_defaults(void **state)
{
	const struct spy_server_settings *settings = *state;

	assert_string_equal(settings->listen, "::");
	assert_int_equal(settings->port, 8080);
	assert_string_equal(settings->path, "/spy");
	assert_int_equal(settings->workers, 1);
	assert_int_equal(settings->max_message, 1 << 20);
	assert_int_equal(settings->handshake, 10000);
	assert_null(settings->origins);
	assert_null(settings->tls_cert);
	assert_false(settings->expose_errors);
}

static void test_file(void **state)
{
	static const char text[] = "# a comment\n"
				   "listen: 127.0.0.1\n"
				   "port: 9000\n"
				   "path: /chat/spy\n"
				   "origins:\n"
				   "  - https://a.example\n"
				   "  - https://b.example\n"
				   "limits:\n"
				   "  message: 2 MiB\n"
				   "  handshake: 1s\n"
				   "ping: { interval: 250ms }\n"
				   "tls:\n"
				   "  cert: 'a b.pem'\n"
				   "expose_errors: yes\n"
				   "log.level: debug\n";
	struct spy_server_settings *settings = *state;

	assert_string_equal(load(settings, text, sizeof text - 1), "");
	assert_string_equal(settings->listen, "127.0.0.1");
	assert_int_equal(settings->port, 9000);
	assert_string_equal(settings->path, "/chat/spy");
	assert_string_equal(settings->origins, "https://a.example");
	assert_string_equal(spy_words_next(settings->origins), "https://b.example");
	assert_null(spy_words_next(spy_words_next(settings->origins)));
	assert_int_equal(settings->max_message, 2 << 20);
	assert_int_equal(settings->handshake, 1000);
	assert_int_equal(settings->ping, 250);
	assert_string_equal(settings->tls_cert, "a b.pem");
	assert_true(settings->expose_errors);
	assert_int_equal(settings->log_level, 4);
	assert_string_equal(load(settings, "", 0), "");
	assert_string_equal(load(settings, "# nothing\n", 10), "");
}

static void test_mistakes(void **state)
{
	static const char *const cases[][2] = {
		{ "prot: 1\n",
		  "1:1: error: unknown setting 'prot'; did you mean 'port'?" },
		{ "port: 1\nmessage: 70000\n",
		  "2:1: error: unknown setting 'message'; did you mean 'limits.message'?" },
		{ "limits:\n  mesage: 70000\n",
		  "2:3: error: unknown setting 'limits.mesage'; did you mean "
		  "'limits.message'?" },
		{ "xyzzyxyzzy: 1\n", "1:1: error: unknown setting 'xyzzyxyzzy'" },
		{ "port: 70000\n",
		  "1:7: error: 'port' is 70000, but must be from 0 to 65535" },
		{ "port: many\n", "1:7: error: 'port' is 'many', but must be a number" },
		{ "port: -1\n", "1:7: error: 'port' is '-1', but must be a number" },
		{ "drain: 10 parsecs\n",
		  "1:8: error: 'drain' is '10 parsecs', but must be a "
		  "time, as in 250ms, 10s or 5m" },
		{ "limits: {message: 5}\n",
		  "1:19: error: 'limits.message' is 5, but must be "
		  "from 65536 to 1073741824" },
		{ "path: spy\n",
		  "1:7: error: 'path' is 'spy', but must be a path that begins with /" },
		{ "metrics: maybe\n",
		  "1:10: error: 'metrics' is 'maybe', but must be true or false" },
		{ "port: 1\nport: 2\n", "2:1: error: the setting has been given before" },
		{ "limits: {message: 65536}\nlimits.message: 65536\n",
		  "2:1: error: the setting has been given before" },
		{ "port: [1, 2]\n", "1:7: error: the setting takes one value, no list" },
		{ "port: {a: 1}\n", "1:1: error: no settings stand below this name" },
		{ "origins: [[a]]\n", "1:11: error: a list holds words only" },
		{ "- a\n", "1:1: error: expected settings, as in \"port: 8080\"" },
		{ "a: &x 1\n",
		  "1:4: error: anchors, aliases and tags are not for settings" },
		{ "port: 1\n---\nport: 2\n",
		  "2:1: error: one document is enough for settings" },
		{ "port: 'x\n", "2:1: error: found unexpected end of stream" },
		{ "\tport: 1\n",
		  "1:1: error: found character that cannot start any token" },
		{ "port: \xff\n", " error: invalid leading UTF-8 octet at byte 6" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char expected[300];

		snprintf(expected, sizeof expected, "%s\n", cases[i][1]);
		assert_string_equal(load(*state, cases[i][0], strlen(cases[i][0])),
				    expected);
	}
}

static void test_hostile_files(void **state)
{
	size_t size = 2 << 20;
	char *text = malloc(size);
	FILE *errors;

	memset(text, '[', size);
	assert_string_not_equal(load(*state, text, 100000), "");
	assert_non_null(strstr(load(*state, text, size), "longer than"));
	memset(text, ' ', size);
	memcpy(text, "port: 1\n", 8);
	assert_string_equal(load(*state, text, 1 << 20), "");
	memset(text, 0, size);
	assert_string_not_equal(load(*state, text, 1000), "");
	free(text);
	errors = tmpfile();
	assert_true(spy_settings_load(*state, "/nowhere/at/all", errors) < 0);
	fclose(errors);
}

static void test_environment(void **state)
{
	struct spy_server_settings *settings = *state;
	FILE *errors = tmpfile();

	setenv("SPY_PORT", "1234", 1);
	setenv("SPY_LIMITS_MESSAGE", "128KiB", 1);
	assert_int_equal(spy_settings_environment(settings, errors), 0);
	assert_int_equal(settings->port, 1234);
	assert_int_equal(settings->max_message, 131072);
	setenv("SPY_PORT", "x", 1);
	assert_int_equal(spy_settings_environment(settings, errors),
			 SPY_EINVALID_ARGUMENT);
	unsetenv("SPY_PORT");
	unsetenv("SPY_LIMITS_MESSAGE");
	fclose(errors);
}

/* What is printed is a settings file that changes nothing. */
static void test_print(void **state)
{
	char text[8000];
	FILE *out = tmpfile();
	size_t n;

	spy_settings_print(out);
	rewind(out);
	n = fread(text, 1, sizeof text, out);
	fclose(out);
	assert_in_range(n, 500, sizeof text - 1);
	assert_string_equal(load(*state, text, n), "");
	test_defaults(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mistakes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_print, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
