-- Chat rooms and their messages.
CREATE TABLE rooms (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- Whether guests may use it.
  open BIGINT NOT NULL CHECK (open IN (0, 1)),
  -- When somebody last sent something here.
  active_at BIGINT NOT NULL
);
INSERT INTO rooms (name, open, active_at) VALUES ('general', 1, 0);

CREATE TABLE messages (
  -- AUTOINCREMENT: an id is never given twice, also not after the newest message was deleted.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  room_id BIGINT NOT NULL REFERENCES rooms (id),
  author_id BIGINT NOT NULL REFERENCES users (id),
  client_id TEXT NOT NULL,
  text TEXT NOT NULL,
  -- With --open the plain endpoint's senders name themselves; shown instead of the author.
  sent_name TEXT,
  sent_avatar TEXT,
  sent_at BIGINT NOT NULL,
  UNIQUE (author_id, client_id)
);
CREATE INDEX messages_room_id_id ON messages (room_id, id);
