// SPDX-License-Identifier: EUPL-1.2
// What a stranger's mail tries besides words: commands in headers and text, and the desk's own address as a letter box for
// what other sites send ("ticket trick"). Security A06, A07, A09.
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const write = async (given) => (await filo.mailIn(letter({ from: 'anna@bar.test', ...given }))).out;
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const row = async (ticket) => ({ ...(await filo.rows(`SELECT state, owner_id, team_id, complaint, kind, version FROM ticket WHERE ticket_id = ${ticket}`))[0] });
  return { sink, filo, browser, write, page, row };
}

eachEngine('commands in headers, subject and text are words (A06)', async (t, engine) => {
  const { filo, browser, write, page, row } = await desk(t, engine);
  const plain = await write({ subject: 'La V2 perde', text: 'Perde.' });
  assert.equal((await browser.submit(await page(plain.ticket), /\/take$/)).status, 303);
  const before = await row(plain.ticket);
  const COMMANDS = ['X-OTRS-State: closed successful', 'X-OTRS-Priority: 5 very high', 'X-OTRS-Owner: root@localhost', 'X-OTRS-FollowUp-State: closed',
    'X-Filo-State: closed', 'X-Filo-Owner: sara', 'X-Filo-Complaint: 1', 'X-Filo-Loop: 1', 'X-RT-Loop-Prevention: filo.test', 'X-Zammad-Ticket-State: closed',
    'Control: cancel', 'X-Priority: 1', 'Importance: high'];
  const said = await write({ subject: `Re: [#${plain.ticket}] La V2 perde`, more: COMMANDS,
    text: '#close\n#state closed\n#owner sara\n@sara\n@adm\n/close\n/assign sara\nSet-Status: resolved\n{{company}} %TICKET% ${number}' });
  assert.deepEqual([said.ticket, said.outcome], [plain.ticket, 'appended']);
  const after = await row(plain.ticket);
  assert.deepEqual({ ...after, version: 0 }, { ...before, version: 0 });
  assert.match(textOf(await page(plain.ticket)), /#close #state closed #owner sara @sara @adm \/close \/assign sara Set-Status: resolved \{\{company\}\} %TICKET% \$\{number\}/);

  const fresh = await write({ from: 'evil@x.test', subject: '#close [urgent] !!!', more: COMMANDS, text: '#owner sara' });
  assert.notEqual(fresh.ticket, plain.ticket);
  const made = await row(fresh.ticket);
  assert.deepEqual([made.state, made.owner_id, Number(made.complaint), made.kind, made.team_id],
    ['new', null, 0, before.kind, before.team_id]);
  assert.equal(await filo.count('FROM inbound'), 3);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('what another site sends to the desk\'s address is seen by the staff alone (A07)', async (t, engine) => {
  const { sink, filo, write } = await desk(t, engine);
  // He asked with an address nobody has confirmed, and tells a site that the desk's address is his.
  const his = await write({ from: 'ladro@x.test', subject: 'Aiuto', text: 'Non va.' });
  await filo.until(() => sink.messages.length === 1, 'his acknowledgement');
  const [reply] = sink.messages;
  const track = /https?:\/\/\S*(\/track\/[\w-]+)/.exec(textBody(reply.data))?.[1];
  const replyTo = /<?([^<>\s]+@[^<>\s]+)>?$/.exec(headersOf(reply.data).get('reply-to')[0])[1];
  const CODE = 'codice 493-771';
  for (const to of [`assistenza+${his.ticket}@filo.test`, `assistenza+t.${'a'.repeat(32)}@filo.test`, replyTo, 'assistenza@filo.test']) {
    const code = await write({ from: 'Slack <no-reply@slack.test>', to, subject: `Conferma [#${his.ticket}]`, text: `Il Suo ${CODE}, per ${to}` });
    assert.notEqual(code.ticket, his.ticket, to);
  }
  await filo.until(async () => await filo.count("FROM outbox WHERE state IN ('queued', 'sending', 'dot_sent')") === 0, 'all that leaves');
  assert.deepEqual(sink.messages.filter(({ to }) => to.includes('ladro@x.test')).map(({ data }) => textBody(data).includes('493')), [false], 'nothing of it is sent to him');
  assert.ok(track, 'the acknowledgement has a link');
  const seen = await fetch(`${filo.url}${track}`);
  assert.equal(seen.status, 200);
  const text = textOf(await seen.text());
  assert.match(text, /Aiuto/);
  assert.doesNotMatch(text, /493-771/);
});

eachEngine('a message without an id, with an empty, a huge, a broken or two of them is kept once (A09)', async (t, engine) => {
  const { filo } = await desk(t, engine);
  const IDS = [[], ['Message-ID:'], ['Message-ID: <>'], [`Message-ID: <${'x'.repeat(8192)}@bar.test>`], ['Message-ID: <a\0b@bar.test>'],
    ['Message-ID: <uno@bar.test>', 'Message-ID: <due@bar.test>'], ['Message-ID: senza parentesi'], ['Message-ID: <con spazio @bar.test>']];
  const raw = (ids, i) => ['From: anna@bar.test', 'To: assistenza@filo.test', `Subject: Guasto ${i}`, 'Date: Mon, 02 Mar 2026 09:00:00 +0100', ...ids, '',
    `Perde acqua, numero ${i}.`, ''].join('\r\n');
  for (const [i, ids] of IDS.entries()) {
    const [first, again] = [await filo.mailIn(raw(ids, i)), await filo.mailIn(raw(ids, i))];
    assert.deepEqual([first.code, again.code], [0, 0], ids.join().slice(0, 80));
    assert.equal(first.out.outcome, 'opened', ids.join().slice(0, 80));
    assert.equal(again.out.outcome, 'already', ids.join().slice(0, 80));
    assert.equal(again.out.ticket, first.out.ticket);
  }
  assert.equal(await filo.count('FROM ticket'), IDS.length);
  assert.equal(await filo.count("FROM message WHERE direction = 'in'"), IDS.length);
  assert.equal((await filo.check()).code, 0);
});
