-- What providers of certified mail testify.

-- Of something we sent (accepted, delivered, failed …) or of a message that came (envelope, uncertified). Never changed.
-- fingerprint: SHA-256 of what makes it the same receipt; raw_sha256 the original.
-- owner: desk/receipt
-- grows
CREATE TABLE receipt (
    receipt_id  @id,
    kind        @enum(receipt_kind) NOT NULL,
    inbound_id  @int NOT NULL REFERENCES inbound (inbound_id),
    outbox_id   @int NULL REFERENCES outbox (outbox_id),
    ticket_id   @int NOT NULL REFERENCES ticket (ticket_id),
    message_id  @int NULL REFERENCES message (message_id),
    reference   @text NOT NULL,
    recipient   @text NOT NULL,
    provider    @text NOT NULL,
    identifier  @text NOT NULL,
    legal_at    @time NULL,
    received_at @time NOT NULL,
    error_text  @text NOT NULL,
    raw_sha256  @text NOT NULL,
    signature   @enum(receipt_signature) NOT NULL,
    signer      @text NOT NULL,
    standing    @enum(receipt_standing) NOT NULL,
    fingerprint @text NOT NULL UNIQUE
);
CREATE INDEX receipt_inbound ON receipt (inbound_id);
CREATE INDEX receipt_outbox ON receipt (outbox_id, recipient) WHERE outbox_id IS NOT NULL;
CREATE INDEX receipt_ticket ON receipt (ticket_id, receipt_id);
CREATE INDEX receipt_message ON receipt (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX receipt_identifier ON receipt (identifier, receipt_id);
CREATE INDEX receipt_raw ON receipt (raw_sha256);
