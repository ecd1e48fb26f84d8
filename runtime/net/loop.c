/*
 * The loop's life. libwebsockets closes its handles through the loop, so that a loop ends in
 * this order: lws_context_destroy(), our own handles, run until it is empty, destroy again for
 * the memory, uv_loop_close().
 */
#include <net/dial.h>
#include <net/link.h>
#include <net/loop.h>

#include <libwebsockets.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* The one variable that is not somebody's: a method finds the loop that it runs on. */
static _Thread_local struct spy_loop *current;

struct spy_tls_vhost {
	struct spy_tls_vhost *next;
	struct lws_vhost *vhost;
	bool tls;
	char ca_file[]; /* "": the system's */
};

static void env_now(struct timespec *time)
{
	clock_gettime(CLOCK_REALTIME, time);
}

void spy_loop_random(void *bytes, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = getrandom((uint8_t *)bytes + got, len - got, 0);

		if (n > 0)
			got += n;
	}
}

static const struct spy_env env = { .now = env_now, .random = spy_loop_random };

static int64_t tell_time(struct timespec *wall)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_REALTIME, wall);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void set_time(struct spy_loop *loop)
{
	struct timespec wall;
	int64_t now = tell_time(&wall);

	spy_context_set_time(&loop->context, now, wall);
	loop->slept = !loop->depth; /* a program may do something else for hours */
}

void spy_loop_tell(struct spy_loop *loop)
{
	if (loop->slept)
		set_time(loop);
}

static void tell_hook(void *self)
{
	spy_loop_tell(self);
}

static void flush(struct spy_loop *loop)
{
	if (spy_ring_is_empty(&loop->dirty))
		return;
	/* Those that become dirty meanwhile have their turn next time. */
	spy_ring_append(&loop->dirty, &loop->mark);
	while (loop->dirty.next != &loop->mark) {
		struct spy_link *link =
			SPY_CONTAINER(loop->dirty.next, struct spy_link, dirty);

		spy_ring_remove(&link->dirty);
		spy_link_flush(link);
	}
	spy_ring_remove(&loop->mark);
}

void spy_loop_turn(struct spy_loop *loop)
{
	loop->depth++;
	set_time(loop);
	spy_context_run(&loop->context);
	flush(loop);
	if (loop->turned)
		loop->turned(loop->turned_self);
	loop->depth--;
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer; /* It only ends the sleep; on_prepare() does the work. */
}

int spy_loop_timeout(const struct spy_loop *loop)
{
	int64_t deadline = spy_context_deadline(&loop->context);
	struct timespec wall;
	int64_t left;

	if (!spy_ring_is_empty(&loop->dirty))
		return 0;
	if (deadline == INT64_MAX)
		return -1;
	left = deadline ? deadline - tell_time(&wall) : 0;
	if (left <= 0)
		return 0;
	left = (left + 999999) / 1000000;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

static void on_prepare(uv_prepare_t *prepare)
{
	struct spy_loop *loop = prepare->data;
	bool due = spy_context_deadline(&loop->context) <= loop->context.now;
	int timeout;

	spy_loop_turn(loop);
	timeout = due && loop->waiting ? 0 : spy_loop_timeout(loop);
	if (timeout < 0)
		uv_timer_stop(&loop->timer);
	else
		uv_timer_start(&loop->timer, on_timer, timeout, 0);
	loop->slept = true;
}

static int wait_hook(void *self)
{
	struct spy_loop *loop = self;
	bool outer = loop->waiting;
	int r = 0;

	if (loop->depth)
		return SPY_EAGAIN;
	/* What is waited for may be freed meanwhile, with the last client. */
	loop->references++;
	set_time(loop);
	if (spy_context_deadline(&loop->context) <= loop->context.now) {
		/* The one who waits looks first whether this was it. */
		spy_loop_turn(loop);
	} else {
		loop->waiting = true;
		r = spy_loop_run(loop, UV_RUN_ONCE);
		loop->waiting = outer;
	}
	spy_loop_release(loop);
	return r < 0 ? r : 0;
}

static bool open_lws(struct spy_loop *loop)
{
	void *loops[1] = { &loop->uv };
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.foreign_loops = loops;
	info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.pt_serv_buf_size = SPY_LOOP_READ;
	info.max_http_header_data = SPY_LOOP_HEADERS;
	info.pcontext = &loop->lws; /* NULL again when it has been freed */
	info.gid = info.uid = (gid_t)-1;
	/* It logs what peers do, and its default level costs a third of the speed. */
	lws_set_log_level(0, NULL);
	return (loop->lws = lws_create_context(&info)) != NULL;
}

static void init_tls(void)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.options =
		LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info.gid = info.uid = (gid_t)-1;
	lws_context_destroy(lws_create_context(&info));
}

/* With this option every context of lws would take new numbers for what it keeps at OpenSSL's
 * objects, in variables that all threads share: those of the contexts before would no longer
 * find theirs. So one context does it, once, for no other purpose. */
void spy_loop_init_tls(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, init_tls);
}

static void close_loop(struct spy_loop *loop)
{
	struct spy_tls_vhost *vhost;

	flush(loop); /* links that were doomed last */
	if (loop->lws)
		lws_context_destroy(loop->lws);
	uv_close((uv_handle_t *)&loop->prepare, NULL);
	uv_close((uv_handle_t *)&loop->timer, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	/* Its handles are closed; now it frees its memory. */
	if (loop->lws)
		lws_context_destroy(loop->lws);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	spy_context_fini(&loop->context);
	uv_loop_close(&loop->uv);
	while ((vhost = loop->vhosts)) {
		loop->vhosts = vhost->next;
		free(vhost);
	}
	if (current == loop)
		current = NULL;
	free(loop);
}

struct spy_loop *spy_loop_acquire(void)
{
	struct spy_loop *loop = current;
	struct spy_context_hooks hooks = { .wait = wait_hook, .tell = tell_hook };
	struct timespec wall;

	if (loop) {
		loop->references++;
		return loop;
	}
	if (!(loop = calloc(1, sizeof *loop)))
		return NULL;
	if (uv_loop_init(&loop->uv) < 0) {
		free(loop);
		return NULL;
	}
	hooks.self = loop;
	spy_context_init(&loop->context, &hooks, &env, tell_time(&wall), wall);
	env_now(&loop->context.wall);
	spy_ring_init(&loop->dirty);
	uv_prepare_init(&loop->uv, &loop->prepare);
	loop->prepare.data = loop;
	uv_prepare_start(&loop->prepare, on_prepare);
	uv_timer_init(&loop->uv, &loop->timer);
	if (!open_lws(loop)) {
		close_loop(loop);
		return NULL;
	}
	loop->references = 1;
	loop->slept = true;
	return current = loop;
}

void spy_loop_release(struct spy_loop *loop)
{
	if (!--loop->references && !loop->depth)
		close_loop(loop);
}

int spy_loop_run(struct spy_loop *loop, uv_run_mode mode)
{
	int r;

	if (loop->depth)
		return SPY_EAGAIN;
	loop->depth++;
	r = uv_run(&loop->uv, mode);
	loop->slept = true;
	if (!--loop->depth && !loop->references)
		close_loop(loop);
	return r;
}

struct lws_vhost *spy_loop_client_vhost(struct spy_loop *loop, bool tls,
					const char *ca_file)
{
	static const lws_retry_bo_t no_validity; /* its timers are one sorted list */
	struct lws_context_creation_info info;
	struct spy_tls_vhost *vhost;

	if (!tls || !ca_file)
		ca_file = "";
	for (vhost = loop->vhosts; vhost; vhost = vhost->next)
		if (vhost->tls == tls && !strcmp(vhost->ca_file, ca_file))
			return vhost->vhost;
	if (!(vhost = calloc(1, sizeof *vhost + strlen(ca_file) + 1)))
		return NULL;
	strcpy(vhost->ca_file, ca_file);
	vhost->tls = tls;
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.vhost_name = vhost->ca_file;
	info.protocols = spy_dial_protocols();
	info.retry_and_idle_policy = &no_validity;
	if (tls) {
		spy_loop_init_tls();
		info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.client_ssl_ca_filepath = *ca_file ? ca_file : NULL;
		info.alpn = "http/1.1";
	}
	if (!(vhost->vhost = lws_create_vhost(loop->lws, &info))) {
		free(vhost);
		return NULL;
	}
	vhost->next = loop->vhosts;
	loop->vhosts = vhost;
	return vhost->vhost;
}
