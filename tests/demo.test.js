// SPDX-License-Identifier: EUPL-1.2
// The demo company: the stories of the specification with their exact numbers, recomputed here from what is stored, by
// rules of our own (the house's hours, months, years of 365.25 days); whenever it is made; the same twice; and its end.
// timeout: 600
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { findForm, textOf } from './support/page.js';

const PASSWORD = 'caffe di prova 2026';
const DAY = 86_400_000;

// ------------------------------------------------------------------------------------------------ the wall in Tolentino

const ROME = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Rome', hourCycle: 'h23', year: 'numeric', month: '2-digit',
  day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });

// The wall time of an instant, as the number of milliseconds it would be in UTC.
function wallOf(at) {
  const part = Object.fromEntries(ROME.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) + (at % 1000);
}

const dayOf = (at) => Math.floor(wallOf(at) / DAY); // days since 1970, on the wall
const dateOf = (day) => new Date(day * DAY).toISOString().slice(0, 10);

// Midnight that opens the day: the clocks change later in the night.
function midnightOf(day) {
  const utc = day * DAY;
  return utc - (wallOf(utc - 2 * 3_600_000) - (utc - 2 * 3_600_000));
}

// Gauss, as in Lichtenberg's revision.
function easterDay(year) {
  const [a, k] = [year % 19, Math.floor(year / 100)];
  const m = 15 + Math.floor((3 * k + 3) / 4) - Math.floor((8 * k + 13) / 25);
  const d = (19 * a + m) % 30;
  const r = Math.floor(d / 29) + (Math.floor(d / 28) - Math.floor(d / 29)) * Math.floor(a / 11);
  const og = 21 + d - r;
  const sz = 7 - ((year + Math.floor(year / 4) + 2 - Math.floor((3 * k + 3) / 4)) % 7);
  return Date.UTC(year, 2, og + 7 - ((og - sz) % 7)) / DAY;
}

// the national ones, and Saint Nicholas of Tolentino
const HOLIDAYS = ['09-10', '01-01', '01-06', '04-25', '05-01', '06-02', '08-15', '11-01', '12-08', '12-25', '12-26'];

function isOpenDay(day) {
  const [year, monthDay] = [Number(dateOf(day).slice(0, 4)), dateOf(day).slice(5)];
  const weekday = new Date(day * DAY).getUTCDay();
  const easter = easterDay(year);
  return weekday > 0 && weekday < 6 && !HOLIDAYS.includes(monthDay) && day !== easter && day !== easter + 1
    && !(year >= 2026 && monthDay === '10-04'); // L. 151/2025
}

// Milliseconds of [from, to) within 9-13 and 14-18 of open days.
function openTime(from, to) {
  let sum = 0;
  const [begin, end] = [wallOf(from), wallOf(to)];
  for (let day = dayOf(from); day <= dayOf(to); day += 1)
    for (const [open, close] of isOpenDay(day) ? [[9, 13], [14, 18]] : [])
      sum += Math.max(0, Math.min(end, day * DAY + close * 3_600_000) - Math.max(begin, day * DAY + open * 3_600_000));
  return sum;
}

test('the hours of this test are those of the worked example', () => {
  // domain.md section 3: Fri 3 Apr 2026 17:20, 480 minutes → Tue 7 Apr 17:20, for Monday is Easter Monday
  assert.equal(openTime(Date.parse('2026-04-03T15:20:00Z'), Date.parse('2026-04-07T15:20:00Z')), 480 * 60_000);
});

// ---------------------------------------------------------------------------------------------------------- making it

async function makeDemo(t, engine, at) {
  const filo = await startFilo({ engine, init: false, serve: false });
  t.after(() => filo.remove());
  const began = Date.now();
  await filo.command(['demo', ...(at ? ['--at', at] : [])], { mustWork: true });
  filo.took = Date.now() - began;
  filo.now = at ? Date.parse(at) : began;
  filo.today = dayOf(filo.now);
  const [year, month] = dateOf(filo.today).split('-').map(Number);
  filo.history = Date.UTC(year, month - 1 - 18, 1) / DAY; // the first of the month, eighteen months ago
  return filo;
}

const numbers = (row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, /^-?\d+$/.test(value) ? Number(value) : value]));
const rowsOf = async (filo, sql) => (await filo.rows(sql)).map(numbers);
const one = async (filo, sql) => Object.values((await rowsOf(filo, sql))[0])[0];

async function report(filo, ...words) {
  const { stdout } = await filo.command(['report', ...words, '--format', 'json'], { mustWork: true });
  return JSON.parse(stdout);
}

// ------------------------------------------------------------------------------------------------------- the company

async function theCompany(filo) {
  assert.equal(await one(filo, `SELECT value FROM setting WHERE setting_key = 'company.name'`), 'Caffemeccanica Valdichienti S.r.l.');
  assert.equal(await one(filo, 'SELECT count(*) AS n FROM staff WHERE active = 1'), 9);
  assert.deepEqual((await filo.rows('SELECT name, kind FROM team ORDER BY name')).map(({ name, kind }) => `${name}: ${kind}`),
    ['Amministrazione: internal', 'Assistenza: internal', 'Call center fuori orario: outsourced', 'Filiale di Ancona: branch',
      'Tecnici: internal', 'Vendite: internal']);
  assert.deepEqual(await rowsOf(filo, 'SELECT buyer, count(*) AS n FROM party GROUP BY buyer ORDER BY buyer'),
    [{ buyer: 'business', n: 118 }, { buyer: 'consumer', n: 46 }]);
  assert.equal(await one(filo, 'SELECT count(*) AS n FROM installed_item'), 412);
  const products = (await filo.rows('SELECT name, role FROM product ORDER BY name')).map(({ name, role }) => `${name}: ${role}`);
  assert.deepEqual(products, ['Corso baristi: service', 'Gestione Bar 4.2: made', 'Gestione Bar 4.3: made', 'Gestione Bar 4.4: made',
    'Lavastoviglie (di altri): third_party', 'Macinino K: resold', 'Mono: made', 'V2: made']);
  assert.equal(await one(filo, `SELECT count(*) AS n FROM installed_item i JOIN product p ON p.product_id = i.product_id
    WHERE p.role = 'third_party'`), 0, 'a dishwasher was sold');
  assert.equal(await one(filo, `SELECT count(*) AS n FROM solution WHERE state <> 'published'`), 0);
}

// 2,340 requests in eighteen months and what has gone by of this one: 46 % is 1,076.4, 31 % 725.4, 12 % 280.8, 8 % 187.2, 3 % 70.2.
async function theRequests(filo) {
  const channels = Object.fromEntries((await rowsOf(filo, 'SELECT channel, count(*) AS n FROM ticket GROUP BY channel')).map(({ channel, n }) => [channel, n]));
  assert.deepEqual({ ...channels, counter: channels.counter + channels.visit, visit: undefined },
    { phone: 1077, mail: 725, form: 281, counter: 187, pec: 70, visit: undefined });
  const first = await one(filo, 'SELECT min(received_at) AS at FROM ticket');
  assert.ok(first >= midnightOf(filo.history) && first < midnightOf(filo.history) + 10 * DAY, dateOf(dayOf(first)));
  assert.equal(await one(filo, `SELECT count(*) AS n FROM ticket_event WHERE occurred_at > ${filo.now + 60_000} OR recorded_at > ${filo.now + 60_000}`),
    0, 'something happened in the future');
  const states = (await rowsOf(filo, 'SELECT state, count(*) AS n FROM outbox GROUP BY state')).map(({ state }) => state);
  assert.deepEqual(states, ['sealed']);
}

// Da fare: 14 open, 3 late, Bar Centrale first, and nobody has told it anything for two days.
async function theFirstScreen(filo) {
  const open = await rowsOf(filo, `SELECT p.name, t.next_update_at AS due, t.last_event_at AS last, t.first_reply_at AS reply FROM ticket t
    JOIN party p ON p.party_id = t.party_id WHERE t.next_update_at IS NOT NULL ORDER BY t.next_update_at, t.ticket_id`);
  assert.equal(open.length, 14);
  assert.equal(open.filter(({ due }) => due < filo.now).length, 3);
  assert.equal(open[0].name, 'Bar Centrale');
  assert.ok(!open[0].reply && filo.now - open[0].last >= 2 * DAY, 'Bar Centrale has been answered');
  // the next one becomes late after seven hours of work, not during the visit
  assert.ok(openTime(filo.now, open[3].due) >= 7 * 3_600_000, `${(open[3].due - filo.now) / 3_600_000} hours`);
}

// ---------------------------------------------------------------------------------------------------------- A to E, H

// A. 41 × 24 min × 0,55 € = 541,20; a visit is 204 min × 0,55 + 86 km × 0,62 = 112,20 + 53,32 = 165,52, eleven are 1.820,72;
// in all 2.361,92 €. Of these 17 × 13,20 + 6 × 165,52 = 224,40 + 993,12 = 1.217,52 € were training.
async function hotelBelvedere(filo) {
  const from = dateOf(filo.today - 364);
  const cost = await report(filo, 'cost', '--by', 'customer', '--from', from, '--to', dateOf(filo.today + 1));
  const row = cost.rows.find(({ label }) => label === 'Hotel Belvedere');
  assert.deepEqual([row.total, row.requests, row.labour, row.travel], [236192, 52, 41 * 1320 + 11 * 11220, 11 * 5332]);
  const lines = await rowsOf(filo, `SELECT CASE WHEN t.channel = 'visit' THEN 'visit' ELSE 'remote' END AS how,
      CASE WHEN c.code_key = 'use_training' THEN 'training' ELSE 'fault' END AS what, count(DISTINCT t.ticket_id) AS n, sum(e.amount) AS cents
    FROM ticket t JOIN party p ON p.party_id = t.party_id JOIN cost_entry e ON e.ticket_id = t.ticket_id JOIN code c ON c.code_id = t.origin_id
    WHERE p.name = 'Hotel Belvedere' GROUP BY 1, 2 ORDER BY 1, 2`);
  assert.deepEqual(lines, [{ how: 'remote', what: 'fault', n: 24, cents: 24 * 1320 }, { how: 'remote', what: 'training', n: 17, cents: 22440 },
    { how: 'visit', what: 'fault', n: 5, cents: 5 * 16552 }, { how: 'visit', what: 'training', n: 6, cents: 99312 }]);
  assert.equal(await one(filo, `SELECT count(DISTINCT e.quantity_milli) AS n FROM cost_entry e JOIN ticket t ON t.ticket_id = e.ticket_id
    JOIN party p ON p.party_id = t.party_id WHERE p.name = 'Hotel Belvedere'`), 3, '24 min, 204 min, 86 km');
}

// B. Machine-days since the history begins, over 365.25: 54,057 → 148.0 years with 2 faults, 25,933 → 71.0 with 16; 16 / 71 is
// 225 per 1,000 and year, 2 / 148 is 14.
async function steamValve(filo) {
  const machines = await rowsOf(filo, `SELECT i.serial, i.delivered_at AS delivered FROM installed_item i JOIN product p ON p.product_id = i.product_id
    WHERE p.name = 'V2'`);
  const days = { V2_1: 0, V2_2: 0 };
  for (const { serial, delivered } of machines) days[serial.slice(0, 4).replace('-', '_')] += filo.today - Math.max(dayOf(delivered), filo.history);
  assert.deepEqual(days, { V2_1: 54_057, V2_2: 25_933 });
  assert.deepEqual([Math.round(54_057 / 365.25), Math.round(25_933 / 365.25), Math.round(16_000 / 71), Math.round(2000 / 148)], [148, 71, 225, 14]);
  const faults = await rowsOf(filo, `SELECT substr(i.serial, 1, 4) AS made, count(*) AS n, count(DISTINCT i.serial) AS machines, min(t.received_at - i.delivered_at) AS age
    FROM ticket t JOIN code c ON c.code_id = t.component_id JOIN installed_item i ON i.installed_item_id = t.installed_item_id
    WHERE c.code_key = 'steam_valve' GROUP BY 1 ORDER BY 1`);
  assert.deepEqual(faults.map(({ made, n, machines: apart }) => [made, n, apart]), [['V2-1', 2, 2], ['V2-2', 16, 16]]);
  assert.ok(faults.every(({ age }) => age > 0), 'a machine failed before it was delivered');
  const defects = await one(filo, `SELECT count(*) AS n FROM ticket t JOIN code c ON c.code_id = t.component_id JOIN code o ON o.code_id = t.origin_id
    WHERE c.code_key = 'steam_valve' AND o.code_key = 'supplier_material' AND o.is_defect = 1`);
  assert.equal(defects, 18);
}

// C. Sales → support → administration → support is three hand-overs and one return; four people one after another are three
// changes of owner: RWI 3.
async function panificioMoretti(filo) {
  const [ticket] = await rowsOf(filo, `SELECT t.ticket_id AS id, t.received_at AS received, t.complaint, s.display_name AS owner, t.state FROM ticket t
    JOIN party p ON p.party_id = t.party_id JOIN staff s ON s.staff_id = t.owner_id WHERE p.name = 'Panificio Moretti' AND t.next_update_at IS NOT NULL`);
  assert.deepEqual([ticket.owner, ticket.complaint, ticket.state], ['Sara Conti', 1, 'in_progress']);
  const held = await filo.rows(`SELECT m.name AS team, s.display_name AS person FROM ticket_phase f JOIN team m ON m.team_id = f.team_id
    JOIN staff s ON s.staff_id = f.owner_id WHERE f.ticket_id = ${ticket.id} ORDER BY f.ticket_phase_id`);
  const hands = held.map(({ team, person }) => `${team}, ${person}`).filter((hand, i, all) => hand !== all[i - 1]);
  assert.deepEqual(hands, ['Vendite, Elena Riccitelli', 'Assistenza, Luca Marchetti', 'Amministrazione, Marco Pieroni', 'Assistenza, Sara Conti']);
  const { figures } = await report(filo, 'bounce', '--by', 'none', '--to', dateOf(filo.today + 1));
  assert.deepEqual([figures.handovers, figures.returned, figures.max, figures.rwi_3_or_more.count ?? figures.rwi_3_or_more], [3, 1, 3, 1 / 2340]);
  const said = await rowsOf(filo, `SELECT channel, direction, at, text FROM message WHERE ticket_id = ${ticket.id} ORDER BY message_id`);
  const [complaint] = said.filter(({ channel }) => channel === 'pec');
  assert.match(complaint.text, /^Reclamo formale/);
  assert.equal(dayOf(complaint.at) - dayOf(ticket.received), 7);
  assert.equal(said.filter(({ direction, text }) => direction === 'out' && /matricola/.test(text)).length, 2, 'the serial was asked twice');
  const kept = await one(filo, `SELECT began_at FROM ticket_phase WHERE ticket_id = ${ticket.id} ORDER BY ticket_phase_id DESC`);
  assert.ok(kept < complaint.at, 'Sara had it before the complaint');
}

// D. A firm with one machine is small, one with five large.
async function smallAndLarge(filo) {
  const requests = await rowsOf(filo, `SELECT n.machines, t.received_at AS received, t.first_reply_at AS reply, t.channel FROM ticket t
    JOIN party p ON p.party_id = t.party_id
    JOIN (SELECT party_id, count(*) AS machines FROM installed_item GROUP BY party_id) n ON n.party_id = t.party_id
    WHERE p.buyer = 'business' AND (n.machines = 1 OR n.machines >= 5)`);
  const inTime = ({ received, reply }) => reply && openTime(received, reply) <= 4 * 3_600_000;
  const [small, large] = [requests.filter(({ machines }) => machines === 1), requests.filter(({ machines }) => machines >= 5)];
  assert.deepEqual([small.filter(inTime).length, small.length], [61, 98]);
  assert.deepEqual([large.filter(inTime).length, large.length], [88, 102]);
  assert.ok(small.every(({ channel }) => channel === 'mail'), 'small ones write');
  const mornings = small.filter(({ reply }) => reply).map(({ reply }) => (wallOf(reply) % DAY) / 60_000);
  assert.ok(mornings.every((minute) => minute >= 9 * 60 && minute < 9 * 60 + 40), 'mail is read once each morning');
}

// E. Fourteen a month, five after the article of month 10: nine fewer, 9 × 24 × 0,55 € = 118,80 € a month.
async function theWin(filo) {
  const [year, month] = dateOf(filo.history).split('-').map(Number);
  const first = (n) => new Date(Date.UTC(year, month - 1 + n, 1)).toISOString().slice(0, 10);
  for (let n = 0; n < 18; n += 1) {
    const { rows } = await report(filo, 'volume', '--by', 'code', '--from', first(n), '--to', first(n + 1));
    assert.equal(rows.find(({ key }) => key === 'error_shown').received, n < 10 ? 14 : 5, `month ${n + 1}`);
  }
  const [article] = await rowsOf(filo, `SELECT solution_id AS id, created_at AS at, used_count AS used, state FROM solution WHERE title = 'E07 decalcificazione'`);
  assert.equal(dateOf(dayOf(article.at)).slice(0, 7), first(9).slice(0, 7), 'written in month 10');
  assert.equal(await one(filo, `SELECT count(*) AS n FROM ticket WHERE solution_id = ${article.id}`), article.used);
  assert.equal(await one(filo, `SELECT count(*) AS n FROM ticket t JOIN cost_entry e ON e.ticket_id = t.ticket_id
    WHERE t.subject LIKE 'E07%' AND e.amount <> 1320`), 0, '24 min each');
}

async function forTheSakeOfPeace(filo) {
  const conceded = await rowsOf(filo, `SELECT t.party_id, count(*) AS n FROM ticket t JOIN code c ON c.code_id = t.origin_id
    WHERE c.code_key = 'quieto_vivere' GROUP BY t.party_id ORDER BY 2 DESC`);
  assert.deepEqual([conceded.reduce((sum, { n }) => sum + n, 0), conceded[0].n, conceded[1].n], [23, 9, 1]);
}

async function everyStory(filo) {
  for (const story of [theCompany, theRequests, theFirstScreen, hotelBelvedere, steamValve, panificioMoretti, smallAndLarge, theWin, forTheSakeOfPeace])
    await story(filo);
}

// How long it took is said, not judged: ten seconds are the promise on a machine of its own.
eachEngine('the demo company and its stories, made now', async (t, engine) => {
  const filo = await makeDemo(t, engine);
  t.diagnostic(`made in ${filo.took} ms`);
  await everyStory(filo);
  const { code, stdout } = await filo.check();
  assert.deepEqual([code, stdout], [0, 'ok: 2340 tickets\n']);
});

// Sunday night, New Year's Day, both nights the clocks change (the second at the hour that comes twice), the minutes around the
// house's hours, the end of a long month, the day after the patron saint's, a leap day.
const MOMENTS = ['2026-03-01T22:10:00Z', '2027-01-01T00:00:30Z', '2026-03-29T01:30:00Z', '2026-10-25T00:30:00Z', '2026-06-03T06:59:00Z',
  '2026-05-29T15:59:30Z', '2026-07-31T10:00:00Z', '2026-09-11T07:05:00Z', '2028-02-29T12:00:00Z'];
for (const at of MOMENTS)
  test(`the same stories, made at ${at}`, async (t) => {
    await everyStory(await makeDemo(t, 'sqlite', at));
  });

test('the same stories on PostgreSQL, made on a Sunday', async (t) => {
  await everyStory(await makeDemo(t, 'postgresql', '2026-10-25T00:30:00Z'));
});

// ------------------------------------------------------------------------------------------------- the same, and no other

const TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_word%'
  AND name <> 'schema_migration' ORDER BY name`; // which says when the schema was made

test('the same seed and instant give the same company', async (t) => {
  const [first, second] = [await makeDemo(t, 'sqlite', '2026-04-03T15:20:00Z'), await makeDemo(t, 'sqlite', '2026-04-03T15:20:00Z')];
  const tables = (await first.rows(TABLES)).map(({ name }) => name);
  assert.ok(tables.length > 30);
  for (const table of tables)
    assert.deepEqual(await first.rows(`SELECT * FROM ${table} ORDER BY 1`), await second.rows(`SELECT * FROM ${table} ORDER BY 1`), table);
});

eachEngine('a demo is made in a new installation only', async (t, engine) => {
  const filo = await startFilo({ engine, serve: false, sink: { port: 9 } });
  t.after(() => filo.remove());
  await filo.mailIn('From: Luca <luca@bar.test>\r\nSubject: Vera\r\nMessage-ID: <vera@bar.test>\r\n\r\nUna richiesta vera.\r\n');
  const { code, stderr } = await filo.command(['demo']);
  assert.equal(code, 64);
  assert.match(stderr, /has something in it already/);
  assert.equal(await filo.count('FROM ticket'), 1);
  assert.equal(await filo.count(`FROM setting WHERE setting_key = 'company.demo'`), 0);
  const wrong = await filo.command(['demo', '--at', 'ieri']);
  assert.deepEqual([wrong.code, /no instant/.test(wrong.stderr)], [64, true]);
});

// ----------------------------------------------------------------------------------------------------------- its faces

eachEngine('one click is enough to come in as anybody, and nothing leaves', async (t, engine) => {
  const filo = await makeDemo(t, engine);
  await filo.start();
  const page = await filo.browser().get('/sign-in');
  const shown = ['sara', 'giulia', 'anna', 'roberto'].filter((login) => page.text.includes(`value="${login}"`));
  assert.equal(shown.length, 4);
  const sara = await filo.signIn({ login: 'sara', password: PASSWORD });
  const queue = textOf((await sara.get('/tickets?view=open')).text);
  assert.match(queue, /14 aperte, 3 in ritardo/);
  assert.match(queue, /non parte nessun messaggio|nessun messaggio parte/i);
  assert.match(queue, /^(?:(?!Gelateria).)*Bar Centrale/s, 'Bar Centrale stands before the others');
});

const OWNER = { company: 'Torrefazione Vera S.n.c.', name: 'Anna Rossi', email: 'anna@torrefazione.test', password: 'quattro chicchi di arabica' };
const SURE = { ...OWNER, sure: '1' };

test('the tour: five links that can be followed, and it stays away once closed', async (t) => {
  const filo = await makeDemo(t, 'sqlite');
  await filo.start();
  for (const login of ['sara', 'giulia', 'anna', 'roberto']) {
    const browser = await filo.signIn({ login, password: PASSWORD });
    const { text } = await browser.get('/tickets');
    const [tour] = /<section class="tour".*?<\/section>/s.exec(text);
    const links = [...tour.matchAll(/<li><a href="([^"]*)">([^<]*)/g)].map(([, url, words]) => [url.replaceAll('&amp;', '&'), words]);
    assert.equal(links.length, 5, login);
    for (const [url, words] of links) assert.equal((await browser.get(url)).status, 200, `${login}: ${words} ${url}`);
    assert.equal(/href="\/settings\/demo"/.test(tour), login === 'roberto', `${login} and the button`);
    const [first] = links;
    assert.match(textOf((await browser.get(first[0])).text), /Bar Centrale/);
    assert.equal((await browser.post('/preferences', { tour: 'closed', return_to: '/tickets' })).status, 303);
    assert.doesNotMatch((await browser.get('/tickets')).text, /class="tour"/);
  }
});

async function assertWholeDemo(filo) {
  assert.equal(await filo.count('FROM ticket'), 2340);
  assert.equal(await filo.count('FROM staff'), 9);
  assert.equal(await filo.count(`FROM setting WHERE setting_key = 'company.demo' AND value = '1'`), 1);
}

const GONE = ['ticket', 'ticket_event', 'ticket_phase', 'message', 'attachment', 'participant', 'outbox', 'party', 'contact_point',
  'installed_item', 'product', 'solution', 'blob', 'channel_account', 'cost_entry', 'search_document', 'inbound', 'reply_address', 'code_word', 'api_token', 'membership'];

// An empty company whose administrator is who asked for it.
async function assertNewCompany(filo) {
  for (const table of GONE) assert.equal(await filo.count(`FROM ${table}`), 0, table);
  assert.deepEqual((await filo.rows('SELECT login, display_name, email, role FROM staff')).map((row) => ({ ...row })),
    [{ login: OWNER.email, display_name: OWNER.name, email: OWNER.email, role: 'admin' }]);
  assert.deepEqual((await filo.rows('SELECT setting_key AS k, value AS v FROM setting ORDER BY 1')).map(({ k, v }) => `${k} ${v}`),
    ['company.language it', `company.name ${OWNER.company}`]);
  assert.ok(await filo.count('FROM code') > 80 && await filo.count('FROM tariff') === 3 && await filo.count('FROM team') === 1);
}

// Writes down a call; gives where the browser is sent.
async function aCall(browser, subject) {
  const form = (await browser.get('/tickets/new')).text;
  const { received } = findForm(form, /^\/tickets$/).fields;
  const answer = await browser.submit(form, /^\/tickets$/, { channel: 'phone', received, customer: 'Bar Vero', person: 'Vera Veri',
    contact: 'vera@bar.test', kind: 'fault', origin: 'ours', subject, description: 'Ha chiamato adesso.' });
  assert.equal(answer.status, 303, textOf(answer.text).slice(0, 400));
  return answer.headers.location;
}

eachEngine('"Elimina la demo" leaves an empty company that works', async (t, engine) => {
  const filo = await makeDemo(t, engine);
  await filo.start();
  const sara = await filo.signIn({ login: 'sara', password: PASSWORD });
  assert.equal((await sara.get('/settings/demo')).status, 403);
  assert.equal((await sara.post('/settings/demo', SURE)).status, 403);
  const roberto = await filo.signIn({ login: 'roberto', password: PASSWORD });
  const page = textOf((await roberto.get('/settings/demo')).text);
  for (const said of [/2340 richieste|2\.340 richieste/, /164 clienti/, /412 matricole/, /9 persone/, /13 soluzioni/, /ricominciano da 10001/])
    assert.match(page, said);
  assert.doesNotMatch(page, /da chi ha provato/);
  // a visitor's own request is counted, and so is what is wrong with the form
  assert.match(await aCall(sara, 'Una prova'), /^\/tickets\/12341$/);
  assert.match(textOf((await roberto.get('/settings/demo')).text), /2\.?341 richieste.*1 è entrata dopo, da chi ha provato/s);
  const large = await filo.mailIn(`From: vera@bar.test\r\nSubject: Una mail grande\r\nMessage-ID: <grande@bar.test>\r\n\r\n${'caffè '.repeat(20_000)}`);
  assert.equal(large.out.ticket, 12342);
  assert.equal(await filo.count('FROM blob WHERE content IS NULL'), 1, 'a blob in a file');
  assert.match(textOf((await roberto.get('/settings/demo')).text), /2\.?342 richieste.*2 sono entrate dopo/s);
  for (const [field, value] of [['company', ' '], ['name', ''], ['email', 'nessuna'], ['password', 'corta'], ['sure', undefined]]) {
    const fields = { ...SURE, [field]: value };
    if (value === undefined) delete fields[field];
    const refused = await roberto.post('/settings/demo', fields);
    assert.equal(refused.status, 422, field);
    if (field !== 'company') assert.match(refused.text, /Torrefazione Vera/, 'what was typed is kept');
    assert.ok(!refused.text.includes(OWNER.password), 'a password is never sent back');
  }
  assert.equal(await filo.count('FROM ticket'), 2342);
  const done = await roberto.post('/settings/demo', SURE);
  assert.equal(done.status, 303, textOf(done.text).slice(0, 400));
  assert.equal(done.headers.location, '/settings');
  await assertNewCompany(filo);
  assert.match(textOf((await roberto.get('/settings')).text), /Anna Rossi/, 'whoever asked is signed in');
  assert.equal((await sara.get('/tickets')).status, 303, 'everybody else is signed out');
  await passwordsAreBack(filo);
  await theNewCompanyWorks(filo, roberto);
});

async function passwordsAreBack(filo) {
  const door = await filo.browser().get('/sign-in');
  assert.ok(!door.text.includes(PASSWORD) && !/demo-roles/.test(door.text));
  for (const login of ['sara', 'roberto']) assert.equal((await filo.browser().post('/sign-in', { email: login, password: PASSWORD })).status, 422);
  const anna = await filo.signIn({ login: OWNER.email, password: OWNER.password });
  assert.equal((await anna.get('/settings/demo')).status, 404);
  assert.equal((await anna.post('/settings/demo', SURE)).status, 404);
  const queue = (await anna.get('/tickets?view=open')).text;
  assert.doesNotMatch(queue, /class="tour"|non parte|nessun messaggio/);
}

async function theNewCompanyWorks(filo, browser) {
  assert.equal(await aCall(browser, 'La prima richiesta'), '/tickets/10001');
  assert.match((await browser.get('/tickets/10001')).text, /La prima richiesta/);
  assert.equal(await one(filo, 'SELECT count(*) AS n FROM outbox WHERE state = \'sealed\''), 0, 'what leaves, leaves');
  assert.match(textOf((await browser.get('/search?q=prima')).text), /La prima richiesta/);
  assert.doesNotMatch(textOf((await browser.get('/search?q=decalcificazione')).text), /E07/);
  await filo.stop();
  assert.equal((await filo.check()).stdout, 'ok: 1 tickets\n');
  const verified = await filo.plain(['audit', 'verify', '--data', filo.dir, ...(filo.db ? ['--db', filo.db] : [])]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  await filo.start();
  assert.equal((await filo.signIn({ login: OWNER.email, password: OWNER.password }).then((again) => again.get('/tickets/10001'))).status, 200);
}

eachEngine('of two who ask at once, one begins', async (t, engine) => {
  const filo = await makeDemo(t, engine);
  await filo.start();
  const roberto = await filo.signIn({ login: 'roberto', password: PASSWORD });
  const asked = [SURE, { ...SURE, company: 'Altra S.r.l.', email: 'altro@torrefazione.test' }];
  const answers = await Promise.all(asked.map((fields) => roberto.post('/settings/demo', fields)));
  const begun = answers.filter(({ status, headers }) => status === 303 && headers.location === '/settings');
  assert.equal(begun.length, 1, answers.map(({ status }) => status).join());
  const winner = asked[answers.indexOf(begun[0])];
  assert.equal(await one(filo, `SELECT value FROM setting WHERE setting_key = 'company.name'`), winner.company);
  assert.equal(await one(filo, 'SELECT login FROM staff'), winner.email);
  assert.equal(await filo.count('FROM staff'), 1);
  assert.equal((await filo.check()).code, 0);
});

// Killed at one moment or another after it was asked for: either company, whole.
eachEngine('a kill while the demo is deleted leaves one company or the other, whole', async (t, engine) => {
  const seen = new Set();
  const filo = await makeDemo(t, engine);
  // The first kill comes before the request can be read, each next one after twice the time, until one comes too late.
  for (let pause = 1; pause < 10_000 && !seen.has(true); pause *= 2) {
    await filo.start();
    const roberto = await filo.signIn({ login: 'roberto', password: PASSWORD });
    const asked = roberto.post('/settings/demo', SURE).catch(() => null);
    await new Promise((done) => { setTimeout(done, pause); });
    await filo.kill();
    const answer = await asked;
    const gone = await filo.count('FROM ticket') === 0;
    assert.ok(gone || answer?.status !== 303, 'it was said to be done');
    seen.add(gone);
    await (gone ? assertNewCompany(filo) : assertWholeDemo(filo));
  }
  assert.ok(seen.has(false) && seen.has(true), 'the kills came all too early or all too late');
  t.diagnostic(`killed before the commit: ${seen.has(false)}, after it: ${seen.has(true)}`);
  assert.equal((await filo.check()).code, 0);
});
