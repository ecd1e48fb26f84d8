/*
 * One worker: a thread with a loop, a listener and its connections. It serves until it is
 * told to stop, then drains: no new calls, time for those that are open, then the end of
 * all, each step with a limit.
 */
#define _GNU_SOURCE /* accept4 */
#include <server/state.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct spy_command {
	struct spy_command *next;
	enum spy_command_kind kind;
	char *user, *auth_id;
	char **scopes;
};

int spy_fd_prepare(int fd)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* --- Accepting ------------------------------------------------------------------------- */

/* No descriptor is left: without this the listener would stay readable, and we would spin.
 * The spare one is given up to take the newcomer and send it away. */
static void shed(struct spy_worker *worker)
{
	int fd;

	SPY_LOG_EVENT(&worker->server->log, WARNING, "no descriptors are left");
	close(worker->spare);
	fd = accept4(worker->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	spy_count(&worker->metrics.shed, 1);
	worker->spare = open_spare();
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
	struct spy_worker *worker = poll->data;
	struct sockaddr_storage from;

	(void)status;
	(void)events;
	for (int i = 0; i < SPY_ACCEPT_AT_ONCE; i++) {
		socklen_t len = sizeof from;
		int fd;

		memset(&from, 0, sizeof from);
		fd = accept4(worker->listener, (struct sockaddr *)&from, &len,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			spy_peer_accept(worker, fd, &from);
		else if (errno == EMFILE || errno == ENFILE)
			shed(worker);
		else if (errno != ECONNABORTED && errno != EINTR && errno != EPROTO)
			break;
	}
}

/* --- Commands from other threads ------------------------------------------------------- */

static void free_command(struct spy_command *command)
{
	if (!command)
		return;
	for (char **scope = command->scopes; scope && *scope; scope++)
		free(*scope);
	free(command->scopes);
	free(command->user);
	free(command->auth_id);
	free(command);
}

static bool copy_scopes(struct spy_command *command, const char *const *scopes)
{
	size_t count = 0;

	while (scopes[count])
		count++;
	if (!(command->scopes = calloc(count + 1, sizeof *command->scopes)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!(command->scopes[i] = strdup(scopes[i])))
			return false;
	return true;
}

static struct spy_command *make_command(enum spy_command_kind kind, const char *user,
					const char *auth_id, const char *const *scopes)
{
	struct spy_command *command = calloc(1, sizeof *command);

	if (!command)
		return NULL;
	command->kind = kind;
	if (!(command->user = strdup(user)) ||
	    (auth_id && !(command->auth_id = strdup(auth_id))) ||
	    (scopes && !copy_scopes(command, scopes))) {
		free_command(command);
		return NULL;
	}
	return command;
}

int spy_server_command(struct spy_server *server, enum spy_command_kind kind,
		       const char *user, const char *auth_id, const char *const *scopes)
{
	int r = 0;

	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < server->worker_count; i++) {
		struct spy_worker *worker = &server->workers[i];
		struct spy_command *command;

		if (!worker->running)
			continue;
		if (!(command = make_command(kind, user, auth_id, scopes))) {
			r = SPY_ENOMEM;
			continue;
		}
		command->next = worker->commands;
		worker->commands = command;
		uv_async_send(&worker->async);
	}
	pthread_mutex_unlock(&server->lock);
	return r;
}

void spy_server_wake(struct spy_server *server)
{
	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < server->worker_count; i++)
		if (server->workers[i].running)
			uv_async_send(&server->workers[i].async);
	pthread_mutex_unlock(&server->lock);
}

static void obey(struct spy_worker *worker, const struct spy_command *command)
{
	struct spy_context *context = &worker->loop->context;

	switch (command->kind) {
	case SPY_REVOKE_USER:
		spy_context_revoke_user(context, command->user);
		break;
	case SPY_REVOKE_TOKEN:
		spy_context_revoke_token(context, command->user, command->auth_id);
		break;
	case SPY_REVOKE_SCOPES:
		spy_context_revoke_scopes(context, command->user,
					  (const char *const *)command->scopes);
		break;
	}
}

static void on_commands(uv_async_t *async)
{
	struct spy_worker *worker = async->data;
	struct spy_command *commands, *in_order = NULL;

	pthread_mutex_lock(&worker->server->lock);
	commands = worker->commands;
	worker->commands = NULL;
	pthread_mutex_unlock(&worker->server->lock);
	while (commands) {
		struct spy_command *command = commands;

		commands = command->next;
		command->next = in_order;
		in_order = command;
	}
	while (in_order) {
		struct spy_command *command = in_order;

		in_order = command->next;
		obey(worker, command);
		free_command(command);
	}
}

/* --- Stopping -------------------------------------------------------------------------- */

/* The first worker, which watches the signals, stays as long as any other. */
static bool is_over(const struct spy_worker *worker)
{
	return spy_ring_is_empty(&worker->peers) && !worker->loop->context.counts.calls &&
	       (worker->index || !worker->server->others);
}

static void set_phase_time(struct spy_worker *worker, int64_t ns);

/* For each peer, of which `visit` may free the one it is given. */
static void each_peer(struct spy_worker *worker, void (*visit)(struct spy_peer *peer))
{
	struct spy_ring *at = worker->peers.next;

	while (at != &worker->peers) {
		struct spy_peer *peer = SPY_CONTAINER(at, struct spy_peer, ring);

		at = at->next;
		visit(peer);
	}
}

static void send_away(struct spy_peer *peer)
{
	struct spy_connection *connection = peer->link.connection;

	if (!connection)
		return; /* a request that is under way may finish */
	spy_connection_goaway(connection, SPY_EUNAVAILABLE,
			      "the server is shutting down");
	if (!spy_connection_calls(connection))
		spy_link_shutdown(&peer->link, SPY_CLOSE_GOING_AWAY,
				  "the server is shutting down");
}

static void end_calls(struct spy_peer *peer)
{
	if (!peer->link.connection) {
		spy_peer_cut(peer);
		return;
	}
	spy_connection_end_calls(peer->link.connection, SPY_EUNAVAILABLE);
	spy_link_shutdown(&peer->link, SPY_CLOSE_GOING_AWAY,
			  "the server is shutting down");
}

static void enter(struct spy_worker *worker, enum spy_worker_phase phase)
{
	if (phase <= worker->phase)
		return;
	worker->phase = phase;
	switch (phase) {
	case SPY_WORKER_DRAINING:
		each_peer(worker, send_away);
		set_phase_time(worker, worker->server->settings.drain * INT64_C(1000000));
		break;
	case SPY_WORKER_CLOSING:
		uv_poll_stop(&worker->accept);
		each_peer(worker, end_calls);
		set_phase_time(worker, SPY_SERVER_LAST_TIME);
		break;
	default:
		each_peer(worker, spy_peer_cut);
	}
}

static void on_phase_time(struct spy_timer *timer)
{
	struct spy_worker *worker = SPY_CONTAINER(timer, struct spy_worker, phase_timer);

	enter(worker, worker->phase + 1);
}

static void set_phase_time(struct spy_worker *worker, int64_t ns)
{
	spy_loop_tell(worker->loop);
	spy_timer_set(&worker->loop->context.timers, &worker->phase_timer,
		      spy_timer_at(worker->loop->context.now + ns), on_phase_time);
}

static void on_stop(uv_poll_t *poll, int status, int events)
{
	struct spy_worker *worker = poll->data;

	(void)status;
	(void)events;
	/* Nobody reads it: it stays so for the other workers. */
	uv_poll_stop(poll);
	SPY_LOG(&worker->server->log, INFO, "stopping",
		SPY_LOG_INT("connections", (int64_t)worker->server->connections));
	enter(worker, SPY_WORKER_DRAINING);
}

static void on_signal(uv_signal_t *watcher, int number)
{
	struct spy_worker *worker = watcher->data;

	(void)number;
	if (worker->server->stopping) {
		worker->server->forced = true;
		spy_server_wake(worker->server);
	}
	spy_server_stop(worker->server);
}

/* --- Life ------------------------------------------------------------------------------ */

void spy_worker_publish(struct spy_worker *worker)
{
	const struct spy_context_counts *counts = &worker->loop->context.counts;
	struct spy_metrics *metrics = &worker->metrics;

	atomic_store_explicit(&metrics->connections, counts->connections,
			      memory_order_relaxed);
	atomic_store_explicit(&metrics->calls, counts->calls, memory_order_relaxed);
	atomic_store_explicit(&metrics->sessions_open, counts->sessions_open,
			      memory_order_relaxed);
	atomic_store_explicit(&metrics->sessions_closed, counts->sessions_closed,
			      memory_order_relaxed);
}

static void on_turn(void *self)
{
	spy_worker_publish(self);
}

bool spy_server_is_ready(const struct spy_server *server)
{
	return !server->stopping;
}

static void start_watching(struct spy_worker *worker)
{
	uv_loop_t *uv = &worker->loop->uv;

	worker->accept.data = worker->stop.data = worker->async.data = worker;
	uv_poll_init(uv, &worker->accept, worker->listener);
	uv_poll_start(&worker->accept, UV_READABLE, on_accept);
	uv_poll_init(uv, &worker->stop, worker->stop_fd);
	uv_poll_start(&worker->stop, UV_READABLE, on_stop);
	worker->loop->turned = on_turn;
	worker->loop->turned_self = worker;
	if (worker->index == 0) {
		worker->terminate.data = worker->interrupt.data = worker;
		uv_signal_init(uv, &worker->terminate);
		uv_signal_start(&worker->terminate, on_signal, SIGTERM);
		uv_signal_init(uv, &worker->interrupt);
		uv_signal_start(&worker->interrupt, on_signal, SIGINT);
		spy_server_release_signals(worker->server);
	}
	pthread_mutex_lock(&worker->server->lock);
	uv_async_init(uv, &worker->async, on_commands);
	worker->running = true;
	pthread_mutex_unlock(&worker->server->lock);
}

static void on_closed(uv_handle_t *handle)
{
	unsigned *left = handle->data;

	--*left;
}

static void close_handle(void *handle, unsigned *left)
{
	((uv_handle_t *)handle)->data = left;
	++*left;
	uv_close(handle, on_closed);
}

static void stop_watching(struct spy_worker *worker)
{
	unsigned left = 0;

	pthread_mutex_lock(&worker->server->lock);
	worker->running = false;
	pthread_mutex_unlock(&worker->server->lock);
	on_commands(&worker->async);
	worker->loop->turned = NULL;
	close_handle(&worker->accept, &left);
	close_handle(&worker->stop, &left);
	close_handle(&worker->async, &left);
	if (worker->index == 0) {
		close_handle(&worker->terminate, &left);
		close_handle(&worker->interrupt, &left);
	}
	spy_timer_cancel(&worker->loop->context.timers, &worker->greeting_timer);
	spy_timer_cancel(&worker->loop->context.timers, &worker->phase_timer);
	while (left)
		spy_loop_run(worker->loop, UV_RUN_NOWAIT);
}

/* The system would go on to hand connections to a listener that nobody accepts from. The
 * first worker's is the server's to close: it names the socket, and ends last. */
static void unlisten(struct spy_worker *worker)
{
	if (!worker->index)
		return;
	close(worker->listener);
	worker->listener = -1;
}

static int fail(struct spy_worker *worker, const char *what)
{
	const struct spy_server_settings *settings = &worker->server->settings;

	SPY_LOG(&worker->server->log, ERROR, what,
		SPY_LOG_STR("cert", settings->tls_cert),
		SPY_LOG_STR("key", settings->tls_key));
	spy_loop_release(worker->loop);
	worker->loop = NULL;
	unlisten(worker);
	/* The other workers need not start. */
	spy_server_stop(worker->server);
	return worker->error = SPY_EFAILED_PRECONDITION;
}

int spy_worker_run(struct spy_worker *worker)
{
	struct spy_server *server = worker->server;
	struct spy_loop *loop = spy_loop_acquire();

	if (!loop) {
		spy_server_stop(server);
		return worker->error = SPY_ENOMEM;
	}
	worker->thread = pthread_self();
	worker->loop = loop;
	worker->phase = SPY_WORKER_SERVING;
	spy_ring_init(&worker->peers);
	spy_ring_init(&worker->greeting);
	spy_ring_init(&worker->stillborn);
	if (!(worker->vhost = spy_http_vhost(worker)))
		return fail(worker, server->settings.tls_cert
					    ? "TLS does not work with these files"
					    : "cannot set up HTTP");
	worker->spare = open_spare();
	worker->stop_fd = dup(server->stop_fd);
	start_watching(worker);
	while (worker->phase < SPY_WORKER_DRAINING ||
	       (worker->phase < SPY_WORKER_DONE && !is_over(worker) && !server->forced))
		spy_loop_run(loop, UV_RUN_ONCE);
	enter(worker, SPY_WORKER_DONE);
	/* lws lets go of them in the loop. */
	for (int i = 0; i < 1000 && !spy_ring_is_empty(&worker->peers); i++)
		spy_loop_run(loop, UV_RUN_NOWAIT);
	while (!spy_ring_is_empty(&worker->stillborn))
		spy_peer_free(
			SPY_CONTAINER(worker->stillborn.next, struct spy_peer, ring));
	stop_watching(worker);
	unlisten(worker);
	spy_worker_publish(worker);
	close(worker->spare);
	close(worker->stop_fd);
	worker->loop = NULL;
	spy_loop_release(loop);
	return 0;
}
