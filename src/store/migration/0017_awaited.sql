-- Messages that a conversation refers to and that have not come yet.

-- external_id: the Message-ID of such a message; ticket_id: the request that refers to it; at: since when it is awaited.
-- owner: desk/intake
-- grows
CREATE TABLE awaited (
    awaited_id  @id,
    ticket_id   @int NOT NULL REFERENCES ticket (ticket_id),
    external_id @text NOT NULL,
    at          @time NOT NULL,
    UNIQUE (external_id, ticket_id)
);
CREATE INDEX awaited_ticket ON awaited (ticket_id);
CREATE INDEX awaited_at ON awaited (at);
