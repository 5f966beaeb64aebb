-- Whose mail is put aside at once, and what lies aside.

-- pattern: an address in its normal form, or "@" and a domain. ticket: the request it was learned from.
-- owner: desk/intake
CREATE TABLE sender_rule (
    sender_rule_id @id,
    pattern        @text NOT NULL UNIQUE,
    ticket_id      @int NULL REFERENCES ticket (ticket_id),
    staff_id       @int NULL REFERENCES staff (staff_id),
    at             @time NOT NULL
);
CREATE INDEX sender_rule_ticket ON sender_rule (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX sender_rule_staff ON sender_rule (staff_id) WHERE staff_id IS NOT NULL;

CREATE INDEX ticket_aside ON ticket (ticket_id) WHERE state = 'spam';
