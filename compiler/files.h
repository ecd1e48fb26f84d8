/*
 * The input files of `spygen fmt` and `spygen import`: from paths, which may be folders,
 * to sources.
 *
 * Invariant: files of a folder come in the order of their paths, byte by byte, whatever
 * the file system says; a source that was loaded is UTF-8 without a zero byte.
 */
#ifndef SPYGEN_FILES_H
#define SPYGEN_FILES_H

#include "diag.h"

/* Folders in folders; ends a circle of mounts. */
#define FOLDER_DEPTH_MAX 32

/*
 * Adds the file, or all files below the folder whose names end in one of `suffixes`
 * (ended by NULL), to `paths`.  Hidden folders and links to folders are left out.
 */
int files_find(struct diag *diag, const char *path, const char *const *suffixes,
	       struct vec *paths);

/* "-" is standard input, and is called that.  NULL: a diagnostic says why. */
const struct source *file_load(struct diag *diag, const char *path, size_t max);

/* Whether a text is UTF-8 without zero bytes; reports the first byte that is not. */
bool text_check(struct diag *diag, const struct source *source);

bool has_suffix(const char *path, const char *suffix);
bool is_folder(const char *path);

#endif
