// SPDX-License-Identifier: EUPL-1.2
// The settings as the administrator uses them, without JavaScript: what is changed there is at once how the desk works.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { findForm, textOf } from './support/page.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const FIRST = 'bicchieri di vetro blu';
const SECOND = 'lanterne sopra il porto';

async function fill(browser, page, action, fields) {
  return browser.submit((await browser.get(page)).text, action, fields);
}

// What it says beside a field of the page.
function errorOf(answer, field) {
  const found = new RegExp(`id="${field}-error">([^]*?)</p>`).exec(answer.text);
  assert.ok(found, `no error beside ${field}: ${textOf(answer.text).slice(0, 600)}`);
  return textOf(found[1]);
}

async function audited(filo, action) {
  return Number(await filo.count(`FROM audit WHERE action = '${action}'`));
}

eachEngine('our own company', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  const overview = await admin.get('/settings');
  assert.match(textOf(overview.text), /Manca il numero che i clienti possono chiamare/);

  const wrong = await fill(admin, '/settings/company', /company$/, { name: 'Nuova', vat_number: '01234560158', phone: '199 123456', reopen_days: '-3' });
  assert.equal(wrong.status, 422);
  assert.match(errorOf(wrong, 'vat_number'), /controllo/i);
  assert.match(errorOf(wrong, 'phone'), /tariffa maggiorata/);
  assert.match(errorOf(wrong, 'reopen_days'), /0–365/);
  assert.equal(findForm(wrong.text, /company$/).fields.name, 'Nuova', 'what was typed is kept');
  assert.equal(await audited(filo, 'company.change'), 0);

  const stale = (await admin.get('/settings/company')).text;
  const kept = await fill(admin, '/settings/company', /company$/,
    { name: 'Caffemeccanica S.r.l.', vat_number: 'IT01234560157', pec: 'caffe@pec.test', phone: '0733 960000', reopen_days: '30' });
  assert.equal(kept.status, 303);
  assert.match((await admin.get('/settings/company?done=1')).text, /Salvato\./);
  const help = (await filo.browser().get('/help')).text;
  assert.match(help, /Caffemeccanica S\.r\.l\./);
  assert.match(help, /href="tel:\+390733960000"/);
  assert.doesNotMatch(textOf((await admin.get('/settings')).text), /Manca il numero/);

  const late = await admin.submit(stale, /company$/, { name: 'Di ieri' });
  assert.equal(late.status, 409);
  assert.match(textOf(late.text), /Nel frattempo qualcuno ha cambiato/);
  assert.equal(await audited(filo, 'company.change'), 1);
  assert.doesNotMatch((await filo.browser().get('/help')).text, /Di ieri/);
});

eachEngine('people come, change and go', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  const team = await fill(admin, '/settings/teams/new', /teams$/, { name: 'Filiale di Ancona', kind: 'branch', place: 'Ancona' });
  assert.equal(team.status, 303);
  assert.match(textOf((await admin.get('/settings/teams')).text), /Filiale di Ancona Filiale · Ancona · 0 persone/);

  const form = { login: 'Marta', display_name: 'Marta Rossi', email: 'marta@filo.test', role: 'operator', team: '2', language: 'it' };
  const weak = await fill(admin, '/settings/staff/new', /staff$/, { ...form, password: 'martarossi12' });
  assert.equal(weak.status, 422);
  assert.match(errorOf(weak, 'password'), /tra le prime che qualcuno proverebbe/);
  assert.doesNotMatch(weak.text, /martarossi12/, 'a password is never shown again');
  const twice = await fill(admin, '/settings/staff/new', /staff$/, { ...form, login: ADMIN.login });
  assert.match(errorOf(twice, 'login'), /c'è già/);
  const made = await fill(admin, '/settings/staff/new', /staff$/, { ...form, password: FIRST });
  assert.equal(made.status, 303, textOf(made.text));
  const page = new URL(made.headers.location, 'http://filo').pathname;

  // she signs in, on two machines, and changes her password on one: the other is out
  const marta = await filo.signIn({ login: 'marta', password: FIRST });
  const elsewhere = filo.browser();
  await elsewhere.post('/sign-in', { email: 'marta', password: FIRST }, { headers: { 'User-Agent': FIREFOX } });
  assert.equal((await marta.get('/settings')).status, 403);
  assert.match(textOf((await marta.get('/account')).text), /Firefox · Linux/);
  const guess = await fill(marta, '/account', /password$/, { current: 'sbagliata davvero', password: SECOND, again: SECOND });
  assert.match(errorOf(guess, 'current'), /non è la password di adesso/);
  const differ = await fill(marta, '/account', /password$/, { current: FIRST, password: SECOND, again: FIRST });
  assert.match(errorOf(differ, 'again'), /non sono uguali/);
  assert.equal((await fill(marta, '/account', /password$/, { current: FIRST, password: SECOND, again: SECOND })).status, 303);
  assert.equal((await elsewhere.get('/tickets')).status, 303);
  assert.equal((await marta.get('/tickets')).status, 200);

  // one session ended from the list
  const again = await filo.signIn({ login: 'marta', password: SECOND });
  const end = await fill(again, '/account', /\/account\/sessions\/\d+\/end$/, {});
  assert.equal(end.status, 303);
  assert.equal((await marta.get('/tickets')).status, 303);

  // another role: her sessions end, and the new rights hold
  assert.equal((await fill(admin, page, /staff\/\d+$/, { role: 'admin' })).status, 303);
  assert.equal((await again.get('/tickets')).status, 303);
  const promoted = await filo.signIn({ login: 'marta', password: SECOND });
  assert.equal((await promoted.get('/settings/staff')).status, 200);

  // nobody closes their own door; a colleague may; the last administrator stays
  const own = await fill(promoted, page, /active$/, { active: '0' });
  assert.equal(own.status, 422);
  assert.match(textOf(own.text), /Il proprio accesso lo chiude un altro/);
  const stale = (await promoted.get('/settings/staff/1')).text;
  assert.equal((await fill(admin, page, /active$/, { active: '0' })).status, 303);
  assert.equal((await promoted.get('/tickets')).status, 303);
  assert.equal((await filo.browser().post('/sign-in', { email: 'marta', password: SECOND })).status, 422);
  const closing = await admin.submit(stale, /active$/, { active: '0' });
  assert.equal(closing.status, 422);
  const demoted = await fill(admin, '/settings/staff/1', /staff\/1$/, { email: 'sara@filo.test', role: 'reader' });
  assert.match(errorOf(demoted, 'role'), /altro amministratore/);

  // back again, with a password the administrator sets
  assert.equal((await fill(admin, page, /active$/, { active: '1' })).status, 303);
  assert.equal((await fill(admin, page, /\d+\/password$/, { password: FIRST })).status, 303);
  const back = await filo.signIn({ login: 'marta', password: FIRST });
  assert.equal((await fill(admin, page, /\d+\/sessions$/, {})).status, 303);
  assert.equal((await back.get('/tickets')).status, 303);
  for (const [action, times] of [['staff.add', 1], ['staff.role', 1], ['staff.disable', 1], ['staff.enable', 1], ['staff.password', 2], ['team.add', 1]])
    assert.equal(await audited(filo, action), times, action);
});
