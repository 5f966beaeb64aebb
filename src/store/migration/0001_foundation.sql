-- SPDX-License-Identifier: EUPL-1.2
-- store: content-addressed bytes, and the keys by which a write learns whether its lost COMMIT was kept.

-- owner: store
-- key: sha256
CREATE TABLE blob (
  sha256 @text NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  size @int NOT NULL CHECK (size >= 0),
  content @blob NULL,
  added_at @time NOT NULL
);

-- owner: store
-- key: key
-- only: postgresql
CREATE TABLE write_key (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
);

-- only: postgresql
CREATE INDEX write_key_at ON write_key (at);
