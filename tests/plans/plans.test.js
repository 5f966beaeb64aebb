// SPDX-License-Identifier: EUPL-1.2
// timeout: 600
//
// No statement walks a table that grows: every named statement is explained on both engines, in a company of 2,000
// requests after ANALYZE; on PostgreSQL without sequential scans, so that a small table does not hide a missing index.
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eachEngine, runProgram, startFilo } from '../support/filo.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const build = path.resolve(path.dirname(process.env.FILO_RELEASE_EXE ?? ''), '..');
const statements = path.join(build, 'src', 'statements.json');
const TICKETS = 2000;

async function mustRun(argv) {
  const done = await runProgram(argv);
  assert.equal(done.code, 0, done.stderr);
  return done.stdout;
}

async function filledFilo(t, engine) {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  const db = filo.db ? ['--db', filo.db] : [];
  await mustRun([path.join(build, 'tests/bench/bench-desk'), 'fill', '--data', filo.dir, ...db, '--tickets', `${TICKETS}`]);
  await filo.execute('ANALYZE');
  return filo;
}

async function explain(filo, table = statements) {
  const where = filo.db ? ['postgresql', filo.db, table, path.join(filo.cluster.bin, 'psql')]
    : ['sqlite', path.join(filo.dir, 'filo.db'), table];
  return JSON.parse(await mustRun(['python3', path.join(here, 'plans.py'), ...where]));
}

eachEngine('no statement walks a table that grows', async (t, engine) => {
  const filo = await filledFilo(t, engine);
  const said = await explain(filo);
  assert.ok(said.explained > 150, `${said.explained} statements`);
  assert.deepEqual(said.findings, []);

  // The same eyes see a statement that does.
  await filo.execute('DROP INDEX ticket_event_ticket');
  const planted = await explain(filo);
  assert.ok(planted.findings.some((finding) => finding.includes('ticket_event')), JSON.stringify(planted.findings));
});
