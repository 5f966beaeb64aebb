// SPDX-License-Identifier: EUPL-1.2
// An answer leaves from the mailbox the customer wrote to, under that mailbox's name and signature, also when the house
// has several; from the house's first one when that mailbox was switched off.
// timeout: 120
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { header, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const SPARES = 'ricambi@filo.test';

async function twoMailboxes(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('ricambi', { port: sink.port, address: SPARES });
  await filo.execute("UPDATE channel_account SET signature = 'Ufficio ricambi' WHERE name = 'ricambi'");
  await filo.start();
  return { sink, filo };
}

async function answer(browser, ticket, text) {
  const page = (await browser.get(`/tickets/${ticket}`)).text;
  const sent = await browser.post(`/tickets/${ticket}/messages`, { ...findForm(page, /\/messages$/).fields, kind: 'reply', text });
  assert.equal(sent.status, 303, sent.text);
}

const from = (message) => header(message.data, 'From');

eachEngine('an answer leaves from the mailbox the customer wrote to', async (t, engine) => {
  const { sink, filo } = await twoMailboxes(t, engine);
  const first = (await filo.mailIn(letter({ from: 'Luca <luca@bar.test>', subject: 'La V2' }))).out.ticket;
  const second = (await filo.mailIn(letter({ from: 'Anna <anna@bar.test>', to: SPARES, subject: 'Una guarnizione' }), { mailbox: 'ricambi' })).out.ticket;
  await filo.until(() => sink.messages.length === 2, 'both acknowledgements');
  const acknowledged = Object.fromEntries(sink.messages.map((message) => [message.to[0], from(message)]));
  assert.match(acknowledged['luca@bar.test'], /<assistenza@filo\.test>/);
  assert.match(acknowledged['anna@bar.test'], /<ricambi@filo\.test>/);

  const browser = await filo.signIn();
  assert.match(textOf((await browser.get(`/tickets/${second}`)).text), /A anna@bar\.test · da ricambi@filo\.test/);
  await answer(browser, second, 'La spediamo oggi.');
  await filo.until(() => sink.messages.length === 3, 'the answer about the gasket');
  assert.match(from(sink.messages[2]), /Sara Conti — Caffemeccanica" <ricambi@filo\.test>|=\?.*<ricambi@filo\.test>/s);
  assert.match(header(sink.messages[2].data, 'Reply-To'), /ricambi\+t\./);
  assert.match(textBody(sink.messages[2].data), /Ufficio ricambi/);
  await answer(browser, first, 'Arriviamo domani.');
  await filo.until(() => sink.messages.length === 4, 'the answer about the machine');
  assert.match(from(sink.messages[3]), /<assistenza@filo\.test>/);
  assert.doesNotMatch(textBody(sink.messages[3].data), /Ufficio ricambi/);
});

eachEngine('a mailbox that was switched off sends nothing more: the house\'s first one does', async (t, engine) => {
  const { sink, filo } = await twoMailboxes(t, engine);
  const { ticket } = (await filo.mailIn(letter({ from: 'Anna <anna@bar.test>', to: SPARES, subject: 'Una guarnizione' }), { mailbox: 'ricambi' })).out;
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  await filo.stop();
  await filo.execute("UPDATE channel_account SET active = 0 WHERE name = 'ricambi'");
  await filo.start();
  const browser = await filo.signIn();
  assert.doesNotMatch(textOf((await browser.get(`/tickets/${ticket}`)).text), / · da /, 'one mailbox left: nothing to choose from');
  await answer(browser, ticket, 'La spediamo oggi.');
  await filo.until(() => sink.messages.length === 2, 'the answer');
  assert.match(from(sink.messages[1]), /<assistenza@filo\.test>/);
});

eachEngine('an answer repeats the customer\'s own words below it, and nothing else; they come back folded', async (t, engine) => {
  const { sink, filo } = await twoMailboxes(t, engine);
  await filo.mailIn(letter({ from: 'Carlo <carlo@altro.test>', subject: 'Altro cliente', text: 'Segreto di Carlo' }));
  const { ticket } = (await filo.mailIn(letter({ from: 'Luca Bianchi <luca@bar.test>', to: SPARES, subject: 'La V2',
    text: 'Non scalda più.\r\n\r\nIl giorno 1 marzo 2026 Altri ha scritto:\r\n> parole di altri' }), { mailbox: 'ricambi' })).out;
  await filo.until(() => sink.messages.length === 2, 'the acknowledgements');
  const browser = await filo.signIn();
  const page = (await browser.get(`/tickets/${ticket}`)).text;
  await browser.post(`/tickets/${ticket}/messages`, { ...findForm(page, /\/messages$/).fields, kind: 'note', text: 'Nota interna' });
  await answer(browser, ticket, 'Provi a decalcificare.');
  await filo.until(() => sink.messages.length === 3, 'the answer');
  const body = textBody(sink.messages[2].data).replaceAll('\r\n', '\n');
  assert.match(body, /^-- ✂ -- Può rispondere .*\n\nProvi a decalcificare\.\n\n-- \nUfficio ricambi\n\nIl \d+ \p{L}+ \d{4} alle \d+:\d\d Luca Bianchi ha scritto:\n> Non scalda più\.\n$/u);

  const replyTo = /[^<>\s]+\+t\.[^<>\s]+/.exec(header(sink.messages[2].data, 'Reply-To'))[0];
  const ours = body.trimEnd().split('\n').map((line) => `> ${line}`).join('\r\n');
  await filo.mailIn(letter({ from: 'luca@bar.test', to: replyTo, subject: 'Re: La V2',
    text: `Fatto, va.\r\n\r\nIl giorno 3 marzo 2026 alle ore 11:00 Sara ha scritto:\r\n${ours}` }), { mailbox: 'ricambi' });
  const [last] = await filo.rows('SELECT text, quoted_at FROM message ORDER BY message_id DESC LIMIT 1');
  assert.equal(last.text.slice(0, Number(last.quoted_at)).trim(), 'Fatto, va.');
});

eachEngine('a second attempt is the same message byte for byte, whatever was said meanwhile', async (t, engine) => {
  const { sink, filo } = await twoMailboxes(t, engine);
  const { ticket } = (await filo.mailIn(letter({ from: 'Luca <luca@bar.test>', subject: 'La V2', text: 'Non scalda.' }))).out;
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const browser = await filo.signIn();
  sink.rules.push({ at: 'dot', stallMs: 15_000, times: 1 });
  await answer(browser, ticket, 'Provi a decalcificare.');
  await filo.until(() => sink.received.length === 2, 'the answer at its last dot');
  const replyTo = /[^<>\s]+\+t\.[^<>\s]+/.exec(header(sink.received[1].data, 'Reply-To'))[0];
  await filo.mailIn(letter({ from: 'luca@bar.test', to: replyTo, subject: 'Re: La V2', text: 'E adesso perde acqua.' }), { mailbox: 'ricambi' });
  await filo.kill();
  if (engine === 'postgresql') await filo.execute('UPDATE outbox SET lease_until = 1 WHERE lease_until IS NOT NULL'); // another node might live
  await filo.start();
  await filo.until(() => sink.received.length === 3, 'the answer once more');
  assert.equal(sink.received[2].data.toString(), sink.received[1].data.toString());
  assert.match(textBody(sink.received[2].data), /> Non scalda\./);
});

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
// The day of the week it will be in Rome after so many days.
function romanDay(after) {
  const [year, month, day] = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Rome' }).format(new Date()).split('-').map(Number);
  return DAYS[new Date(Date.UTC(year, month - 1, day + after)).getUTCDay()];
}

eachEngine('outside our hours the acknowledgement says when we are back, in the customer\'s language', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const closed = Object.fromEntries(DAYS.map((day) => [`calendar.${day}`, day === romanDay(1) ? '9:00–13:00' : '']));
  const filo = await startFilo({ engine, sink, settings: { 'message.undo_seconds': '0', 'calendar.holidays': '0', ...closed } });
  t.after(() => filo.remove());
  await filo.mailIn(letter({ from: 'luca@bar.test', subject: 'La V2' }));
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  assert.match(textBody(sink.messages[0].data), /entro .*\. Ora siamo chiusi: riapriamo domani, 9:00\./);

  await filo.stop();
  for (const day of DAYS) await filo.set(`calendar.${day}`, '0:00–24:00');
  await filo.start();
  await filo.mailIn(letter({ from: 'anna@bar.test', subject: 'La V2' }));
  await filo.until(() => sink.messages.length === 2, 'the second acknowledgement');
  assert.match(textBody(sink.messages[1].data), /Avrà nostre notizie entro [^.]*\.\r\n/);
});
