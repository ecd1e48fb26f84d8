/* C names: the mechanical rule, words that C has taken, and @c. Names that collide are among
 * the diagnostics in tests/errors. */
#include "cname.h"
#include "compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct schema *named(struct compile *c, const char *text)
{
	struct schema *schema;

	compile_init(c, &(struct compile_options){ 0 });
	schema = compile_text(c, "test.spy", text, strlen(text));
	if (!schema || cname_assign(schema, &c->diag) < 0) {
		diag_print(&c->diag, stderr, false);
		fail();
	}
	return schema;
}

static const struct decl *find(const struct schema *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n_decls; i++)
		if (!strcmp(s->decls[i]->name, name))
			return s->decls[i];
	fail_msg("no declaration '%s'", name);
	return NULL;
}

static void declarations(void **state)
{
	struct compile c;
	const struct schema *s = named(&c, "package chat;\n"
					   "model ChatMessage { text: string; }\n"
					   "model HTTPServer2 { a: int; }\n"
					   "enum Mood { calm, very_happy; }\n"
					   "endpoint room { post_it(a: int); }\n");
	const struct endpoint *room = find(s, "room")->endpoint;

	(void)state;
	assert_string_equal(find(s, "ChatMessage")->c_name, "chat_chat_message");
	assert_string_equal(find(s, "Mood")->c_name, "chat_mood");
	assert_string_equal(find(s, "Mood")->enumeration->values[1].c_name,
			    "CHAT_MOOD_VERY_HAPPY");
	assert_string_equal(cname_method(&c.arena, &room->methods[0]),
			    "chat_room_post_it");
	assert_string_equal(room->methods[0].c_name, "post_it");
	assert_string_equal(cname_guard(&c.arena, s, "spy_h"), "CHAT_TEST_SPY_H");
	compile_free(&c);
}

/* Names of the types of one model's fields, which are called after them. */
static void composites(void **state)
{
	struct compile c;
	const struct schema *s =
		named(&c, "package p;\n"
			  "model M {\n"
			  "int_list: list<int>;\n"
			  "opt_int_list: list<int?>;\n"
			  "string_set: set<string>;\n"
			  "string_m_map: map<string, M>;\n"
			  "time_opt_kind_map: map<time, Kind?>;\n"
			  "int_opt_string_tuple: (int64, string?);\n"
			  "uuid_opt_m_list_map_list: list<map<uuid, list<M?>>>;\n"
			  "short_any_tuple: (Long, any);\n"
			  "}\n"
			  "enum Kind { a; }\n"
			  "@c(name = \"p_short\") model Long { a: int; }\n");
	const struct record *m = find(s, "M")->record;
	size_t i;

	(void)state;
	for (i = 0; i < m->n_fields; i++)
		assert_string_equal(cname_composite(&c.arena, s, m->fields[i].type),
				    arena_printf(&c.arena, "p_%s", m->fields[i].name));
	compile_free(&c);
}

static void stream_items(void **state)
{
	struct compile c;
	const struct schema *s = named(
		&c,
		"package p;\nmodel M { a: int; }\n"
		"endpoint e { e(a: stream<int>, b: stream<int?>, c: stream<M>,\n"
		"d: stream<M?>, e: stream<list<M?>?>, f: stream<any>) -> stream<string?>; }\n");
	static const char *const items[] = {
		"spy_int",	    "spy_opt_int", "p_m",	    "p_opt_m",
		"p_opt_opt_m_list", "spy_any",	   "spy_opt_string"
	};
	size_t i;

	(void)state;
	assert_int_equal(s->n_stream_items, 7);
	for (i = 0; i < 7; i++)
		assert_string_equal(cname_item(&c.arena, s, s->stream_items[i]),
				    items[i]);
	compile_free(&c);
}

static void taken_words(void **state)
{
	struct compile c;
	const struct schema *s = named(
		&c,
		"model Int { class: int; errno: int; clas: int; a: int; }\n"
		"model Timespec { co_await: int; ass: int; }\n"
		"union Both = Int | Timespec;\n"
		"endpoint new { delete(call: int, operator: int, r: int) -> int; }\n");
	const struct record *r = find(s, "Int")->record;
	const struct method *m = &find(s, "new")->endpoint->methods[0];

	(void)state;
	assert_string_equal(find(s, "Int")->c_name, "int_");
	assert_string_equal(find(s, "Timespec")->c_name, "timespec_");
	assert_string_equal(find(s, "new")->c_name, "new");
	assert_string_equal(r->fields[0].c_name, "class_");
	assert_string_equal(r->fields[1].c_name, "errno_");
	assert_string_equal(r->fields[2].c_name, "clas");
	assert_string_equal(m->c_name, "delete_");
	assert_string_equal(cname_method(&c.arena, m), "new_delete");
	assert_string_equal(m->params[0].c_name, "call_");
	assert_string_equal(m->params[1].c_name, "operator_");
	assert_string_equal(m->params[2].c_name, "r");
	compile_free(&c);
}

static void given_names(void **state)
{
	struct compile c;
	const struct schema *s = named(
		&c,
		"@c(name = \"im\") package instant_messenger;\n"
		"@c(name = \"msg\") model ChatMessage { @c(name = \"t\") text: string; }\n"
		"model Other { all: list<ChatMessage>; others: list<Other>; }\n"
		"union Any = ChatMessage | Other;\n"
		"enum Mood { @c(name = \"CALM\") calm, happy; }\n"
		"endpoint room { @c(name = \"say\") post_message(@c(name = \"t\") text: "
		"string); }\n");
	const struct decl *msg = find(s, "ChatMessage"), *any = find(s, "Any");
	const struct record *other = find(s, "Other")->record;
	const struct method *m = &find(s, "room")->endpoint->methods[0];

	(void)state;
	assert_string_equal(msg->c_name, "msg");
	assert_string_equal(msg->record->fields[0].c_name, "t");
	assert_string_equal(cname_composite(&c.arena, s, other->fields[0].type),
			    "im_msg_list");
	assert_string_equal(cname_composite(&c.arena, s, other->fields[1].type),
			    "im_other_list");
	assert_string_equal(cname_member(&c.arena, any, msg), "msg");
	assert_string_equal(cname_kind(&c.arena, any, msg), "IM_ANY_MSG");
	assert_string_equal(find(s, "Mood")->enumeration->values[0].c_name, "CALM");
	assert_string_equal(find(s, "Mood")->enumeration->values[1].c_name,
			    "IM_MOOD_HAPPY");
	assert_string_equal(cname_method(&c.arena, m), "im_room_say");
	assert_string_equal(m->params[0].c_name, "t");

	/* a second file of the same run finds names that are there already */
	assert_int_equal(cname_assign((struct schema *)(uintptr_t)s, &c.diag), 0);
	assert_string_equal(find(s, "Other")->c_name, "im_other");
	assert_string_equal(cname_method(&c.arena, m), "im_room_say");
	compile_free(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(declarations), cmocka_unit_test(composites),
		cmocka_unit_test(stream_items), cmocka_unit_test(taken_words),
		cmocka_unit_test(given_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
