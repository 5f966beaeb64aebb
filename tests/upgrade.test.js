// SPDX-License-Identifier: EUPL-1.2
// A database as an older Filo left it is brought up to this one's schema when the server starts: backed up first, nothing
// lost, and it works on. tests/older holds one for each released schema that a migration has followed: a company, two
// requests by mail (since schema 15 one with a file), one answer (in schema 16 one that did not arrive), dumped as SQL (`.dump`; pg_dump --inserts --no-owner --no-privileges).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { textOf } from './support/page.js';

const run = promisify(execFile);
const LOAD = 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.executescript(open(sys.argv[2], encoding="utf-8").read()); db.close()';
const older = (engine, version) => path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), 'older', `${version}.${engine}.dump`);

// The data directory is as it ever was; its database becomes the older one.
async function load(filo, engine, version) {
  if (engine === 'postgresql') {
    filo.db = await filo.cluster.createDatabase();
    return filo.cluster.load(filo.db, older(engine, version));
  }
  for (const name of readdirSync(filo.dir).filter((each) => each.startsWith('filo.db'))) rmSync(path.join(filo.dir, name));
  return run('python3', ['-c', LOAD, path.join(filo.dir, 'filo.db'), older(engine, version)]);
}

// Customers as an older Filo kept them, and whose language somebody had said: not of who called, for all that can be told of
// the others.
const PARTIES = `INSERT INTO party (kind, name, sort_key, buyer, language, created_at, version) VALUES ('person', 'Chiamata', 'chiamata', 'unknown', 'it', 1000, 1),
    ('person', 'Scritta', 'scritta', 'unknown', 'it', 1000, 1), ('person', 'Corretta', 'corretta', 'unknown', 'it', 1000, 2),
    ('person', 'Importata', 'importata', 'unknown', 'en', 1000, 1);
  INSERT INTO audit (at, actor_kind, actor_id, action, object, object_id, payload)
    SELECT 1000, 'staff', 1, 'party.add', 'party', party_id, '{}' FROM party WHERE name = 'Scritta';
  INSERT INTO imported_party (source, record, party_id) SELECT 'gestionale', 'C1', party_id FROM party WHERE name = 'Importata';`;

for (const version of ['0001', '0015', '0016']) eachEngine(`a database of schema ${Number(version)} is upgraded, whole, and works on`, async (t, engine) => {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await load(filo, engine, version);
  await filo.execute(PARTIES);
  const before = await filo.rows('SELECT ticket_id, subject, state, received_at FROM ticket ORDER BY ticket_id');
  assert.deepEqual(before.map(({ subject }) => subject), ['Non scalda', 'E07']);

  await filo.start();
  const [{ newest }] = await filo.rows('SELECT max(version) AS newest FROM schema_migration');
  assert.ok(Number(newest) > Number(version));
  assert.equal(readdirSync(path.join(filo.dir, 'backups')).length, 1, 'it was backed up before');
  assert.deepEqual(await filo.rows('SELECT ticket_id, subject, state, received_at FROM ticket ORDER BY ticket_id'), before);

  const languages = await filo.rows('SELECT name, language FROM party ORDER BY party_id');
  assert.deepEqual(languages.map(({ name, language }) => [name, language]), [['Luca Bianchi', ''], ['Anna Moretti', ''], ['Chiamata', ''],
    ['Scritta', 'it'], ['Corretta', 'it'], ['Importata', 'en']], 'what nobody said of a customer is not said any more');
  assert.deepEqual((await filo.rows("SELECT DISTINCT domain FROM contact_point WHERE kind = 'email' ORDER BY domain")).map(({ domain }) => domain), ['bar.test', 'moretti.test']);
  const admin = await filo.signIn();
  const page = textOf((await admin.get('/tickets/10001')).text);
  assert.match(page, /Buongiorno, la macchina non scalda\..*Arriviamo domani\./);
  const reply = await filo.mailIn(letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'Re: Non scalda', text: 'Grazie.', id: 'nuova@bar.test',
    inReplyTo: '<vecchia.1@bar.test>' }));
  assert.deepEqual([reply.out.ticket, reply.out.outcome], [10001, 'appended']);
  const english = await filo.mailIn(letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'V2', id: 'english@bar.test',
    text: 'Hello,\r\n\r\nmy coffee machine does not work and it is leaking. Could you help us?\r\n\r\nLuca' }));
  const [opened] = await filo.rows(`SELECT language FROM ticket WHERE ticket_id = ${english.out.ticket}`);
  assert.deepEqual([english.out.outcome, opened.language], ['opened', 'en'], 'their words count, not what was once assumed');
  assert.equal((await admin.post('/tickets/10002/messages', { kind: 'reply', text: 'La guardiamo subito.', version: '1' })).status, 303);
  const [{ n }] = await filo.rows("SELECT count(*) AS n FROM message WHERE ticket_id = 10002 AND direction = 'out'");
  assert.equal(Number(n), 1);
  const files = (await filo.rows("SELECT name, scan FROM attachment WHERE name <> ''")).map(({ name, scan }) => [name, scan]);
  assert.deepEqual(files, version === '0001' ? [] : [['errore.txt', 'waiting']], 'nobody has looked at what came before');
  const unreached = await filo.rows('SELECT o.purpose, d.ticket_id, d.address_key, d.state, d.status, d.looked_at FROM delivery d JOIN outbox o ON o.outbox_id = d.outbox_id');
  assert.deepEqual(unreached.map((row) => Object.values(row).map(String)),
    version === '0016' ? [['answer', '10001', 'luca@bar.test', 'failed', '5.1.1', 'null']] : [], 'what was reported of it is known still');
  await filo.stop();
  await filo.execute("DELETE FROM imported_party; DELETE FROM party WHERE created_at = 1000"); // the search knows nothing of them
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});
