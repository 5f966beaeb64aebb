// SPDX-License-Identifier: EUPL-1.2
// timeout: 900
// Mailboxes are read: a real Dovecot behind a real Postfix, whose mail becomes requests, once each, whatever happens to
// the line, to the server or to the mailbox.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { findForm, textOf } from './support/page.js';

const NAMES = ['uno', 'due', 'tre', 'quattro', 'cinque', 'sei', 'sette', 'otto', 'nove', 'dieci', 'undici', 'dodici', 'tredici', 'quattordici'];
const DAY = 86_400_000;
let mail;
const free = { sqlite: [...NAMES], postgresql: [...NAMES] };

const customerOf = (engine) => `luca.${engine}@bar.test`;
const addressOf = (engine, name) => `${name}.${engine}@filo.test`;

before(async () => {
  const users = { 'luca@bar.test': 'pw' };
  for (const engine of Object.keys(free)) {
    users[customerOf(engine)] = 'pw';
    users[`anna.${engine}@bar.test`] = 'pw';
    for (const name of NAMES) users[addressOf(engine, name)] = 'segreta';
  }
  mail = await startMailStack({ users, uses: { Spedite: 'Sent', Spam: 'Junk' } });
});
after(() => mail?.stop());

// A mailbox nobody has used, at this engine's.
function take(engine) {
  assert.ok(free[engine].length, 'NAMES holds a name for each case');
  return addressOf(engine, free[engine].shift());
}

async function setUp(filo, name, address, more = []) {
  const file = filo.secretFile('password', 'segreta');
  return filo.command(['mailbox', '--name', name, '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
    '--smtp-tls', 'starttls', '--smtp-user', address, '--smtp-password-file', file, '--smtp-ca-file', mail.caFile,
    '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`, ...more], { mustWork: true });
}

async function start(t, engine, address, more = []) {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await setUp(filo, 'assistenza', address, more);
  return filo;
}

const write = (to, { from = 'luca@bar.test', ...options }) => mail.send({ from, to: [to], data: letter({ from: `Luca <${from}>`, to, ...options }) });
const tickets = (filo) => filo.rows('SELECT ticket_id, subject, received_at, registered_at FROM ticket ORDER BY ticket_id');
const subjects = async (filo) => (await tickets(filo)).map(({ subject }) => subject);
const oldIsDone = async (filo) => Number((await filo.rows('SELECT old_below FROM mailbox_folder'))[0]?.old_below ?? 1) === 0;
const count = async (filo, table) => Number((await filo.rows(`SELECT count(*) AS n FROM ${table}`))[0].n);

eachEngine('what is written to the mailbox is a request; the answer comes back to it', async (t, engine) => {
  const address = take(engine);
  const filo = await start(t, engine, address);
  await filo.start();
  await filo.until(async () => (await count(filo, 'mailbox_folder')) === 1, 'the mailbox is open');
  const sent = Date.now();
  const from = customerOf(engine);
  await write(address, { from, subject: 'Non scalda', id: `primo.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 1, 'the request');
  t.diagnostic(`on the desk ${Date.now() - sent} ms after it was handed to the mail server`);
  const reply = headersOf((await mail.waitForMessages(from, 1))[0].replace(/\r?\n/g, '\r\n'));
  const [, number] = /#(\d+)/.exec(reply.get('subject')[0]);
  assert.deepEqual(await tickets(filo).then((rows) => rows.map((row) => Number(row.ticket_id))), [Number(number)]);
  await filo.until(() => mail.flags(address).join() === 'S', 'it is marked as read');

  await write(/<?([^<>\s]+@[^<>\s]+)>?$/.exec(reply.get('reply-to')[0])[1], { from, subject: 'Re: Non scalda', text: 'Anche il vapore.',
    inReplyTo: reply.get('message-id')[0] });
  await filo.until(async () => (await filo.rows("SELECT text FROM message WHERE direction = 'in'")).length === 2, 'the reply');
  assert.equal(await count(filo, 'ticket'), 1);
  const [health] = await filo.rows('SELECT failing_since, last_message_at FROM channel_health');
  assert.equal(health.failing_since, null);
  assert.ok(Number(health.last_message_at) >= sent);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('what is read moves to its folder, or stays as it was', async (t, engine) => {
  const [moving, watched] = [take(engine), take(engine)];
  const filo = await start(t, engine, moving, ['--imap-after', 'move', '--imap-move-to', 'Già letti']);
  await setUp(filo, 'vendite', watched, ['--imap-after', 'observe', '--imap-tls', 'starttls', '--imap-port', `${mail.imapPort}`]);
  await filo.start();
  await filo.until(async () => (await count(filo, 'mailbox_folder')) === 2, 'both are open');
  await write(moving, { subject: 'Da spostare' });
  await write(watched, { subject: 'Da guardare' });
  await filo.until(async () => (await count(filo, 'ticket')) === 2, 'two requests');
  await filo.until(() => mail.flags(moving).length === 0, 'it left the inbox');
  assert.equal(mail.flags(moving, '.Gi&AOA- letti').length, 1);
  assert.deepEqual(mail.flags(watched), [''], 'nothing touched it');
  const sources = await filo.rows('SELECT source FROM inbound ORDER BY source');
  assert.deepEqual(sources.map(({ source }) => source), ['assistenza', 'vendite']);
});

eachEngine('what lay there: by default what nobody had read, and nobody is answered by a robot', async (t, engine) => {
  const address = take(engine);
  const now = Date.now();
  const old = (name, daysAgo, flags) => ({ data: letter({ from: 'Luca <luca@bar.test>', to: address, subject: name, id: `${name}.${engine}@bar.test` }), at: now - daysAgo * DAY, flags });
  await mail.lay(address, [old('letta', 3, 'S'), old('antica', 400), old('recente', 2)]);
  const filo = await start(t, engine, address);
  await filo.start();
  await filo.until(async () => (await count(filo, 'ticket')) === 2, 'the two that nobody had read');
  assert.deepEqual(await subjects(filo), ['recente', 'antica'], 'newest first');
  const [recent] = await tickets(filo);
  assert.ok(Math.abs(Number(recent.received_at) - (now - 2 * DAY)) < 2000, 'it is as old as it is');
  assert.ok(Number(recent.registered_at) >= now - 1000);
  await write(address, { subject: 'nuova' });
  await filo.until(async () => (await count(filo, 'ticket')) === 3, 'the new one');
  await filo.until(async () => (await filo.rows("SELECT outbox_id FROM outbox WHERE state = 'sent'")).length === 1, 'its acknowledgement');
  assert.equal(await count(filo, 'outbox'), 1, 'the old ones got none');
});

eachEngine('what lay there: as many days as are asked for, and the newest first', async (t, engine) => {
  const address = take(engine);
  const now = Date.now();
  await mail.lay(address, Array.from({ length: 40 }, (_, i) => ({ at: now - (i * DAY + 3_600_000), flags: i % 2 ? 'S' : '',
    data: letter({ from: 'Luca <luca@bar.test>', to: address, subject: `giorno ${i}`, id: `g${i}.${engine}@bar.test` }) })));
  const filo = await start(t, engine, address, ['--imap-old', '30']);
  await filo.start();
  await filo.until(() => oldIsDone(filo), 'all is read', 60000);
  assert.deepEqual(await subjects(filo), Array.from({ length: 30 }, (_, i) => `giorno ${i}`));
  assert.equal(await count(filo, 'outbox'), 0);
});

eachEngine('a message too large to be taken is a request that says where it lies, once', async (t, engine) => {
  const address = take(engine);
  const filo = await start(t, engine, address);
  await filo.start();
  await filo.until(async () => (await count(filo, 'mailbox_folder')) === 1, 'the mailbox is open');
  const large = letter({ from: 'Luca Bianchi <luca@bar.test>', to: address, subject: 'Il filmato del guasto', id: `grande.${engine}@bar.test`,
    text: `${'x'.repeat(70)}\r\n`.repeat(65 * 16384) }); // 65 × 16384 lines of 72 bytes: 73.1 MB
  await mail.lay(address, [{ data: large, at: Date.now() }]);
  await write(address, { subject: 'quella dopo', id: `dopo.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 2, 'both', 60000);
  const [message] = await filo.rows("SELECT m.ticket_id, m.text FROM message m JOIN ticket t ON t.ticket_id = m.ticket_id WHERE t.subject = 'Il filmato del guasto'");
  assert.match(message.text, new RegExp(`^Il messaggio è di 74 MB: troppo per essere preso\\. Si legge nella casella ${address.replaceAll('.', '\\.')}`));
  assert.deepEqual(mail.flags(address).filter((flags) => !flags.includes('S')).length, 1, 'it is left as it was');
  await filo.kill();
  await filo.start();
  await write(address, { subject: 'la terza', id: `terza.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 3, 'the third', 60000);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('the mailbox is numbered anew, the line breaks: nothing twice, nothing lost', async (t, engine) => {
  const address = take(engine);
  await mail.lay(address, [{ data: letter({ to: address, subject: 'prima di noi', id: `zero.${engine}@bar.test` }), at: Date.now() - DAY, flags: 'S' }]);
  const filo = await start(t, engine, address);
  await filo.start();
  await filo.until(async () => (await count(filo, 'mailbox_folder')) === 1, 'the mailbox is open');
  await write(address, { subject: 'prima', id: `a.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 1, 'the first');
  const [before] = await filo.rows('SELECT uid_validity FROM mailbox_folder');
  await mail.renumber(address);
  await write(address, { subject: 'dopo', id: `b.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 2, 'the second', 60000);
  await filo.until(() => oldIsDone(filo), 'all is read again');
  const [then] = await filo.rows('SELECT uid_validity FROM mailbox_folder');
  assert.notEqual(Number(then.uid_validity), Number(before.uid_validity));
  assert.deepEqual(await subjects(filo), ['prima', 'dopo'], 'and what lay there before us stays out');
});

eachEngine('an answer given with another program stands on its request, once; other sent mail is nobody\'s business', async (t, engine) => {
  const address = take(engine);
  const from = `anna.${engine}@bar.test`;
  const now = Date.now();
  const [asked, answered] = [now - 2 * DAY, now - DAY];
  const SENT = { in: '.Sent' };
  const ours = (options) => letter({ from: `Assistenza <${address}>`, to: from, ...options });
  await mail.lay(address, [{ at: asked, data: letter({ from, to: address, subject: 'Vecchia', id: `old.${engine}@bar.test` }) }]);
  await mail.lay(address, [
    { at: answered, data: ours({ subject: 'Re: Vecchia', text: 'Già risposto.', id: `re-old.${engine}@outlook.test`, inReplyTo: `<old.${engine}@bar.test>` }) },
    { at: answered, data: ours({ to: 'commercialista@studio.test', subject: 'Paghe', text: 'Riservata.', id: `private.${engine}@outlook.test` }) },
  ], SENT);
  const filo = await start(t, engine, address);
  await filo.execute(`UPDATE staff SET email = '${address}'`); // what is written from there, anybody of us wrote
  await filo.start();
  const said = () => filo.rows("SELECT ticket_id, direction, text, at, author_kind, author_id FROM message WHERE direction <> 'in' ORDER BY message_id");
  await filo.until(async () => (await said()).length === 1, 'the old answer');
  const [old] = await filo.rows('SELECT received_at, first_reply_at, state FROM ticket');
  assert.ok(Math.abs(Number(old.first_reply_at) - answered) < 2000, 'the clock stopped when it was sent');
  assert.equal(await count(filo, 'outbox'), 0, 'and nobody is written to');

  // what the customer gets now is saved among the sent mail by some providers: as it is, or under an id of theirs
  await write(address, { from, subject: 'Nuova', id: `new.${engine}@bar.test` });
  const ack = (await mail.waitForMessages(from, 1)).at(-1).replace(/\r?\n/g, '\r\n');
  assert.match(ack, /^X-Filo-Loop: /m);
  const fresh = Number((await filo.rows('SELECT max(ticket_id) AS id FROM ticket'))[0].id);
  await mail.lay(address, [
    { at: now, data: ack.replace(/^(X-Filo-Loop|Auto-Submitted): .*\r\n/gm, '') },
    { at: now, data: ack.replace(/^Message-ID: .*$/m, 'Message-ID: <theirs@provider.test>') },
    { at: now, data: ours({ subject: 'Re: Nuova', text: 'Arrivo domani.', id: `phone.${engine}@phone.test`, inReplyTo: `<new.${engine}@bar.test>` }) },
    { at: now, data: ours({ to: 'ricambi@acme.test', subject: 'I: Nuova', text: 'Avete il pezzo?', id: `fwd.${engine}@phone.test`, references: `<new.${engine}@bar.test>` }) },
  ], SENT);
  await write(address, { from, subject: 'Terza', id: `third.${engine}@bar.test` }); // who is woken looks everywhere
  await filo.until(async () => (await said()).length === 3, 'the answer from the phone, and what went to the supplier',
    90_000); // it looks there when it is woken and once a minute: woken while it came back from there, it is the minute
  assert.deepEqual((await said()).slice(1).map((row) => [Number(row.ticket_id), row.direction, row.text.trim(), row.author_kind, row.author_id]),
    [[fresh, 'out', 'Arrivo domani.', 'staff', null], [fresh, 'note', 'Avete il pezzo?', 'staff', null]]);

  // the customer answers what he got from the phone
  await write(address, { from, subject: 'Re: Nuova', text: 'Va bene.', inReplyTo: `<phone.${engine}@phone.test>` });
  await filo.until(async () => (await filo.rows(`SELECT message_id FROM message WHERE ticket_id = ${fresh} AND direction = 'in'`)).length === 2, 'his reply');
  assert.equal(await count(filo, 'ticket'), 3);
  assert.equal((await said()).length, 3, 'nothing twice');
  assert.deepEqual(mail.flags(address, '.Sent'), Array(6).fill(''), 'nothing touched the sent mail');
  assert.equal((await filo.rows("SELECT inbound_id FROM inbound")).length, 4 + 3, 'what is about no request is not kept');
  await filo.until(async () => (await filo.rows("SELECT outbox_id FROM outbox WHERE state <> 'sent'")).length === 0, 'all has left');
  assert.deepEqual((await filo.rows('SELECT purpose FROM outbox')).map(({ purpose }) => purpose), ['acknowledgement', 'acknowledgement'],
    'and nothing but the two acknowledgements left');
  const page = textOf((await (await filo.signIn()).get(`/tickets/${fresh}`)).text);
  assert.match(page, /Arrivo domani\./);
  assert.match(page, /Scritta con un altro programma/);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('an answer too large to be taken stands on its request, and says where it lies', async (t, engine) => {
  const address = take(engine);
  const from = `anna.${engine}@bar.test`;
  await mail.lay(address, [], { in: '.Sent' }); // the folder is there, empty
  const filo = await start(t, engine, address);
  await filo.start();
  await filo.until(async () => (await count(filo, 'mailbox_folder')) === 2, 'both folders are open');
  await write(address, { from, subject: 'Il filmato', id: `chiede.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 1, 'the request');
  const text = `${'x'.repeat(70)}\r\n`.repeat(65 * 16384); // 73.1 MB, as above
  const large = (options) => letter({ from: `Assistenza <${address}>`, to: from, text, ...options });
  await mail.lay(address, [
    { at: Date.now(), data: large({ subject: 'Altro', id: `privata.${engine}@outlook.test` }) },
    { at: Date.now(), data: large({ subject: 'Re: Il filmato', id: `grossa.${engine}@outlook.test`, inReplyTo: `<chiede.${engine}@bar.test>` }) },
  ], { in: '.Sent' });
  const said = () => filo.rows("SELECT direction, text FROM message WHERE direction <> 'in'");
  await filo.until(async () => (await said()).length === 1, 'the answer', 90000);
  const [answer] = await said();
  assert.equal(answer.direction, 'out');
  assert.match(answer.text, new RegExp(`^Il messaggio è di 74 MB: troppo per essere preso\\. Si legge nella casella ${address.replaceAll('.', '\\.')}`));
  await filo.restart();
  await write(address, { subject: 'dopo', id: `dopo-grossa.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 2, 'the next one', 60000);
  assert.equal((await said()).length, 1, 'once, and nothing of what is about no request');
  assert.equal((await filo.check()).code, 0);
});

eachEngine('a folder of sent mail that cannot be opened is said, and the mailbox is read all the same', async (t, engine) => {
  const address = take(engine);
  const filo = await start(t, engine, address, ['--imap-sent-folder', 'Posta partita']);
  await filo.start();
  const admin = await filo.signIn();
  await filo.until(async () => /Letta: .* La posta inviata invece non si apre/.test(textOf((await admin.get('/settings/mailboxes/1')).text)), 'it is said');
  await write(address, { subject: 'Arriva', id: `arriva.${engine}@bar.test` });
  await filo.until(async () => (await count(filo, 'ticket')) === 1, 'the request');
  assert.match(textOf((await admin.get('/settings/mail')).text), /La posta inviata invece non si apre/);
  const mended = await admin.submit((await admin.get('/settings/mailboxes/1')).text, /mailboxes\/1$/, { imap_sent_folder: '' });
  assert.equal(mended.status, 303, textOf(mended.text));
  await filo.until(async () => !/La posta inviata/.test(textOf((await admin.get('/settings/mailboxes/1')).text)), 'all is well again');
});

eachEngine('set up in the browser: the provider fills the form, the test turns green, a wrong password is said', async (t, engine) => {
  const address = take(engine);
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  const gmail = findForm((await admin.get('/settings/mailboxes/new?provider=gmail')).text, /mailboxes$/).fields;
  assert.deepEqual([gmail.smtp_host, gmail.smtp_port, gmail.smtp_tls, gmail.imap_host], ['smtp.gmail.com', '465', 'implicit', 'imap.gmail.com']);

  const typed = { address, name: '', smtp_host: '127.0.0.1', smtp_port: `${mail.smtpPort}`, smtp_tls: 'none', smtp_user: '',
    imap_host: '127.0.0.1', imap_port: `${mail.imapPort}`, imap_tls: 'none', imap_user: '', smtp_password: 'sbagliata' }; // the address is the user
  const form = (await admin.get('/settings/mailboxes/new')).text;
  const nobody = await admin.submit(form, /mailboxes$/, { ...typed, smtp_password: '' });
  assert.equal(nobody.status, 422);
  assert.match(textOf(nobody.text), /Per leggere la casella serve un nome utente/);
  assert.match(textOf((await admin.submit(form, /mailboxes$/, { ...typed, imap_tls: 'implicit', imap_port: '99999' })).text), /numero tra 1 e 65535/);
  assert.equal((await admin.submit(form, /mailboxes$/, typed)).status, 303);

  assert.deepEqual(await filo.rows('SELECT name FROM channel_account'), [{ name: address.split('@')[0].replace('.', '-') }]);

  const page = '/settings/mailboxes/1';
  const attempt = async () => textOf((await admin.submit((await admin.get(page)).text, /test$/, { to: '' })).text);
  const change = async (fields) => admin.submit((await admin.get(page)).text, /mailboxes\/1$/, fields);
  await filo.until(async () => /non accetta il nome utente o la password/.test(textOf((await admin.get(page)).text)), 'the wrong password is seen');
  assert.match(textOf((await admin.get('/settings/mailboxes')).text), /non accetta il nome utente o la password/);

  // the stored password goes to no other server
  const stored = await change({ smtp_password: 'segreta' });
  assert.equal(stored.status, 303, textOf(stored.text));
  const elsewhere = await change({ imap_port: '1' });
  assert.equal(elsewhere.status, 422);
  assert.match(textOf(elsewhere.text), /quella conservata non va altrove/);
  await filo.until(async () => /Letta: .* Nessun messaggio finora/.test(textOf((await admin.get(page)).text)), 'it is read');

  assert.match(await attempt(), new RegExp(`Funziona: il messaggio per ${address.replaceAll('.', '\\.')} è partito ed è arrivato in \\d+ s, e così quello per ${address.replace('@', '\\+…@')}`));
  assert.equal(await count(filo, 'ticket'), 0, 'a test is no request');
  assert.deepEqual(await filo.rows('SELECT state FROM inbound'), [{ state: 'done' }, { state: 'done' }]);
  await write(address, { subject: 'Davvero' });
  await filo.until(async () => (await count(filo, 'ticket')) === 1, 'a request');

  // the server goes away, and comes back: nobody has to do anything
  await mail.stopImap();
  await filo.until(async () => /Non si raggiunge 127\.0\.0\.1|ha chiuso il collegamento/.test(textOf((await admin.get(page)).text)), 'it is missed');
  await mail.startImap();
  await write(address, { subject: 'Dopo' });
  await filo.until(async () => (await count(filo, 'ticket')) === 2, 'the next one', 60000);
  await filo.until(async () => /Ultimo messaggio/.test(textOf((await admin.get(page)).text)), 'it is well again');
  // another folder of the same mailbox, typed as people type; the sent mail is left alone
  await mail.lay(address, [{ data: letter({ subject: 'Nei reclami', id: `reclamo.${engine}@bar.test` }), at: Date.now() - DAY, flags: '' }], { in: '.Reclami' });
  const { imap_sent: sent, ...others } = findForm((await admin.get(page)).text, /mailboxes\/1$/).fields;
  assert.equal(sent, '1', 'sent mail is read unless told so');
  const folders = await admin.post(page, { ...others, imap_folder: ' INBOX\r\n\r\nReclami ' });
  assert.equal(folders.status, 303, textOf(folders.text));
  await filo.until(async () => (await count(filo, 'ticket')) === 3, 'the other folder', 60000);
  const [{ config }] = await filo.rows('SELECT config FROM channel_account');
  assert.equal(JSON.parse(config).imap_sent, '0');
  assert.match((await admin.get(page)).text, /<textarea id="imap_folder"[^>]*>INBOX\s+Reclami<\/textarea>/);
  assert.doesNotMatch((await admin.get(page)).text, /name="imap_sent" value="1" checked/);
  const { active, ...off } = findForm((await admin.get(page)).text, /mailboxes\/1$/).fields;
  assert.equal(active, '1');
  assert.equal((await admin.post(page, off)).status, 303);
  assert.match(textOf((await admin.get('/settings/mailboxes')).text), /Non in uso/);
});

eachEngine('the folders of the server are chosen, not typed', async (t, engine) => {
  const address = take(engine);
  const page = '/settings/mailboxes/1';
  for (const name of ['.Spedite', '.Spam', '.Gi&AOA- letti']) await mail.lay(address, [], { in: name });
  await mail.lay(address, [{ data: letter({ subject: 'Nei reclami', id: `nei.${engine}@bar.test` }), at: Date.now() - DAY }], { in: '.Reclami' });
  const filo = await start(t, engine, address);
  await filo.start();
  const admin = await filo.signIn();
  // whatever else is sent along, the stored server is asked
  const shown = await admin.submit((await admin.get(page)).text, /folders$/, { imap_host: 'imap.ladro.test', imap_port: '1' });
  assert.equal(shown.status, 200);
  const words = textOf(shown.text);
  for (const each of ['INBOX', 'Già letti', 'Reclami', 'Spedite posta inviata', 'Spam posta indesiderata', 'Quella che indica il server: Spedite'])
    assert.ok(words.includes(each), `${each}: ${words.slice(0, 1500)}`);
  const { folder, ...fields } = findForm(shown.text, /folders\/keep$/).fields;
  assert.deepEqual([folder, fields.sent, fields.after, fields.move], ['INBOX', 'auto', 'seen', '']);

  const choose = (folders, more) => admin.post(`${page}/folders/keep`, [...Object.entries({ ...fields, ...more }), ...folders.map((name) => ['folder', name])]);
  const none = await choose([], {});
  assert.equal(none.status, 422);
  assert.match(textOf(none.text), /Scelga almeno una cartella/);
  const twice = await choose(['INBOX', 'Reclami'], { sent: '=Reclami' });
  assert.match(textOf(twice.text), /è la stessa che si legge/);
  assert.match(twice.text, /value="Reclami" checked/, 'what was ticked is still');
  assert.equal((await choose(['Reclami', 'INBOX'], { sent: 'none', after: 'move', move: '=Già letti' })).status, 303);
  const { imap_folder, imap_sent, imap_after, imap_move_to } = JSON.parse((await filo.rows('SELECT config FROM channel_account'))[0].config);
  assert.deepEqual([imap_folder, imap_sent, imap_after, imap_move_to], ['INBOX\nReclami', '0', 'move', 'Già letti']);
  await filo.until(async () => (await count(filo, 'ticket')) === 1, 'the message of the other folder', 60000);
  await filo.until(() => mail.flags(address, '.Gi&AOA- letti').length === 1, 'it moved');
  assert.match((await admin.get(page)).text, /<textarea id="imap_folder"[^>]*>INBOX\s+Reclami<\/textarea>/);

  const away = await admin.submit((await admin.get(page)).text, /mailboxes\/1$/, { imap_port: '1', smtp_password: 'segreta' });
  assert.equal(away.status, 303, textOf(away.text));
  const unreached = await admin.submit((await admin.get(page)).text, /folders$/);
  assert.match(textOf(unreached.text), /Non si riesce a raggiungere il server 127\.0\.0\.1 sulla porta 1:/);
  assert.doesNotMatch(textOf(unreached.text), /Ha risposto/);
});

eachEngine('a mail server inside the house is reached only where the installation allows it', async (t, engine) => {
  const filo = await start(t, engine, addressOf(engine, 'dieci'));
  await filo.start({ env: { FILO_MAIL_NETWORKS: '' } });
  const admin = await filo.signIn();
  const page = async () => textOf((await admin.get('/settings/mailboxes/1')).text);
  await filo.until(async () => /server con indirizzo privato/.test(await page()), 'why it is not read');
  const tried = await admin.submit((await admin.get('/settings/mailboxes/1')).text, /test$/, { to: '' });
  assert.match(textOf(tried.text), /127\.0\.0\.1 ha un indirizzo privato/);
  const wrong = await filo.command(['serve', '--mail-networks', 'casa']);
  assert.notEqual(wrong.code, 0);
});
