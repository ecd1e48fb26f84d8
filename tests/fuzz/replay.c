/*
 * Runs a fuzzer without libFuzzer, as a test: over every file of its corpus, over seeded
 * random changes to them, and over random bytes. What it finds is a crash, or a sanitizer's
 * report; the bytes that did it are left in NAME_fuzz.crash beside the program. The corpus of NAME_fuzz is the folder NAME beside it and the folders whose paths
 * stand in NAME.seeds, a line each.
 */
#define _DEFAULT_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file larger than that is cut: it is a seed, not a load. */
enum { SIZE_MAX_SEED = 65536, CHANGES = 300, NOISE = 3000 };

static uint64_t seed = 0x5eed5eed;

static size_t random_below(size_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static char crash_path[1024];
static const uint8_t *current;
static size_t current_size;

/* Called when all is lost: nothing but system calls. */
static void save_current(void)
{
	int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (current && write(fd, current, current_size) == (ssize_t)current_size &&
	    write(1, "# input left in ", 16) &&
	    write(1, crash_path, strlen(crash_path)) && write(1, "\n", 1))
		close(fd);
	current = NULL;
}

static void on_signal(int number)
{
	save_current();
	signal(number, SIG_DFL);
	raise(number);
}

/* There when a sanitizer is. */
void __attribute__((weak)) __sanitizer_set_death_callback(void (*callback)(void));

static void watch(const char *program)
{
	snprintf(crash_path, sizeof(crash_path), "%s.crash", program);
	signal(SIGABRT, on_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(save_current);
		return;
	}
	signal(SIGSEGV, on_signal);
	signal(SIGBUS, on_signal);
	signal(SIGFPE, on_signal);
}

/* A block of exactly the size, so that a sanitizer sees one byte too many. */
static void try(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	current = copy;
	current_size = size;
	LLVMFuzzerTestOneInput(copy, size);
	current = NULL;
	free(copy);
}

static void change(uint8_t *data, size_t *size)
{
	static const uint8_t special[] = {
		0, 1, 0x7f, 0x80, 0xc0, 0xc1, 0xc7, 0xdc, 0xff
	};
	size_t at = random_below(*size), length;

	switch (random_below(5)) {
	case 0:
		data[at] ^= (uint8_t)(1 << random_below(8));
		break;
	case 1:
		data[at] = special[random_below(sizeof(special))];
		break;
	case 2:
		*size = at + 1;
		break;
	case 3: /* leave some out */
		length = random_below(*size - at);
		memmove(data + at, data + at + length, *size - at - length);
		*size -= length;
		break;
	default: /* repeat some elsewhere */
		length = random_below(*size - at);
		memmove(data + random_below(*size - length), data + at, length);
		break;
	}
}

static size_t replay(const char *path)
{
	static uint8_t original[SIZE_MAX_SEED], changed[SIZE_MAX_SEED];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file)
		return 0;
	/* nothing is read from a folder */
	size = fread(original, 1, sizeof(original), file);
	fclose(file);
	try(original, size);
	for (int i = 0; size > 0 && i < CHANGES; i++) {
		size_t left = size;

		memcpy(changed, original, size);
		for (size_t n = 1 + random_below(4); n > 0 && left > 0; n--)
			change(changed, &left);
		try(changed, left);
	}
	return 1;
}

static size_t replay_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	size_t replayed = 0;

	for (int i = 0; i < count; i++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replayed += replay(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return replayed;
}

static size_t replay_seeds(const char *list)
{
	FILE *file = fopen(list, "r");
	char folder[300];
	size_t replayed = 0;

	while (file && fgets(folder, sizeof(folder), file)) {
		folder[strcspn(folder, "\n")] = '\0';
		replayed += replay_folder(folder);
	}
	if (file)
		fclose(file);
	return replayed;
}

static void noise(void)
{
	uint8_t data[256];

	try(data, 0);
	for (int i = 0; i < NOISE; i++) {
		size_t size = random_below(sizeof(data));

		for (size_t k = 0; k < size; k++)
			data[k] = (uint8_t)random_below(256);
		try(data, size);
	}
}

int main(int argc, char **argv)
{
	char name[256], path[300];
	size_t files;

	(void)argc;
	watch(argv[0]);
	snprintf(name, sizeof(name), "%s", basename(argv[0]));
	name[strlen(name) > 5 ? strlen(name) - 5 : 0] = '\0';
	printf("1..2\n");
	snprintf(path, sizeof(path), "tests/fuzz/%s", name);
	files = replay_folder(path);
	snprintf(path, sizeof(path), "tests/fuzz/%s.seeds", name);
	files += replay_seeds(path);
	printf("ok 1 - %s: %zu files, each changed %d times%s\n", name, files, CHANGES,
	       files ? "" : " # SKIP no corpus");
	fflush(stdout);
	noise();
	printf("ok 2 - %s: random bytes\n", name);
	return 0;
}
