// SPDX-License-Identifier: EUPL-1.2
// The settings as the administrator uses them, without JavaScript: what is changed there is at once how the desk works.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

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

const SECRET = 'parola della casella';

function letter(subject, id) {
  return Buffer.from(`From: Luca Bianchi <luca@bar.test>\r\nTo: assistenza@filo.test\r\nSubject: ${subject}\r\nMessage-ID: <${id}@bar.test>\r\n\r\nBuongiorno.\r\n`);
}

const readable = (message) => message.data.toString().replace(/=\r\n/g, '');

eachEngine('a mailbox, tried before anybody relies on it', async (t, engine) => {
  const sink = await startSink({ auth: { user: 'assistenza', password: SECRET } });
  const thief = await startSink({ auth: { user: 'assistenza', password: SECRET } });
  const cipher = await startSink({ tls: 'starttls' });
  t.after(() => Promise.all([sink, thief, cipher].map((one) => one.close())));
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  assert.match(textOf((await admin.get('/settings')).text), /Nessuna casella in uso/);

  const typed = { address: 'assistenza@filo.test', name: 'assistenza', smtp_host: '127.0.0.1', smtp_port: `${sink.port}`,
    smtp_tls: 'none', smtp_user: 'assistenza', smtp_password: 'sbagliata', signature: 'Caffemeccanica\ntel. 0733 960000' };
  const plain = await fill(admin, '/settings/mailboxes/new', /mailboxes$/, { ...typed, smtp_host: 'smtp.filo.test' });
  assert.equal(plain.status, 422);
  assert.match(errorOf(plain, 'smtp_tls'), /Senza cifratura/);
  assert.doesNotMatch(plain.text, /sbagliata/);
  const open = await fill(admin, '/settings/mailboxes/new', /mailboxes$/, { ...typed, smtp_password: '' });
  assert.match(errorOf(open, 'smtp_password'), /serve anche la password/);
  const odd = await fill(admin, '/settings/mailboxes/new', /mailboxes$/, { ...typed, name: 'La casella' });
  assert.match(errorOf(odd, 'name'), /lettere minuscole/);
  const made = await fill(admin, '/settings/mailboxes/new', /mailboxes$/, typed);
  assert.equal(made.status, 303, textOf(made.text));
  const page = '/settings/mailboxes/1';
  const attempt = (fields = {}) => fill(admin, page, /test$/, { to: 'sara@filo.test', ...fields });

  // a wrong password, a right one, a server that refuses the recipient, a server that is not there
  assert.match(textOf((await attempt()).text), /non accetta il nome utente o la password.*Ha risposto: 535/);
  assert.match(errorOf(await attempt({ to: 'nessuno' }), 'to'), /@/);
  const right = await fill(admin, page, /mailboxes\/1$/, { smtp_password: SECRET });
  assert.equal(right.status, 303, textOf(right.text));
  assert.match(textOf((await attempt()).text), /Funziona: il server 127\.0\.0\.1 ha preso in consegna il messaggio per sara@filo\.test/);
  assert.equal(sink.messages.length, 1);
  assert.equal(sink.messages[0].from, 'assistenza@filo.test');
  assert.deepEqual(sink.messages[0].to, ['sara@filo.test']);
  sink.rules.push({ at: 'rcpt', match: /ignota/, reply: '550 5.1.1 casella sconosciuta' });
  assert.match(textOf((await attempt({ to: 'ignota@filo.test' })).text), /non accetta l.indirizzo ignota@filo\.test\..*Ha risposto: .*casella sconosciuta/);
  sink.rules.push({ at: 'greeting', reply: '554 andate via', times: 1 });
  assert.match(textOf((await attempt()).text), /non si lascia usare per spedire.*Ha risposto: 554 andate via/);

  // the stored password is shown nowhere, and goes to no other server
  const shown = await admin.get(page);
  assert.ok(!shown.text.includes(SECRET));
  assert.match(textOf(shown.text), /C'è una password/);
  const moved = await fill(admin, page, /mailboxes\/1$/, { smtp_port: `${thief.port}` });
  assert.equal(moved.status, 422);
  assert.match(errorOf(moved, 'smtp_password'), /scriva di nuovo la password/);
  await attempt();
  assert.equal(thief.connections, 0);
  const rows = await filo.rows('SELECT config, signature FROM channel_account');
  assert.ok(!JSON.stringify(rows).includes(SECRET));

  // a certificate nobody vouches for: nothing is sent
  const closed = await startSink();
  const { port } = closed;
  await closed.close();
  const away = { smtp_user: '', smtp_password: '' };
  assert.equal((await fill(admin, page, /mailboxes\/1$/, { ...away, smtp_port: `${cipher.port}`, smtp_tls: 'starttls' })).status, 303);
  assert.match(textOf((await attempt()).text), /Il collegamento cifrato con 127\.0\.0\.1 non riesce/);
  assert.equal(cipher.messages.length, 0);
  assert.equal((await fill(admin, page, /mailboxes\/1$/, { ...away, smtp_port: `${port}`, smtp_tls: 'none' })).status, 303);
  assert.match(textOf((await attempt()).text), new RegExp(`Non si riesce a raggiungere il server 127\\.0\\.0\\.1 sulla porta ${port}`));

  // and the desk answers through it, signed
  const stale = (await admin.get(page)).text;
  assert.equal((await fill(admin, page, /mailboxes\/1$/, { smtp_port: `${sink.port}`, smtp_user: 'assistenza', smtp_password: SECRET })).status, 303);
  assert.equal((await admin.submit(stale, /mailboxes\/1$/, { signature: 'di prima' })).status, 409);
  const before = sink.messages.length;
  await filo.mailIn(letter('Non scalda', 'uno'));
  assert.equal((await fill(admin, '/tickets/10001', /messages$/, { kind: 'reply', text: 'Arriviamo domani.' })).status, 303);
  await filo.until(() => sink.messages.length === before + 2, 'the acknowledgement and the answer');
  const answer = readable(sink.messages.find((message) => readable(message).includes('Arriviamo domani')));
  assert.match(answer, /Arriviamo domani\.\r\n\r\n--(?: |=20)\r\nCaffemeccanica\r\ntel\. 0733 960000/);
  assert.doesNotMatch(textOf((await admin.get('/settings')).text), /Nessuna casella in uso/);
  for (const [action, least] of [['mailbox.add', 1], ['mailbox.change', 4]]) assert.equal(await audited(filo, action), least, action);
});

// The day it is for the desk, whose clock is Rome's: for an hour or two of every night it is not the day of UTC.
const romeDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' });
const wallDate = (daysAhead) => new Date(Date.parse(romeDay.format(new Date())) + daysAhead * 86_400_000);
const italian = (date) => `${date.getUTCDate()}/${date.getUTCMonth() + 1}/${date.getUTCFullYear()}`;

eachEngine('hours and holidays', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  assert.match(textOf((await filo.browser().get('/help')).text), /Filo|Caffemeccanica/);
  const overlap = await fill(admin, '/settings/calendar', /calendar$/, { day1: '9-13, 12-18', day2: 'mattina', patron: '31/2' });
  assert.equal(overlap.status, 422);
  assert.match(errorOf(overlap, 'day1'), /si sovrappongono: 9:00–13:00 \/ 12:00–18:00/);
  assert.match(errorOf(overlap, 'day2'), /Ha scritto: mattina/);
  assert.match(errorOf(overlap, 'patron'), /giorno e mese/);

  // open every minute of every day but for a week of ours from tomorrow: looked at first, then kept
  const always = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [`day${day}`, '0-24']));
  const typed = { ...always, closures: `${italian(wallDate(2))} - ${italian(wallDate(4))} inventario` };
  const html = (await admin.get('/settings/calendar')).text;
  const look = await admin.submit(html, /calendar$/, { ...typed, preview: '1' });
  assert.equal(look.status, 200);
  assert.match(textOf(look.text), /non è ancora salvato/);
  assert.equal(textOf(look.text).match(/inventario/g).length >= 3, true, 'three days of inventory are listed');
  assert.equal(await audited(filo, 'calendar.change'), 0);
  assert.equal((await admin.submit(html, /calendar$/, typed)).status, 303);
  const kept = await admin.get('/settings/calendar');
  assert.match(textOf(kept.text), /In questo momento Aperto, fino a/);
  assert.equal(findForm(kept.text, /calendar$/).fields.day1, '0:00–24:00');
  assert.equal((await admin.submit(html, /calendar$/, { day1: '' })).status, 409, 'somebody else was there first');

  // deadlines count with it: eight hours of a house that never closes are eight hours of the clock
  await filo.mailIn(letter('Di notte', 'notte'));
  const [ticket] = await filo.rows('SELECT received_at, next_update_at FROM ticket');
  assert.equal(Number(ticket.next_update_at) - Number(ticket.received_at), 8 * 3_600_000);
  const never = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [`day${day}`, '']));
  assert.equal((await fill(admin, '/settings/calendar', /calendar$/, never)).status, 303);
  assert.match(textOf((await admin.get('/settings/calendar')).text), /non si apre mai/);
  assert.equal(await audited(filo, 'calendar.change'), 2);
});

eachEngine('codes: a new one is offered at closing, a retired one is not and stays where it was', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  await filo.mailIn(letter('Perde vapore', 'vapore'));
  const offered = async () => textOf((await admin.get('/tickets/10001')).text);
  assert.doesNotMatch(await offered(), /Valvola che sfiata/);
  const blank = await fill(admin, '/settings/codes/new?list=symptom', /codes$/, { name_it: 'Valvola che sfiata' });
  assert.equal(blank.status, 422);
  assert.match(errorOf(blank, 'name_en'), /Scriva il nome/);
  const made = await fill(admin, '/settings/codes/new?list=symptom', /codes$/, { name_it: 'Valvola che sfiata', name_en: 'Venting valve' });
  assert.equal(made.status, 303, textOf(made.text));
  const [code] = await filo.rows("SELECT code_id, code_key, version FROM code WHERE name_en = 'Venting valve'");
  assert.equal(code.code_key, 'venting_valve');
  assert.match(await offered(), /Valvola che sfiata/);
  const page = `/settings/codes/${code.code_id}`;
  const stale = (await admin.get(page)).text;
  assert.equal((await fill(admin, page, /\/codes\/\d+$/, { name_it: 'Valvola che soffia' })).status, 303);
  assert.match(await offered(), /Valvola che soffia/);
  assert.equal((await admin.submit(stale, /\/codes\/\d+$/, { name_it: 'Di prima' })).status, 409);

  assert.equal((await fill(admin, page, /retire$/, {})).status, 303);
  assert.doesNotMatch(await offered(), /Valvola che soffia/);
  assert.match(textOf((await admin.get('/settings/codes?list=symptom')).text), /Valvola che soffia fuori uso/);
  assert.equal((await fill(admin, page, /restore$/, {})).status, 303);
  assert.match(await offered(), /Valvola che soffia/);
  const group = await fill(admin, '/settings/codes/1', /retire$/, {});
  assert.equal(group.status, 422);
  assert.match(textOf(group.text), /Prima metta fuori uso i codici del gruppo/);
  for (const action of ['code.add', 'code.change', 'code.retire', 'code.restore']) assert.equal(await audited(filo, action), 1, action);
});

// The shipped labour is 0,55 € a minute: ten minutes are 5,50 €.
eachEngine('a tariff from tomorrow changes nothing today', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  await filo.mailIn(letter('Costa', 'costa'));
  const day = (ahead) => wallDate(ahead).toISOString().slice(0, 10);
  const add = (fields) => fill(admin, '/settings/tariffs', /tariffs$/, { key: 'labour', rate: '1,234567', valid_from: day(2), source: 'bilancio', ...fields });
  for (const [field, value] of [['rate', '0,1234567'], ['rate', '-1'], ['valid_from', day(-2)], ['valid_from', '2026-02-30'], ['source', ' ']]) {
    const refused = await add({ [field]: value });
    assert.equal(refused.status, 422, `${field} ${value}`);
    errorOf(refused, field);
  }
  assert.equal((await add()).status, 303);
  assert.match(errorOf(await add(), 'valid_from'), /c'è già una tariffa/);
  const work = async () => {
    assert.equal((await admin.post('/tickets/10001/costs', { minutes: '10' })).status, 303);
    return (await filo.rows('SELECT micro_euro AS rate, amount FROM cost_entry ORDER BY cost_entry_id DESC LIMIT 1'))[0];
  };
  const { rate, amount } = await work();
  assert.deepEqual([Number(rate), Number(amount)], [550000, 550]);
  const listed = textOf((await admin.get('/settings/tariffs')).text);
  assert.match(listed, /Lavoro 0,55 € al minuto in vigore .* 1,234567 € al minuto/);

  // what is to come may be taken back; what holds may not
  const page = (await admin.get('/settings/tariffs')).text;
  assert.equal((await admin.submit(page, /withdraw$/)).status, 303);
  assert.doesNotMatch(textOf((await admin.get('/settings/tariffs')).text), /1,234567/);
  assert.match(textOf((await admin.post('/settings/tariffs/1/withdraw', {})).text), /è già cominciata/);

  // from today: the next line, and never the one that stands
  assert.equal((await add({ valid_from: day(0), rate: '2' })).status, 303);
  const next = await work();
  assert.deepEqual([Number(next.rate), Number(next.amount)], [2000000, 2000]);
  const lines = await filo.rows('SELECT amount FROM cost_entry ORDER BY cost_entry_id');
  assert.deepEqual(lines.map((line) => Number(line.amount)), [550, 2000]);
  assert.equal(await audited(filo, 'tariff.add'), 2);
});
