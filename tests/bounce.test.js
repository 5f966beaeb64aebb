// SPDX-License-Identifier: EUPL-1.2
// What mail servers report of what we sent: a real Postfix that turns a mail away, the reports of other servers as they
// write them, and forged ones. Security A14.
// timeout: 300
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const CUSTOMER = 'luca@bar.test';
const isAnswer = (message) => !headersOf(message.data).has('auto-submitted');
const answers = (sink) => sink.messages.filter(isAnswer);
const idOf = (message) => header(message.data, 'Message-ID').slice(1, -1);

// A delivery report (RFC 3464), to the return path; about: the Message-ID of what it returns, null to return nothing.
function dsn({ to, recipient = CUSTOMER, action = 'failed', status = '5.1.1', said = '550 5.1.1 no such user here', about = null }) {
  const part = (type, body) => `--B\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
  return `Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.test>\r\nTo: ${to}\r\n`
    + 'Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n'
    + `Message-ID: <${Math.random()}@mx.test>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\n`
    + 'Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n'
    + part('text/plain', 'I am sorry to have to inform you.')
    + part('message/delivery-status', `Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; ${recipient}\r\nAction: ${action}\r\n`
      + `Status: ${status}\r\nDiagnostic-Code: smtp; ${said}\r\n`)
    + (about ? part('text/rfc822-headers', `Subject: x\r\nMessage-ID: <${about}>\r\n`) : '') + '--B--\r\n';
}

async function answeredDesk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const { out: { ticket } } = await filo.mailIn(letter({ from: `Luca Bianchi <${CUSTOMER}>`, subject: 'Non scalda' }));
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const browser = await filo.signIn();
  const page = async () => (await browser.get(`/tickets/${ticket}`)).text;
  const answer = async (text) => {
    const before = answers(sink).length;
    assert.equal((await browser.submit(await page(), /\/messages$/, { text })).status, 303);
    await filo.until(() => answers(sink).length > before, 'the answer');
    const sent = answers(sink)[before];
    await filo.until(async () => await filo.count(`FROM outbox WHERE external_id = '${idOf(sent)}' AND state = 'sent'`) === 1, 'it to be noted');
    return sent;
  };
  return { filo, sink, ticket, browser, page, answer };
}

const deliveries = (filo) => filo.rows('SELECT address_key, state, status FROM delivery ORDER BY delivery_id');

eachEngine('a report says what became of an answer: on the ticket, in the tray, at the customer, before the next answer', async (t, engine) => {
  const { filo, sink, ticket, browser, page, answer } = await answeredDesk(t, engine);
  const sent = await answer('Passiamo domani.');
  const quiet = sink.messages.length;
  const state = async () => (await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${ticket}`))[0].state;
  const stateBefore = await state();

  const late = await filo.mailIn(dsn({ to: sent.from, action: 'delayed', status: '4.4.7', said: '', about: idOf(sent) }));
  assert.deepEqual([late.code, late.out.ticket, late.out.outcome], [0, ticket, 'appended']);
  assert.match(textOf(await page()), /In ritardo per luca@bar\.test: il server del destinatario non risponde/);
  assert.equal(await filo.count('FROM suspect_address'), 0);
  assert.doesNotMatch(textOf((await browser.get('/tray')).text), /luca@bar\.test/);

  await filo.mailIn(dsn({ to: sent.from, about: idOf(sent) }));
  assert.deepEqual(await deliveries(filo), [{ address_key: CUSTOMER, state: 'failed', status: '5.1.1' }]);
  const failed = textOf(await page());
  assert.match(failed, /Non consegnata a luca@bar\.test: l’indirizzo non esiste/);
  assert.match(failed, /Consegna non riuscita: l'ultimo messaggio non è arrivato al cliente/);
  assert.match(failed, /L’ultimo messaggio a questo indirizzo non è arrivato .*: l’indirizzo non esiste\. Lo controlli prima di rispondere/);

  // Status only moves forward: what was delivered to somebody's forwarder comes too late.
  await filo.mailIn(dsn({ to: sent.from, action: 'delivered', status: '2.0.0', said: '', about: idOf(sent) }));
  assert.deepEqual(await deliveries(filo), [{ address_key: CUSTOMER, state: 'failed', status: '5.1.1' }]);
  assert.equal(await state(), stateBefore, 'a report moved the request');
  assert.equal(await filo.count('FROM ticket'), 1);
  assert.equal(sink.messages.length, quiet, 'a report was answered');

  const tray = await browser.get('/tray');
  assert.match(textOf(tray.text), /Non consegnati .*luca@bar\.test .*Non scalda/);
  assert.match(textOf((await browser.get('/tickets')).text), /1 messaggi/);
  assert.equal((await browser.submit(tray.text, /\/tray\/deliveries\/\d+\/done$/)).status, 303);
  assert.match(textOf((await browser.get('/tray')).text), /Tutto partito, tutto letto/);

  const [{ party_id: party }] = await filo.rows(`SELECT party_id FROM contact_point WHERE value_key = '${CUSTOMER}'`);
  const customer = await browser.get(`/parties/${party}`);
  assert.match(textOf(customer.text), /luca@bar\.test: un messaggio non è arrivato/);
  assert.equal((await browser.submit(customer.text, /\/trust$/)).status, 303);
  assert.equal(await filo.count('FROM suspect_address'), 0);
  assert.equal(await filo.count("FROM audit WHERE action = 'party.contact.trust'"), 1);
  assert.doesNotMatch(textOf(await page()), /Lo controlli prima di rispondere/);

  // A mailbox that is full is somebody's. One that is switched off makes the address suspect again, and a letter from there
  // clears it.
  const second = await answer('Ci siamo?');
  await filo.mailIn(dsn({ to: second.from, status: '5.2.2', said: '552 5.2.2 mailbox full', about: idOf(second) }));
  assert.match(textOf(await page()), /Non consegnata a luca@bar\.test: la casella è piena/);
  assert.equal(await filo.count('FROM suspect_address'), 0);
  const third = await answer('E adesso?');
  await filo.mailIn(dsn({ to: third.from, status: '5.2.1', said: '550 5.2.1 mailbox disabled', about: idOf(third) }));
  assert.equal(await filo.count('FROM suspect_address'), 1);
  await filo.mailIn(letter({ from: CUSTOMER, subject: `Re: [#${ticket}] Non scalda`, text: 'Eccomi.' }));
  assert.equal(await filo.count('FROM suspect_address'), 0);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('the return path names the message when the report does not; the older forms name it in words', async (t, engine) => {
  const { filo, ticket, page, answer } = await answeredDesk(t, engine);
  const byPath = await answer('Uno.');
  assert.match(byPath.from, /^assistenza\+b\.[a-z2-7]{32}@filo\.test$/);
  const taken = await filo.mailIn(dsn({ to: byPath.from }));
  assert.deepEqual([taken.out.ticket, taken.out.outcome], [ticket, 'appended']);

  const qmail = await answer('Due.');
  const words = await filo.mailIn('From: MAILER-DAEMON@mx.test\r\nTo: assistenza@filo.test\r\nSubject: failure notice\r\n'
    + 'Message-ID: <q1@mx.test>\r\n\r\nHi. This is the qmail-send program.\r\n\r\n<luca@bar.test>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n'
    + `--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <${qmail.from}>\r\nMessage-ID: <${idOf(qmail)}>\r\n\r\nDue.\r\n`);
  assert.deepEqual([words.out.ticket, words.out.outcome], [ticket, 'appended']);

  const exim = await answer('Tre.');
  const header3 = await filo.mailIn('Return-Path: <>\r\nFrom: postmaster@mx.test\r\nTo: assistenza@filo.test\r\nSubject: Mancato recapito\r\n'
    + 'X-Failed-Recipients: luca@bar.test\r\nMessage-ID: <e1@mx.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n'
    + `--X\r\n\r\nIl messaggio non è stato consegnato: casella sconosciuta.\r\n--X\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <${idOf(exim)}>\r\n\r\nTre.\r\n--X--\r\n`);
  assert.deepEqual([header3.out.ticket, header3.out.outcome], [ticket, 'appended']);

  assert.deepEqual((await deliveries(filo)).map((row) => row.state), ['failed', 'failed', 'failed']);
  assert.equal(await filo.count('FROM delivery d JOIN outbox o ON o.outbox_id = d.outbox_id WHERE o.external_id IS NOT NULL'), 3);
  assert.equal(textOf(await page()).match(/Non consegnata a luca@bar\.test/g).length, 3);
  assert.equal(await filo.count('FROM ticket'), 1);
});

eachEngine('a report of nothing of ours changes nothing and is nobody\'s request', async (t, engine) => {
  const { filo, sink, ticket, browser, answer } = await answeredDesk(t, engine);
  const sent = await answer('Passiamo domani.');
  const quiet = sink.messages.length;
  const forged = [
    dsn({ to: 'assistenza@filo.test' }),
    dsn({ to: 'assistenza@filo.test', about: `${ticket}.1.0123456789abcdef@filo.test` }),
    dsn({ to: `assistenza+b.${'a'.repeat(32)}@filo.test` }),
    dsn({ to: sent.from.replace('filo.test', 'altro.test') }),
  ];
  for (const raw of forged) {
    const taken = await filo.mailIn(raw);
    assert.equal(taken.code, 0);
    assert.notEqual(taken.out.ticket, ticket);
  }
  // Ours, but about somebody who never got it: with one recipient it was forwarded on, with two it is nobody.
  assert.equal(await filo.count('FROM delivery'), 0);
  assert.equal(await filo.count('FROM suspect_address'), 0);
  assert.equal(await filo.count("FROM ticket WHERE state = 'spam'"), forged.length);
  assert.equal(await filo.count("FROM ticket WHERE state <> 'spam'"), 1);
  assert.equal(await filo.count("FROM party WHERE name LIKE '%mx.test%' OR name LIKE '%Delivery%'"), 0);
  assert.equal(sink.messages.length, quiet);
  assert.doesNotMatch(textOf((await browser.get('/tickets?view=open')).text), /Undelivered/);
  assert.equal((await filo.check()).code, 0);
});

// The report among the parts of a person's mail is what they ask about; a mail server's says that it is one.
eachEngine('who attaches a report to ask what it means is a person with a request', async (t, engine) => {
  const { filo, answer } = await answeredDesk(t, engine);
  const sent = await answer('Passiamo domani.');
  const report = dsn({ to: sent.from, about: idOf(sent) });
  const body = report.slice(report.indexOf('\r\n\r\n'));
  const mixed = (head) => `${head}\r\nTo: assistenza@filo.test\r\nSubject: Che cosa vuol dire?\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B${body}`;
  const person = await filo.mailIn(mixed('From: Anna <anna@forno.test>'));
  assert.deepEqual(await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${person.out.ticket}`).then((rows) => rows.map(({ state }) => state)), ['new']);
  assert.equal(await filo.count('FROM delivery'), 0);
  const server = await filo.mailIn(mixed('Return-Path: <>\r\nFrom: Posta <postino@mx.test>'));
  assert.notEqual(server.out.ticket, person.out.ticket);
  assert.deepEqual((await deliveries(filo)).map(({ address_key: key, state }) => [key, state]), [[CUSTOMER, 'failed']]);
});

eachEngine('an acknowledgement that bounces is known too, and a read receipt is no bounce', async (t, engine) => {
  const { filo, sink, ticket, page, answer } = await answeredDesk(t, engine);
  const [ack] = sink.messages.filter((message) => !isAnswer(message));
  await filo.mailIn(dsn({ to: ack.from, about: idOf(ack) }));
  assert.deepEqual((await deliveries(filo)).map((row) => row.state), ['failed']);
  const sent = await answer('Passiamo domani.');
  const receipt = await filo.mailIn(`From: ${CUSTOMER}\r\nTo: assistenza@filo.test\r\nSubject: Letto: Non scalda\r\nMessage-ID: <r1@bar.test>\r\n`
    + `In-Reply-To: <${idOf(sent)}>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=B\r\n\r\n`
    + `--B\r\n\r\nIl messaggio inviato a\r\n${CUSTOMER}\r\nè stato letto.\r\n--B\r\nContent-Type: message/disposition-notification\r\n\r\n`
    + `Final-Recipient: rfc822;${CUSTOMER}\r\nOriginal-Message-ID: <${idOf(sent)}>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--B--\r\n`);
  assert.deepEqual([receipt.out.ticket, receipt.out.outcome], [ticket, 'appended']);
  assert.equal(await filo.count('FROM delivery'), 1);
  assert.match(textOf(await page()), /Avviso di consegna/);
});

// The mail server that turns an address away at once says no less than a report; a full mailbox, a policy and a failure for
// now are not the address' fault. What the server said it takes back when it takes the next one.
eachEngine('R11: refused at RCPT: the address is suspect until a message is taken for it; a full mailbox is not', async (t, engine) => {
  const { filo, sink, page, browser, answer } = await answeredDesk(t, engine);
  const suspects = () => filo.rows('SELECT address_key, status FROM suspect_address');
  const refused = async (reply, text) => {
    sink.rules.push({ at: 'rcpt', match: /luca/, reply, times: 1 });
    const before = await filo.count("FROM outbox WHERE state = 'failed'");
    assert.equal((await browser.submit(await page(), /\/messages$/, { text })).status, 303);
    await filo.until(async () => await filo.count("FROM outbox WHERE state = 'failed'") > before, 'the refusal to be noted');
  };
  await refused('552 5.2.2 mailbox full', 'Uno.');
  await refused('552 mailbox full', 'Due.');
  await refused('550 5.7.1 blocked by policy', 'Tre.');
  assert.deepEqual(await suspects(), []);
  await refused('550 5.1.1 no such user', 'Quattro.');
  assert.deepEqual(await suspects(), [{ address_key: CUSTOMER, status: '5.1.1' }]);
  assert.match(textOf(await page()), /L’ultimo messaggio a questo indirizzo non è arrivato .*: l’indirizzo non esiste/);
  const taken = await answer('Cinque.');
  assert.deepEqual(await suspects(), []);
  await refused('550 user unknown', 'Sei.');
  assert.equal((await suspects()).length, 1);

  // What a report said stands, whatever the server takes; only something that arrived ends it.
  await filo.mailIn(dsn({ to: taken.from, about: idOf(taken) }));
  const next = await answer('Sette.');
  assert.equal((await suspects()).length, 1);
  await filo.mailIn(dsn({ to: next.from, action: 'delivered', status: '2.0.0', said: '250 ok', about: idOf(next) }));
  assert.deepEqual(await suspects(), []);
  assert.equal((await filo.check()).code, 0);
});

// Our answer goes to a mailbox that Postfix cannot fill; its own report comes back through the pipe of the mailbox.
eachEngine('a real Postfix turns an answer away, and its report comes home', async (t, engine) => {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  const home = path.join(filo.dir, '..');
  const mail = await startMailStack({
    users: { 'altro@bar.test': 'pw' },
    pipes: {
      'assistenza@filo.test': { argv: ['/bin/sh', '-c', `cat > ${home}/in.$$.eml.part; mv ${home}/in.$$.eml.part ${home}/in.$$.eml`] },
      [CUSTOMER]: { argv: ['/bin/sh', '-c', 'cat > /dev/null; exit 67'] },
    },
  });
  t.after(() => mail.stop());
  chmodSync(home, 0o777); // the pipe runs as the user mail
  await filo.setMailbox('assistenza', { port: mail.smtpPort });
  await filo.set('answer.undo_seconds', '0');
  await filo.start();
  const { out: { ticket } } = await filo.mailIn(letter({ from: CUSTOMER, subject: 'Non scalda', more: ['Auto-Submitted: auto-generated'] }));
  const browser = await filo.signIn();
  assert.equal((await browser.submit((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/, { text: 'Passiamo domani.' })).status, 303);
  const reports = () => readdirSync(home).filter((name) => name.endsWith('.eml'));
  await filo.until(() => reports().length === 1, `Postfix's report\n${mail.log()}`, 30_000);
  const taken = await filo.mailIn(readFileSync(path.join(home, reports()[0])));
  assert.deepEqual([taken.code, taken.out.ticket, taken.out.outcome], [0, ticket, 'appended']);
  assert.deepEqual(await deliveries(filo), [{ address_key: CUSTOMER, state: 'failed', status: '5.1.1' }]);
  assert.match(textOf((await browser.get(`/tickets/${ticket}`)).text), /Non consegnata a luca@bar\.test: l’indirizzo non esiste/);
  assert.equal(await filo.count('FROM ticket'), 1);
});
