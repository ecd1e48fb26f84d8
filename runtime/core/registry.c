/*
 * One table of names, those of endpoints and those of methods ("chat.room", "chat.room.post"),
 * by open addressing. A server has a few hundred of them and looks one up for every call.
 *
 * Invariant: at most half of the entries are taken, so that a search always ends.
 */
#include <core/registry.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ENDPOINT (-1) /* the method of an entry that stands for the endpoint itself */

struct entry {
	const char *name; /* NULL: free */
	size_t len;
	const struct spy_service *service;
	int method;
};

struct spy_registry {
	struct spy_service **services;
	size_t count;
	struct entry *entries;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

struct spy_registry *spy_registry_new(void)
{
	return calloc(1, sizeof(struct spy_registry));
}

void spy_registry_free(struct spy_registry *registry)
{
	if (!registry)
		return;
	for (size_t i = 0; i < registry->count; i++)
		free(registry->services[i]);
	free(registry->services);
	free(registry->entries);
	free(registry);
}

/* FNV-1a: names are short, and all that are stored are the server's own. */
static size_t hash(const char *name, size_t len)
{
	uint32_t value = 2166136261u;

	for (size_t i = 0; i < len; i++)
		value = (value ^ (unsigned char)name[i]) * 16777619u;
	return value;
}

static bool is_entry(const struct entry *entry, const char *name, size_t len,
		     bool endpoint)
{
	return entry->len == len && (entry->method == ENDPOINT) == endpoint &&
	       !memcmp(entry->name, name, len);
}

/* The entry of this name, or the free one where it would stand. */
static struct entry *find(struct entry *entries, size_t size, const char *name,
			  size_t len, bool endpoint)
{
	size_t at = hash(name, len) & (size - 1);

	while (entries[at].name && !is_entry(&entries[at], name, len, endpoint))
		at = (at + 1) & (size - 1);
	return &entries[at];
}

static int reserve(struct spy_registry *registry, size_t more)
{
	size_t size = registry->size ? registry->size : 16;
	struct entry *entries;

	while (size < 2 * (registry->used + more))
		size *= 2;
	if (size == registry->size)
		return 0;
	if (!(entries = calloc(size, sizeof *entries)))
		return SPY_ENOMEM;
	for (size_t i = 0; i < registry->size; i++)
		if (registry->entries[i].name)
			*find(entries, size, registry->entries[i].name,
			      registry->entries[i].len,
			      registry->entries[i].method == ENDPOINT) =
				registry->entries[i];
	free(registry->entries);
	registry->entries = entries;
	registry->size = size;
	return 0;
}

static void put(struct spy_registry *registry, const char *name,
		const struct spy_service *service, int method)
{
	size_t len = strlen(name);
	struct entry *entry =
		find(registry->entries, registry->size, name, len, method == ENDPOINT);

	registry->used += !entry->name;
	*entry = (struct entry){ name, len, service, method };
}

/* "ENDPOINT.name" with nothing but a name behind the dot. */
static bool belongs(const char *method, const char *endpoint)
{
	size_t len = strlen(endpoint);

	return !strncmp(method, endpoint, len) && method[len] == '.' && method[len + 1] &&
	       !strchr(method + len + 1, '.');
}

int spy_registry_add(struct spy_registry *registry, const struct spy_service *service)
{
	const struct spy_endpoint *endpoint = service->endpoint;
	struct spy_service *copy, **services;
	int r;

	for (uint16_t i = 0; i < endpoint->method_count; i++)
		if (!belongs(endpoint->methods[i].name, endpoint->name))
			return SPY_EINVALID_ARGUMENT;
	if (spy_registry_endpoint(registry, endpoint->name, strlen(endpoint->name)))
		return SPY_EALREADY_EXISTS;
	if ((r = reserve(registry, 1 + (size_t)endpoint->method_count)) < 0)
		return r;
	services = realloc(registry->services, (registry->count + 1) * sizeof(*services));
	if (!services)
		return SPY_ENOMEM;
	registry->services = services;
	if (!(copy = malloc(sizeof *copy)))
		return SPY_ENOMEM;
	*copy = *service;
	services[registry->count++] = copy;
	put(registry, endpoint->name, copy, ENDPOINT);
	for (uint16_t i = 0; i < endpoint->method_count; i++)
		put(registry, endpoint->methods[i].name, copy, i);
	return 0;
}

const struct spy_service *spy_registry_service(const struct spy_registry *registry,
					       size_t index)
{
	return index < registry->count ? registry->services[index] : NULL;
}

const struct spy_service *spy_registry_endpoint(const struct spy_registry *registry,
						const char *name, size_t len)
{
	if (!registry || !registry->size)
		return NULL;
	return find(registry->entries, registry->size, name, len, true)->service;
}

int spy_registry_method(const struct spy_registry *registry, const char *name, size_t len,
			const struct spy_service **service)
{
	const struct entry *entry;

	*service = NULL;
	if (!registry || !registry->size)
		return -1;
	entry = find(registry->entries, registry->size, name, len, false);
	if (!entry->name)
		return -1;
	*service = entry->service;
	return entry->method;
}
