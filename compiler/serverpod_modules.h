/*
 * Which model files there are, and which of them belong together: a module of Serverpod
 * becomes a package of .spy.
 *
 * A module is the folder with the nearest pubspec.yaml above a file.  Without any, the
 * folder that was named is one module, unless it holds nothing but folders, some of them
 * called as packages of Serverpod are: serverpod..., ..._server, ..._shared, ..._module;
 * then each of them is one.  A module is called as config/generator.yaml nicknames it, else by the name in
 * pubspec.yaml or of the folder, without "serverpod_" before and "_server" behind.
 *
 * Invariant: the result depends on names of files and folders only, never on the order
 * of arguments or of a directory.
 */
#ifndef SPYGEN_SERVERPOD_MODULES_H
#define SPYGEN_SERVERPOD_MODULES_H

#include "serverpod.h"

struct pod_input {
	const char *path; /* as it is shown */
	const char *absolute;
	const char *root; /* the folder that was named, absolute */
	struct pod_module *module;
};

/* Adds the model files that the arguments name, in the order of their paths. */
void pod_find_inputs(struct pod *pod, const struct vec *arguments, struct vec *inputs);

/* Fills in input->module and pod->modules; `package` is the name for all, or NULL. */
void pod_find_modules(struct pod *pod, const struct vec *inputs, const char *package);

#endif
