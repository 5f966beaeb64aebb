// SPDX-License-Identifier: EUPL-1.2
// Nobody writes to himself for ever: two Filo desks that are each other's customers, robots without a sign, a real absence
// notice, lists and forwardings that bring our own mail back, floods. And no person is taken for a robot for good.
// Security A12, A13, A16.
// timeout: 300
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const isAutomatic = (message) => headersOf(message.data).has('auto-submitted');
const quiet = async (filo) => await filo.count("FROM outbox WHERE state IN ('queued', 'sending', 'dot_sent')") === 0
  && await filo.count("FROM inbound WHERE state = 'stored'") === 0;

async function desk(t, engine, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, ...options });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const state = async (ticket) => (await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${ticket}`))[0].state;
  const take = async (given) => (await filo.mailIn(letter(given))).out;
  const settled = () => filo.until(() => quiet(filo), 'what leaves');
  const answers = () => sink.messages.filter((message) => !isAutomatic(message));
  const answer = async (ticket, text) => {
    const before = answers().length;
    assert.equal((await browser.submit(await page(ticket), /\/messages$/, { text })).status, 303);
    await filo.until(() => answers().length > before, 'the answer');
    await settled();
    return answers()[before];
  };
  const wait = async (ticket) => assert.equal((await browser.submit(await page(ticket), /\/wait$/, { state: 'waiting_customer', reason: 'una foto',
    until: '2036-03-03T10:00' })).status, 303);
  return { filo, sink, browser, page, state, take, settled, answer, wait };
}

// Two companies with Filo, each the other's customer, on one real mail server; the people of both are told by mail of what
// comes in, at an address of the other house. Whoever answers is a person: each answer arrives as a person's words.
test('two Filo desks write to each other: it dies out, and every person is answered', async (t) => {
  const names = ['alfa', 'beta'];
  const addressOf = (name) => `aiuto@${name}.test`;
  const filos = {};
  for (const name of names) {
    filos[name] = await startFilo({ engine: name === 'alfa' ? 'sqlite' : 'postgresql', company: name, lmtp: '127.0.0.1:0', serve: false });
    t.after(() => filos[name].remove());
    await filos[name].setMailbox('aiuto', { port: 1, address: addressOf(name) });
    await filos[name].start();
  }
  const mail = await startMailStack({ users: { 'luca@bar.test': 'pw' },
    lmtp: Object.fromEntries(names.map((name) => [addressOf(name), filos[name].lmtpPort])) });
  t.after(() => mail.stop());
  const browsers = {};
  for (const name of names) {
    const other = addressOf(names.find((each) => each !== name));
    const port = filos[name].lmtpPort;
    filos[name].options.lmtp = `127.0.0.1:${port}`; // where Postfix looks for it
    await filos[name].stop();
    await filos[name].setMailbox('aiuto', { port: mail.smtpPort, address: addressOf(name) });
    await filos[name].execute(`UPDATE staff SET email = '${other}'`);
    await filos[name].execute('INSERT INTO notice_choice (staff_id, own, team) SELECT staff_id, 1, 1 FROM staff');
    await filos[name].start();
    browsers[name] = await filos[name].signIn();
  }
  const { alfa, beta } = filos;
  const bothQuiet = async () => {
    for (let calm = 0; calm < 3;) {
      const before = await Promise.all([alfa, beta].map((filo) => filo.count('FROM inbound')));
      await alfa.until(async () => (await mail.queue()).length === 0 && await quiet(alfa) && await quiet(beta), `the exchange to die out\n${mail.log().slice(-2000)}`, 30_000);
      const after = await Promise.all([alfa, beta].map((filo) => filo.count('FROM inbound')));
      calm = before.join() === after.join() ? calm + 1 : 0;
    }
  };
  const ticketOf = async (filo) => (await filo.rows('SELECT ticket_id, state FROM ticket ORDER BY ticket_id'))[0];
  const say = async (name, ticket, text) => {
    const page = (await browsers[name].get(`/tickets/${ticket}`)).text;
    assert.equal((await browsers[name].submit(page, /\/messages$/, { text })).status, 303);
    await bothQuiet();
  };

  // A person at alfa's desk has a question for beta: a request typed in at alfa, whose customer is beta.
  await alfa.mailIn(letter({ from: addressOf('beta'), to: addressOf('alfa'), subject: 'Ordine 77', text: 'Quando arriva il nostro ordine?' }), { mailbox: 'aiuto' });
  await bothQuiet();
  const first = await ticketOf(alfa);
  await say('alfa', first.ticket_id, 'Domani. A chi lo consegniamo?');
  // Beta's desk has a request of a person, not of a robot: the answer of alfa's.
  const told = await beta.rows("SELECT t.ticket_id, m.flags, t.state FROM message m JOIN ticket t ON t.ticket_id = m.ticket_id WHERE m.text LIKE '%A chi lo consegniamo%'");
  assert.deepEqual(told.map(({ flags, state }) => [Number(flags) & 1, state]), [[0, 'new']], 'the words of a person were taken for a robot\'s');
  for (const round of [1, 2, 3]) {
    await say('beta', told[0].ticket_id, `Al portone, citofono ${round}.`);
    const heard = await alfa.rows(`SELECT ticket_id, flags FROM message WHERE text LIKE '%citofono ${round}.%' AND direction = 'in'`);
    assert.deepEqual(heard.map((row) => [row.ticket_id, Number(row.flags) & 1]), [[first.ticket_id, 0]]);
    await say('alfa', first.ticket_id, `Inteso, citofono numero ${round}!`);
    const back = await beta.rows(`SELECT ticket_id, flags FROM message WHERE text LIKE '%numero ${round}!%' AND direction = 'in'`);
    assert.deepEqual(back.map((row) => [row.ticket_id, Number(row.flags) & 1]), [[told[0].ticket_id, 0]]);
  }
  // Seven answers of people; of robots at most one acknowledgement for each request.
  for (const filo of [alfa, beta]) {
    const sent = await filo.rows('SELECT purpose, count(*) AS n FROM outbox GROUP BY purpose');
    const of = (purpose) => Number(sent.find((row) => row.purpose === purpose)?.n ?? 0);
    assert.ok(of('acknowledgement') <= 1, JSON.stringify(sent));
    assert.equal(of('notice'), 0, 'told of what they wrote themselves');
    assert.ok(await filo.count("FROM ticket WHERE state <> 'spam'") <= 2, JSON.stringify(await filo.rows('SELECT subject, state FROM ticket')));
    assert.equal((await filo.check()).code, 0);
  }
});

// It answers whatever it gets with the same words: to the address the mail came from, with a subject of its own each time,
// at once, and without a header that tells it from a person.
eachEngine('a robot with one text and many subjects: few mails, few requests, said in words, undone by a press', async (t, engine) => {
  const { filo, sink, browser, page, state, take, settled, answer, wait } = await desk(t, engine);
  const robot = 'eco@robot.test';
  const words = 'Grazie per averci scritto, Le risponderemo al più presto.';
  const outcomes = [];
  for (let round = 1; round <= 12; round += 1) {
    outcomes.push((await take({ from: robot, subject: `Pratica ${round * 7}`, text: words })).outcome);
    await settled();
  }
  assert.deepEqual(outcomes, ['opened', 'opened', ...Array(10).fill('appended')]);
  assert.equal(sink.messages.length, 2);
  const [{ ticket_id: ticket }] = await filo.rows('SELECT max(ticket_id) AS ticket_id FROM ticket');
  assert.match(textOf(await page(ticket)), /Filo ha smesso di rispondere automaticamente a eco@robot\.test perché ripete sempre le stesse parole/);
  assert.match(textOf(await page(ticket)), /Sembra di un robot: le stesse parole per la terza volta in un giorno/);
  const tray = await browser.get('/tray');
  assert.match(textOf(tray.text), /Risposte automatiche fermate .*eco@robot\.test/);

  // An answer of a person always leaves; what the robot says to it moves nothing.
  const sent = await answer(ticket, 'Chi è Lei?');
  assert.deepEqual(sent.to, [robot]);
  await wait(ticket);
  const to = headersOf(sent.data).get('reply-to')[0];
  await take({ from: robot, to, subject: 'Altra pratica', text: words });
  assert.equal(await state(ticket), 'waiting_customer');

  // Nothing of this is forgotten when the machine falls.
  await filo.kill();
  await filo.start();
  const again = await filo.signIn();
  const look = async () => (await again.get(`/tickets/${ticket}`)).text;
  assert.match(textOf(await look()), /Filo ha smesso di rispondere automaticamente/);
  await filo.mailIn(letter({ from: robot, subject: 'Dopo', text: 'Tutt\'altre parole, questa volta.' }));
  assert.equal(sink.messages.filter(isAutomatic).length, 2);

  // It was a person after all: the last message counts at once, nothing is doubted again; the contrary press undoes it.
  const [{ message_id: last }] = await filo.rows(`SELECT max(message_id) AS message_id FROM message WHERE ticket_id = ${ticket} AND direction = 'in'`);
  assert.equal((await again.submit(await look(), new RegExp(`/messages/${last}/person$`))).status, 303);
  assert.equal(await state(ticket), 'in_progress');
  assert.doesNotMatch(textOf(await look()), /ha smesso di rispondere/);
  assert.match(textOf((await again.get('/aside')).text), /Persone e robot indicati da noi .*eco@robot\.test una persona/);
  const fresh = await filo.mailIn(letter({ from: robot, subject: 'Ancora', text: words }));
  assert.equal(fresh.out.outcome, 'opened');
  await settled();
  assert.equal(sink.messages.filter(isAutomatic).length, 3);
  assert.equal((await again.submit((await again.get(`/tickets/${fresh.out.ticket}`)).text, /\/messages\/\d+\/robot$/)).status, 303);
  assert.equal(await filo.count('FROM sender_nature'), 0);
  assert.equal((await again.submit((await again.get(`/tickets/${fresh.out.ticket}`)).text, /\/messages\/\d+\/person$/)).status, 303);
  assert.equal(await filo.count("FROM sender_nature WHERE nature = 'person'"), 1);
  assert.equal((await again.submit((await again.get('/aside')).text, /\/senders\/forget$/)).status, 303);
  assert.equal(await filo.count('FROM sender_nature'), 0);
  for (const [action, times] of [['sender.person', 2], ['sender.robot', 1], ['sender.forget', 1]])
    assert.equal(await filo.count(`FROM audit WHERE action = '${action}'`), times, action);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('a flood of one sender: five acknowledgements, every request there, the desk told, nobody else held up', async (t, engine) => {
  const { filo, sink, browser, take, settled } = await desk(t, engine, { lmtp: '127.0.0.1:0' });
  const { LmtpClient } = await import('./support/lmtp_client.js');
  const mx = await LmtpClient.open(filo.lmtpPort);
  await mx.say('LHLO mx.test');
  const many = 150; // a thousand take a minute on a slow machine and show no more
  for (let i = 1; i <= many; i += 1) {
    const [reply] = await mx.deliver({ from: 'fiume@piena.test', to: ['assistenza@filo.test'],
      data: letter({ from: 'fiume@piena.test', subject: `Allarme ${i}`, text: `Sensore ${i} fuori scala`, id: `${randomUUID()}@piena.test` }) });
    assert.match(reply, /^250 /);
    if (i === many / 2) await take({ from: 'luca@bar.test', subject: 'Non scalda' });
  }
  await mx.close();
  await settled();
  assert.equal(await filo.count('FROM ticket'), many + 1);
  assert.equal(sink.messages.filter(({ to }) => to.includes('fiume@piena.test')).length, 5);
  assert.equal(sink.messages.filter(({ to }) => to.includes('luca@bar.test')).length, 1);
  const tray = await browser.get('/tray');
  assert.match(textOf(tray.text), new RegExp(`fiume@piena\\.test .*conferme non inviate: ${many - 5} Filo ha smesso di rispondere automaticamente a fiume@piena\\.test perché ha scritto troppe volte in un’ora`));
  assert.match(textOf((await browser.get('/tickets')).text), /1 messaggi/);
  assert.equal((await browser.submit(tray.text, /\/senders\/seen$/)).status, 303);
  assert.doesNotMatch(textOf((await browser.get('/tray')).text), /fiume/);
  await take({ from: 'fiume@piena.test', subject: 'Allarme', text: 'ancora' });
  await settled();
  assert.equal(sink.messages.filter(({ to }) => to.includes('fiume@piena.test')).length, 5);
  const [{ ticket_id: last }] = await filo.rows("SELECT max(ticket_id) AS ticket_id FROM ticket");
  assert.equal((await browser.submit((await browser.get(`/tickets/${last}`)).text, /\/senders\/answer$/)).status, 303);
  await take({ from: 'fiume@piena.test', subject: 'Allarme', text: 'di nuovo' });
  await settled();
  assert.equal(sink.messages.filter(({ to }) => to.includes('fiume@piena.test')).length, 6);
  for (const action of ['sender.seen', 'sender.answer']) assert.equal(await filo.count(`FROM audit WHERE action = '${action}'`), 1);
});

// Ours comes back: a forwarding of the mailbox to itself, a list that sends out what it gets, a plus address as sender.
eachEngine('our own mail that comes back lies aside and starts nothing', async (t, engine) => {
  const { filo, sink, browser, take, settled, answer, page } = await desk(t, engine);
  const { ticket } = await take({ from: 'luca@bar.test', subject: 'Non scalda' });
  await settled();
  const ours = [sink.messages[0], await answer(ticket, 'Passiamo domani.')];
  const talk = textOf(await page(ticket));
  for (const sent of ours) {
    const raw = sent.data.toString('latin1');
    const looped = await filo.mailIn(`Received: from x by y; Mon, 02 Mar 2026 10:00:00 +0100\r\nDelivered-To: assistenza@filo.test\r\n${raw}`);
    assert.equal(looped.code, 0);
    assert.notEqual(looped.out.ticket, ticket);
    assert.equal((await filo.mailIn(raw)).out.status, 'already', 'the second round is the same message');
    const listed = await filo.mailIn(`List-Id: <clienti.bar.test>\r\nPrecedence: list\r\n${raw.replace(/^Subject: /m, 'Subject: [clienti] ')}`
      + '\r\n_____\r\nLista clienti\r\n');
    assert.notEqual(listed.out.ticket, ticket);
  }
  assert.equal(await filo.count("FROM ticket WHERE state = 'spam'"), 4);
  assert.equal(await filo.count("FROM ticket WHERE state <> 'spam'"), 1);
  assert.equal(textOf(await page(ticket)), talk, 'what came back stands on the request');
  const [{ ticket_id: aside }] = await filo.rows("SELECT max(ticket_id) AS ticket_id FROM ticket WHERE state = 'spam'");
  assert.match(textOf(await page(aside)), /Un nostro messaggio tornato indietro/);
  assert.match(textOf((await browser.get('/aside')).text), /\[clienti\]/);

  // From our own address, and from one of our reply addresses: put aside for people to read, answered by nobody (A16).
  for (const from of ['assistenza@filo.test', headersOf(ours[1].data).get('reply-to')[0], 'Assistenza+x@FILO.test']) {
    const out = await take({ from, subject: `Da noi: ${from}`, text: 'Qualcuno scrive a nome nostro' });
    assert.equal(out.outcome, 'opened');
    assert.match(textOf(await page(out.ticket)), /Mittente non verificato/);
    assert.equal((await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${out.ticket}`))[0].state, 'spam');
  }
  await settled();
  assert.equal(sink.messages.length, 2);
  assert.equal((await filo.check()).code, 0);
});

// The forms of absence notices that mail programs write: on a request that waits they change nothing. Whoever writes with a
// person's hand is heard.
eachEngine('absence notices and robots move nothing; people do', async (t, engine) => {
  const { filo, sink, page, state, take, settled, answer, wait } = await desk(t, engine);
  const { ticket } = await take({ from: 'luca@bar.test', subject: 'Non scalda' });
  const sent = await answer(ticket, 'Ci manda una foto?');
  await wait(ticket);
  const to = headersOf(sent.data).get('reply-to')[0];
  const mails = sink.messages.length;
  const robots = [
    { subject: 'Risposta automatica: Re: Non scalda' },
    { subject: 'Fuori ufficio: Re: Non scalda' },
    { subject: 'Automatic reply: Re: Non scalda', more: ['Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All'] }, // Exchange
    { subject: 'Out of Office: Re: Non scalda' },
    { subject: 'Re: Non scalda', more: ['Auto-Submitted: auto-replied (vacation)', 'Precedence: bulk'] }, // Sieve
    { subject: 'Re: Non scalda', more: ['X-Autoreply: yes', 'Precedence: bulk'] }, // Gmail
    { subject: 'Re: Non scalda', more: ['Precedence: auto_reply'] },
    { subject: 'Re: Non scalda', more: ['X-Autorespond: Non scalda'] },
  ];
  for (const [i, robot] of robots.entries()) {
    const out = await take({ from: 'luca@bar.test', to, text: `Sono assente fino al ${i + 1} agosto.`, ...robot });
    assert.deepEqual([out.ticket, out.outcome], [ticket, 'appended'], robot.subject);
    assert.equal(await state(ticket), 'waiting_customer', JSON.stringify(robot));
  }
  assert.match(textOf(await page(ticket)), /Sembra un avviso di assenza: lo dice l’oggetto/);
  assert.match(textOf(await page(ticket)), /Risposta automatica: lo dichiara il messaggio stesso/);
  await settled();
  assert.equal(sink.messages.length, mails);
  // Exchange puts this header on people's mail too, and another Filo's people write with its own.
  const person = await take({ from: 'luca@bar.test', to, subject: 'Re: Risposta automatica: Non scalda', text: 'Eccola.',
    more: ['X-Auto-Response-Suppress: DR, OOF, AutoReply', 'X-Filo-Loop: aiuto@altra.test'] });
  assert.deepEqual([person.ticket, person.outcome], [ticket, 'appended']);
  assert.equal(await state(ticket), 'in_progress');
});

// The customer's mail is passed on to a private box, whose absence notice comes from there: it stands where it answers, for
// the staff alone. A robot that refers to nothing of ours opens what it opened before.
eachEngine('an absence notice from another address of theirs stands where it answers, and gains nothing', async (t, engine) => {
  const { filo, sink, page, state, take, settled, answer, wait } = await desk(t, engine);
  const { ticket } = await take({ from: 'luca@bar.test', subject: 'Non scalda' });
  const sent = await answer(ticket, 'Ci manda una foto?');
  await wait(ticket);
  const mails = sink.messages.length, away = { from: 'bianchi.luca@privata.test', subject: 'Risposta automatica: Re: Non scalda', text: 'Sono al mare.' };
  const [id] = headersOf(sent.data).get('message-id'), [to] = headersOf(sent.data).get('reply-to');
  for (const how of [{ inReplyTo: id }, { references: `<x@y.test> ${id}` }, { to }]) {
    const out = await take({ ...away, ...how });
    assert.deepEqual([out.ticket, out.outcome], [ticket, 'appended'], JSON.stringify(how));
  }
  assert.equal(await state(ticket), 'waiting_customer');
  assert.match(textOf(await page(ticket)), /Sono al mare\./);
  assert.equal(Number(await filo.count("FROM participant WHERE address_key = 'bianchi.luca@privata.test'")), 0);
  const theirs = textOf(await (await fetch(/https?:\/\/\S+/.exec(textBody(sink.messages[0].data))[0])).text());
  assert.match(theirs, /Ci manda una foto\?/);
  assert.doesNotMatch(theirs, /Sono al mare/, 'the customer\'s page shows nothing of it');
  for (const how of [{ subject: `Risposta automatica: [#${ticket}] Non scalda` }, { inReplyTo: '<luca-1@bar.test>' }])
    assert.notEqual((await take({ ...away, ...how })).ticket, ticket, 'a number, or their own id, leads nobody there');
  await settled();
  assert.equal(sink.messages.length, mails);
});

// Pigeonhole's own vacation, at the customer's mailbox on a real Dovecot: silent to our acknowledgement, one notice to an
// answer; it comes back by Postfix and moves nothing.
test('a real Sieve vacation', async (t) => {
  const filo = await startFilo({ engine: 'sqlite', lmtp: '127.0.0.1:0', serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: 1 });
  await filo.start();
  const mail = await startMailStack({ users: { 'luca@bar.test': 'pw' }, lmtp: { 'assistenza@filo.test': filo.lmtpPort },
    sieve: { 'luca@bar.test': 'require "vacation";\nvacation :days 1 "Sono in ferie fino al 31 agosto.";\n' } });
  t.after(() => mail.stop());
  filo.options.lmtp = `127.0.0.1:${filo.lmtpPort}`;
  await filo.stop();
  await filo.setMailbox('assistenza', { port: mail.smtpPort });
  await filo.start();
  const browser = await filo.signIn();
  await mail.send({ from: 'luca@bar.test', to: ['assistenza@filo.test'], data: letter({ subject: 'Non scalda' }) });
  await mail.waitForMessages('luca@bar.test', 1);
  const page = async () => (await browser.get('/tickets/10001')).text;
  const rest = () => filo.until(async () => (await mail.queue()).length === 0 && await quiet(filo), 'the mail to rest');
  await rest();
  assert.equal(await filo.count('FROM inbound'), 1, 'the acknowledgement was answered');
  assert.equal((await browser.submit(await page(), /\/messages$/, { text: 'Ci manda una foto?' })).status, 303);
  assert.equal((await browser.submit(await page(), /\/wait$/, { state: 'waiting_customer', reason: 'una foto', until: '2036-03-03T10:00' })).status, 303);
  await filo.until(async () => await filo.count('FROM inbound') === 2, `the vacation notice\n${mail.log().slice(-3000)}`);
  await rest();
  assert.match(textOf(await page()), /Sono in ferie fino al 31 agosto/);
  assert.match(textOf(await page()), /Risposta automatica/);
  const [row] = await filo.rows('SELECT state FROM ticket');
  assert.equal(row.state, 'waiting_customer');
  assert.equal(await filo.count('FROM ticket'), 1);
  assert.equal(mail.messages('luca@bar.test').length, 2, 'one acknowledgement, one answer');
});
