-- What a virus scanner said of a file.

-- scan: how it stands; what came before there was a scanner waits like what came today. scan_said: what was found, or why it
-- could not be looked at, in the scanner's words.
ALTER TABLE attachment ADD COLUMN scan @enum(attachment_scan) NOT NULL DEFAULT 'waiting';
ALTER TABLE attachment ADD COLUMN scan_said @text NOT NULL DEFAULT '';

-- The newest file that waits.
CREATE INDEX attachment_waiting ON attachment (scan, attachment_id) WHERE scan = 'waiting';
