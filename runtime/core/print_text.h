/* The text of scalars, see print_text.c. */
#ifndef SPY_CORE_PRINT_TEXT_H
#define SPY_CORE_PRINT_TEXT_H

#include <spy/value.h>

#include <core/buf.h>

void spy_text(struct spy_buf *buf, const char *text);
void spy_text_char(struct spy_buf *buf, char c);
void spy_text_int(struct spy_buf *buf, int64_t number);
void spy_text_uint(struct spy_buf *buf, uint64_t number);
void spy_text_double(struct spy_buf *buf, double number, bool narrow);
void spy_text_string(struct spy_buf *buf, const char *text, size_t len);
void spy_text_bytes(struct spy_buf *buf, const uint8_t *data, size_t len);
void spy_text_uuid(struct spy_buf *buf, const struct spy_uuid *uuid);
void spy_text_time(struct spy_buf *buf, int64_t seconds, uint32_t nanoseconds);
void spy_text_duration(struct spy_buf *buf, int64_t duration);
void spy_text_bigint(struct spy_buf *buf, const uint8_t *data, size_t len);

#endif
