-- What mail servers report of messages that had left, and which addresses are doubtful because of it.

-- owner: queue
-- grows
CREATE TABLE delivery (
    delivery_id @id,
    outbox_id   @int NOT NULL REFERENCES outbox (outbox_id),
    ticket_id   @int NULL REFERENCES ticket (ticket_id),
    address_key @text NOT NULL,
    address     @text NOT NULL,
    state       @enum(delivery_state) NOT NULL,
    status      @text NOT NULL,
    reason      @text NOT NULL,
    at          @time NOT NULL,
    looked_at   @time NULL,
    UNIQUE (outbox_id, address_key)
);
CREATE INDEX delivery_ticket ON delivery (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX delivery_failed ON delivery (delivery_id) WHERE state = 'failed' AND looked_at IS NULL;

-- An address that a message did not reach, by its normal form, until something comes from it or somebody says it is right.
-- owner: desk/party
-- grows
-- key: address_key
CREATE TABLE suspect_address (
    address_key @text NOT NULL PRIMARY KEY,
    since       @time NOT NULL,
    status      @text NOT NULL,
    reason      @text NOT NULL
);
