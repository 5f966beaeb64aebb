-- So that one dead mail server, one slow domain or one refused recipient holds up nothing else.

-- account: the name of the account it leaves from; domain: of its first recipient. held: the last attempt ended before
-- the server heard of this message, so that it goes on as soon as another one gets through. told_at: its delay stands on
-- the ticket.
ALTER TABLE outbox ADD COLUMN account @text NULL;
ALTER TABLE outbox ADD COLUMN domain @text NULL;
ALTER TABLE outbox ADD COLUMN held @bool NULL;
ALTER TABLE outbox ADD COLUMN told_at @time NULL;
CREATE INDEX outbox_account ON outbox (account, finished_at) WHERE account IS NOT NULL;
CREATE INDEX outbox_held ON outbox (account) WHERE state = 'queued' AND held = 1;

-- How one message fares where its recipients do not fare alike: who has it gets no second copy.
-- owner: queue
-- grows
CREATE TABLE outbox_recipient (
    outbox_recipient_id @id,
    outbox_id           @int NOT NULL REFERENCES outbox (outbox_id),
    address             @text NOT NULL,
    state               @enum(outbox_recipient_state) NOT NULL,
    reason              @text NOT NULL,
    at                  @time NOT NULL,
    UNIQUE (outbox_id, address)
);
