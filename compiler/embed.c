/*
 * embed DIR FILE...: prints a C file that holds the named files of DIR as strings, so that
 * spygen carries its templates within itself.  Runs while spygen is built; template.h
 * declares what it defines.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int print_file(const char *dir, const char *name)
{
	char path[4096];
	int c, before = '\n';
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!(f = fopen(path, "r"))) {
		fprintf(stderr, "embed: %s: %s\n", path, strerror(errno));
		return -1;
	}
	printf("\t{ \"%s\",", name);
	while ((c = getc(f)) != EOF) {
		if (before == '\n')
			fputs("\n\t  \"", stdout);
		if (c == '\n')
			fputs("\\n\"", stdout);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c == '\t')
			fputs("\\t", stdout);
		else
			putchar(c);
		before = c;
	}
	fputs(before == '\n' ? "\n\t  \"\" },\n" : "\" },\n", stdout);
	if (ferror(f)) {
		fprintf(stderr, "embed: %s: %s\n", path, strerror(errno));
		fclose(f);
		return -1;
	}
	return fclose(f);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fputs("usage: embed DIR FILE...\n", stderr);
		return 2;
	}
	puts("#include \"template.h\"\n\nconst struct embedded embedded_templates[] = {");
	for (i = 2; i < argc; i++)
		if (print_file(argv[1], argv[i]) < 0)
			return 1;
	puts("\t{ NULL, NULL },\n};");
	return ferror(stdout) || fflush(stdout) != 0;
}
