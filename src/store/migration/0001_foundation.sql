-- The first schema. Every table names the folder that alone writes it; times are UTC milliseconds, money cents.
-- Events and audit hold ids, codes and hashes, never names, addresses or bodies.

-- ------------------------------------------------------------------------------------------------------- store
-- Content-addressed bytes, and the keys by which a write learns whether its lost COMMIT was kept.

-- owner: store
-- key: sha256
CREATE TABLE blob (
    sha256 @text NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
    size @int NOT NULL CHECK (size >= 0),
    content @blob NULL,
    added_at @time NOT NULL
);

-- owner: store
-- key: key
-- only: postgresql
CREATE TABLE write_key (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

-- only: postgresql
CREATE INDEX write_key_at ON write_key (at);

-- ---------------------------------------------------------------------------------------------------- settings

-- owner: desk/setting
-- key: setting_key
CREATE TABLE setting (
    setting_key @text NOT NULL PRIMARY KEY,
    value       @text NOT NULL,
    changed_at  @time NOT NULL
);

-- One way in and out, for instance a mailbox. config is the adapter's JSON; the secret is sealed by keys/seal.key;
-- signature stands under every answer that leaves this way.
-- owner: desk/setting
CREATE TABLE channel_account (
    channel_account_id @id,
    channel            @text NOT NULL,
    name               @text NOT NULL UNIQUE,
    address            @text NOT NULL,
    config             @text NOT NULL,
    sealed_secret      @blob NULL,
    signature          @text NOT NULL,
    active             @bool NOT NULL,
    version            @int NOT NULL
);

-- ------------------------------------------------------------------------------------------------------- staff

-- owner: desk/staff
CREATE TABLE team (
    team_id  @id,
    name     @text NOT NULL UNIQUE,
    sort_key @text NOT NULL,
    kind     @enum(team_kind) NOT NULL,
    place    @text NOT NULL,
    version  @int NOT NULL
);

-- owner: desk/staff
CREATE TABLE staff (
    staff_id      @id,
    login         @text NOT NULL UNIQUE,
    display_name  @text NOT NULL,
    sort_key      @text NOT NULL,
    email         @text NOT NULL,
    role          @enum(staff_role) NOT NULL,
    team_id       @int NULL REFERENCES team (team_id),
    language      @text NOT NULL,
    password_hash @text NULL,
    active        @bool NOT NULL,
    epoch         @int NOT NULL,
    created_at    @time NOT NULL,
    version       @int NOT NULL
);
CREATE INDEX staff_team ON staff (team_id) WHERE team_id IS NOT NULL;

-- One signed-in browser. Only the SHA-256 of its 256-bit token is kept; epoch ends all sessions of a person at once.
-- owner: desk/staff
-- grows
CREATE TABLE staff_session (
    staff_session_id @id,
    token_sha256     @text NOT NULL UNIQUE,
    staff_id         @int NOT NULL REFERENCES staff (staff_id),
    epoch            @int NOT NULL,
    created_at       @time NOT NULL,
    seen_at          @time NOT NULL,
    expires_at       @time NOT NULL,
    address          @text NOT NULL,
    user_agent       @text NOT NULL
);
CREATE INDEX staff_session_staff ON staff_session (staff_id);
CREATE INDEX staff_session_expiry ON staff_session (expires_at);

-- A browser or a network address from which a person has signed in: an attack on the account from elsewhere does not
-- shut it out. place is 'device:' and the SHA-256 of the browser's token, or 'address:' and the address.
-- owner: desk/staff
-- grows
CREATE TABLE staff_place (
    staff_place_id @id,
    staff_id       @int NOT NULL REFERENCES staff (staff_id),
    place          @text NOT NULL,
    seen_at        @time NOT NULL,
    UNIQUE (staff_id, place)
);
CREATE INDEX staff_place_seen ON staff_place (seen_at);

-- What a program shows instead of signing in. Only the SHA-256 is kept; prefix is what a list shows of it; scopes are
-- permission words parted by spaces. It never has more rights than the person who made it has now.
-- owner: desk/staff
CREATE TABLE api_token (
    api_token_id @id,
    token_sha256 @text NOT NULL UNIQUE,
    prefix       @text NOT NULL,
    name         @text NOT NULL,
    scopes       @text NOT NULL,
    staff_id     @int NOT NULL REFERENCES staff (staff_id),
    created_at   @time NOT NULL,
    expires_at   @time NULL,
    used_at      @time NULL,
    revoked_at   @time NULL
);
CREATE INDEX api_token_staff ON api_token (staff_id);

-- Attempts to sign in that have not succeeded, by account, address or known place, counted before any password is
-- hashed. subject holds no name: 'login:' and a SHA-256, 'address:' and the address, 'place:' and an id.
-- owner: desk/staff
-- grows
CREATE TABLE sign_in_failure (
    sign_in_failure_id @id,
    subject            @text NOT NULL,
    at                 @time NOT NULL
);
CREATE INDEX sign_in_failure_subject ON sign_in_failure (subject, at);
CREATE INDEX sign_in_failure_at ON sign_in_failure (at);

-- ----------------------------------------------------------------------------------------------------- parties

-- owner: desk/party
-- grows
CREATE TABLE party (
    party_id    @id,
    kind        @enum(party_kind) NOT NULL,
    name        @text NOT NULL,
    sort_key    @text NOT NULL,
    buyer       @enum(buyer_kind) NOT NULL,
    vat_number  @text NULL,
    fiscal_code @text NULL,
    sdi_code    @text NULL,
    language    @text NOT NULL,
    created_at  @time NOT NULL,
    version     @int NOT NULL
);
CREATE INDEX party_sort ON party (sort_key, party_id);
CREATE INDEX party_vat ON party (vat_number) WHERE vat_number IS NOT NULL;
CREATE INDEX party_fiscal ON party (fiscal_code) WHERE fiscal_code IS NOT NULL;

-- An address, number or other way to reach a party. value_key is the normal form that finding compares (lower-case
-- e-mail, E.164 number).
-- owner: desk/party
-- grows
CREATE TABLE contact_point (
    contact_point_id @id,
    party_id         @int NOT NULL REFERENCES party (party_id),
    kind             @enum(contact_kind) NOT NULL,
    value            @text NOT NULL,
    value_key        @text NOT NULL,
    label            @text NOT NULL,
    created_at       @time NOT NULL
);
CREATE INDEX contact_point_party ON contact_point (party_id);
CREATE INDEX contact_point_key ON contact_point (value_key, kind);

-- A person works for, or acts for, a company; one person may be in several.
-- owner: desk/party
-- grows
CREATE TABLE membership (
    membership_id @id,
    company_id    @int NOT NULL REFERENCES party (party_id),
    person_id     @int NOT NULL REFERENCES party (party_id),
    role          @text NOT NULL,
    UNIQUE (company_id, person_id)
);
CREATE INDEX membership_person ON membership (person_id);

-- ---------------------------------------------------------------------------------------------------- products

-- owner: desk/product
CREATE TABLE product (
    product_id @id,
    name       @text NOT NULL UNIQUE,
    sort_key   @text NOT NULL,
    role       @enum(product_role) NOT NULL,
    kind       @enum(product_kind) NOT NULL,
    active     @bool NOT NULL,
    version    @int NOT NULL
);
CREATE INDEX product_sort ON product (sort_key, product_id);

-- One thing a customer has. serial is its normal form: upper case, without spaces.
-- owner: desk/product
-- grows
CREATE TABLE installed_item (
    installed_item_id @id,
    product_id        @int NOT NULL REFERENCES product (product_id),
    serial            @text NOT NULL,
    party_id          @int NOT NULL REFERENCES party (party_id),
    seller            @text NOT NULL,
    sold_at           @time NULL,
    delivered_at      @time NULL,
    batch             @text NOT NULL,
    version           @int NOT NULL,
    UNIQUE (product_id, serial)
);
CREATE INDEX installed_item_party ON installed_item (party_id, installed_item_id);
CREATE INDEX installed_item_serial ON installed_item (serial, installed_item_id);

-- ------------------------------------------------------------------------------------------------------- codes

-- Problem, condition, component, origin and solution codes; a code is retired, never deleted, and says which one took
-- its place.
-- owner: desk/code
CREATE TABLE code (
    code_id          @id,
    list             @enum(code_list) NOT NULL,
    code_key         @text NOT NULL,
    parent_id        @int NULL REFERENCES code (code_id),
    sort             @int NOT NULL,
    name_it          @text NOT NULL,
    name_en          @text NOT NULL,
    is_defect        @bool NOT NULL,
    needs_authoriser @bool NOT NULL,
    retired_at       @time NULL,
    replaced_by_id   @int NULL REFERENCES code (code_id),
    version          @int NOT NULL,
    UNIQUE (list, code_key)
);
CREATE INDEX code_parent ON code (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX code_replaced_by ON code (replaced_by_id) WHERE replaced_by_id IS NOT NULL;

-- How often tickets of a product whose subject has the word were given the problem code; the empty word counts them
-- all. What problem codes are suggested from.
-- owner: desk/code
-- grows
CREATE TABLE code_word (
    code_word_id @id,
    word         @text NOT NULL,
    code_id      @int NOT NULL REFERENCES code (code_id),
    product_id   @int NOT NULL REFERENCES product (product_id),
    uses         @int NOT NULL,
    UNIQUE (word, code_id, product_id)
);
CREATE INDEX code_word_uses ON code_word (word, code_id, product_id, uses); -- a page sums hundreds of rows from it alone
CREATE INDEX code_word_code ON code_word (code_id);
CREATE INDEX code_word_product ON code_word (product_id);

-- owner: desk/solution
-- grows
CREATE TABLE solution (
    solution_id @id,
    title       @text NOT NULL,
    text        @text NOT NULL,
    product_id  @int NULL REFERENCES product (product_id),
    problem_id  @int NULL REFERENCES code (code_id),
    solution_code_id @int NULL REFERENCES code (code_id),
    state       @enum(solution_state) NOT NULL,
    language    @text NOT NULL,
    author_id   @int NULL REFERENCES staff (staff_id),
    created_at  @time NOT NULL,
    state_by_id @int NULL REFERENCES staff (staff_id),
    state_at    @time NOT NULL,
    used_count  @int NOT NULL,
    version     @int NOT NULL
);
CREATE INDEX solution_both ON solution (product_id, problem_id, used_count, solution_id);
CREATE INDEX solution_problem ON solution (problem_id, used_count, solution_id);
CREATE INDEX solution_product ON solution (product_id, used_count, solution_id);
CREATE INDEX solution_used ON solution (used_count, solution_id);
CREATE INDEX solution_code ON solution (solution_code_id) WHERE solution_code_id IS NOT NULL;
CREATE INDEX solution_author ON solution (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX solution_state_by ON solution (state_by_id) WHERE state_by_id IS NOT NULL;

-- ----------------------------------------------------------------------------------------------------- tickets

-- The request as it stands now: a projection of ticket_event, written in the same transaction.
-- owner: desk/ticket
-- grows
CREATE TABLE ticket (
    ticket_id         @id(10001),
    state             @enum(ticket_state) NOT NULL,
    kind              @enum(ticket_kind) NOT NULL,
    complaint         @bool NOT NULL,
    initiative        @enum(ticket_initiative) NOT NULL,
    ownership         @enum(ticket_ownership) NOT NULL,
    channel           @text NOT NULL,
    subject           @text NOT NULL,
    language          @text NOT NULL,
    party_id          @int NULL REFERENCES party (party_id),
    contact_id        @int NULL REFERENCES party (party_id),
    product_id        @int NULL REFERENCES product (product_id),
    installed_item_id @int NULL REFERENCES installed_item (installed_item_id),
    team_id           @int NULL REFERENCES team (team_id),
    owner_id          @int NULL REFERENCES staff (staff_id),
    occurred_at       @time NULL,
    received_at       @time NOT NULL,
    registered_at     @time NOT NULL,
    next_update_at    @time NULL,
    first_reply_at    @time NULL,
    resolved_at       @time NULL,
    closed_at         @time NULL,
    last_event_at     @time NOT NULL,
    state_since       @time NOT NULL,
    waiting_reason    @text NULL,
    reopened          @int NOT NULL,
    handovers         @int NOT NULL,
    last_owner        @int NOT NULL,
    problem_id        @int NULL REFERENCES code (code_id),
    condition_id      @int NULL REFERENCES code (code_id),
    component_id      @int NULL REFERENCES code (code_id),
    origin_id         @int NULL REFERENCES code (code_id),
    solution_code_id  @int NULL REFERENCES code (code_id),
    solution_id       @int NULL REFERENCES solution (solution_id),
    zero_cost         @bool NOT NULL,
    master_id         @int NULL REFERENCES ticket (ticket_id),
    import_id         @int NULL,
    tracking_sha256   @text NULL UNIQUE,
    version           @int NOT NULL
);
CREATE INDEX ticket_queue ON ticket (next_update_at, ticket_id);
CREATE INDEX ticket_open ON ticket (ticket_id) WHERE next_update_at IS NOT NULL;
CREATE INDEX ticket_owner ON ticket (owner_id, next_update_at, ticket_id);
CREATE INDEX ticket_party ON ticket (party_id, ticket_id);
CREATE INDEX ticket_contact ON ticket (contact_id, ticket_id) WHERE contact_id IS NOT NULL;
CREATE INDEX ticket_product ON ticket (product_id, ticket_id) WHERE product_id IS NOT NULL;
CREATE INDEX ticket_item ON ticket (installed_item_id, ticket_id) WHERE installed_item_id IS NOT NULL;
CREATE INDEX ticket_team ON ticket (team_id, next_update_at, ticket_id);
CREATE INDEX ticket_received ON ticket (received_at, ticket_id);
CREATE INDEX ticket_resolved ON ticket (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX ticket_master ON ticket (master_id) WHERE master_id IS NOT NULL;
CREATE INDEX ticket_problem ON ticket (problem_id, product_id, ticket_id) WHERE problem_id IS NOT NULL;
CREATE INDEX ticket_precedent ON ticket (problem_id, ticket_id) WHERE problem_id IS NOT NULL;
CREATE INDEX ticket_condition ON ticket (condition_id) WHERE condition_id IS NOT NULL;
CREATE INDEX ticket_component ON ticket (component_id) WHERE component_id IS NOT NULL;
CREATE INDEX ticket_origin ON ticket (origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX ticket_solution_code ON ticket (solution_code_id) WHERE solution_code_id IS NOT NULL;
CREATE INDEX ticket_solution ON ticket (solution_id) WHERE solution_id IS NOT NULL;

-- The truth: append-only. payload is a JSON object of ids, codes and hashes, never read inside SQL.
-- owner: desk/ticket
-- grows
CREATE TABLE ticket_event (
    ticket_event_id @id,
    ticket_id       @int NOT NULL REFERENCES ticket (ticket_id),
    kind            @enum(ticket_event_kind) NOT NULL,
    occurred_at     @time NOT NULL,
    recorded_at     @time NOT NULL,
    actor_kind      @enum(actor_kind) NOT NULL,
    actor_id        @int NULL,
    payload         @text NOT NULL
);
CREATE INDEX ticket_event_ticket ON ticket_event (ticket_id, ticket_event_id);

-- Contiguous intervals derived from the events; ended_at is empty on the last one.
-- owner: desk/ticket
-- grows
CREATE TABLE ticket_phase (
    ticket_phase_id @id,
    ticket_id       @int NOT NULL REFERENCES ticket (ticket_id),
    state           @enum(ticket_state) NOT NULL,
    team_id         @int NULL REFERENCES team (team_id),
    owner_id        @int NULL REFERENCES staff (staff_id),
    began_at        @time NOT NULL,
    ended_at        @time NULL
);
CREATE INDEX ticket_phase_ticket ON ticket_phase (ticket_id, ticket_phase_id);
CREATE INDEX ticket_phase_team ON ticket_phase (team_id) WHERE team_id IS NOT NULL;
CREATE INDEX ticket_phase_owner ON ticket_phase (owner_id) WHERE owner_id IS NOT NULL;

-- Who takes part in a ticket by an address; an unconfirmed one never receives an answer.
-- owner: desk/ticket
-- grows
CREATE TABLE participant (
    participant_id @id,
    ticket_id      @int NOT NULL REFERENCES ticket (ticket_id),
    address_kind   @enum(contact_kind) NOT NULL,
    address        @text NOT NULL,
    address_key    @text NOT NULL,
    name           @text NOT NULL,
    confirmed      @bool NOT NULL,
    UNIQUE (ticket_id, address_key)
);
CREATE INDEX participant_key ON participant (address_key, ticket_id);

-- One thing said: by the customer, to the customer, or among us. text is what was said; raw_sha256 the original.
-- owner: desk/ticket
-- grows
CREATE TABLE message (
    message_id      @id,
    ticket_id       @int NOT NULL REFERENCES ticket (ticket_id),
    direction       @enum(message_direction) NOT NULL,
    channel         @text NOT NULL,
    author_kind     @enum(actor_kind) NOT NULL,
    author_id       @int NULL,
    sender_name     @text NOT NULL,
    sender_address  @text NOT NULL,
    at              @time NOT NULL,
    subject         @text NOT NULL,
    text            @text NOT NULL,
    quoted_at       @int NULL,
    html_sha256     @text NULL,
    raw_sha256      @text NULL,
    external_id     @text NULL,
    flags           @int NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id, message_id);
CREATE INDEX message_external ON message (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_raw ON message (raw_sha256) WHERE raw_sha256 IS NOT NULL;
CREATE INDEX message_html ON message (html_sha256) WHERE html_sha256 IS NOT NULL;

-- A file of a message: either its own blob, or a slice of the raw original (offset, length, encoding).
-- owner: desk/ticket
-- grows
CREATE TABLE attachment (
    attachment_id @id,
    message_id    @int NOT NULL REFERENCES message (message_id),
    name          @text NOT NULL,
    media_type    @text NOT NULL,
    size          @int NOT NULL,
    sha256        @text NULL,
    raw_offset    @int NULL,
    raw_length    @int NULL,
    encoding      @text NOT NULL,
    content_id    @text NULL
);
CREATE INDEX attachment_message ON attachment (message_id);
CREATE INDEX attachment_sha ON attachment (sha256) WHERE sha256 IS NOT NULL;

-- owner: desk/ticket
-- grows
CREATE TABLE ticket_link (
    ticket_link_id @id,
    ticket_id      @int NOT NULL REFERENCES ticket (ticket_id),
    other_id       @int NOT NULL REFERENCES ticket (ticket_id),
    kind           @enum(ticket_link_kind) NOT NULL,
    created_at     @time NOT NULL,
    UNIQUE (ticket_id, other_id, kind)
);
CREATE INDEX ticket_link_other ON ticket_link (other_id);

-- The secret part of a reply address, one for each message we send: who holds it and writes from the address it was
-- made for is answering that ticket. Only its SHA-256 is kept.
-- owner: desk/ticket
-- grows
CREATE TABLE reply_address (
    reply_address_id @id,
    token_sha256     @text NOT NULL UNIQUE,
    ticket_id        @int NOT NULL REFERENCES ticket (ticket_id),
    address_key      @text NOT NULL,
    created_at       @time NOT NULL
);
CREATE INDEX reply_address_ticket ON reply_address (ticket_id);

-- ------------------------------------------------------------------------------------------------------ intake

-- Everything that arrived, before anyone understood it. external_id makes the same thing arrive once.
-- owner: desk/intake
-- grows
CREATE TABLE inbound (
    inbound_id  @id,
    channel     @text NOT NULL,
    source      @text NOT NULL,
    external_id @text NOT NULL,
    raw_sha256  @text NOT NULL,
    raw_size    @int NOT NULL,
    received_at @time NOT NULL,
    state       @enum(inbound_state) NOT NULL,
    attempts    @int NOT NULL,
    error       @text NULL,
    looked_at   @time NULL,
    ticket_id   @int NULL REFERENCES ticket (ticket_id),
    message_id  @int NULL REFERENCES message (message_id),
    UNIQUE (channel, external_id)
);
CREATE INDEX inbound_state ON inbound (state, inbound_id);
CREATE INDEX inbound_ticket ON inbound (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX inbound_message ON inbound (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX inbound_raw ON inbound (raw_sha256);

-- Automatic messages sent to an address, for the brake that holds whatever the headers say.
-- owner: desk/intake
-- grows
CREATE TABLE automatic_reply (
    automatic_reply_id @id,
    address_key        @text NOT NULL,
    ticket_id          @int NOT NULL REFERENCES ticket (ticket_id),
    at                 @time NOT NULL
);
CREATE INDEX automatic_reply_address ON automatic_reply (address_key, at);
CREATE INDEX automatic_reply_ticket ON automatic_reply (ticket_id);

-- ------------------------------------------------------------------------------------------------------- queue

-- What must leave, in the transaction that decided it. channel is the adapter's key; payload its JSON.
-- owner: queue
-- grows
CREATE TABLE outbox (
    outbox_id       @id,
    channel         @text NOT NULL,
    purpose         @enum(outbox_purpose) NOT NULL,
    ticket_id       @int NULL REFERENCES ticket (ticket_id),
    message_id      @int NULL REFERENCES message (message_id),
    idempotency_key @text NOT NULL UNIQUE,
    payload         @text NOT NULL,
    state           @enum(outbox_state) NOT NULL,
    not_before      @time NOT NULL,
    attempts        @int NOT NULL,
    lease_until     @time NULL,
    lease_holder    @text NULL,
    external_id     @text NULL,
    resent          @bool NOT NULL,
    error           @text NULL,
    looked_at       @time NULL,
    created_at      @time NOT NULL,
    finished_at     @time NULL
);
CREATE INDEX outbox_due ON outbox (state, not_before, outbox_id);
CREATE INDEX outbox_stuck ON outbox (outbox_id) WHERE state = 'failed' AND looked_at IS NULL;
CREATE INDEX outbox_ticket ON outbox (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX outbox_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_external ON outbox (external_id) WHERE external_id IS NOT NULL;

-- Work with a time: leased, tried, backed off. (kind, job_key) happens once.
-- owner: queue
-- grows
CREATE TABLE job (
    job_id       @id,
    kind         @text NOT NULL,
    job_key      @text NOT NULL,
    payload      @text NOT NULL,
    state        @enum(job_state) NOT NULL,
    due_at       @time NOT NULL,
    attempts     @int NOT NULL,
    lease_until  @time NULL,
    lease_holder @text NULL,
    error        @text NULL,
    finished_at  @time NULL,
    UNIQUE (kind, job_key)
);
CREATE INDEX job_due ON job (state, due_at, job_id);

-- ------------------------------------------------------------------------------------------------------ search
-- What can be found by its words. The words themselves are in search_word under the same number, the text stays where
-- it belongs; group_id is what a find is shown as (the ticket of a message). Higher numbers are newer.
-- owner: search
-- grows
CREATE TABLE search_document (
    search_document_id @id,
    kind        @enum(search_kind) NOT NULL,
    object_id   @int NOT NULL,
    group_id    @int NOT NULL,
    language    @enum(search_language) NOT NULL,
    audience    @enum(search_audience) NOT NULL,
    words_check @int NOT NULL,
    UNIQUE (kind, object_id)
);

-- The words come stemmed and parted by spaces (search/word.h), so the simplest tokenizer is right: it splits ASCII signs
-- and takes all else as it is. Contentless: no second copy of the text.
-- owner: search
-- grows
-- only: sqlite
CREATE VIRTUAL TABLE search_word USING fts5(scope, title, body, content='', tokenize='ascii');

-- Merging is done by us between groups of commits: automatic merging makes one in sixteen writers wait for all.
-- only: sqlite
INSERT INTO search_word (search_word, rank) VALUES ('automerge', 0);
-- only: sqlite
INSERT INTO search_word (search_word, rank) VALUES ('crisismerge', 400);

-- owner: search
-- grows
-- key: search_document_id
-- only: postgresql
CREATE TABLE search_word (
    search_document_id BIGINT NOT NULL PRIMARY KEY REFERENCES search_document (search_document_id),
    words              TSVECTOR NOT NULL
);

-- fastupdate off: else a search pays for what others wrote.
-- only: postgresql
CREATE INDEX search_word_words ON search_word USING gin (words) WITH (fastupdate = off);

-- ------------------------------------------------------------------------------------------------------- costs

-- Dated prices: labour, channels, travel. micro_euro is millionths of a euro per unit.
-- owner: desk/cost
CREATE TABLE tariff (
    tariff_id  @id,
    tariff_key @text NOT NULL,
    unit       @text NOT NULL,
    micro_euro @int NOT NULL,
    valid_from @time NOT NULL,
    source     @text NOT NULL,
    UNIQUE (tariff_key, valid_from)
);

-- What a ticket cost, one line at a time; the rate is a snapshot.
-- owner: desk/cost
-- grows
CREATE TABLE cost_entry (
    cost_entry_id @id,
    ticket_id     @int NOT NULL REFERENCES ticket (ticket_id),
    kind          @enum(cost_kind) NOT NULL,
    quantity_milli @int NOT NULL,
    micro_euro    @int NOT NULL,
    amount        @cents NOT NULL,
    worked_at     @time NOT NULL,
    staff_id      @int NULL REFERENCES staff (staff_id),
    note          @text NOT NULL,
    recorded_at   @time NOT NULL,
    reverses_id   @int NULL UNIQUE REFERENCES cost_entry (cost_entry_id)
);
CREATE INDEX cost_entry_ticket ON cost_entry (ticket_id);
CREATE INDEX cost_entry_worked ON cost_entry (worked_at);
CREATE INDEX cost_entry_staff ON cost_entry (staff_id) WHERE staff_id IS NOT NULL;

-- ------------------------------------------------------------------------------------------------------- audit

-- One batch of audit rows, chained to the batch before it: see desk/audit/seal.h for what chain_sha256 covers.
-- owner: desk/audit
-- grows
CREATE TABLE audit_seal (
    audit_seal_id @id,
    first_id      @int NOT NULL,
    last_id       @int NOT NULL,
    rows_sealed   @int NOT NULL,
    chain_sha256  @text NOT NULL,
    sealed_at     @time NOT NULL
);

-- Who did or read what; ids only. The seal is empty until the sealer comes by: ids alone do not tell which rows are
-- new, because PostgreSQL shows a lower one after a higher one when it commits later.
-- owner: desk/audit
-- grows
CREATE TABLE audit (
    audit_id      @id,
    at            @time NOT NULL,
    actor_kind    @enum(actor_kind) NOT NULL,
    actor_id      @int NULL,
    action        @text NOT NULL,
    object        @text NOT NULL,
    object_id     @int NULL,
    payload       @text NOT NULL,
    audit_seal_id @int NULL REFERENCES audit_seal (audit_seal_id)
);
CREATE INDEX audit_sealing ON audit (audit_seal_id, audit_id);
CREATE INDEX audit_object ON audit (object, object_id, audit_id);

-- ----------------------------------------------------------------------------------------------------- imports

-- One file brought in: staging while its rows are checked, then applying until none is left; a file that is refused is
-- discarded row by row and leaves nothing. The counts grow in the transactions that do the work.
-- owner: desk/import
CREATE TABLE import_run (
    import_run_id @id,
    kind          @enum(import_kind) NOT NULL,
    source        @text NOT NULL,
    file_name     @text NOT NULL,
    state         @enum(import_state) NOT NULL,
    rows_read     @int NOT NULL,
    tickets       @int NOT NULL,
    events        @int NOT NULL,
    already       @int NOT NULL,
    notes         @int NOT NULL,
    began_at      @time NOT NULL,
    finished_at   @time NULL
);
CREATE INDEX import_run_state ON import_run (state, import_run_id);

-- A checked row of the file that is not applied yet. case_line: the first line of its case, which orders the cases;
-- ordinal tells apart rows that say the same.
-- owner: desk/import
-- grows
CREATE TABLE import_row (
    import_row_id @id,
    import_run_id @int NOT NULL REFERENCES import_run (import_run_id),
    line          @int NOT NULL,
    record        @text NOT NULL,
    case_line     @int NOT NULL,
    at_ms         @int NOT NULL,
    identity      @text NOT NULL,
    ordinal       @int NOT NULL,
    payload       @text NOT NULL
);
CREATE INDEX import_row_order ON import_row (import_run_id, case_line, at_ms, line);
CREATE INDEX import_row_identity ON import_row (import_run_id, record, identity, ordinal);

-- A case of another system and the ticket it became: what makes the second import of it change nothing.
-- owner: desk/import
-- grows
CREATE TABLE imported_case (
    imported_case_id @id,
    source           @text NOT NULL,
    record           @text NOT NULL,
    ticket_id        @int NOT NULL REFERENCES ticket (ticket_id),
    UNIQUE (source, record)
);
CREATE INDEX imported_case_ticket ON imported_case (ticket_id);

-- What the log said of an imported event in its own words; the event itself holds only ids and codes. identity: SHA-256
-- of what the log said and which of equal rows it was.
-- owner: desk/import
-- grows
CREATE TABLE imported_event (
    imported_event_id @id,
    imported_case_id  @int NOT NULL REFERENCES imported_case (imported_case_id),
    identity          @text NOT NULL,
    ticket_event_id   @int NOT NULL REFERENCES ticket_event (ticket_event_id),
    activity          @text NOT NULL,
    lifecycle         @text NOT NULL,
    team              @text NOT NULL,
    resource          @text NOT NULL,
    attributes        @text NOT NULL,
    UNIQUE (imported_case_id, identity)
);
CREATE INDEX imported_event_event ON imported_event (ticket_event_id);

-- A customer by another system's id.
-- owner: desk/import
-- grows
CREATE TABLE imported_party (
    imported_party_id @id,
    source            @text NOT NULL,
    record            @text NOT NULL,
    party_id          @int NOT NULL REFERENCES party (party_id),
    UNIQUE (source, record)
);
CREATE INDEX imported_party_party ON imported_party (party_id);
