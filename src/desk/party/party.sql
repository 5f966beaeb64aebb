-- The statements of desk/party/party.h.

-- @statement party_insert : add
-- @param  kind        enum(party_kind)
-- @param  name        text
-- @param  sort_key    text
-- @param  buyer       enum(buyer_kind)
-- @param  vat_number  text?
-- @param  fiscal_code text?
-- @param  sdi_code    text?
-- @param  language    text
-- @param  created_at  time
INSERT INTO party
       (kind, name, sort_key, buyer, vat_number, fiscal_code, sdi_code, language, created_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
RETURNING party_id;

-- @statement party_find_row : find
-- @param  party_id    id(party)
-- @column kind        enum(party_kind)
-- @column name        text
-- @column buyer       enum(buyer_kind)
-- @column vat_number  text?
-- @column fiscal_code text?
-- @column sdi_code    text?
-- @column language    text
-- @column created_at  time
-- @column version     int
-- @index  primary key of party
SELECT kind, name, buyer, vat_number, fiscal_code, sdi_code, language, created_at, version
  FROM party
 WHERE party_id = $1;

-- @statement contact_point_insert : run
-- @param  party_id   id(party)
-- @param  kind       enum(contact_kind)
-- @param  value      text
-- @param  value_key  text
-- @param  label      text
-- @param  created_at time
INSERT INTO contact_point
       (party_id, kind, value, value_key, label, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- @statement contact_point_list_row : list
-- @param  party_id  id(party)
-- @column kind      enum(contact_kind)
-- @column value     text
-- @column value_key text
-- @column label     text
-- @index  contact_point_party
SELECT kind, value, value_key, label
  FROM contact_point
 WHERE party_id = $1
 ORDER BY contact_point_id;

-- Whose address it is; the oldest when two parties share one.
-- @statement contact_point_find_owner : find
-- @param  value_key text
-- @column party_id  id(party)
-- @index  contact_point_key
SELECT party_id
  FROM contact_point
 WHERE value_key = $1
 ORDER BY contact_point_id
 LIMIT 1;

-- @statement membership_first_company : find
-- @param  person_id  id(party)
-- @column company_id id(party)
-- @index  membership_person
SELECT company_id
  FROM membership
 WHERE person_id = $1
 ORDER BY membership_id
 LIMIT 1;
