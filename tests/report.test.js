// SPDX-License-Identifier: EUPL-1.2
// A real log of another system, imported, and what `filo report` says of it: the figures that two independent
// computations agree on (the problems closed at Volvo IT, BPI Challenge 2013), on both engines; then the same as pages.
// timeout: 300
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const DATA = process.env.FILO_DATA ?? path.join(HERE, '..', '..', 'shared', 'data');
const LOG = path.join(DATA, 'logs', 'bpi2013_closed_problems.csv');
const MAP = path.join(HERE, 'import', 'bpi2013.map');

async function report(filo, ...words) {
  const { stdout } = await filo.command(['report', ...words, '--format', 'json'], { mustWork: true });
  return JSON.parse(stdout);
}

const rounded = (number) => Number(number.toFixed(4));

function sumOf(rows, figure) {
  return rows.reduce((sum, row) => sum + row[figure], 0);
}

// The figures of the log that two independent computations agree on.
async function figuresAgree(filo) {
  const bounce = await report(filo, 'bounce');
  assert.deepEqual(Object.keys(bounce), ['report', 'definition', 'period', 'n', 'figures', 'rows']);
  const { handovers, none, returned, max, log_rows: events, log_rows_max: most } = bounce.figures;
  assert.deepEqual([bounce.n, handovers, none, returned, max], [1487, 220, 1364, 59, 10]);
  assert.deepEqual([rounded(events), most], [4.4788, 35]);
  assert.equal(sumOf(bounce.rows, 'handovers'), 220);
  assert.equal(sumOf(bounce.rows, 'n'), 1487);

  const { figures: reopen } = await report(filo, 'reopen', '--window', 'all');
  assert.deepEqual([reopen.reopened, reopen.closed, reopen.rate], [61, 1487, 61 / 1487]);
  const { figures: soon } = await report(filo, 'reopen', '--window', '14');
  assert.ok(soon.reopened < 61 && soon.closed === 1487);

  const { figures: times } = await report(filo, 'times', '--by', 'none');
  const { n, mean, median, unit } = times.first_to_last;
  assert.deepEqual([n, rounded(mean), rounded(median), unit], [1487, 178.8817, 81.9805, 'days']);
}

// A period that is over prints the same whenever it is run, and two halves make the whole.
async function periodsAddUp(filo) {
  const first = await report(filo, 'bounce', '--to', '2012-05-01');
  const second = await report(filo, 'bounce', '--from', '2012-05-01');
  assert.equal(first.n + second.n, 1487);
  assert.ok(first.figures.handovers < 220, 'hand-overs after the end of the period are not in it');
  const backlog = await report(filo, 'backlog', '--to', '2012-05-01');
  const closed = await report(filo, 'reopen', '--to', '2012-05-01', '--window', 'all');
  assert.ok(closed.figures.closed < 1487 && backlog.figures.open > 0);
  assert.equal(sumOf(backlog.rows, 'open'), backlog.figures.open);
}

async function pagesShowThem(filo) {
  const browser = await filo.signIn();
  const list = await browser.get('/reports');
  assert.equal(list.status, 200);
  for (const name of ['times', 'backlog', 'reopen', 'repeat', 'bounce', 'volume', 'completeness', 'cost']) {
    assert.match(list.text, new RegExp(`href="/reports/${name}"`));
    const page = await browser.get(`/reports/${name}?from=all`);
    assert.equal(page.status, 200, name);
    assert.doesNotMatch(page.text, /style=/);
  }
  const bounce = await browser.get('/reports/bounce?from=all&by=none');
  assert.match(textOf(bounce.text), /Passaggi 220 1\.487/);
  const months = await browser.get('/reports/bounce?from=all');
  assert.match(months.text, /<svg class="bar"[^>]*><rect width="[1-9]/); // a bar that is drawn
  const [, row] = /href="(\/reports\/bounce\?[^"#]*group=2012-05)#tickets"/.exec(months.text);
  assert.match((await browser.get(row.replaceAll('&amp;', '&'))).text, /href="\/tickets\/\d+"/);
  const csv = await browser.get('/reports/bounce/csv?from=all');
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.match(csv.text, /\r\ntotal,[^,]*,1487,220,1364,59,10,/);
  assert.equal((await browser.get('/reports/nothing')).status, 404);
  const wrong = await browser.get('/reports/volume?by=turnover');
  assert.equal(wrong.status, 400);
  assert.match(textOf(wrong.text), /non si divide per turnover/);
  assert.equal((await filo.browser().get('/reports/bounce')).status, 303, 'nobody reads reports without signing in');
}

eachEngine('the figures of a real log come out to the last digit', async (t, engine) => {
  if (!existsSync(LOG)) {
    t.skip(`${LOG} is not here`);
    return;
  }
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.command(['import', 'tickets', LOG, '--map', MAP], { mustWork: true });
  await figuresAgree(filo);
  await periodsAddUp(filo);
  await filo.start();
  await figuresAgree(filo); // beside the serving node
  await pagesShowThem(filo);
});

eachEngine('a question that makes no sense is refused in words', async (t, engine) => {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  for (const [words, why] of [[['nonsense'], /no such report: nonsense/], [['volume', '--by', 'age'], /not available by age/],
    [['volume', '--from', '31/12/2025'], /date like 2026-04-03/], [['reopen', '--format', 'xml'], /text, csv or json/]]) {
    const { code, stderr } = await filo.command(['report', ...words]);
    assert.equal(code, 64);
    assert.match(stderr, why);
  }
  const { stdout } = await filo.command(['report', 'list'], { mustWork: true });
  assert.equal(stdout.trim().split('\n').length, 8);
});
