#ifndef SECRET_ROTATOR_CSQLITE_SHIM_H
#define SECRET_ROTATOR_CSQLITE_SHIM_H

#include <sqlite3.h>

/* SQLITE_TRANSIENT is a cast of -1 to a function pointer: a macro that Swift
 * can't import. It tells SQLite to copy what is bound before the call returns. */
static inline int csqlite_bind_text_transient(sqlite3_stmt *statement, int index, const char *bytes, int count) {
    return sqlite3_bind_text(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline int csqlite_bind_blob_transient(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/* sqlite3_db_config is variadic: Swift can't call it. */
static inline int csqlite_db_config_flag(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}

/* sqlite3_config is variadic, too. */
static inline int csqlite_config_flag(int option, int value) {
    return sqlite3_config(option, value);
}

#endif
