-- Who vouches for a message's sender, and where it asks to be answered.

-- judge: the mail server whose word the three are; reply_to: an address other than the sender's.
-- owner: desk/ticket
-- grows
-- key: message_id
CREATE TABLE message_sender (
    message_id @int NOT NULL PRIMARY KEY REFERENCES message (message_id),
    judge      @text NOT NULL,
    spf        @enum(auth_result) NOT NULL,
    dkim       @enum(auth_result) NOT NULL,
    dmarc      @enum(auth_result) NOT NULL,
    reply_to   @text NOT NULL
);
