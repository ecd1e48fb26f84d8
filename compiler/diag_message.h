/*
 * One diagnostic as it is kept until it is printed.  Shared by diag.c, which collects,
 * and diag_print.c, which renders; nobody else needs it.
 */
#ifndef SPYGEN_DIAG_MESSAGE_H
#define SPYGEN_DIAG_MESSAGE_H

#include "diag.h"

struct message {
	enum severity severity;
	const char *text;
	struct span at;	  /* unless `path` is set */
	const char *path; /* a file without source */
	size_t line;	  /* in `path`; 0: the file as a whole */
	size_t order;
	struct vec notes; /* struct message * */
};

void diag_print_message(const struct diag *d, const struct message *m, FILE *out,
			bool color);

#endif
