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

-- Whose partita IVA it is.
-- @statement party_find_vat : find
-- @param  vat_number text
-- @column party_id   id(party)
-- @column name       text
-- @index  party_vat
SELECT party_id, name
  FROM party
 WHERE vat_number = $1
 ORDER BY party_id
 LIMIT 1;

-- @statement party_find_fiscal : find
-- @param  fiscal_code text
-- @column party_id    id(party)
-- @column name        text
-- @index  party_fiscal
SELECT party_id, name
  FROM party
 WHERE fiscal_code = $1
 ORDER BY party_id
 LIMIT 1;

-- @statement party_update : run
-- @param  party_id    id(party)
-- @param  version     int
-- @param  kind        enum(party_kind)
-- @param  name        text
-- @param  sort_key    text
-- @param  buyer       enum(buyer_kind)
-- @param  vat_number  text?
-- @param  fiscal_code text?
-- @param  sdi_code    text?
-- @param  language    text
-- @index  primary key of party
UPDATE party
   SET version = version + 1, kind = $3, name = $4, sort_key = $5, buyer = $6, vat_number = $7, fiscal_code = $8,
       sdi_code = $9, language = $10
 WHERE party_id = $1
   AND version = $2;

-- @statement party_search_lines : list
-- @param  sort_key   text
-- @param  party_id   id(party)
-- @param  prefix_end text
-- @param  how_many   int
-- @column party_id   id(party)
-- @column kind       enum(party_kind)
-- @column name       text
-- @column sort_key   text
-- @index  party_sort
SELECT party_id, kind, name, sort_key
  FROM party
 WHERE (sort_key, party_id) > ($1, $2)
   AND sort_key < $3
 ORDER BY sort_key, party_id
 LIMIT $4;

-- @statement contact_point_insert : add
-- @param  party_id   id(party)
-- @param  kind       enum(contact_kind)
-- @param  value      text
-- @param  value_key  text
-- @param  label      text
-- @param  created_at time
-- @param  domain     text?
INSERT INTO contact_point
       (party_id, kind, value, value_key, label, created_at, domain)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING contact_point_id;

-- @statement contact_point_list_row : list
-- @param  party_id         id(party)
-- @column contact_point_id id(contact_point)
-- @column kind             enum(contact_kind)
-- @column value            text
-- @column value_key        text
-- @column label            text
-- @index  contact_point_party
SELECT contact_point_id, kind, value, value_key, label
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

-- Everybody who has that address, with their name.
-- @statement contact_point_holders : list
-- @param  value_key text
-- @column party_id  id(party)
-- @column name      text
-- @index  contact_point_key
SELECT c.party_id, p.name
  FROM contact_point c
  JOIN party p ON p.party_id = c.party_id
 WHERE c.value_key = $1
 ORDER BY c.contact_point_id;

-- @statement contact_point_delete : run
-- @param  contact_point_id id(contact_point)
-- @param  party_id         id(party)
-- @index  primary key of contact_point
DELETE FROM contact_point
 WHERE contact_point_id = $1
   AND party_id = $2;

-- @statement membership_put : run
-- @param  company_id id(party)
-- @param  person_id  id(party)
-- @param  role       text
INSERT INTO membership
       (company_id, person_id, role)
VALUES ($1, $2, $3)
ON CONFLICT (company_id, person_id) DO UPDATE
   SET role = excluded.role;

-- @statement membership_delete : run
-- @param  company_id id(party)
-- @param  person_id  id(party)
-- @index  unique key of membership
DELETE FROM membership
 WHERE company_id = $1
   AND person_id = $2;

-- Whether one is the other's company, either way round.
-- @statement membership_joins : find
-- @param  one   id(party)
-- @param  other id(party)
-- @column joins int
-- @index  unique key of membership
SELECT COUNT(*) AS joins
  FROM membership
 WHERE (company_id = $1 AND person_id = $2)
    OR (company_id = $2 AND person_id = $1);

-- @statement membership_people : list
-- @param  company_id id(party)
-- @column person_id  id(party)
-- @column name       text
-- @column role       text
-- @index  unique key of membership
SELECT m.person_id, p.name, m.role
  FROM membership m
  JOIN party p ON p.party_id = m.person_id
 WHERE m.company_id = $1
 ORDER BY p.sort_key, m.person_id;

-- @statement membership_companies : list
-- @param  person_id  id(party)
-- @column company_id id(party)
-- @column name       text
-- @column role       text
-- @index  membership_person
SELECT m.company_id, p.name, m.role
  FROM membership m
  JOIN party p ON p.party_id = m.company_id
 WHERE m.person_id = $1
 ORDER BY m.membership_id;

-- @statement contact_point_list_people_row : list
-- @param  company_id id(party)
-- @param  how_many   int
-- @column person_id  id(party)
-- @column kind       enum(contact_kind)
-- @column value      text
-- @index  unique key of membership, contact_point_party
SELECT m.person_id, c.kind, c.value
  FROM membership m
  JOIN contact_point c ON c.party_id = m.person_id
 WHERE m.company_id = $1
 ORDER BY m.membership_id, c.contact_point_id
 LIMIT $2;
