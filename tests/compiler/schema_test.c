/* The checked schema of small texts: what back ends rely on. */
#include "compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Files in memory: name, text, name, text, NULL. */
static enum read_status read_files(void *arg, struct arena *a, const char *path,
				   struct text *out)
{
	const char *const *files = arg;

	(void)a;
	for (; *files; files += 2) {
		if (strcmp(files[0], path))
			continue;
		out->len = strlen(files[1]);
		out->text = malloc(out->len + 1);
		memcpy(out->text, files[1], out->len + 1);
		out->identity = path;
		return READ_OK;
	}
	return READ_MISSING;
}

static struct schema *schema_of_files(struct compile *c, const char *const *files)
{
	struct schema *schema;

	compile_init(c, &(struct compile_options){
				.read = read_files,
				.read_arg = (void *)(uintptr_t)files,
			});
	schema = compile_file(c, files[0]);
	if (!schema)
		diag_print(&c->diag, stderr, false);
	assert_non_null(schema);
	return schema;
}

static struct schema *schema_of(struct compile *c, const char *text)
{
	const char *files[] = { "test.spy", text, NULL };

	return schema_of_files(c, files);
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

static void types_are_interned(void **state)
{
	struct compile c;
	const struct schema *s = schema_of(
		&c,
		"package p;\n"
		"model M { a: list<int>; b: list<int64>; c: list<int?>; d: list<int>?;\n"
		"  e: map<string, (int, M?)>; f: map<string, (int64, p.M?)>; g: M?; }\n");
	const struct field *f = find(s, "M")->record->fields;

	(void)state;
	assert_ptr_equal(f[0].type, f[1].type);
	assert_ptr_not_equal(f[0].type, f[2].type);
	assert_ptr_equal(f[3].type->base, f[0].type);
	assert_true(f[3].type->nullable);
	assert_ptr_equal(f[3].type->element, f[0].type->element);
	assert_ptr_equal(f[4].type, f[5].type);
	assert_string_equal(f[4].type->text, "map<string, (int64, p.M?)>");
	assert_string_equal(f[0].type_text, "list<int>");
	assert_string_equal(f[1].type_text, "list<int64>");
	assert_ptr_equal(f[6].type->decl, find(s, "M"));
	assert_ptr_equal(f[6].type->base, find(s, "M")->type);
	assert_int_equal(f[4].type->element->n_items, 2);
	compile_free(&c);
}

static void defaults_have_their_value(void **state)
{
	struct compile c;
	const struct schema *s = schema_of(
		&c,
		"enum E { a, b = 7; default a; }\n"
		"model M { a: int = -5; b: uint64 = 18446744073709551615; c: bool = true;\n"
		"  d: string = \"x\\n\"; e: E = b; f: time = now; g: uuid = random;\n"
		"  h: duration = 1h; i: list<int> = []; j: double = 2; k: bigint = 256;\n"
		"  l: time = \"1970-01-02T00:00:00Z\"; m: int8?; n: int64 = \n"
		"  -9223372036854775808; }\n");
	const struct decl *e = find(s, "E");
	const struct field *f = find(s, "M")->record->fields;

	(void)state;
	assert_true(f[0].value->kind == VALUE_INT && f[0].value->i == -5);
	assert_true(f[1].value->kind == VALUE_UINT && f[1].value->u == UINT64_MAX);
	assert_true(f[2].value->kind == VALUE_BOOL && f[2].value->b);
	assert_string_equal(f[3].value->s, "x\n");
	assert_int_equal(f[3].value->len, 2);
	assert_string_equal(f[3].value->text, "\"x\\n\"");
	assert_ptr_equal(f[4].value->e, &e->enumeration->values[1]);
	assert_int_equal(f[5].value->kind, VALUE_NOW);
	assert_int_equal(f[6].value->kind, VALUE_RANDOM);
	assert_true(f[7].value->i == 3600000000000);
	assert_int_equal(f[8].value->kind, VALUE_EMPTY);
	assert_true(f[9].value->kind == VALUE_DOUBLE && f[9].value->d == 2.0);
	assert_int_equal(f[10].value->len, 2);
	assert_int_equal(f[11].value->time.seconds, 86400);
	assert_null(f[12].value);
	assert_true(f[13].value->i == INT64_MIN);
	assert_ptr_equal(e->enumeration->fallback, &e->enumeration->values[0]);
	assert_int_equal(e->enumeration->values[1].number, 7);
	compile_free(&c);
}

static void sealed_children_are_numbered_in_order(void **state)
{
	struct compile c;
	const struct schema *s =
		schema_of(&c, "model D extends B { d: int; }\n"
			      "sealed model A { a: int; }\n"
			      "sealed model B extends A { b: int; }\n"
			      "model C extends A { c: A?; }\n"
			      "immutable model E extends D { e: int; }\n");
	const struct record *a = find(s, "A")->record, *b = find(s, "B")->record;

	(void)state;
	assert_int_equal(a->n_children, 3);
	assert_string_equal(a->children[0]->decl->name, "D");
	assert_string_equal(a->children[1]->decl->name, "C");
	assert_string_equal(a->children[2]->decl->name, "E");
	assert_int_equal(b->n_children, 2);
	assert_int_equal(find(s, "A")->type->kind, TYPE_SEALED);
	assert_int_equal(find(s, "D")->type->kind, TYPE_MODEL);
	assert_ptr_equal(find(s, "E")->record->parent, find(s, "D")->record);
	assert_true(find(s, "E")->record->immutable);
	compile_free(&c);
}

static void methods_are_complete(void **state)
{
	struct compile c;
	const struct schema *s = schema_of(
		&c,
		"package p;\n"
		"exception X { }\n"
		"/// About e.\n"
		"@scope(\"a\") endpoint e {\n"
		"  /// One.\n  /// Two.\n"
		"  @scope(\"b\", \"a\") @timeout(200ms) @credit(8KiB) @overflow(fail)\n"
		"  one(x: int = 3, y: stream<int?> @credit(4KiB) @overflow(latest))\n"
		"    -> stream<list<int>> throws X;\n"
		"  two() -> int?;\n  three(); }\n"
		"endpoint f { @login messages X @credit(64KiB) -> any; }\n");
	const struct method *m = find(s, "e")->endpoint->methods;
	const struct method *lobby = find(s, "f")->endpoint->methods;

	(void)state;
	assert_string_equal(m[0].wire_name, "p.e.one");
	assert_string_equal(m[0].doc, "One.\nTwo.");
	assert_string_equal(find(s, "e")->doc, "About e.");
	assert_true(m[0].streaming && m[0].login && !m[0].messages);
	assert_int_equal(m[0].n_scopes, 2);
	assert_string_equal(m[0].scopes[0], "a");
	assert_string_equal(m[0].scopes[1], "b");
	assert_int_equal(m[0].timeout_ms, 200);
	assert_int_equal(m[0].credit, 8192);
	assert_int_equal(m[0].overflow, OVERFLOW_FAIL);
	assert_int_equal(m[0].result, RESULT_STREAM);
	assert_string_equal(m[0].result_type->text, "list<int64>");
	assert_int_equal(m[0].params[0].value->i, 3);
	assert_true(m[0].params[1].stream && m[0].params[1].type->nullable);
	assert_int_equal(m[0].params[1].credit, 4096);
	assert_int_equal(m[0].params[1].overflow, OVERFLOW_LATEST);
	assert_ptr_equal(m[0].throws[0], find(s, "X")->record);
	assert_true(!m[1].streaming && m[1].result == RESULT_PLAIN && m[1].n_scopes == 1);
	assert_int_equal(m[2].result, RESULT_NONE);
	assert_null(m[2].result_type);
	assert_true(lobby->messages && lobby->streaming && lobby->login);
	assert_string_equal(lobby->wire_name, "p.f.messages");
	assert_true(lobby->params[0].stream && lobby->n_params == 1);
	assert_int_equal(lobby->params[0].credit, 65536);
	assert_int_equal(lobby->result_type->kind, TYPE_ANY);
	assert_int_equal(s->n_stream_items, 4);
	compile_free(&c);
}

static void lists_stand_in_a_usable_order(void **state)
{
	struct compile c;
	const struct schema *s = schema_of(&c, "model A { b: B; u: U; l: list<C>; }\n"
					       "model B { t: (int, C); }\n"
					       "union U = C | D;\n"
					       "model C { x: int; }\n"
					       "model D extends C { e: E; }\n"
					       "enum E { a; }\n");
	static const char *const expected[] = { "C", "B", "E", "D", "U", "A" };
	size_t i, k;

	(void)state;
	assert_int_equal(s->n_ordered, 6);
	for (i = 0; i < 6; i++)
		assert_string_equal(s->ordered[i]->name, expected[i]);
	/* parts before wholes */
	for (i = 0; i < s->n_types; i++)
		for (k = 0; k < s->n_types; k++)
			if (s->types[i]->element == s->types[k] && !s->types[i]->decl)
				assert_true(k < i);
	compile_free(&c);
}

static void imports_are_found_and_ordered(void **state)
{
	static const char *const files[] = {
		"dir/main.spy",
		"package main; import \"b.spy\"; import \"sub/a.spy\"; import \"bare.spy\";"
		"model M extends b.B { x: sub.A; y: Bare; z: list<main.M>; w: Same?; }",
		"dir/b.spy",
		"package b; import \"sub/a.spy\"; model B { a: sub.A?; }",
		"dir/sub/a.spy",
		"package sub; model A { }",
		"dir/bare.spy",
		"import \"same.spy\"; model Bare { s: main.Same?; }",
		"dir/same.spy",
		"package main; model Same { }",
		NULL,
	};
	static const char *const with_same[] = {
		"dir/main.spy",
		"package main; import \"b.spy\"; import \"sub/a.spy\"; import \"bare.spy\";"
		"import \"same.spy\";"
		"model M extends b.B { x: sub.A; y: Bare; z: list<main.M>; w: Same?; }",
		"dir/b.spy",
		"package b; import \"sub/a.spy\"; model B { a: sub.A?; }",
		"dir/sub/a.spy",
		"package sub; model A { }",
		"dir/bare.spy",
		"import \"same.spy\"; model Bare { s: main.Same?; }",
		"dir/same.spy",
		"package main; model Same { }",
		NULL,
	};
	struct compile c;
	const struct schema *s;

	(void)state;
	s = schema_of_files(&c, with_same);
	assert_string_equal(s->stem, "main");
	assert_int_equal(s->n_imports, 4);
	assert_string_equal(s->import_texts[1], "sub/a.spy");
	assert_int_equal(s->n_all, 5);
	assert_string_equal(s->all[0]->path, "dir/sub/a.spy");
	assert_string_equal(s->all[1]->path, "dir/b.spy");
	assert_ptr_equal(s->all[4], s);
	assert_string_equal(find(s, "M")->record->fields[3].type->text, "main.Same?");
	compile_free(&c);

	/* a package is visible only through an import of one's own */
	compile_init(&c, &(struct compile_options){
				 .read = read_files,
				 .read_arg = (void *)(uintptr_t)files,
			 });
	assert_null(compile_file(&c, files[0]));
	assert_int_equal(c.diag.n_errors, 1);
	compile_free(&c);
}

static void flags_and_texts(void **state)
{
	struct compile c;
	const struct schema *s = schema_of(
		&c,
		"/// The package.\n"
		"@c(name = \"q\") package p;\n"
		"@server @deprecated model S { x: int; }\n"
		"model M { @server s: S?; reserved gone; t: string @max(7); b: bytes\n"
		"  @max(1KiB); @c(name = \"klass\") class: int;\n"
		"  /// Old.\n  @deprecated(\"use t\") u: int?; }\n");
	const struct record *m = find(s, "M")->record;

	(void)state;
	assert_string_equal(s->package, "p");
	assert_string_equal(s->c_prefix, "q");
	assert_string_equal(s->doc, "The package.");
	assert_true(find(s, "S")->server);
	assert_string_equal(find(s, "S")->deprecated, "");
	assert_string_equal(find(s, "M")->full_name, "p.M");
	assert_true(m->fields[0].server && !m->fields[2].server);
	assert_true(m->fields[1].reserved && !m->fields[1].type);
	assert_int_equal(m->fields[2].max, 7);
	assert_int_equal(m->fields[3].max, 1024);
	assert_string_equal(m->fields[4].c_name, "klass");
	assert_string_equal(m->fields[5].deprecated, "use t");
	assert_string_equal(m->fields[5].doc, "Old.");
	assert_null(m->fields[0].doc);
	compile_free(&c);
}

static void text_larger_than_a_schema_can_be(void **state)
{
	size_t len = SOURCE_FILE_MAX + 1;
	char *text = calloc(1, len);
	struct compile c;

	(void)state;
	memset(text, ' ', len);
	compile_init(&c, &(struct compile_options){ 0 });
	assert_null(compile_text(&c, "big.spy", text, len));
	assert_int_equal(c.diag.n_errors, 1);
	compile_free(&c);
	free(text);
}

/* A chain of models in which each holds the next: no recursion may follow it. */
static void long_chains_need_no_stack(void **state)
{
	enum { N = 100000 };
	char *text = malloc(N * 64), *p = text;
	struct compile c;
	int i;

	(void)state;
	for (i = 0; i < N; i++)
		p += sprintf(p, "model M%d extends M%d { f%d: M%d; }\n", i, i + 1, i,
			     i + 1);
	p += sprintf(p, "model M%d { f: M0; }\n", i);
	compile_init(&c, &(struct compile_options){ 0 });
	assert_null(compile_text(&c, "chain.spy", text, (size_t)(p - text)));
	assert_true(c.diag.n_errors > 0);
	compile_free(&c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_interned),
		cmocka_unit_test(defaults_have_their_value),
		cmocka_unit_test(sealed_children_are_numbered_in_order),
		cmocka_unit_test(methods_are_complete),
		cmocka_unit_test(lists_stand_in_a_usable_order),
		cmocka_unit_test(imports_are_found_and_ordered),
		cmocka_unit_test(flags_and_texts),
		cmocka_unit_test(text_larger_than_a_schema_can_be),
		cmocka_unit_test(long_chains_need_no_stack),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
