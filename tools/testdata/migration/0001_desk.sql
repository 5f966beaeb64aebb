-- SPDX-License-Identifier: EUPL-1.2
-- A small desk: enough of every column type for the generators' tests.

-- owner: desk/staff
CREATE TABLE staff (
  staff_id @id,
  name @text NOT NULL,
  sort_key @text NOT NULL,
  rate @real NULL,
  active @bool NOT NULL DEFAULT 1
);

-- owner: desk/ticket
-- grows
CREATE TABLE ticket (
  ticket_id @id(10001),
  state @enum(ticket_state) NOT NULL,
  subject @text NOT NULL,
  owner_id @int NULL REFERENCES staff,
  created_at @time NOT NULL,
  due_at @time NULL,
  cost @cents NOT NULL DEFAULT 0,
  estimate @cents NULL,
  original @blob NULL,
  version @int NOT NULL DEFAULT 1
);
CREATE INDEX ticket_by_owner ON ticket (owner_id, created_at);
CREATE INDEX ticket_by_creation ON ticket (created_at, ticket_id);

-- owner: desk/ticket
CREATE TABLE ticket_tag (
  ticket_id @int NOT NULL REFERENCES ticket ON DELETE CASCADE,
  tag @text NOT NULL, -- "it's; free text"
  PRIMARY KEY (ticket_id, tag)
) WITHOUT ROWID;
