// SPDX-License-Identifier: EUPL-1.2
// What comes from our own house and is a customer's affair all the same: what the site's form or the firm's group sends us
// under our own address, and a colleague's answer to the customer from their own mailbox, with us in copy. Who can vouch for
// them is the company's own mail server, whose word is a header here; without it nothing is believed (security A02, A16).
// timeout: 300
import assert from 'node:assert/strict';
import { ADDRESS, ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const SARA = 'sara@filo.test';
const LUCA = 'luca@bar.test';
const JUDGE = 'mx.filo.test';
const VOUCHED = `Authentication-Results: ${JUDGE}; dmarc=pass header.from=filo.test; dkim=pass header.d=filo.test`;

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more: ['--auth-server', JUDGE] });
  await filo.execute(`UPDATE staff SET email = '${SARA}' WHERE login = '${ADMIN.login}'`);
  await filo.start();
  const browser = await filo.signIn();
  const take = async (given) => (await filo.mailIn(letter(given))).out;
  const page = async (ticket) => textOf((await browser.get(`/tickets/${ticket}`)).text);
  const state = async (ticket) => (await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${ticket}`))[0].state;
  const sent = (to) => sink.messages.filter((message) => message.to.includes(to));
  const directions = async (ticket) => (await filo.rows(`SELECT direction FROM message WHERE ticket_id = ${ticket} ORDER BY message_id`)).map((row) => row.direction);
  return { sink, filo, browser, take, page, state, sent, directions };
}

eachEngine('what the site\'s form writes under our address is the request of who is to be answered', async (t, engine) => {
  const { sink, filo, browser, take, page, state, sent } = await desk(t, engine);
  const form = { from: `Sito web <${ADDRESS}>`, subject: 'Modulo contatti', text: 'La V2 non scalda.' };
  const { ticket, outcome } = await take({ ...form, more: [VOUCHED, `Reply-To: Luca Bianchi <${LUCA}>`] });
  assert.deepEqual([outcome, await state(ticket)], ['opened', 'new']);
  const seen = await page(ticket);
  assert.match(seen, /Luca Bianchi <luca@bar\.test>/);
  assert.match(seen, /Indirizzo scritto nel modulo: niente prova ancora che sia suo/);
  assert.doesNotMatch(seen, /Mittente non verificato|conferma il mittente/);
  const [party] = await filo.rows(`SELECT p.name FROM ticket t JOIN party p ON p.party_id = t.party_id WHERE t.ticket_id = ${ticket}`);
  assert.equal(party.name, 'Luca Bianchi');
  await filo.until(() => sent(LUCA).length === 1, 'the acknowledgement');
  assert.equal((await browser.submit((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/, { text: 'Passiamo domani.' })).status, 303);
  await filo.until(() => sent(LUCA).length === 2, 'the answer');
  const back = await take({ from: `Luca Bianchi <${LUCA}>`, subject: 'Re: Modulo contatti', text: 'Grazie.', inReplyTo: header(sent(LUCA)[1].data, 'Message-ID') });
  assert.equal(back.ticket, ticket, 'their own mail goes on with it');
  assert.doesNotMatch(await page(ticket), /niente prova ancora/, 'and proves the address');

  // From then on Luca is a customer, whose address anybody can type: that request waits for the proof, and joins nothing (A15).
  const typed = await take({ ...form, text: 'Chiudete tutto.', inReplyTo: header(sent(LUCA)[1].data, 'Message-ID'), more: [VOUCHED, `Reply-To: ${LUCA}`] });
  assert.notEqual(typed.ticket, ticket);
  assert.equal(await filo.count(`FROM message WHERE ticket_id = ${typed.ticket} AND flags & 8192 <> 0`), 1, 'unproved');

  // Nobody to answer: one of us at the shared mailbox, a device. It is a request, and no customer is made of us.
  const bare = await take({ ...form, subject: 'Dal banco', more: [VOUCHED] });
  assert.equal(await state(bare.ticket), 'new');
  assert.match(await page(bare.ticket), /Da un nostro indirizzo: il nostro server di posta lo conferma/);
  assert.equal(await filo.count("FROM contact_point WHERE value_key LIKE '%@filo.test'"), 0);
  assert.equal(await filo.count("FROM participant WHERE address_key LIKE '%@filo.test'"), 0);

  // The server's word is wanted, of that very domain; what we sent is still nothing, vouched or not.
  for (const more of [[], [`Authentication-Results: ${JUDGE}; dmarc=pass header.from=altra.test`], ['Authentication-Results: mx.altra.test; dmarc=pass header.from=filo.test']]) {
    const { ticket: aside } = await take({ ...form, subject: `Falsa ${more}`, more: [...more, 'Reply-To: ladro@x.test'] });
    assert.equal(await state(aside), 'spam');
  }
  const answer = sent(LUCA)[1].data.toString('latin1');
  const returned = (await filo.mailIn(`${VOUCHED}\r\n${answer}`)).out;
  assert.equal(await state(returned.ticket), 'spam', 'our own answer, come back through a list');
  const unmarked = (await filo.mailIn(`${VOUCHED}\r\nReply-To: ${LUCA}\r\n${answer.replace(/^(X-Filo-Loop|Reply-To|Sender):.*\r\n/gim, '')}`)).out;
  assert.equal(await state(unmarked.ticket), 'spam', 'even where the list took our marks away');
  await new Promise((done) => { setTimeout(done, 300); });
  assert.deepEqual([...new Set(sink.messages.flatMap(({ to }) => to))], [LUCA], 'nobody else was written to');
  assert.equal((await filo.check()).code, 0);
});

eachEngine('a colleague answers the customer from their own mailbox, with us in copy: it stands on the request', async (t, engine) => {
  const { sink, filo, page, state, take, sent, directions } = await desk(t, engine);
  const first = letter({ from: `Luca Bianchi <${LUCA}>`, subject: 'Non scalda', id: 'luca-1@bar.test' });
  const { ticket } = (await filo.mailIn(first)).out;
  await filo.until(() => sent(LUCA).length === 1, 'the acknowledgement');
  const mails = sink.messages.length;
  const copy = { from: `Sara Conti <${SARA}>`, to: LUCA, subject: 'Re: Non scalda', text: 'Vengo domani alle 9.', references: '<luca-1@bar.test>', inReplyTo: '<luca-1@bar.test>' };
  const mail = letter({ ...copy, id: 'sara-1@filo.test', more: [`Cc: ${ADDRESS}`, VOUCHED] });
  const taken = (await filo.mailIn(mail)).out;
  assert.deepEqual([taken.ticket, taken.outcome], [ticket, 'answered']);
  assert.deepEqual(await directions(ticket), ['in', 'out']);
  assert.notEqual(await state(ticket), 'new', 'somebody has answered');
  const [row] = await filo.rows(`SELECT owner_id, (SELECT staff_id FROM staff WHERE login = '${ADMIN.login}') AS sara FROM ticket WHERE ticket_id = ${ticket}`);
  assert.equal(row.owner_id, row.sara);
  assert.match(await page(ticket), /Sara Conti.*Vengo domani alle 9\./);
  const back = await take({ from: LUCA, subject: 'Re: Non scalda', text: 'Bene.', inReplyTo: '<sara-1@filo.test>' });
  assert.equal(back.ticket, ticket, 'what answers it goes on there');

  // By the number alone too, and to our acknowledgement's own reply address.
  const numbered = await take({ ...copy, references: null, inReplyTo: null, subject: `R: [#${ticket}] Non scalda`, more: [`Cc: ${header(sent(LUCA)[0].data, 'Reply-To')}`, VOUCHED] });
  assert.deepEqual([numbered.ticket, numbered.outcome], [ticket, 'answered']);

  // It arrives again by the other mailbox's copy: once is enough.
  const again = (await filo.mailIn(mail.replace('Cc:', 'X-Other: 1\r\nCc:'))).out;
  assert.deepEqual([again.ticket, again.outcome], [ticket, 'ignored']);

  // Nobody vouching for it, it is shown to the staff, marked, and counts for nothing.
  const before = await state(ticket);
  const unsure = await take({ ...copy, text: 'Forse sono io.', more: [`Cc: ${ADDRESS}`] });
  assert.deepEqual([unsure.ticket, unsure.outcome], [ticket, 'appended']);
  assert.match(await page(ticket), /Mittente non verificato.*Forse sono io\./s);
  const doubted = await take({ ...copy, text: 'Non sono io.', more: [`Cc: ${ADDRESS}`, `Authentication-Results: ${JUDGE}; dmarc=fail header.from=filo.test`] });
  assert.notEqual(doubted.ticket, ticket);
  assert.equal(await state(ticket), before);
  assert.deepEqual(await directions(ticket), ['in', 'out', 'in', 'out', 'in']);

  // To somebody who has no part in it, or about nothing: what a colleague writes to us, as ever.
  const elsewhere = await take({ ...copy, to: 'anna@altra.test', more: [`Cc: ${ADDRESS}`, VOUCHED] });
  assert.notEqual(elsewhere.ticket, ticket);
  const robot = await take({ ...copy, text: 'Sono in ferie.', more: [`Cc: ${ADDRESS}`, VOUCHED, 'Auto-Submitted: auto-replied'] });
  assert.equal(await filo.count(`FROM message WHERE ticket_id = ${ticket} AND direction = 'out'`), 2, 'a robot answers nobody');
  assert.ok(robot.outcome);

  // One of us who is the customer here: what they write is the customer's.
  const own = await take({ from: `Sara Conti <${SARA}>`, subject: 'Il mio portatile', id: 'sara-2@filo.test', more: [VOUCHED, 'Cc: marco@filo.test'] });
  await filo.until(() => sent(SARA).length === 1, 'her acknowledgement');
  const more = await take({ from: `Sara Conti <${SARA}>`, to: 'marco@filo.test', subject: 'Re: Il mio portatile', text: 'Ancora rotto.', references: '<sara-2@filo.test>', more: [`Cc: ${ADDRESS}`, VOUCHED] });
  assert.deepEqual([more.ticket, await directions(own.ticket)], [own.ticket, ['in', 'in']]);

  await new Promise((done) => { setTimeout(done, 300); });
  const told = sink.messages.slice(mails).filter(({ to, data }) => to.includes(LUCA) && /Vengo domani|Forse sono io/.test(textBody(data)));
  assert.deepEqual(told.map(({ data }) => headersOf(data).get('subject')), [], 'nothing is sent a second time');
  assert.equal((await filo.check()).code, 0);
});
