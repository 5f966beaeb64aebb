-- By which domain an address is, so that whoever writes from a customer's domain can be proposed as theirs.

-- domain: of an e-mail or certified address, in its normal form.
ALTER TABLE contact_point ADD COLUMN domain @text NULL;
-- only: sqlite
UPDATE contact_point
   SET domain = substr(value_key, instr(value_key, '@') + 1)
 WHERE kind IN ('email', 'pec') AND value_key LIKE '_%@_%' AND value_key NOT LIKE '%@%@%';
-- only: postgresql
UPDATE contact_point
   SET domain = substr(value_key, strpos(value_key, '@') + 1)
 WHERE kind IN ('email', 'pec') AND value_key LIKE '_%@_%' AND value_key NOT LIKE '%@%@%';
CREATE INDEX contact_point_domain ON contact_point (domain, party_id) WHERE domain IS NOT NULL;
