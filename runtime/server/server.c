/*
 * The public face of a server; see state.h for what is behind it.
 */
#include <server/state.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors besides those of connections: files, other libraries. */
#define OTHER_DESCRIPTORS 256

struct spy_server *spy_server_new(const char *file)
{
	struct spy_server *server = calloc(1, sizeof *server);

	if (!server)
		return NULL;
	pthread_mutex_init(&server->lock, NULL);
	spy_addresses_init(&server->addresses);
	server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->registry = spy_registry_new();
	server->log.fd = STDERR_FILENO;
	if (server->stop_fd < 0 || !server->registry ||
	    spy_settings_init(&server->settings) < 0 ||
	    (file && spy_settings_load(&server->settings, file, stderr) < 0) ||
	    spy_settings_environment(&server->settings, stderr) < 0) {
		spy_server_free(server);
		return NULL;
	}
	return server;
}

void spy_server_hold_signals(struct spy_server *server)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	server->holding = !pthread_sigmask(SIG_BLOCK, &held, &server->signals);
}

void spy_server_release_signals(struct spy_server *server)
{
	if (server->holding)
		pthread_sigmask(SIG_SETMASK, &server->signals, NULL);
	server->holding = false;
}

void spy_server_free(struct spy_server *server)
{
	if (!server)
		return;
	spy_server_release_signals(server);
	if (server->workers)
		spy_server_unlisten(server);
	free(server->workers);
	spy_registry_free(server->registry);
	spy_settings_free(&server->settings);
	spy_addresses_fini(&server->addresses);
	pthread_mutex_destroy(&server->lock);
	if (server->stop_fd >= 0)
		close(server->stop_fd);
	free(server);
}

int spy_server_set(struct spy_server *server, const char *name, const char *value)
{
	char error[SPY_SETTINGS_ERROR];
	int r;

	if (!server)
		return SPY_ENOMEM;
	if (server->workers)
		return SPY_EFAILED_PRECONDITION;
	if ((r = spy_settings_set(&server->settings, name, value, error)) < 0)
		fprintf(stderr, "error: %s\n", error);
	return r;
}

int spy_server_serve(struct spy_server *server, const struct spy_service *service)
{
	if (!server)
		return SPY_ENOMEM;
	if (server->workers)
		return SPY_EFAILED_PRECONDITION;
	return spy_registry_add(server->registry, service);
}

int spy_server_authenticate(struct spy_server *server,
			    int (*authenticate)(struct spy_call *call, const char *token,
						struct spy_identity *identity,
						void *self),
			    void *self)
{
	if (!server)
		return SPY_ENOMEM;
	server->connection_options.authenticate = authenticate;
	server->connection_options.authenticate_self = self;
	return 0;
}

int spy_revoke_user(struct spy_server *server, const char *user)
{
	return server ? spy_server_command(server, SPY_REVOKE_USER, user, NULL, NULL)
		      : SPY_ENOMEM;
}

int spy_revoke_token(struct spy_server *server, const char *user, const char *auth_id)
{
	return server ? spy_server_command(server, SPY_REVOKE_TOKEN, user, auth_id, NULL)
		      : SPY_ENOMEM;
}

int spy_revoke_scopes(struct spy_server *server, const char *user,
		      const char *const *scopes)
{
	return server ? spy_server_command(server, SPY_REVOKE_SCOPES, user, NULL, scopes)
		      : SPY_ENOMEM;
}

/* --- Start, run, stop ------------------------------------------------------------------ */

static void apply_settings(struct spy_server *server)
{
	const struct spy_server_settings *settings = &server->settings;
	struct spy_connection_options *options = &server->connection_options;

	server->log.level = settings->log_level;
	server->log.format = settings->log_format;
	options->server = true;
	options->agent = SPY_AGENT;
	options->expose_errors = settings->expose_errors;
	options->credit = settings->credit;
	options->max_message = settings->max_message;
	options->max_calls = settings->max_calls;
	options->max_queue = settings->max_queue;
	options->max_held = settings->max_held;
	options->ping = settings->ping;
	options->timeout = settings->ping_timeout;
	options->registry = server->registry;
	options->events = &spy_peer_events;
}

/* Room for as many connections as the settings speak of, where we may. */
static void raise_limit(const struct spy_server *server)
{
	rlim_t need = (rlim_t)server->settings.max_connections + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
		return;
	limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int spy_server_start(struct spy_server *server)
{
	unsigned count;
	int r;

	if (!server)
		return SPY_ENOMEM;
	if (server->workers)
		return 0;
	apply_settings(server);
	if (!server->settings.tls_cert != !server->settings.tls_key) {
		SPY_LOG_EVENT(&server->log, ERROR, "tls.cert and tls.key go together");
		return SPY_EINVALID_ARGUMENT;
	}
	count = server->settings.workers;
	if (!(server->workers = calloc(count, sizeof *server->workers)))
		return SPY_ENOMEM;
	server->worker_count = count;
	for (unsigned i = 0; i < count; i++) {
		server->workers[i].server = server;
		server->workers[i].index = i;
		server->workers[i].listener = -1;
	}
	raise_limit(server);
	if ((r = spy_server_listen(server)) < 0) {
		free(server->workers);
		server->workers = NULL;
		server->worker_count = 0;
		return r;
	}
	spy_server_hold_signals(server);
	SPY_LOG(&server->log, INFO, "listening",
		SPY_LOG_STR("address", server->settings.listen),
		SPY_LOG_INT("port", server->port), SPY_LOG_INT("workers", count));
	return 0;
}

int spy_server_port(const struct spy_server *server)
{
	return server ? server->port : -1;
}

static void *run_thread(void *arg)
{
	struct spy_worker *worker = arg;

	spy_worker_run(worker);
	worker->server->others--;
	spy_server_wake(worker->server);
	return NULL;
}

int spy_server_run(struct spy_server *server)
{
	unsigned started = 1;
	int r = spy_server_start(server);

	if (r < 0)
		return r;
	while (started < server->worker_count) {
		struct spy_worker *worker = &server->workers[started];

		server->others++;
		if (pthread_create(&worker->thread, NULL, run_thread, worker)) {
			server->others--;
			spy_server_stop(server);
			r = SPY_ENOMEM;
			break;
		}
		started++;
	}
	spy_worker_run(&server->workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(server->workers[i].thread, NULL);
	for (unsigned i = 0; i < started; i++)
		if (server->workers[i].error)
			r = server->workers[i].error;
	spy_server_unlisten(server);
	SPY_LOG_EVENT(&server->log, INFO, "stopped");
	return r;
}

void spy_server_stop(struct spy_server *server)
{
	static const uint64_t one = 1;
	int error = errno;

	if (!server)
		return;
	server->stopping = true;
	(void)!write(server->stop_fd, &one, sizeof one);
	errno = error;
}

void spy_server_read_counts(const struct spy_server *server,
			    struct spy_server_counts *counts)
{
	memset(counts, 0, sizeof *counts);
	for (unsigned i = 0; server && i < server->worker_count; i++) {
		struct spy_worker *worker = &server->workers[i];

		/* A method sees what it has just changed itself. */
		if (worker->loop && pthread_equal(pthread_self(), worker->thread))
			spy_worker_publish(worker);
		counts->sessions_open += worker->metrics.sessions_open;
		counts->sessions_closed += worker->metrics.sessions_closed;
		counts->connections += worker->metrics.connections;
	}
}
