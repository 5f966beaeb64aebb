-- A customer's mail that one of us passed on.

-- staff_id: who passed it on; address, name, subject: whose it is, as it stood there; written_at: when they wrote it, where
-- that could be read; taken_at: when it became theirs; NULL: a proposal.
-- owner: desk/ticket
-- grows
-- key: message_id
CREATE TABLE message_forward (
    message_id @int NOT NULL PRIMARY KEY REFERENCES message (message_id),
    staff_id   @int NOT NULL REFERENCES staff (staff_id),
    address    @text NOT NULL,
    name       @text NOT NULL,
    subject    @text NOT NULL,
    written_at @time NULL,
    taken_at   @time NULL
);
CREATE INDEX message_forward_staff ON message_forward (staff_id);
