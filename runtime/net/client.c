/*
 * The public face of a client; see client_state.h for what is behind it.
 */
#include <net/client_state.h>

#include <stdlib.h>
#include <string.h>

struct spy_client *spy_client_new(const char *text)
{
	struct spy_client *client = calloc(1, sizeof *client);

	if (!client)
		return NULL;
	if (spy_url_parse(text, &client->url) < 0 ||
	    !(client->loop = spy_loop_acquire())) {
		spy_url_free(&client->url);
		free(client);
		return NULL;
	}
	spy_ring_init(&client->wires);
	spy_ring_init(&client->pending);
	spy_ring_init(&client->requests);
	client->task.run = spy_client_step;
	client->connection_options.events = &spy_wire_events;
	client->connection_options.agent = SPY_AGENT;
	return client;
}

int spy_client_set_options(struct spy_client *client,
			   const struct spy_client_options *options)
{
	char *ca_file = NULL, *agent = NULL;

	if (!client)
		return SPY_ENOMEM;
	if ((options->ca_file && !(ca_file = strdup(options->ca_file))) ||
	    (options->agent && !(agent = strdup(options->agent)))) {
		free(ca_file);
		return SPY_ENOMEM;
	}
	free((char *)client->options.ca_file);
	free((char *)client->options.agent);
	client->options = *options;
	client->options.ca_file = ca_file;
	client->options.agent = agent;
	client->connection_options = (struct spy_connection_options){
		.agent = agent ? agent : SPY_AGENT,
		.credit = options->credit,
		.max_message = options->max_message,
		.ping = options->ping,
		.timeout = options->ping_timeout,
		.events = &spy_wire_events,
	};
	return 0;
}

static void disown_calls(struct spy_client *client)
{
	while (!spy_ring_is_empty(&client->requests)) {
		struct spy_request *request =
			SPY_CONTAINER(client->requests.next, struct spy_request, ring);

		spy_ring_remove(&request->ring);
		request->client = NULL;
	}
	spy_client_fail_pending(client, "the client has been closed");
}

void spy_client_free(struct spy_client *client)
{
	struct spy_loop *loop;

	if (!client)
		return;
	loop = client->loop;
	client->state = SPY_CLIENT_CLOSED;
	client->current = NULL;
	if (client->freed)
		*client->freed = true;
	disown_calls(client);
	while (!spy_ring_is_empty(&client->wires))
		spy_wire_free(SPY_CONTAINER(client->wires.next, struct spy_wire, ring));
	disown_calls(client); /* that were made while the others heard of their end */
	spy_timer_cancel(&loop->context.timers, &client->retry);
	spy_timer_cancel(&loop->context.timers, &client->idle);
	spy_task_cancel(&client->task);
	spy_url_free(&client->url);
	free((char *)client->options.ca_file);
	free((char *)client->options.agent);
	free(client);
	spy_loop_release(loop);
}

enum spy_client_state spy_client_state(const struct spy_client *client)
{
	return client ? client->state : SPY_CLIENT_CLOSED;
}

/* --- Calls ----------------------------------------------------------------------------- */

static void on_released(struct spy_call *call, void *owner)
{
	struct spy_request *request = owner;
	struct spy_client *client = request->client;
	struct spy_loop *loop = request->loop;

	(void)call;
	spy_ring_remove(&request->pending);
	spy_ring_remove(&request->ring);
	spy_task_cancel(&request->task);
	if (client)
		spy_client_wants(client);
	free(request);
	spy_loop_release(loop);
}

struct spy_call *spy_client_call(struct spy_client *client,
				 const struct spy_method *method, const void *args,
				 struct spy_stream **streams)
{
	struct spy_call_options options = { 0 };
	struct spy_request *request;
	struct spy_wire *wire;
	struct spy_call *call;
	bool open;

	for (size_t i = 0; streams && i <= method->stream_count; i++)
		streams[i] = NULL;
	if (!client || !(request = calloc(1, sizeof *request)))
		return NULL;
	options.timeout = client->next_timeout ? client->next_timeout
					       : client->options.call_timeout;
	options.repeatable = client->options.token != NULL;
	client->next_timeout = 0;
	wire = client->current;
	open = wire && wire->dial.link.wsi &&
	       spy_connection_is_open(spy_wire_connection(wire));
	if (open)
		call = spy_connection_call(spy_wire_connection(wire), method, args,
					   &options, streams);
	else
		call = spy_call_prepare(&client->loop->context, method, args, &options,
					streams);
	if (!call) {
		free(request);
		return NULL;
	}
	request->call = call;
	request->client = client;
	request->generation = client->generation;
	request->loop = client->loop;
	request->loop->references++;
	spy_ring_append(&client->requests, &request->ring);
	spy_call_set_owner(call, request, on_released);
	if (!open) {
		spy_ring_append(&client->pending, &request->pending);
		spy_client_wants(client);
	}
	return call;
}

static void tell_opened(struct spy_task *task)
{
	struct spy_request *request = SPY_CONTAINER(task, struct spy_request, task);

	request->opened(request->call, request->opened_self);
}

int spy_call_keep_open(struct spy_call *call,
		       void (*opened)(struct spy_call *call, void *self), void *self)
{
	struct spy_request *request;
	int r;

	if (!call)
		return SPY_ENOMEM;
	if ((r = spy_call_keep(call)) < 0)
		return r;
	if (!(request = spy_call_owner(call)) || !request->client)
		return SPY_EFAILED_PRECONDITION;
	request->kept = true;
	request->task.run = tell_opened;
	request->opened = opened;
	request->opened_self = self;
	return 0;
}

void spy_client_next_timeout(struct spy_client *client, uint32_t timeout)
{
	if (client)
		client->next_timeout = timeout;
}

int spy_client_authenticate(struct spy_client *client)
{
	struct spy_waiter waiter = { 0 };
	const char *token;
	int r, error = 0;

	if (!client)
		return SPY_ENOMEM;
	/* Without a connection the next one asks for the token anyway. */
	if (!client->current || !client->current->dial.link.wsi)
		return 0;
	token = client->options.token ? client->options.token(false, client->options.self)
				      : NULL;
	if ((r = spy_wire_auth(client->current, token, &waiter, &error)) < 0)
		return r;
	if ((r = spy_context_wait(&client->loop->context, &waiter, 0)) < 0) {
		spy_wire_forget(client, &waiter);
		return r;
	}
	return error;
}

/* --- The loop -------------------------------------------------------------------------- */

int spy_client_fd(const struct spy_client *client)
{
	return client ? uv_backend_fd(&client->loop->uv) : -1;
}

int spy_client_timeout(const struct spy_client *client)
{
	int ours, theirs;

	if (!client)
		return -1;
	ours = spy_loop_timeout(client->loop);
	theirs = uv_backend_timeout(&client->loop->uv);
	if (ours < 0 || (theirs >= 0 && theirs < ours))
		return theirs;
	return ours;
}

int spy_client_process(struct spy_client *client)
{
	struct spy_loop *loop;
	int r;

	if (!client)
		return SPY_ENOMEM;
	/* Listeners may free the client. */
	loop = client->loop;
	loop->references++;
	r = spy_loop_run(loop, UV_RUN_NOWAIT);
	if (r >= 0)
		spy_loop_turn(loop);
	spy_loop_release(loop);
	return r < 0 ? r : 0;
}

static void on_timeout(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

int spy_client_run(struct spy_client *client, int timeout)
{
	bool over = false;
	bool freed = false;
	struct spy_loop *loop;
	uv_timer_t timer;
	int r = 0;

	if (!client)
		return SPY_ENOMEM;
	loop = client->loop;
	if (loop->depth)
		return SPY_EAGAIN;
	/* Listeners may free the client. */
	loop->references++;
	client->freed = &freed;
	uv_timer_init(&loop->uv, &timer);
	timer.data = &over;
	/* its clock stands still between two runs */
	uv_update_time(&loop->uv);
	if (timeout >= 0)
		uv_timer_start(&timer, on_timeout, timeout, 0);
	loop->waiting = true;
	while (r >= 0 && !over && !freed && !spy_ring_is_empty(&client->requests))
		r = spy_loop_run(loop, UV_RUN_ONCE);
	loop->waiting = false;
	uv_close((uv_handle_t *)&timer, NULL);
	spy_loop_run(loop, UV_RUN_NOWAIT);
	if (!freed)
		client->freed = NULL;
	spy_loop_release(loop);
	if (r < 0)
		return r;
	return over ? SPY_EDEADLINE_EXCEEDED : 0;
}
