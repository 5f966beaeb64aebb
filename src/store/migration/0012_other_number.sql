-- What the other side's ticket system calls a request of ours.

-- scope: the sender's domain, or their address where anybody can have one at the domain. number: lower case, no blanks.
-- owner: desk/intake
-- grows
CREATE TABLE other_number (
    other_number_id @id,
    ticket_id       @int NOT NULL REFERENCES ticket (ticket_id),
    scope           @text NOT NULL,
    number          @text NOT NULL,
    shown           @text NOT NULL,
    at              @time NOT NULL,
    UNIQUE (scope, number, ticket_id)
);
CREATE INDEX other_number_ticket ON other_number (ticket_id, other_number_id);
