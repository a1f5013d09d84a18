-- The event log: what durable topics said. One epoch a database; a restored backup gets another.
CREATE TABLE log_epoch (
  epoch TEXT NOT NULL
);
INSERT INTO log_epoch (epoch) VALUES (lower(hex(randomblob(8))));

CREATE TABLE topics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- The last offset given.
  head BIGINT NOT NULL,
  -- The last offset no longer kept.
  trimmed BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE events (
  topic_id BIGINT NOT NULL REFERENCES topics (id),
  event_offset BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (topic_id, event_offset)
) WITHOUT ROWID;
