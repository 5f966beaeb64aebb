-- The statements of desk/party/domain.h. Two are enough to know that it is not one.

-- Companies that have an address of the domain themselves.
-- @statement domain_own : list
-- @param  domain     text
-- @column company_id id(party)
-- @index  contact_point_domain, primary key of party
SELECT DISTINCT c.party_id AS company_id
  FROM contact_point c
  JOIN party p ON p.party_id = c.party_id
 WHERE c.domain = $1
   AND p.kind = 'company'
 ORDER BY company_id
 LIMIT 2;

-- Companies whose people have one.
-- @statement domain_people : list
-- @param  domain     text
-- @column company_id id(party)
-- @index  contact_point_domain, membership_person
SELECT DISTINCT m.company_id
  FROM contact_point c
  JOIN membership m ON m.person_id = c.party_id
 WHERE c.domain = $1
 ORDER BY m.company_id
 LIMIT 2;
