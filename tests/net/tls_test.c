/*
 * wss: our client and our server with a certificate made for the test; the client refuses
 * what it cannot verify.
 */
#include "net_server.h"

#include "net.client.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct net_server server;
	char folder[256], cert[300], key[300], url[64];
};

/* A certificate for this name, by the tool that everyone has who serves TLS. */
static bool make_certificate(struct fixture *fixture, const char *name)
{
	char command[1200];

	snprintf(fixture->cert, sizeof fixture->cert, "%s/cert.pem", fixture->folder);
	snprintf(fixture->key, sizeof fixture->key, "%s/key.pem", fixture->folder);
	snprintf(
		command, sizeof command,
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
		"-subj /CN=localhost -addext subjectAltName=%s "
		"-keyout '%s' -out '%s' 2>/dev/null",
		name, fixture->key, fixture->cert);
	return system(command) == 0;
}

static void open_fixture(struct fixture *fixture, const char *name)
{
	const char *build = getenv("B");
	const char *settings[] = { "drain",   "100ms",	    "tls.cert", fixture->cert,
				   "tls.key", fixture->key, NULL };

	snprintf(fixture->folder, sizeof fixture->folder, "%s/tls-XXXXXX",
		 build ? build : ".");
	assert_non_null(mkdtemp(fixture->folder));
	assert_true(make_certificate(fixture, name));
	net_server_start(&fixture->server, 0, settings);
	snprintf(fixture->url, sizeof fixture->url, "wss://localhost:%d",
		 net_server_port(&fixture->server));
}

static int start(void **state)
{
	static struct fixture fixture;

	open_fixture(&fixture, "DNS:localhost");
	*state = &fixture;
	return 0;
}

static void close_fixture(struct fixture *fixture)
{
	net_server_stop(&fixture->server);
	unlink(fixture->cert);
	unlink(fixture->key);
	rmdir(fixture->folder);
}

static int stop(void **state)
{
	close_fixture(*state);
	return 0;
}

static int hello(const char *url, const char *ca_file)
{
	struct spy_client_options options = { .ca_file = ca_file };
	struct spy_client *client = spy_client_new(url);
	struct spy_call *call;
	const char *greeting;
	int r;

	spy_client_set_options(client, &options);
	call = net_plain_hello(client, "tls");
	r = net_plain_hello_result(call, &greeting);
	if (r == 0)
		assert_string_equal(greeting, "Hello, tls!");
	spy_call_close(call);
	spy_client_free(client);
	return r;
}

static void test_verified(void **state)
{
	const struct fixture *fixture = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(hello(fixture->url, fixture->cert), 0);
}

static void test_not_verified(void **state)
{
	const struct fixture *fixture = *state;
	char url[64];

	/* Not signed by anyone that the system knows; another name than the certificate's. */
	assert_int_equal(hello(fixture->url, NULL), SPY_EUNAVAILABLE);
	snprintf(url, sizeof url, "wss://127.0.0.1:%d",
		 net_server_port(&fixture->server));
	assert_int_equal(hello(url, fixture->cert), SPY_EUNAVAILABLE);
	assert_int_equal(hello(fixture->url, "/nowhere.pem"), SPY_EUNAVAILABLE);
	/* Without TLS to a port with it. */
	assert_int_equal(hello(fixture->server.url, NULL), SPY_EUNAVAILABLE);
	assert_int_equal(hello(fixture->url, fixture->cert), 0);
}

/* A certificate cannot be verified for an address, whatever it says. */
static void test_addresses(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.2", "127.1",
						 "2130706433", "[::1]" };
	struct fixture fixture;
	char url[64];

	(void)state;
	open_fixture(&fixture, "IP:127.0.0.1,IP:::1");
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		snprintf(url, sizeof url, "wss://%s:%d", addresses[i],
			 net_server_port(&fixture.server));
		assert_int_equal(hello(url, fixture.cert), SPY_EUNAVAILABLE);
	}
	close_fixture(&fixture);
}

/* Items larger than a TLS record, both ways, while other calls come and go. */
static void test_traffic(void **state)
{
	enum { SIZE = 300000 };
	const struct fixture *fixture = *state;
	struct spy_client_options options = { .ca_file = fixture->cert };
	struct spy_client *client = spy_client_new(fixture->url);
	struct spy_any_stream *in, *out;
	char *text = malloc(SIZE + 1);
	const struct spy_any *item = NULL;
	struct spy_call *call, *other;

	spy_client_set_options(client, &options);
	memset(text, 't', SIZE);
	text[SIZE] = '\0';
	assert_int_equal(spy_call_wait(other = net_plain_hello(client, "x")), 0);
	spy_call_close(other);
	call = net_plain_echo(client, &in, &out);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(spy_any_send(in, SPY_STRING(text)), 0);
		other = net_plain_hello(client, "x");
		assert_int_equal(spy_any_recv(out, &item), 1);
		assert_int_equal(item->len, SIZE);
		assert_int_equal(spy_call_wait(other), 0);
		spy_call_close(other);
	}
	spy_call_close(call);
	spy_client_free(client);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verified),
		cmocka_unit_test(test_not_verified),
		cmocka_unit_test(test_addresses),
		NET_NEEDS_FIBERS(test_traffic),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, stop);
}
