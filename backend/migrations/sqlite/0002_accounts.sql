-- People: accounts, and the guests of the Join forms.
CREATE TABLE users (
  -- Never given twice, since messages of people who are gone stay.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('guest', 'member', 'admin')),
  -- Argon2id in PHC's form; none for those whom nobody signs in as.
  password TEXT,
  -- SHA-256 that names the picture.
  avatar TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT,
  deactivated_at BIGINT
);
CREATE UNIQUE INDEX users_email_key_key ON users (email_key) WHERE role <> 'guest';
CREATE INDEX users_name ON users (name_key);
CREATE INDEX users_avatar ON users (avatar);

-- Who has which name: an account for good, a guest while it is about. The one place where names are unique.
CREATE TABLE names (
  key TEXT NOT NULL PRIMARY KEY,
  email_key TEXT NOT NULL,
  account BIGINT NOT NULL,
  held_until BIGINT NOT NULL
);
-- `--open` shows everybody under this name.
INSERT INTO names (key, email_key, account, held_until) VALUES ('anonymous', '', 1, 9223372036854775807);

-- One row, which whoever changes administrators updates first.
CREATE TABLE accounts_state (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  has_admin BIGINT NOT NULL
);
INSERT INTO accounts_state (id, has_admin) VALUES (1, 0);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id BIGINT NOT NULL REFERENCES users (id),
  hash TEXT NOT NULL UNIQUE,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id BIGINT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX tokens_user ON tokens (user_id);

-- What ended before its time: a feed that every process on this database reads.
CREATE TABLE revocations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id BIGINT NOT NULL REFERENCES users (id),
  session_id BIGINT,
  token_id BIGINT,
  at BIGINT NOT NULL
);
CREATE INDEX revocations_at ON revocations (at);
CREATE INDEX revocations_user ON revocations (user_id);
