export const SCHEMA_VERSION = 1;

/** Times are epoch milliseconds; a null time_to_live is endless. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    dead_letters INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    state TEXT NOT NULL,
    enqueued_at INTEGER NOT NULL,
    scheduled_for INTEGER,
    time_to_live INTEGER,
    delivery_count INTEGER NOT NULL,
    session_id TEXT,
    payload BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS duplicates (
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (queue, message_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sessions (
    queue TEXT NOT NULL,
    session_id TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (queue, session_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (
    queue TEXT PRIMARY KEY,
    next INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

export const STATEMENTS = {
  insert: 'INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  update: `UPDATE messages SET dead_letters = ?, sequence_number = ?, state = ?, enqueued_at = ?,
    scheduled_for = ?, time_to_live = ?, delivery_count = ?, payload = coalesce(?, payload) WHERE id = ?`,
  remove: 'DELETE FROM messages WHERE id = ?',
  payload: 'SELECT payload FROM messages WHERE id = ?',
  rememberId: 'INSERT OR REPLACE INTO duplicates VALUES (?, ?, ?)',
  forgetIds: 'DELETE FROM duplicates WHERE queue = ? AND until <= ?',
  saveSession: 'INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)',
  dropSession: 'DELETE FROM sessions WHERE queue = ? AND session_id = ?',
  counter: 'INSERT OR REPLACE INTO counters VALUES (?, ?)',
  messages: `SELECT id, queue, dead_letters, sequence_number, state, enqueued_at, scheduled_for, time_to_live,
    delivery_count, session_id, length(payload) AS size FROM messages ORDER BY sequence_number`,
  duplicates: 'SELECT queue, message_id, until FROM duplicates ORDER BY until',
  sessions: 'SELECT queue, session_id, state FROM sessions',
  counters: 'SELECT queue, next FROM counters',
} as const;
