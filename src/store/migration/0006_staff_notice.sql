-- Staff told by mail of what customers write, and what they answer to that.

-- What one wants to be told by mail; no row: nothing. own: of requests one has in charge; team: of those nobody has yet.
-- owner: desk/notice
-- key: staff_id
CREATE TABLE notice_choice (
    staff_id @int NOT NULL PRIMARY KEY REFERENCES staff (staff_id),
    own      @bool NOT NULL,
    team     @bool NOT NULL
);

-- One told message: who holds the token and writes from that person's own address is answering the customer.
-- owner: desk/notice
-- grows
CREATE TABLE staff_notice (
    staff_notice_id @id,
    token_sha256    @text NOT NULL UNIQUE,
    ticket_id       @int NOT NULL REFERENCES ticket (ticket_id),
    message_id      @int NOT NULL REFERENCES message (message_id),
    staff_id        @int NOT NULL REFERENCES staff (staff_id),
    created_at      @time NOT NULL
);
CREATE INDEX staff_notice_ticket ON staff_notice (ticket_id);
CREATE INDEX staff_notice_message ON staff_notice (message_id);
CREATE INDEX staff_notice_staff ON staff_notice (staff_id, created_at);
