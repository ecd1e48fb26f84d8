/*
 * A settings file: YAML mappings of scalars, groups one level deep, lists where a setting is
 * one. Read by events, so that every message has its place and nothing is built that a bad
 * file could blow up; anchors, aliases and tags are refused, names may not come twice.
 */
#include <server/settings.h>

#include <spy/error.h>

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A settings file has some dozens of lines. */
#define FILE_MAX     (1 << 20)
#define NAME_MAX_LEN 80
#define SEEN_MAX     128
#define LIST_MAX     4096

struct reader {
	struct spy_server_settings *settings;
	const char *file;
	FILE *errors;
	yaml_parser_t parser;
	yaml_event_t event;
	char *seen[SEEN_MAX];
	unsigned seen_count;
};

static int complain(struct reader *reader, const yaml_mark_t *mark, const char *text)
{
	fprintf(reader->errors, "%s:%zu:%zu: error: %s\n", reader->file, mark->line + 1,
		mark->column + 1, text);
	return SPY_EINVALID_ARGUMENT;
}

static int next(struct reader *reader)
{
	yaml_parser_t *parser = &reader->parser;

	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(parser, &reader->event)) {
		const yaml_event_t *event = &reader->event;
		bool marked = event->type == YAML_ALIAS_EVENT;

		if (event->type == YAML_SCALAR_EVENT)
			marked = event->data.scalar.anchor || event->data.scalar.tag;
		else if (event->type == YAML_MAPPING_START_EVENT)
			marked = event->data.mapping_start.anchor ||
				 event->data.mapping_start.tag;
		else if (event->type == YAML_SEQUENCE_START_EVENT)
			marked = event->data.sequence_start.anchor ||
				 event->data.sequence_start.tag;
		return marked ? complain(reader, &event->start_mark,
					 "anchors, aliases and tags are not for settings")
			      : 0;
	}
	if (parser->error == YAML_READER_ERROR) {
		fprintf(reader->errors, "%s: error: %s at byte %zu\n", reader->file,
			parser->problem, parser->problem_offset);
		return SPY_EINVALID_ARGUMENT;
	}
	return complain(reader, &parser->problem_mark,
			parser->problem ? parser->problem : "out of memory");
}

static const char *scalar(const struct reader *reader)
{
	return (const char *)reader->event.data.scalar.value;
}

static int once(struct reader *reader, const char *name, const yaml_mark_t *mark)
{
	for (unsigned i = 0; i < reader->seen_count; i++)
		if (!strcmp(reader->seen[i], name))
			return complain(reader, mark,
					"the setting has been given before");
	if (reader->seen_count == SEEN_MAX ||
	    !(reader->seen[reader->seen_count] = strdup(name)))
		return complain(reader, mark, "too many settings");
	reader->seen_count++;
	return 0;
}

/* `- a` and `- b` as "a,b". */
static int list(struct reader *reader, char *value)
{
	size_t len = 0;
	int r;

	value[0] = '\0';
	while ((r = next(reader)) == 0 && reader->event.type != YAML_SEQUENCE_END_EVENT) {
		if (reader->event.type != YAML_SCALAR_EVENT)
			return complain(reader, &reader->event.start_mark,
					"a list holds words only");
		if (len + strlen(scalar(reader)) + 2 > LIST_MAX)
			return complain(reader, &reader->event.start_mark,
					"the list is too long");
		len += (size_t)sprintf(value + len, "%s%s", len ? "," : "",
				       scalar(reader));
	}
	return r;
}

static int setting(struct reader *reader, const char *name, const yaml_mark_t *name_mark)
{
	char error[SPY_SETTINGS_ERROR], value[LIST_MAX] = "";
	yaml_mark_t mark = reader->event.start_mark;
	const char *text = value;
	int r;

	if (reader->event.type == YAML_SEQUENCE_START_EVENT) {
		if (!spy_settings_is_list(name))
			return complain(reader, &mark,
					"the setting takes one value, no list");
		if ((r = list(reader, value)) < 0)
			return r;
	} else {
		text = scalar(reader);
	}
	if ((r = once(reader, name, name_mark)) < 0)
		return r;
	if (spy_settings_set(reader->settings, name, text, error) < 0)
		return complain(reader,
				strstr(error, "unknown") == error ? name_mark : &mark,
				error);
	return 0;
}

/* The pairs of a mapping, whose start has been read. */
static int mapping(struct reader *reader, const char *group)
{
	char name[2 * NAME_MAX_LEN];
	int r;

	while ((r = next(reader)) == 0 && reader->event.type != YAML_MAPPING_END_EVENT) {
		yaml_mark_t mark = reader->event.start_mark;

		if (reader->event.type != YAML_SCALAR_EVENT ||
		    strlen(scalar(reader)) >= NAME_MAX_LEN)
			return complain(reader, &mark, "this is no name of a setting");
		snprintf(name, sizeof name, "%s%s%s", group, *group ? "." : "",
			 scalar(reader));
		if ((r = next(reader)) < 0)
			return r;
		if (reader->event.type == YAML_SCALAR_EVENT && !*scalar(reader) &&
		    !*group && spy_settings_is_group(name))
			continue; /* all below it is commented out */
		if (reader->event.type != YAML_MAPPING_START_EVENT)
			r = setting(reader, name, &mark);
		else if (!*group && spy_settings_is_group(name))
			r = mapping(reader, name);
		else
			r = complain(reader, &mark, "no settings stand below this name");
		if (r < 0)
			return r;
	}
	return r;
}

static int document(struct reader *reader)
{
	int r;

	if ((r = next(reader)) < 0 || (r = next(reader)) < 0)
		return r;
	if (reader->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if ((r = next(reader)) < 0)
		return r;
	if (reader->event.type == YAML_SCALAR_EVENT && !*scalar(reader))
		return 0;
	if (reader->event.type != YAML_MAPPING_START_EVENT)
		return complain(reader, &reader->event.start_mark,
				"expected settings, as in \"port: 8080\"");
	if ((r = mapping(reader, "")) < 0 || (r = next(reader)) < 0 ||
	    (r = next(reader)) < 0)
		return r;
	if (reader->event.type != YAML_STREAM_END_EVENT)
		return complain(reader, &reader->event.start_mark,
				"one document is enough for settings");
	return 0;
}

int spy_settings_load(struct spy_server_settings *settings, const char *file,
		      FILE *errors)
{
	struct reader reader = { .settings = settings, .file = file, .errors = errors };
	FILE *in = fopen(file, "rb");
	char *text = malloc(FILE_MAX + 1);
	size_t len = in && text ? fread(text, 1, FILE_MAX + 1, in) : 0;
	int r = SPY_EINVALID_ARGUMENT;

	if (!text || !in || ferror(in)) {
		fprintf(errors, "%s: error: cannot be read\n", file);
	} else if (len > FILE_MAX) {
		fprintf(errors, "%s: error: longer than a settings file can be\n", file);
	} else if (!yaml_parser_initialize(&reader.parser)) {
		r = SPY_ENOMEM;
	} else {
		yaml_parser_set_input_string(&reader.parser, (unsigned char *)text, len);
		r = document(&reader);
		yaml_event_delete(&reader.event);
		yaml_parser_delete(&reader.parser);
	}
	while (reader.seen_count)
		free(reader.seen[--reader.seen_count]);
	if (in)
		fclose(in);
	free(text);
	return r;
}
