/* When a client connects, and what it tells of it; see client_state.h. */
#include <net/client_state.h>

#include <stdlib.h>
#include <string.h>

static int64_t in_ms(const struct spy_client *client, int64_t ms)
{
	spy_loop_tell(client->loop);
	return spy_timer_at(client->loop->context.now) + ms;
}

void spy_client_enter(struct spy_client *client, enum spy_client_state state,
		      uint32_t retry_in)
{
	if (client->state == state && state != SPY_CLIENT_WAITING)
		return;
	client->state = state;
	if (!client->options.state)
		return;
	if (client->news_count == SPY_CLIENT_NEWS)
		memmove(client->news, client->news + 1,
			--client->news_count * sizeof *client->news);
	client->news[client->news_count++] = (struct spy_client_news){ state, retry_in };
	spy_task_schedule(&client->loop->context, &client->task);
}

static uint32_t jitter(uint32_t ms)
{
	uint32_t value;

	spy_loop_random(&value, sizeof value);
	return value % (ms + 1);
}

static void put_off(struct spy_client *client)
{
	uint32_t most = SPY_CLIENT_BACKOFF_MAX;

	if (client->attempts < 16 &&
	    SPY_CLIENT_BACKOFF_MIN << client->attempts < (int)most)
		most = SPY_CLIENT_BACKOFF_MIN << client->attempts;
	client->not_before = in_ms(client, jitter(most));
}

static void on_retry(struct spy_timer *timer)
{
	spy_client_wants(SPY_CONTAINER(timer, struct spy_client, retry));
}

static bool is_wanted(const struct spy_client *client)
{
	struct spy_ring *at;

	for (at = client->pending.next; at != &client->pending; at = at->next)
		if (!spy_call_status(
			    SPY_CONTAINER(at, struct spy_request, pending)->call))
			return true;
	return false;
}

void spy_client_wants(struct spy_client *client)
{
	int64_t now = in_ms(client, 0);

	if (client->current || client->state == SPY_CLIENT_CLOSED)
		return;
	if (!is_wanted(client)) {
		spy_timer_cancel(&client->loop->context.timers, &client->retry);
		spy_client_enter(client, SPY_CLIENT_IDLE, 0);
	} else if (client->not_before <= now) {
		spy_client_enter(client, SPY_CLIENT_CONNECTING, 0);
		spy_task_schedule(&client->loop->context, &client->task);
	} else if (!spy_timer_is_set(&client->retry)) {
		spy_client_enter(client, SPY_CLIENT_WAITING,
				 (uint32_t)(client->not_before - now));
		spy_timer_set(&client->loop->context.timers, &client->retry,
			      client->not_before < now + SPY_CLIENT_COUNTDOWN
				      ? client->not_before
				      : now + SPY_CLIENT_COUNTDOWN,
			      on_retry);
	}
}

void spy_client_lost(struct spy_client *client, bool failed, int64_t connected)
{
	int64_t stable = client->loop->context.now - connected;

	client->current = NULL;
	spy_timer_cancel(&client->loop->context.timers, &client->idle);
	if (!failed && stable >= SPY_CLIENT_STABLE * INT64_C(1000000))
		client->attempts = 0;
	put_off(client);
	client->attempts++;
	spy_client_wants(client);
}

void spy_client_fail_pending(struct spy_client *client, const char *why)
{
	struct spy_ring *at, *next;

	for (at = client->pending.next; at != &client->pending; at = next) {
		struct spy_request *request =
			SPY_CONTAINER(at, struct spy_request, pending);

		next = at->next;
		if (request->kept && request->client)
			continue;
		spy_ring_remove(&request->pending);
		spy_call_abort(request->call, SPY_EUNAVAILABLE, why);
	}
}

static void on_idle(struct spy_timer *timer)
{
	struct spy_client *client = SPY_CONTAINER(timer, struct spy_client, idle);
	struct spy_wire *wire = client->current;

	if (!wire || spy_connection_calls(spy_wire_connection(wire)))
		return;
	/* From here on a new call opens a new connection. */
	client->current = NULL;
	spy_link_shutdown(&wire->dial.link, SPY_CLOSE_DONE, NULL);
	spy_client_wants(client);
}

void spy_client_is_idle(struct spy_client *client)
{
	uint32_t ms = client->options.idle_timeout;

	spy_timer_set(&client->loop->context.timers, &client->idle,
		      in_ms(client, ms ? ms : SPY_CLIENT_IDLE_TIMEOUT), on_idle);
}

void spy_client_step(struct spy_task *task)
{
	struct spy_client *client = SPY_CONTAINER(task, struct spy_client, task);
	void (*state)(enum spy_client_state, uint32_t, void *) = client->options.state;

	if (!client->current && is_wanted(client) &&
	    client->not_before <= in_ms(client, 0)) {
		spy_client_enter(client, SPY_CLIENT_CONNECTING, 0);
		if (!spy_wire_open(client)) {
			spy_client_fail_pending(client, "out of memory");
			spy_client_lost(client, true, 0);
		}
	}
	/* The listener may free the client with any of them. */
	if (client->news_count) {
		struct spy_client_news news = client->news[0];

		memmove(client->news, client->news + 1,
			--client->news_count * sizeof *client->news);
		if (client->news_count)
			spy_task_schedule(&client->loop->context, task);
		state(news.state, news.retry_in, client->options.self);
	}
}
