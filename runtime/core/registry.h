/*
 * What a server serves: endpoints by name, and their methods by full name. Filled before
 * the first connection, read only from then on, so that all worker threads share one.
 */
#ifndef SPY_CORE_REGISTRY_H
#define SPY_CORE_REGISTRY_H

#include <spy/server.h>

struct spy_registry;

/* NULL without memory. */
struct spy_registry *spy_registry_new(void);
void spy_registry_free(struct spy_registry *registry);

/* Copies the struct, borrows what it points to. SPY_EALREADY_EXISTS, SPY_ENOMEM, or
 * SPY_EINVALID_ARGUMENT for a table that makes no sense (a method without its endpoint's
 * name in front). */
int spy_registry_add(struct spy_registry *registry, const struct spy_service *service);

/* Endpoints in the order in which they were added; NULL at the end. */
const struct spy_service *spy_registry_service(const struct spy_registry *registry,
					       size_t index);

/* The service whose endpoint has this name, or NULL. */
const struct spy_service *spy_registry_endpoint(const struct spy_registry *registry,
						const char *name, size_t len);

/* A method by its full name: its index in the service's tables, or -1 and no service. */
int spy_registry_method(const struct spy_registry *registry, const char *name, size_t len,
			const struct spy_service **service);

#endif
