/*
 * load [OPTION...]: keeps an echo server busy and measures it. One thread, epoll.
 *
 *   -a PORT      the server's port on 127.0.0.1
 *   -s METHOD    speak spygen's protocol, calling METHOD, a streaming echo; without it:
 *                plain WebSocket messages, each one item
 *   -u           METHOD takes one item and returns it: a call for each
 *   -i HEX       an item's bytes (one MessagePack value for -s)
 *   -c N -d N    connections, and items on their way on each
 *   -k N         items per message at most (0: all that are ready)
 *   -w MS -t MS  warm-up and measured time
 *   -p PID       the server, whose CPU time is read
 *   -S           sleep in epoll in place of spinning: adds the time of waking up
 *
 * Prints one line of JSON: items, seconds, CPU nanoseconds of the server, and the round trip
 * of one item in microseconds (p50, p99) when -d is 1. It is a client like others: it keeps
 * within the credit that it is granted and grants as it reads. Read next: conn.c, the protocol.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { EVENTS = 256, SAMPLES = 1 << 20 };

static struct load_options options = { .connections = 1, .depth = 1 };
static int warm_up = 200, measured = 500;
static pid_t server;
static bool sleeps;

static uint64_t samples[SAMPLES]; /* of round trips */
static size_t sample_count;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds on a CPU, of all threads of the server. */
static uint64_t server_cpu(void)
{
	uint64_t sum = 0;
	char path[300];
	DIR *dir;
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)server);
	if (server == 0 || !(dir = opendir(path)))
		return 0;
	while ((entry = readdir(dir))) {
		unsigned long long cpu = 0;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)server,
			 entry->d_name);
		if (entry->d_name[0] == '.' || !(file = fopen(path, "r")))
			continue;
		if (fscanf(file, "%llu", &cpu) == 1)
			sum += cpu;
		fclose(file);
	}
	closedir(dir);
	return sum;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double percentile(double p)
{
	if (sample_count == 0)
		return 0;
	return (double)samples[(size_t)(p * (double)(sample_count - 1))] / 1000;
}

static void serve_events(int epoll, struct conn *conns)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(epoll, events, EVENTS, sleeps ? 100 : 0);

	for (int i = 0; i < count; i++) {
		struct conn *conn = &conns[events[i].data.u32];
		size_t before = conn->replies;

		if (conn_read(conn) < 0 || conn_write(conn) < 0) {
			fprintf(stderr, "load: connection %u: %s\n", events[i].data.u32,
				conn->problem);
			exit(1);
		}
		if (options.depth == 1 && conn->replies > before) {
			uint64_t t = now();

			if (conn->sent_at && sample_count < SAMPLES)
				samples[sample_count++] = t - conn->sent_at;
			conn->sent_at = t;
		}
	}
}

static uint64_t replies(const struct conn *conns)
{
	uint64_t sum = 0;

	for (int i = 0; i < options.connections; i++)
		sum += conns[i].replies;
	return sum;
}

static void run_for(int epoll, struct conn *conns, int milliseconds)
{
	uint64_t end = now() + (uint64_t)milliseconds * 1000000u;

	/* the clock is asked for once in many turns: it is not what we measure */
	while (now() < end)
		for (int i = 0; i < 64; i++)
			serve_events(epoll, conns);
}

static bool parse_hex(const char *hex)
{
	size_t len = strlen(hex) / 2;
	uint8_t *item = malloc(len + 1);

	for (size_t i = 0; item && i < len; i++) {
		unsigned byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		item[i] = (uint8_t)byte;
	}
	options.item = item;
	options.item_len = len;
	return item && len > 0;
}

static int parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "a:s:i:c:d:k:w:t:p:Su")) != -1) {
		int number = optarg ? atoi(optarg) : 0;

		switch (option) {
		case 'a':
			options.port = number;
			break;
		case 's':
			options.method = optarg;
			break;
		case 'c':
			options.connections = number;
			break;
		case 'd':
			options.depth = number;
			break;
		case 'k':
			options.per_message = number;
			break;
		case 'w':
			warm_up = number;
			break;
		case 't':
			measured = number;
			break;
		case 'p':
			server = number;
			break;
		case 'u':
			options.unary = true;
			break;
		case 'S':
			sleeps = true;
			break;
		case 'i':
			if (!parse_hex(optarg))
				return -1;
			break;
		default:
			return -1;
		}
	}
	return options.item && options.port && options.connections > 0 &&
			       options.depth > 0
		       ? 0
		       : -1;
}

int main(int argc, char **argv)
{
	struct conn *conns;
	int epoll = epoll_create1(0);
	uint64_t start, cpu, items;

	if (parse(argc, argv) < 0) {
		fputs("usage: load -a PORT -i HEX [-s METHOD [-u]] [-c N] [-d N] [-k N] [-w MS] "
		      "[-t MS] [-p PID] [-S]\n",
		      stderr);
		return 2;
	}
	conns = calloc((size_t)options.connections, sizeof(*conns));
	for (int i = 0; conns && i < options.connections; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = (uint32_t)i };

		if (conn_open(&conns[i], &options) < 0 || conn_write(&conns[i]) < 0) {
			fprintf(stderr, "load: %s\n", conns[i].problem);
			return 1;
		}
		epoll_ctl(epoll, EPOLL_CTL_ADD, conns[i].fd, &event);
	}
	run_for(epoll, conns, warm_up);
	sample_count = 0;
	items = replies(conns);
	cpu = server_cpu();
	start = now();
	run_for(epoll, conns, measured);
	cpu = server_cpu() - cpu;
	start = now() - start;
	items = replies(conns) - items;
	qsort(samples, sample_count, sizeof(*samples), compare);
	printf("{\"items\": %llu, \"seconds\": %.6f, \"cpu_ns\": %llu, \"p50_us\": %.2f, "
	       "\"p99_us\": %.2f}\n",
	       (unsigned long long)items, (double)start / 1e9, (unsigned long long)cpu,
	       percentile(0.5), percentile(0.99));
	return items == 0;
}
