// SPDX-License-Identifier: EUPL-1.2
// Security A32: what a virus scanner finds in a file keeps that file from everybody, and nothing else; a scanner that is
// dead, slow or lies stops no message, and makes no file clean. Against Debian's clamd, and a simulator for the faults.
// timeout: 300
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openChromium, THEMES } from './support/chromium.js';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { EICAR, EICAR_NAME, letterWith, startClamd, startScanner } from './support/clamd.js';
import { letter } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';

const HASTY_MS = 2100; // FORM_KEY_HASTY_MS and a little
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

const PEC = 'filo@pec.filo.test';

async function startDesk(t, engine, scanner, { role = null, certified = false, ...options } = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false, env: { FILO_VIRUS_SCANNER: scanner.address }, ...options });
  t.after(() => filo.remove());
  if (role)
    await filo.execute(`INSERT INTO staff (login, display_name, sort_key, email, role, team_id, language, password_hash, active, epoch, created_at, version)
      SELECT '${role}', '${role}', '${role}', '', '${role}', team_id, language, password_hash, 1, epoch, created_at, 1 FROM staff WHERE login = '${ADMIN.login}'`);
  if (certified) await filo.setMailbox('pec', { port: sink.port, address: PEC, more: ['--channel', 'pec'] });
  await filo.start();
  return { filo, sink, admin: await filo.signIn() };
}

const filesOf = (filo, ticket) => filo.rows(`SELECT a.attachment_id AS id, a.name, a.scan, a.scan_said AS said, m.message_id AS message
  FROM attachment a JOIN message m ON m.message_id = a.message_id WHERE m.ticket_id = ${Number(ticket)} ORDER BY a.attachment_id`);

function judged(filo, ticket, count) {
  return filo.until(async () => {
    const files = await filesOf(filo, ticket);
    return files.length === count && files.every(({ scan }) => scan !== 'waiting') && files;
  }, 'the files to be judged', 60_000);
}

const holdsVirus = (answer) => answer.text.includes('EICAR') || answer.text.includes(EICAR.toString('base64').slice(0, 40));

// The customer's own page, as the acknowledgement says.
const trackOf = (sink) => /\/track\/[a-z2-7]{32}/.exec(sink.messages[0].data.toString('latin1').replace(/=\r\n/g, ''))[0];

eachEngine('A32: a virus that came by mail is on its request, and nobody can have it', async (t, engine) => {
  const clamd = await startClamd();
  t.after(() => clamd.stop());
  const { filo, sink, admin } = await startDesk(t, engine, clamd, { role: 'operator' });
  const operator = await filo.signIn({ login: 'operator' });
  const taken = await filo.mailIn(letterWith([{ name: 'fattura.pdf.com', body: EICAR }, { name: 'misure.txt', body: 'pressione 9 bar' }]));
  assert.equal(taken.out.outcome, 'opened');
  const url = `/tickets/${taken.out.ticket}`;
  const [bad, good] = await judged(filo, taken.out.ticket, 2);
  assert.deepEqual([bad.scan, bad.said, good.scan], ['infected', EICAR_NAME, 'clean']);

  for (const browser of [operator, admin]) {
    const page = (await browser.get(url)).text;
    assert.ok(textOf(page).includes(`Bloccato: contiene un virus (${EICAR_NAME}).`), textOf(page));
    assert.match(textOf(page), /In allegato\./);
    assert.ok(!page.includes(`/attachments/${bad.id}"`) && page.includes(`href="/attachments/${good.id}"`));
    for (const way of [`/attachments/${bad.id}`, `/attachments/${bad.id}?unchecked=yes`, `/attachments/${bad.id}/view`]) {
      const refused = await browser.get(way);
      assert.equal(refused.status, 403, way);
      assert.ok(textOf(refused.text).includes('Questo file contiene un virus') && textOf(refused.text).includes(EICAR_NAME));
      assert.ok(!holdsVirus(refused), way);
    }
    assert.equal((await browser.get(`/attachments/${good.id}`)).text, 'pressione 9 bar');
  }
  // The whole message as it came is for administrators, and that they had it is kept.
  const original = `${url}/messages/${bad.message}/original`;
  const refused = await operator.get(original);
  assert.deepEqual([refused.status, holdsVirus(refused)], [403, false]);
  const had = await admin.get(original);
  assert.deepEqual([had.status, holdsVirus(had)], [200, true]);
  await filo.until(async () => (await filo.count("FROM audit WHERE action = 'message.infected_original'")) === 1, 'the audit');
  assert.equal(await filo.count(`FROM audit WHERE action = 'attachment.infected' AND object_id = ${bad.id}`), 1);

  // The customer's own page.
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const track = trackOf(sink);
  const customer = filo.browser();
  const shown = (await customer.get(track)).text;
  assert.ok(textOf(shown).includes('Bloccato: contiene un virus') && !shown.includes(`/files/${bad.id}`));
  const theirs = await customer.get(`${track}/files/${bad.id}`);
  assert.deepEqual([theirs.status, holdsVirus(theirs)], [403, false]);
  assert.equal((await customer.get(`${track}/files/${good.id}`)).text, 'pressione 9 bar');
  assert.equal((await filo.check()).code, 0);
});

eachEngine('A32: the envelope of a certified letter with a virus is no way around its block', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/ });
  t.after(() => scanner.remove());
  const { filo, admin } = await startDesk(t, engine, scanner, { role: 'operator', certified: true });
  const operator = await filo.signIn({ login: 'operator' });
  const provider = openProvider(t, { name: 'Gestore B S.r.l.', domain: 'pec.gestore-b.test' });
  const certified = async (files, more) => {
    const inside = Buffer.from(letterWith(files, { from: 'anna@pec.bar.test', ...more }));
    const taken = await filo.mailIn(provider.envelope(inside, { from: 'anna@pec.bar.test', to: PEC }), { mailbox: 'pec' });
    assert.equal(taken.code, 0, taken.stderr);
    const seen = await judged(filo, taken.out.ticket, files.length);
    const [{ id }] = await filo.rows(`SELECT receipt_id AS id FROM receipt WHERE kind = 'envelope' AND ticket_id = ${Number(taken.out.ticket)}`);
    return { scans: seen.map(({ scan }) => scan), url: `/tickets/${taken.out.ticket}/receipts/${id}` };
  };
  const bad = await certified([{ name: 'diffida.exe', body: 'CATTIVO' }], { subject: 'Diffida' });
  const good = await certified([{ name: 'misure.txt', body: 'pressione 9 bar' }], { subject: 'Misure' });
  assert.deepEqual([bad.scans, good.scans], [['infected'], ['clean']]);

  const holdsFile = (answer, body) => answer.text.includes(Buffer.from(body).toString('base64'));
  const refused = await operator.get(bad.url);
  assert.deepEqual([refused.status, holdsFile(refused, 'CATTIVO')], [403, false]);
  const had = await admin.get(bad.url);
  assert.deepEqual([had.status, holdsFile(had, 'CATTIVO')], [200, true]);
  await filo.until(async () => (await filo.count("FROM audit WHERE action = 'message.infected_original'")) === 1, 'the audit');
  const free = await operator.get(good.url);
  assert.deepEqual([free.status, holdsFile(free, 'pressione 9 bar')], [200, true]);
});

eachEngine('A32: a virus in a form is blocked likewise, and what is too large for the scanner is not clean', async (t, engine) => {
  const clamd = await startClamd();
  t.after(() => clamd.stop());
  const { filo, admin } = await startDesk(t, engine, clamd);
  const customer = filo.browser();
  const form = findForm((await customer.get('/help')).text, /^\/help$/);
  await pause(HASTY_MS);
  const sent = await customer.postFiles('/help', { ...form.fields, subject: 'Foto', description: 'Eccole.', name: 'Lucia', email: 'lucia@bar.test' },
    [{ name: 'foto.scr', type: 'image/png', body: EICAR }, { name: 'grande.bin', type: 'application/octet-stream', body: Buffer.alloc(1_500_000, 'x') }]);
  assert.equal(sent.status, 200, textOf(sent.text).slice(0, 400));
  const [bad, large] = await judged(filo, 10001, 2);
  assert.deepEqual([bad.scan, bad.said], ['infected', EICAR_NAME]);
  assert.deepEqual([large.scan, large.said], ['unable', 'INSTREAM size limit exceeded.']);
  const page = textOf((await admin.get('/tickets/10001')).text);
  assert.match(page, /foto\.scr .*Bloccato: contiene un virus .*grande\.bin .*L’antivirus non ha potuto controllarlo\./);
  const asked = await admin.get(`/attachments/${large.id}`);
  assert.match(textOf(asked.text), /Questo file non è stato controllato .*grande\.bin/);
  assert.ok(!asked.text.includes('xxxxxxxx'));
  assert.equal((await admin.get(`/attachments/${large.id}?unchecked=yes`)).text.length, 1_500_000);
});

eachEngine('A32: with the scanner down mail is kept, marked as not checked, and looked at when it is back', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/, listens: false });
  t.after(() => scanner.remove());
  const { filo, admin } = await startDesk(t, engine, scanner);
  const taken = await filo.mailIn(letterWith([{ name: 'a.bin', body: 'file CATTIVO' }, { name: 'b.bin', body: 'file buono' }]));
  assert.equal(taken.out.outcome, 'opened');
  const url = `/tickets/${taken.out.ticket}`;
  const files = await filesOf(filo, taken.out.ticket);
  assert.deepEqual(files.map(({ scan }) => scan), ['waiting', 'waiting']);
  assert.equal(textOf((await admin.get(url)).text).split('Non ancora controllato dall’antivirus.').length, 3);
  const asked = await admin.get(`/attachments/${files[1].id}`);
  assert.match(textOf(asked.text), /Questo file non è stato controllato .*b\.bin .*Scarica lo stesso/);
  assert.ok(!asked.text.includes('file buono'));
  assert.equal((await admin.get(/href="(\/attachments\/\d+\?[^"]+)"/.exec(asked.text)[1])).text, 'file buono');
  const health = await filo.until(async () => {
    const page = textOf((await admin.get('/settings/mail')).text);
    return /Antivirus Non risponde da/.test(page) && page;
  }, 'the silence to be seen');
  assert.match(health, /File da controllare: 2/);

  await scanner.start();
  const [bad, good] = await judged(filo, taken.out.ticket, 2);
  assert.deepEqual([bad.scan, bad.said, good.scan, good.said], ['infected', 'Prova.Virus', 'clean', '']);
  assert.match(textOf((await admin.get('/settings/mail')).text), /Antivirus Risponde: .*File da controllare: 0/);
  assert.equal((await admin.get(`/attachments/${good.id}`)).text, 'file buono');
  assert.equal((await admin.get(`/attachments/${bad.id}`)).status, 403);
});

eachEngine('A32: what is saved before it was looked at is warned of, whatever its name says it is', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/, listens: false });
  t.after(() => scanner.remove());
  const { filo, admin } = await startDesk(t, engine, scanner);
  const taken = await filo.mailIn(letterWith([{ name: 'foto.png', body: Buffer.from('MZ\x90\x00\x03 non una foto', 'latin1') }, { name: 'note.txt', body: 'nota breve' }]));
  const [program, note] = await filesOf(filo, taken.out.ticket);
  const warned = async (url, name) => {
    const asked = await admin.get(url);
    assert.match(textOf(asked.text), new RegExp(`Questo file non è stato controllato .*${name}`));
    const [, again] = /href="(\/[^"]+\?unchecked=yes)"/.exec(asked.text);
    return (await admin.get(again)).text;
  };
  assert.match(await warned(`/attachments/${program.id}/view`, 'foto\\.png'), /non una foto/);
  assert.equal((await admin.get(`/attachments/${note.id}/view`)).text, 'nota breve', 'shown, it cannot run');
  const original = `/tickets/${taken.out.ticket}/messages/${program.message}/original`;
  assert.match(await warned(original, `${program.message}\\.eml`), /Subject: Ecco il file/);
  await scanner.start();
  await judged(filo, taken.out.ticket, 2);
  assert.match((await admin.get(original)).text, /Subject: Ecco il file/);
  assert.match((await admin.get(`/attachments/${program.id}/view`)).text, /non una foto/);
});

eachEngine('A32: a scanner that never answers holds up nobody, and a killed node asks again', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/ });
  t.after(() => scanner.remove());
  scanner.mode = 'slow';
  const { filo, sink, admin } = await startDesk(t, engine, scanner);
  const first = await filo.mailIn(letterWith([{ name: 'a.bin', body: 'file CATTIVO' }], { subject: 'Prima' }));
  await filo.until(() => scanner.asked.length === 1, 'the scanner to be asked');
  const second = await filo.mailIn(letter({ from: 'anna@bar.test', subject: 'Seconda', text: 'E io?' }));
  assert.notEqual(second.out.ticket, first.out.ticket);
  await filo.until(() => sink.messages.length === 2, 'both acknowledgements');
  assert.match(textOf((await admin.get(`/tickets/${first.out.ticket}`)).text), /a\.bin .*Non ancora controllato/);
  await filo.killNode();
  await filo.until(() => scanner.asked.length === 2, 'it to be asked again');
  scanner.mode = 'well';
  await scanner.stop();
  await scanner.start();
  assert.equal((await judged(filo, first.out.ticket, 1))[0].scan, 'infected');
  await filo.stop(); // does not wait for a scanner
});

const LIES = { cut: 'its answer is none', early: 'it answered before it had the whole file', noise: 'its answer is none',
  refuses: 'INSTREAM size limit exceeded.', trouble: "stream: Can't allocate memory" };

eachEngine('A32: a scanner that lies makes no file clean, and is asked about the next one all the same', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/ });
  t.after(() => scanner.remove());
  const { filo } = await startDesk(t, engine, scanner);
  for (const [mode, said] of Object.entries(LIES)) {
    scanner.mode = mode;
    const taken = await filo.mailIn(letterWith([{ name: 'a.bin', body: Buffer.alloc(1 << 20, 'a') }], { subject: mode }));
    const [file] = await judged(filo, taken.out.ticket, 1);
    assert.deepEqual([mode, file.scan, file.said], [mode, 'unable', said]);
  }
  scanner.mode = 'well';
  const next = await filo.mailIn(letterWith([{ name: 'b.bin', body: 'buono' }], { subject: 'Un altro' }));
  assert.equal((await judged(filo, next.out.ticket, 1))[0].scan, 'clean');
});

eachEngine('A32: a scanner in passing trouble is asked again, and judges then', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/ });
  t.after(() => scanner.remove());
  const { filo } = await startDesk(t, engine, scanner);
  scanner.troubles = 2; // at the third it would be given up
  const taken = await filo.mailIn(letterWith([{ name: 'a.bin', body: 'file CATTIVO' }, { name: 'b.bin', body: 'file buono' }]));
  assert.deepEqual((await judged(filo, taken.out.ticket, 2)).map(({ scan }) => scan), ['infected', 'clean']);
  assert.equal(scanner.asked.length, 4);
});

eachEngine('A32: a file the disk does not give holds up no other, and is looked at when it does', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/, listens: false });
  t.after(() => scanner.remove());
  const { filo } = await startDesk(t, engine, scanner);
  const older = await filo.mailIn(letterWith([{ name: 'a.bin', body: 'file buono' }], { subject: 'Prima' }));
  const newer = await filo.mailIn(letterWith([{ name: 'b.bin', body: Buffer.alloc(200_000, 'CATTIVO') }, { name: 'c.bin', body: 'file' }], { subject: 'Seconda' }));
  const [{ raw }] = await filo.rows(`SELECT raw_sha256 AS raw FROM message WHERE ticket_id = ${Number(newer.out.ticket)}`);
  const blob = path.join(filo.dir, 'blobs', raw.slice(0, 2), raw);
  renameSync(blob, `${blob}.aside`);
  mkdirSync(blob); // can be opened, and not read: EISDIR, as a broken disk's EIO

  await scanner.start();
  assert.equal((await judged(filo, older.out.ticket, 1))[0].scan, 'clean');
  assert.deepEqual((await filesOf(filo, newer.out.ticket)).map(({ scan }) => scan), ['waiting', 'waiting']);
  await filo.until(() => /scanner\.unread.*Is a directory/.test(filo.log), 'the file to be named in the log');
  rmdirSync(blob);
  renameSync(`${blob}.aside`, blob);
  assert.deepEqual((await judged(filo, newer.out.ticket, 2)).map(({ scan }) => scan), ['infected', 'clean']);
});

// As after two deaths while reading them: whatever came lies in the tray, whole. Gives the originals' addresses, oldest first.
async function layInTray(filo) {
  await filo.stop();
  await filo.execute("UPDATE inbound SET state = 'tray', attempts = 2, ticket_id = NULL, message_id = NULL, error = 'stopped twice'");
  await filo.start();
  const rows = await filo.rows('SELECT inbound_id AS id FROM inbound ORDER BY inbound_id');
  return rows.map(({ id }) => `/tray/incoming/${id}/original`);
}

eachEngine('A32: what nobody could read is looked at whole when its original is asked for', async (t, engine) => {
  const clamd = await startClamd();
  t.after(() => clamd.stop());
  const { filo } = await startDesk(t, engine, clamd, { role: 'operator' });
  await filo.mailIn(letterWith([{ name: 'fattura.pdf.com', body: EICAR }], { subject: 'Uno' }));
  await filo.mailIn(letterWith([{ name: 'misure.txt', body: 'pressione 9 bar' }], { subject: 'Due' }));
  const [bad, good] = await layInTray(filo);
  const operator = await filo.signIn({ login: 'operator' });
  for (const way of [bad, `${bad}?unchecked=yes`]) {
    const refused = await operator.get(way);
    assert.deepEqual([refused.status, holdsVirus(refused)], [403, false], way);
    assert.match(textOf(refused.text), new RegExp(`Questo messaggio contiene un virus ${EICAR_NAME} .*fra i messaggi da controllare`));
  }
  assert.match((await operator.get(good)).text, /^Subject: Due\r$/m);
  assert.equal(await filo.count("FROM audit WHERE action = 'inbound.infected_original'"), 0);
  const had = await (await filo.signIn()).get(bad);
  assert.deepEqual([had.status, holdsVirus(had)], [200, true]);
  await filo.until(async () => (await filo.count("FROM audit WHERE action = 'inbound.infected_original' AND object = 'inbound'")) === 1, 'the audit');
});

eachEngine('A32: the original of what nobody could read is warned of while the scanner cannot look at it', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/, listens: false });
  t.after(() => scanner.remove());
  const { filo } = await startDesk(t, engine, scanner);
  await filo.mailIn(letter({ subject: 'Uno', text: 'Non scalda.' }));
  await filo.mailIn(letter({ subject: 'Due', text: 'CATTIVO' }));
  const [good, bad] = await layInTray(filo);
  const admin = await filo.signIn();
  const asked = await admin.get(good);
  assert.match(textOf(asked.text), /Messaggi da controllare Questo file non è stato controllato .*\.eml 1 kB Non ancora controllato dall’antivirus\..*Scarica lo stesso/);
  assert.match(asked.text, /<a href="\/tray">/);
  assert.match((await admin.get(/href="(\/tray\/[^"]+\?unchecked=yes)"/.exec(asked.text)[1])).text, /^Subject: Uno\r$/m);

  scanner.mode = 'refuses';
  await scanner.start();
  await filo.until(async () => /L’antivirus non ha potuto controllarlo/.test(textOf((await admin.get(good)).text)), 'the scanner to be seen');
  assert.equal((await admin.post('/preferences', { lang: 'en', return_to: '/tray' })).status, 303);
  assert.match(textOf((await admin.get(good)).text), /This file has not been checked .*The virus scanner could not check it\./);
  scanner.mode = 'well';
  assert.match((await admin.get(good)).text, /^Subject: Uno\r$/m);
  assert.match((await admin.get(bad)).text, /CATTIVO/, 'an administrator has it');

  // One that never answers keeps somebody waiting, and not the end of the program.
  scanner.mode = 'slow';
  const before = scanner.asked.length;
  const waiting = admin.get(good);
  await filo.until(() => scanner.asked.length === before + 1, 'the scanner to be asked');
  const begun = Date.now();
  await filo.stop();
  assert.ok(Date.now() - begun < 5000, `it took ${Date.now() - begun} ms to stop`);
  assert.match(textOf((await waiting).text), /This file has not been checked/);
});

eachEngine('A32: a customer is warned of what nobody has looked at, as we are', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/, listens: false });
  t.after(() => scanner.remove());
  const { filo, sink } = await startDesk(t, engine, scanner);
  const taken = await filo.mailIn(letterWith([{ name: 'misure.txt', body: 'pressione 9 bar' }]));
  const [file] = await filesOf(filo, taken.out.ticket);
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const track = trackOf(sink), customer = filo.browser();
  assert.match(textOf((await customer.get(track)).text), /misure\.txt 1 kB Non ancora controllato dall’antivirus\./);
  const asked = await customer.get(`${track}/files/${file.id}`);
  assert.match(textOf(asked.text), /Questo file non è stato controllato .*misure\.txt 1 kB Non ancora controllato.*Scarica lo stesso/);
  assert.equal(asked.headers['referrer-policy'], 'no-referrer');
  assert.ok(asked.text.includes(`<a href="${track}">`) && !asked.text.includes('pressione'));
  assert.equal((await customer.get(/href="(\/track\/[^"]+\?unchecked=yes)"/.exec(asked.text)[1])).text, 'pressione 9 bar');
  await scanner.start();
  await judged(filo, taken.out.ticket, 1);
  assert.equal((await customer.get(`${track}/files/${file.id}`)).text, 'pressione 9 bar');
  assert.doesNotMatch(textOf((await customer.get(track)).text), /antivirus/);
});

eachEngine('A32: an answer with a virus in a file of it does not leave', async (t, engine) => {
  const scanner = await startScanner({ finds: /CATTIVO/ });
  t.after(() => scanner.remove());
  const { filo, sink, admin } = await startDesk(t, engine, scanner, { settings: { 'message.undo_seconds': '3600' } });
  const taken = await filo.mailIn(letter({ subject: 'Manuale' }));
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const url = `/tickets/${taken.out.ticket}`;
  const form = findForm((await admin.get(url)).text, new RegExp(`^${url}/messages$`));
  const sent = await admin.postFiles(`${url}/messages`, { ...form.fields, kind: 'reply', text: 'Eccolo.' },
    [{ name: 'manuale.bin', type: 'application/octet-stream', body: 'manuale CATTIVO' }]);
  assert.equal(sent.status, 303, sent.text);
  assert.equal((await judged(filo, taken.out.ticket, 1))[0].scan, 'infected');
  await filo.stop();
  await filo.execute("UPDATE outbox SET not_before = 1 WHERE purpose = 'answer'"); // the hour to think again has gone by
  await filo.start();
  await filo.until(async () => (await filo.rows("SELECT state FROM outbox WHERE purpose = 'answer'"))[0].state === 'failed', 'the refusal');
  const seen = await filo.signIn();
  assert.match(textOf((await seen.get(url)).text), /un suo allegato contiene un virus/);
  assert.match(textOf((await seen.get('/tray')).text), /un suo allegato contiene un virus/);
  assert.equal(sink.messages.length, 1);
});

eachEngine('without a scanner nothing is said of files, and an address that is none does not start', async (t, engine) => {
  const filo = await startFilo({ engine, sink: await startSink().then((sink) => { t.after(() => sink.close()); return sink; }) });
  t.after(() => filo.remove());
  const taken = await filo.mailIn(letterWith([{ name: 'a.txt', body: 'file' }]));
  const admin = await filo.signIn();
  const [file] = await filesOf(filo, taken.out.ticket);
  assert.ok(!/antivirus/i.test(textOf((await admin.get(`/tickets/${taken.out.ticket}`)).text)));
  assert.equal((await admin.get(`/attachments/${file.id}`)).text, 'file');
  assert.ok(!/Antivirus/.test((await admin.get('/settings/mail')).text));
  await filo.stop();
  const wrong = await filo.command(['serve', '--virus-scanner', 'clamd.ctl', '--listen', '127.0.0.1:0']);
  assert.equal(wrong.code, 64);
  assert.match(wrong.stderr, /--virus-scanner 'clamd\.ctl' is neither unix:\/PATH nor tcp:HOST:PORT/);
});

test('A32: the request with a virus in a file, as it is seen', async (t) => {
  const scanner = await startScanner({ finds: /CATTIVO/ });
  t.after(() => scanner.remove());
  const { filo } = await startDesk(t, 'sqlite', scanner);
  const taken = await filo.mailIn(letterWith([{ name: 'fattura.pdf.exe', body: 'CATTIVO' }, { name: 'misure.txt', body: 'pressione 9 bar' }]));
  await judged(filo, taken.out.ticket, 2);
  await scanner.stop();
  await filo.mailIn(letterWith([{ name: 'altre-misure.txt', body: 'pressione 8 bar' }], { subject: 'Re: Ecco il file', text: `E queste? [#${taken.out.ticket}]` }));
  const [{ ticket }] = await filo.rows("SELECT max(ticket_id) AS ticket FROM ticket");
  for (const theme of THEMES)
    for (const width of [1440, 375]) {
      const chromium = await openChromium(t, { theme, width });
      await chromium.signIn(filo);
      for (const [name, url] of [['virus', `/tickets/${taken.out.ticket}`], ['virus-unchecked', `/tickets/${ticket}`], ['virus-health', '/settings/mail']]) {
        await chromium.page.goto(`${filo.url}${url}`);
        await chromium.axe(name);
        await chromium.shot(name);
      }
      await chromium.page.goto(`${filo.url}/tickets/${ticket}`);
      await chromium.page.click('a.file');
      await chromium.page.waitForSelector('a[href*="unchecked=yes"]');
      await chromium.axe('unchecked file');
      await chromium.shot('virus-download');
      assert.deepEqual(chromium.faults, []);
    }
});

test('A32: what could not be read, and a customer\'s file, as they are seen before anybody looked', async (t) => {
  const scanner = await startScanner({ finds: /CATTIVO/, listens: false });
  t.after(() => scanner.remove());
  const { filo, sink } = await startDesk(t, 'sqlite', scanner);
  const taken = await filo.mailIn(letterWith([{ name: 'misure.txt', body: 'pressione 9 bar' }]));
  const [file] = await filesOf(filo, taken.out.ticket);
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const track = trackOf(sink), [original] = await layInTray(filo);
  for (const theme of THEMES)
    for (const width of [1440, 375]) {
      const chromium = await openChromium(t, { theme, width });
      await chromium.signIn(filo);
      for (const [name, url] of [['virus-unread', original], ['virus-customer', track], ['virus-customer-file', `${track}/files/${file.id}`]]) {
        await chromium.page.goto(`${filo.url}${url}`);
        await chromium.axe(name);
        await chromium.fits(name);
        await chromium.shot(name);
      }
      assert.deepEqual(chromium.faults, []);
    }
});
