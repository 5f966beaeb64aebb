-- Who writes from an address, and whether Filo still answers it by itself.

-- What a person said of an address: that a robot writes from it, or a person.
-- owner: desk/intake
-- key: address_key
CREATE TABLE sender_nature (
    address_key @text NOT NULL PRIMARY KEY,
    nature      @enum(sender_nature) NOT NULL,
    staff_id    @int NULL REFERENCES staff (staff_id),
    at          @time NOT NULL
);
CREATE INDEX sender_nature_staff ON sender_nature (staff_id) WHERE staff_id IS NOT NULL;

-- Automatic answers that were held back. ticket: the request it began with; held: how many since; stopped_at: from when on
-- nothing automatic goes there; lifted_at: a person let it go on, and what went before is not counted again.
-- owner: desk/intake
-- grows
-- key: address_key
CREATE TABLE automatic_stop (
    address_key @text NOT NULL PRIMARY KEY,
    reason      @enum(stop_reason) NOT NULL,
    ticket_id   @int NULL REFERENCES ticket (ticket_id),
    held        @int NOT NULL,
    last_at     @time NOT NULL,
    stopped_at  @time NULL,
    lifted_at   @time NULL,
    looked_at   @time NULL
);
CREATE INDEX automatic_stop_ticket ON automatic_stop (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX automatic_stop_unseen ON automatic_stop (stopped_at) WHERE stopped_at IS NOT NULL AND looked_at IS NULL;

-- by_report: a report said so later, not the mail server at once; until then a server that takes the next message clears it.
ALTER TABLE suspect_address ADD COLUMN by_report @bool NULL;
