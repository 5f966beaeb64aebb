-- What goes wrong with a mailbox, and who was told of it.

-- since: when it began; noticed_at: when it was called an incident. mended_since: it looks well from then on, but for too
-- short to be sure; ended_at: it is over, or the mailbox is used no more. told_at: when mail about it was first put in the
-- outbox. step, said: as in channel_health.
-- owner: desk/incident
-- grows
CREATE TABLE incident (
    incident_id        @id,
    channel_account_id @int NOT NULL REFERENCES channel_account (channel_account_id),
    kind               @enum(incident_kind) NOT NULL,
    since              @time NOT NULL,
    noticed_at         @time NOT NULL,
    step               @text NOT NULL,
    said               @text NOT NULL,
    told_at            @time NULL,
    mended_since       @time NULL,
    ended_at           @time NULL
);
CREATE UNIQUE INDEX incident_open ON incident (channel_account_id, kind) WHERE ended_at IS NULL;
CREATE INDEX incident_account ON incident (channel_account_id, noticed_at);

-- One person told of one incident, by which message; tried: the accounts it was handed to, the last one last, by name with
-- commas between.
-- owner: desk/incident
-- grows
CREATE TABLE incident_told (
    incident_told_id @id,
    incident_id      @int NOT NULL REFERENCES incident (incident_id),
    staff_id         @int NOT NULL REFERENCES staff (staff_id),
    outbox_id        @int NOT NULL REFERENCES outbox (outbox_id),
    tried            @text NOT NULL,
    UNIQUE (incident_id, staff_id)
);
CREATE INDEX incident_told_staff ON incident_told (staff_id);
CREATE INDEX incident_told_outbox ON incident_told (outbox_id);

-- Whether one wants to hear of such trouble; NULL: administrators do, others do not.
ALTER TABLE notice_choice ADD COLUMN trouble @bool NULL;

-- When a mailbox was last heard of, and how often it usually is.
CREATE INDEX inbound_source ON inbound (source, received_at);
