-- Reading mailboxes: where each one stands, how each one fares, and what was there before it was ours to read.

-- owner: desk/mailbox
CREATE TABLE mailbox_folder (
    mailbox_folder_id  @id,
    channel_account_id @int NOT NULL REFERENCES channel_account (channel_account_id),
    folder             @text NOT NULL,
    server             @text NOT NULL,
    uid_validity       @int NOT NULL,
    last_uid           @int NOT NULL,
    old_below          @int NOT NULL,
    old_since          @time NULL,
    first_read_at      @time NOT NULL,
    UNIQUE (channel_account_id, folder)
);

-- owner: desk/mailbox
-- key: channel_account_id
CREATE TABLE channel_health (
    channel_account_id @int NOT NULL PRIMARY KEY REFERENCES channel_account (channel_account_id),
    checked_at         @time NULL,
    failing_since      @time NULL,
    step               @text NOT NULL,
    said               @text NOT NULL,
    last_message_at    @time NULL,
    test_sha256        @text NULL,
    test_sent_at       @time NULL,
    test_arrived_at    @time NULL
);

-- When the mail server had it, where that was before we did; and whether it lay there before the mailbox was ours to
-- read: then nothing answers it by itself, also when it is finished after a crash.
ALTER TABLE inbound ADD COLUMN arrived_at @time NULL;
ALTER TABLE inbound ADD COLUMN is_history @bool NULL;
