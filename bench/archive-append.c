/*
 * The inserts of Minimix's archive, made by C: what can be reached on this machine with this schema.
 * archive-append DB SCHEMA FEED BURST: runs the schema, then the rows of FEED, BURST of them a transaction.
 * A row is 23 fields, each ended by 0x1f: 13 of `message`, 7 of `stanza`, 2 of `word` (its row id is `doc`), and the
 * rows of `term` that come with it, `id=text`, each ended by 0x1e.
 * Prints the microseconds a message, wall clock and CPU.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(sqlite3 *db, const char *what) {
  fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
  exit(1);
}

static char *whole(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(*size + 1);
  if (!text || fread(text, 1, *size, file) != *size) { perror(path); exit(1); }
  text[*size] = 0;
  fclose(file);
  return text;
}

static void run(sqlite3 *db, const char *sql) {
  if (sqlite3_exec(db, sql, 0, 0, 0) != SQLITE_OK) fail(db, sql);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, 0) != SQLITE_OK) fail(db, sql);
  return statement;
}

/* Binds a field; an empty one is NULL. */
static char *bind(sqlite3_stmt *statement, int n, char *field, int number) {
  char *end = strchr(field, 0x1f);
  if (end == field) sqlite3_bind_null(statement, n);
  else if (number) sqlite3_bind_int64(statement, n, strtoll(field, 0, 10));
  else sqlite3_bind_text(statement, n, field, (int)(end - field), SQLITE_STATIC);
  return end + 1;
}

static void step(sqlite3 *db, sqlite3_stmt *statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) fail(db, "insert");
  sqlite3_reset(statement);
}

static char *terms(sqlite3 *db, sqlite3_stmt *statement, char *at) {
  while (*at != 0x1f) {
    char *text = strchr(at, '=') + 1, *end = strchr(text, 0x1e);
    sqlite3_bind_int64(statement, 1, strtoll(at, 0, 10));
    sqlite3_bind_text(statement, 2, text, (int)(end - text), SQLITE_STATIC);
    step(db, statement);
    at = end + 1;
  }
  return at + 1;
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int count, char **given) {
  if (count != 5) return 2;
  sqlite3 *db;
  size_t size;
  if (sqlite3_open(given[1], &db) != SQLITE_OK) fail(db, given[1]);
  run(db, whole(given[2], &size));
  char *feed = whole(given[3], &size);
  long burst = atol(given[4]), rows = 0;
  sqlite3_stmt *message = prepared(db, "INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  sqlite3_stmt *stanza = prepared(db, "INSERT INTO stanza VALUES (?,?,?,?,?,?,?)");
  sqlite3_stmt *term = prepared(db, "INSERT INTO term VALUES (?,?)");
  sqlite3_stmt *word = prepared(db, "INSERT INTO word (rowid, text, mark) VALUES (?,?,?)");
  double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (char *at = feed; at < feed + size; rows++) {
    if (rows % burst == 0) run(db, "BEGIN IMMEDIATE");
    char *doc = at;
    for (int n = 1; n <= 13; n++) {
      if (n == 4) doc = at;
      at = bind(message, n, at, 1);
    }
    step(db, message);
    for (int n = 1; n <= 7; n++) at = bind(stanza, n, at, n == 1);
    step(db, stanza);
    bind(word, 1, doc, 1);
    at = bind(word, 2, at, 0);
    at = bind(word, 3, at, 0);
    step(db, word);
    at = terms(db, term, at);
    if (rows % burst == burst - 1) run(db, "COMMIT");
  }
  if (!sqlite3_get_autocommit(db)) run(db, "COMMIT");
  printf("%f %f\n", (seconds(CLOCK_MONOTONIC) - wall) / rows * 1e6, (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / rows * 1e6);
  return 0;
}
