-- Of whom somebody said in which language they are written to.

-- A customer made of a mail, of the public form or of a call had the house's language, or the page's, written down as theirs,
-- and it stood above their own words ever since. Said by somebody, for all that can be told, is what came with a page or a program
-- that added them (party.add), what was kept again since (version), and what was imported.
UPDATE party
   SET language = ''
 WHERE language <> ''
   AND version = 1
   AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.object = 'party' AND a.object_id = party.party_id AND a.action = 'party.add')
   AND NOT EXISTS (SELECT 1 FROM imported_party i WHERE i.party_id = party.party_id);
