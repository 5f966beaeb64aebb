// SPDX-License-Identifier: EUPL-1.2
// Another system's history comes in: whole, once, or not at all. The real logs are those of data/README.md (absent:
// skipped, plainly); the figures expected of them are that page's, computed by two others.
// timeout: 300
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const BPI_MAP = path.join(HERE, 'import', 'bpi2013.map');
const LOGS = path.join(process.env.FILO_DATA ?? path.join(HERE, '..', '..', 'shared', 'data'), 'logs');
const CLOSED = path.join(LOGS, 'bpi2013_closed_problems.csv');
const OPEN = path.join(LOGS, 'bpi2013_open_problems.xes.gz');

const MAP = `[time]
format = %d/%m/%Y %H:%M
zone = Europe/Rome
[columns]
case = number
time = when
activity = what
team = team
resource = who
product = product
subject = subject
[events]
opened = new
taken = in_progress
done = closed
`;
const HEADER = 'number,when,what,team,who,product,subject';

// A Filo without a server, and a way to import a text as a file.
async function withFilo(t, engine, story, options = {}) {
  const filo = await startFilo({ engine, serve: false, ...options });
  t.after(() => filo.remove());
  const fileOf = (name, content) => {
    const file = path.join(filo.root, name);
    writeFileSync(file, content);
    return file;
  };
  const importFile = async (file, map, ...more) => {
    const result = await filo.command(['import', 'tickets', file, '--map', map, '--json', ...more]);
    return { ...result, out: result.stdout.trim() ? JSON.parse(result.stdout) : null };
  };
  const importText = (content, { map = MAP, name = 'log.csv', more = [] } = {}) =>
    importFile(fileOf(name, content), fileOf('a.map', map), ...more);
  await story({ filo, fileOf, importFile, importText });
}

const TABLES = ['ticket', 'ticket_event', 'ticket_phase', 'team', 'product', 'imported_case', 'imported_event', 'import_row', 'outbox'];

async function counts(filo, tables = TABLES) {
  const found = {};
  for (const table of tables) found[table] = Number(await filo.count(`FROM ${table}`));
  return found;
}

async function assertSound(filo) {
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout);
}

const figures = ({ rows, tickets, events, already }) => ({ rows, tickets, events, already });

function eachEngineWithLogs(name, story) {
  eachEngine(name, (t, engine) => {
    if (!existsSync(CLOSED) || !existsSync(OPEN)) return t.skip(`FILO_DATA: no logs at ${LOGS}`);
    return withFilo(t, engine, story);
  });
}

// ---- the real logs

eachEngineWithLogs('the closed problems: all of them, once', async ({ filo, importFile }) => {
  const before = await counts(filo);
  const dry = await importFile(CLOSED, BPI_MAP, '--dry-run');
  assert.equal(dry.out.status, 'dry_run');
  assert.deepEqual(figures(dry.out), { rows: 6660, tickets: 1487, events: 6660, already: 0 });
  assert.deepEqual(await counts(filo), before, 'a dry run wrote something');

  const wet = await importFile(CLOSED, BPI_MAP);
  assert.equal(wet.code, 0, wet.stderr);
  assert.deepEqual(figures(wet.out), { rows: 6660, tickets: 1487, events: 6660, already: 0 });
  assert.equal(wet.out.first_event, '2006-01-11T15:49:42.000Z');
  assert.equal(wet.out.last_event, '2012-05-31T23:49:06.000Z');
  assert.equal(wet.out.notes, 10, 'the ten Unmatched are notes');
  assert.deepEqual(wet.out.unknown_activities, {});
  await assertSound(filo);

  const after = await counts(filo);
  assert.equal(after.outbox, 0);
  assert.equal(after.import_row, 0);
  assert.equal(after.product, 337);
  assert.equal(Number(await filo.count("FROM ticket WHERE import_id IS NOT NULL AND state = 'closed'")), 1487);
  assert.equal(Number(await filo.count('FROM ticket WHERE reopened > 0')), 61);
  assert.equal(Number(await filo.count('FROM (SELECT DISTINCT resource FROM imported_event) AS r')), 585);
  assert.equal(Number(await filo.count('FROM (SELECT DISTINCT team FROM imported_event) AS r')), 15);
  assert.equal(Number(await filo.count("FROM ticket t JOIN product p ON p.product_id = t.product_id WHERE p.name = 'PROD97'")), 107);

  const again = await importFile(CLOSED, BPI_MAP);
  assert.deepEqual(figures(again.out), { rows: 6660, tickets: 0, events: 0, already: 6660 });
  assert.deepEqual(await counts(filo), after, 'the second import changed something');
  const dryAgain = await importFile(CLOSED, BPI_MAP, '--dry-run');
  assert.deepEqual(figures(dryAgain.out), { rows: 6660, tickets: 0, events: 0, already: 6660 });
});

eachEngineWithLogs('the open problems: XES, packed, through the running server', async ({ filo, importFile }) => {
  await filo.start();
  const taken = await importFile(OPEN, BPI_MAP);
  assert.equal(taken.code, 0, taken.stderr);
  assert.deepEqual(figures(taken.out), { rows: 2351, tickets: 819, events: 2351, already: 0 });
  assert.deepEqual(figures((await importFile(OPEN, BPI_MAP)).out), { rows: 2351, tickets: 0, events: 0, already: 2351 });
  const [{ ticket_id: ticket }] = await filo.rows('SELECT ticket_id FROM ticket ORDER BY ticket_id LIMIT 1');
  const page = await (await filo.signIn()).get(`/tickets/${ticket}`);
  assert.equal(page.status, 200);
  assert.match(textOf(page.text), /importazione/); // how it came, in words
  await filo.stop();
  await assertSound(filo);
});

// ---- what a log says, and what it does not

const STORY = `${HEADER}
A1,07/11/2006 11:00,opened,Banco,Ada,Macchina,Non scalda
B1,07/11/2006 11:00,opened,Banco,Ada,,
A1,07/11/2006 12:00,done,Officina,Bo,Macchina,Non scalda
A1,07/11/2006 12:00,taken,Officina,Bo,Macchina,Non scalda
A1,07/11/2006 12:00,taken,Officina,Bo,Macchina,Non scalda
A1,07/11/2006 13:00,=cmd|x <b onclick=1>,Officina,Bo,Macchina,Non scalda
`;

eachEngine('a log becomes tickets: order, equal rows, unknown activities, reopening', (t, engine) =>
  withFilo(t, engine, async ({ filo, importText }) => {
    const taken = await importText(STORY);
    assert.deepEqual(figures(taken.out), { rows: 6, tickets: 2, events: 6, already: 0 }, taken.stderr);
    assert.deepEqual(taken.out.unknown_activities, { '=cmd|x <b onclick=1>': 1 });
    const [a] = await filo.rows(`SELECT t.ticket_id, t.state, t.subject, t.reopened, t.received_at, t.last_event_at,
      t.next_update_at, m.name AS team, p.name AS product FROM ticket t JOIN team m ON m.team_id = t.team_id
      JOIN product p ON p.product_id = t.product_id`);
    assert.equal(a.subject, 'Non scalda');
    assert.equal(a.state, 'in_progress'); // equal times keep the file's order: done, then taken
    assert.equal(Number(a.reopened), 1);
    assert.equal(Number(a.received_at), Date.UTC(2006, 10, 7, 10)); // 11:00 in Rome, in November
    assert.equal(Number(a.last_event_at), Date.UTC(2006, 10, 7, 12));
    assert.deepEqual([a.team, a.product, a.next_update_at], ['Officina', 'Macchina', null]);
    const events = await filo.rows(`SELECT i.activity, e.kind, e.payload FROM ticket_event e
      JOIN imported_event i ON i.ticket_event_id = e.ticket_event_id WHERE e.ticket_id = ${a.ticket_id} ORDER BY e.ticket_event_id`);
    assert.deepEqual(events.map((event) => event.activity), ['opened', 'done', 'taken', 'taken', '=cmd|x <b onclick=1>']);
    for (const event of events) assert.doesNotMatch(event.payload, /Ada|Bo|Officina/, 'an event holds a name');
    await assertSound(filo);
  }));

eachEngine('a longer log of the same cases adds what is new; what comes late undoes nothing', (t, engine) =>
  withFilo(t, engine, async ({ filo, importText }) => {
    await importText(STORY);
    const longer = await importText(`${STORY}A1,08/11/2006 09:00,done,Officina,Bo,Macchina,x\nA1,01/01/2006 09:00,done,Banco,Ada,Macchina,x\n`);
    assert.deepEqual(figures(longer.out), { rows: 8, tickets: 0, events: 2, already: 6 });
    const [a] = await filo.rows("SELECT state, closed_at, received_at FROM ticket WHERE subject = 'Non scalda'");
    assert.deepEqual([a.state, Number(a.closed_at)], ['closed', Date.UTC(2006, 10, 8, 8)]);
    await assertSound(filo);
    const other = await importText(STORY, { more: ['--source', 'another desk'] });
    assert.equal(other.out.tickets, 2, 'the same numbers of another desk are other cases');
  }));

eachEngine('a packed file of two members is read to its end, a map may carry a byte order mark, a dry run counts the same', (t, engine) =>
  withFilo(t, engine, async ({ filo, importText }) => {
    const lines = STORY.split('\n');
    const packed = Buffer.concat([gzipSync(`${lines.slice(0, 3).join('\n')}\n`), gzipSync(lines.slice(3).join('\n'))]);
    const map = `\ufeff${MAP.replaceAll('\n', '\r\n')}`;
    const dry = await importText(packed, { map, name: 'log.csv.gz', more: ['--dry-run'] });
    const wet = await importText(packed, { map, name: 'log.csv.gz' });
    assert.deepEqual(figures(wet.out), { rows: 6, tickets: 2, events: 6, already: 0 }, wet.stderr);
    assert.equal(wet.out.notes, 1);
    assert.deepEqual({ ...dry.out, status: 'imported' }, wet.out);
    assert.deepEqual(figures((await importText(STORY)).out), { rows: 6, tickets: 0, events: 0, already: 6 }, 'unpacked it is the same log');
    await assertSound(filo);
  }));

// ---- files that are not right

const ROW = 'A1,07/11/2006 11:00,opened,Banco,Ada,Macchina,Non scalda';
const WRONG = [
  ['an empty file', '', 0, /empty/],
  ['a column named twice', `${HEADER},who\n${ROW},x\n`, 1, /two columns have the name 'who'/],
  ['a column that is not there', 'number,when\n', 1, /not there: 'what'/],
  ['days where months should be', `${HEADER}\n${ROW.replace('07/11', '11/13')}\n`, 2, /no such day/],
  ['another form of date', `${HEADER}\n${ROW}\n${ROW.replace('07/11/2006', '2006-11-07')}\n`, 3, /not written as/],
  ['a cut line', `${HEADER}\n${ROW}\nA2,07/11/2006 11:00,ope\n`, 3, /3 cells where the first line has 7/],
  ['a cut last cell', `${HEADER}\n${ROW}\n${ROW.slice(0, -3)}`, 3, /no line end/],
  ['a case without a name', `${HEADER}\n${ROW.replace('A1', ' ')}\n`, 2, /no case/],
  ['a quotation never closed', `${HEADER}\n"A1,\n${ROW}\n`, 2, /never closed/],
  ['a NUL', `${HEADER}\n${ROW}\0\n`, 2, /NUL/],
  ['UTF-16', Buffer.from(`\ufeff${HEADER}\n`, 'utf16le'), 1, /UTF-16/],
  ['Latin-1', Buffer.from(`${HEADER}\n${ROW}\xe8\n`, 'latin1'), 2, /UTF-8/],
  ['a packed file cut off', gzipSync(`${HEADER}\n${`${ROW}\n`.repeat(5000)}`).subarray(0, -20), 0, /damaged or cut off/],
  ['packed data with something behind it', Buffer.concat([gzipSync(`${HEADER}\n${ROW}\n`), Buffer.from('and more')]), 0, /damaged or cut off/],
  ['packed data cut off in its second member', Buffer.concat([gzipSync(`${HEADER}\n${ROW}\n`), gzipSync(`${ROW}\n`).subarray(0, 12)]), 0, /damaged or cut off/],
  ['a spreadsheet', Buffer.from('PK\x03\x04\x14\0\x06\0', 'latin1'), 0, /spreadsheet/],
  ['another delimiter than the map says', `${HEADER.replaceAll(',', ';')}\n`, 1, /not there: 'number': .* another delimiter/],
  ['XES cut off', '<log><trace>', 1, /before <\/log>/],
  ['XES with entities', '<!DOCTYPE log [<!ENTITY a "x">]><log/>', 1, /document type/],
];

eachEngine('a file that is not right is refused whole, with its line', (t, engine) =>
  withFilo(t, engine, async ({ filo, importText, importFile, fileOf }) => {
    const before = await counts(filo);
    for (const [what, content, line, reason] of WRONG) {
      const taken = await importText(content);
      assert.deepEqual([taken.code, taken.out?.status], [65, 'refused'], `${what}: ${taken.stderr}`);
      assert.equal(taken.out.refused[0].line, line, what);
      assert.match(taken.out.refused[0].reason, reason, what);
      const dry = await importText(content, { more: ['--dry-run'] });
      assert.deepEqual([dry.code, dry.out.refused], [65, taken.out.refused], what);
    }
    assert.deepEqual(await counts(filo), before, 'a refused file left something');
    const many = await importText(`${HEADER}\n${`${ROW.replace('07', '99')}\n`.repeat(250)}`);
    assert.deepEqual([many.out.refused_count, many.out.refused.length], [250, 100]);

    // What was counted before the wrong line does not stand in the summary: nothing of it was or would be kept.
    const late = `${HEADER}\n${`${ROW}\n`.repeat(500)}A1,never,opened,,,,\n`;
    for (const more of [[], ['--dry-run']])
      assert.deepEqual(figures((await importText(late, { more })).out), { rows: 501, tickets: 0, events: 0, already: 0 });

    const maps = [[`${MAP}taken = closed\n`, /said twice/], [MAP.replace('Rome', 'Roma'), /no zone/], [MAP.replace(/zone.*\n/, ''), /say zone/]];
    for (const [map, reason] of maps) {
      const taken = await importText(`${HEADER}\n${ROW}\n`, { map });
      assert.equal(taken.code, 64);
      assert.match(taken.stderr, reason);
    }
    assert.notEqual((await importFile('/nowhere/log.csv', fileOf('a.map', MAP))).code, 0);
    assert.deepEqual(await counts(filo), before);
    await assertSound(filo);
  }));

// ---- customers, products, items

const PARTIES = `id,kind,name,vat_number,language,buyer,email,phone,company,role
C1,company,Officine Galvani srl,IT 00743110157,it,business,info@galvani.test,06 6982,,
P1,person,"Anna ""Nina"" <b>Moretti</b>",,en,,anna@galvani.test,,C1,acquisti
C2,company,Galvani (doppione),00743110157,,,,,,
`;
const PRODUCTS = 'role,kind,name\nmade,goods,Macchina\nservice,training,=Corso\n';
const ITEMS = 'product,serial,customer,sold,delivered\nMacchina,ab 12,C1,2025-03-01,\nMacchina,ab 13,P1,,2025-03-02\n';

eachEngine('customers, products and items come once, and refer to each other', (t, engine) =>
  withFilo(t, engine, async ({ filo, fileOf }) => {
    const bring = async (kind, content, ...more) => {
      const result = await filo.command(['import', kind, fileOf(`${kind}.csv`, content), '--json', ...more]);
      const out = result.stdout.trim() ? JSON.parse(result.stdout) : assert.fail(result.stderr);
      return { code: result.code, out, brief: [out.status, out.rows, out.made, out.already] };
    };
    const early = await bring('items', ITEMS);
    assert.deepEqual([early.code, early.out.refused], [65, [{ line: 2, reason: "there is no customer 'C1'" }]]);

    assert.deepEqual((await bring('parties', PARTIES, '--dry-run')).brief, ['dry_run', 3, 3, 0]);
    assert.equal(Number(await filo.count('FROM party')), 0);
    // 00743110157 stands in D.M. 23/12/1976's worked example of the check digit; C2 is C1 by it.
    assert.deepEqual((await bring('parties', PARTIES)).brief, ['imported', 3, 2, 1]);
    assert.deepEqual((await bring('parties', PARTIES)).brief, ['imported', 3, 0, 3]);
    assert.deepEqual((await bring('products', PRODUCTS)).brief, ['imported', 2, 2, 0]);
    assert.deepEqual((await bring('products', PRODUCTS)).brief, ['imported', 2, 0, 2]);
    await filo.start();
    assert.deepEqual((await bring('items', ITEMS)).brief, ['imported', 2, 2, 0]);
    assert.deepEqual((await bring('items', ITEMS)).brief, ['imported', 2, 0, 2]);

    const parties = await filo.rows('SELECT kind, name, vat_number, language, buyer FROM party ORDER BY party_id');
    assert.deepEqual(parties.map(Object.values), [['company', 'Officine Galvani srl', '00743110157', 'it', 'business'],
      ['person', 'Anna "Nina" <b>Moretti</b>', null, 'en', 'unknown']]);
    const points = await filo.rows('SELECT value_key FROM contact_point ORDER BY contact_point_id');
    assert.deepEqual(points.map((point) => point.value_key), ['info@galvani.test', '+39066982', 'anna@galvani.test']);
    assert.equal(Number(await filo.count("FROM membership WHERE role = 'acquisti'")), 1);
    const items = await filo.rows('SELECT serial, sold_at, delivered_at FROM installed_item ORDER BY serial');
    assert.equal(items[0].serial, 'AB12');
    assert.equal(Number(items[0].sold_at), Date.UTC(2025, 1, 28, 23)); // midnight in Rome, in winter
    assert.equal(items[0].delivered_at, null);
    assert.equal(Number(await filo.count('FROM party')), 2);
    await filo.stop();
    await assertSound(filo);
  }));

const WRONG_NOUNS = [
  ['parties', 'id,kind,name,colour\n', 1, /there is no column 'colour'/],
  ['parties', 'id,kind,kind,name\n', 1, /two columns/],
  ['parties', 'id,kind\n', 1, /a column is missing: 'name'/],
  ['parties', 'id,kind,name\nC1,firm,X\n', 2, /^kind: /],
  ['parties', 'id,kind,name\n,company,X\n', 2, /^id: /],
  ['parties', 'id,kind,name,vat_number\nC1,company,X,00743110158\n', 2, /^vat_number: /],
  ['parties', 'id,kind,name,email\nC1,company,X,nobody\n', 2, /^email: /],
  ['parties', 'id,kind,name,company\nP1,person,X,C9\n', 2, /there is no company 'C9'/],
  ['parties', 'id,kind,name\nC1,company,"X\n', 2, /never closed/],
  ['products', 'name,role,kind\nX,made\n', 2, /2 cells/],
  ['products', 'name,role,kind\nX,made,goods', 2, /no line end/],
  ['items', 'product,serial,customer,sold\nX,1,C1,01/03/2025\n', 2, /^sold: /],
];

eachEngine('master data that is not right is refused whole', (t, engine) =>
  withFilo(t, engine, async ({ filo, fileOf }) => {
    for (const [kind, content, line, reason] of WRONG_NOUNS) {
      const result = await filo.command(['import', kind, fileOf('wrong.csv', content), '--json']);
      assert.equal(result.code, 65, `${content}: ${result.stderr}`);
      const [refused] = JSON.parse(result.stdout).refused;
      assert.equal(refused.line, line, content);
      assert.match(refused.reason, reason);
    }
    const tables = ['party', 'product', 'installed_item', 'import_row', 'imported_party'];
    assert.deepEqual(await counts(filo, tables), Object.fromEntries(tables.map((name) => [name, 0])));
  }));

// ---- death in the middle

const CASES = 2000;
function longLog() {
  const lines = [HEADER];
  for (let n = 0; n < CASES; n++)
    for (const [minute, what] of ['opened', 'taken', 'done', 'taken', 'done'].entries())
      lines.push(`L${n},07/11/2006 11:0${minute},${what},Banco,Ada,P${n % 50},x`);
  return `${lines.join('\n')}\n`;
}

// Starts the import and kills it once the run is in that state with that much done.
async function killImport(filo, file, map, reached) {
  let child;
  const ended = filo.command(['import', 'tickets', file, '--map', map], { onStart: (started) => { child = started; } });
  await filo.until(async () => {
    const [run] = await filo.rows('SELECT state, rows_read, events FROM import_run ORDER BY import_run_id DESC LIMIT 1');
    return run && reached(run);
  }, 'the import to get that far', 60_000);
  child.kill('SIGKILL');
  const { signal } = await ended;
  assert.equal(signal, 'SIGKILL', 'the import was over before it could be killed');
}

async function assertWhole(filo) {
  assert.deepEqual(await counts(filo, ['imported_case', 'imported_event', 'import_row', 'product']),
    { imported_case: CASES, imported_event: CASES * 5, import_row: 0, product: 50 });
  assert.equal(Number(await filo.count("FROM ticket WHERE state = 'closed' AND reopened = 1")), CASES);
  assert.equal(Number(await filo.count("FROM ticket_event WHERE kind = 'imported'")), CASES * 5);
  await assertSound(filo);
}

eachEngine('killed while staging, nothing is there; killed while applying, resume finishes it', (t, engine) =>
  withFilo(t, engine, async ({ filo, fileOf, importFile }) => {
    const file = fileOf('long.csv', longLog());
    const map = fileOf('a.map', MAP);
    await killImport(filo, file, map, (run) => run.state === 'staging' && Number(run.rows_read) > 0);
    assert.equal(Number(await filo.count('FROM ticket')), 0);
    await killImport(filo, file, map, (run) => run.state === 'applying' && Number(run.events) > 0);
    const half = Number(await filo.count('FROM imported_event'));
    assert.ok(half > 0 && half < CASES * 5, `${half} events when it was killed`);
    const resumed = await filo.command(['import', 'resume']);
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertWhole(filo);
    assert.deepEqual(figures((await importFile(file, map)).out), { rows: CASES * 5, tickets: 0, events: 0, already: CASES * 5 });
    await assertWhole(filo);
  }));

eachEngine('importer and server killed while applying: the next start finishes it', (t, engine) =>
  withFilo(t, engine, async ({ filo, fileOf }) => {
    await filo.start();
    await killImport(filo, fileOf('long.csv', longLog()), fileOf('a.map', MAP), (run) => run.state === 'applying' && Number(run.events) > 0);
    await filo.kill();
    const half = Number(await filo.count('FROM imported_event'));
    assert.ok(half > 0 && half < CASES * 5, `${half} events when it was killed`);
    await filo.start();
    await filo.until(async () => Number(await filo.count('FROM import_row')) === 0, 'the rest to be applied', 60_000);
    await filo.stop();
    await assertWhole(filo);
  }));

eachEngine('two imports at once: the second is told to wait', (t, engine) =>
  withFilo(t, engine, async ({ filo, fileOf, importFile }) => {
    const file = fileOf('long.csv', longLog());
    const map = fileOf('a.map', MAP);
    let second;
    const first = filo.command(['import', 'tickets', file, '--map', map]);
    await filo.until(async () => (await filo.rows('SELECT state FROM import_run')).length > 0, 'the first to begin', 60_000);
    second = await importFile(file, map);
    assert.equal(second.code, 75);
    assert.match(second.stderr, /another import is under way/);
    assert.equal((await first).code, 0);
    await assertWhole(filo);
  }));
