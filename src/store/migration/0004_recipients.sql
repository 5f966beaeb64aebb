-- To whom each message went, so that an answer goes to the same people and everyone sees to whom one went.

-- Whom a message names in To and Cc, without our own addresses; of ours, to whom it was sent.
-- owner: desk/ticket
-- grows
CREATE TABLE message_recipient (
    message_recipient_id @id,
    message_id           @int NOT NULL REFERENCES message (message_id),
    in_copy              @bool NOT NULL,
    address              @text NOT NULL,
    address_key          @text NOT NULL,
    name                 @text NOT NULL,
    UNIQUE (message_id, address_key)
);
