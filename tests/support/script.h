/*
 * Transcripts: one connection of ours, whose peer is the script. A line each:
 *
 *	serve KEY=N…          a server's connection; our HELLO and the peer's are exchanged
 *	dial KEY=N…           a client's
 *	create server|client KEY=N…     neither HELLO is; `options` as in the two above
 *	> [8, 1] [8, 2]       a message comes in, in the notation of notation.h
 *	>> [8, 1]             the start of a message that the next `>` line ends
 *	< [9, 1]              the next frame that goes out; `_` stands for any value
 *	<message              the next frame begins a new message
 *	! close 1002          the next event: close CODE, authed CODE, goaway CODE MESSAGE,
 *	                      warning TEXT, refused NAME CODE, end NAME CODE, idle
 *	@ 500                 so many milliseconds pass
 *	? sessions 0 1        what is open and was closed; also `calls N` that live,
 *	                      `held N`, `queued N`, and `started`, `ended`, `closed`, `freed`,
 *	                      `lobby OPENED CLOSED`, `order TEXT` of test_counts, `status CODE`
 *
 *	needs fibers          the rest only where methods can wait
 *
 * Server: token TEXT · revoke user U · revoke token U ID · revoke scopes U S… · goaway CODE
 * TEXT · end_calls CODE · lost · overlong · text · stall (flush nothing) · unstall
 *
 * Client: call NAME METHOD [ARG] [timeout=N] [repeatable] · send NAME STREAM VALUE [= CODE] ·
 * done NAME STREAM · fail NAME STREAM CODE TEXT · throw NAME STREAM ROOM · recv NAME = VALUE
 * or end or CODE · listen NAME · result NAME = VALUE or CODE · status NAME CODE · message NAME
 * TEXT · fill N (calls of test.plain.nothing that nobody waits for) · cancel NAME · close NAME · auth TEXT or nil · reopen NAME · drop (lost)
 *
 * Whatever goes out or happens has to be in the script. `#` starts a comment.
 */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include <stdio.h>

/* Runs a script. 0, or -1 and in `report` what line was not as it says; 1 when it needs what
 * this build has not. */
int script_run(const char *path, FILE *report);

#endif
