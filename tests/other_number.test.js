// SPDX-License-Identifier: EUPL-1.2
// A ticket system on the other side: its number is remembered, our answers carry it, and its mail without References finds
// ours; robots do not answer each other, and a stranger gains nothing by the number. users-ask.md A4; security A01, A12.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter } from './support/letter.js';
import { findForm } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const DESK = 'helpdesk@cliente.test';
const answers = (sink) => sink.messages.filter(({ data }) => !headersOf(data).has('auto-submitted'));

eachEngine('its number comes with its acknowledgement; from then on both find each other', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const write = async (given) => (await filo.mailIn(letter({ from: DESK, ...given }))).out;
  const answer = async (ticket, text) => {
    const before = answers(sink).length;
    const { fields } = findForm((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/);
    assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...fields, kind: 'reply', text })).status, 303);
    await filo.until(() => answers(sink).length === before + 1, 'the answer');
    return answers(sink)[before].data;
  };
  const { ticket } = await write({ subject: 'La V2 perde' });
  await filo.until(() => sink.messages.length === 1, 'our acknowledgement');
  assert.doesNotMatch(header(await answer(ticket, 'Arriviamo.'), 'Subject'), /Ticket#/);

  // Its robot acknowledges our answer: part of the request, which stays as it is, and no robot of ours writes back.
  const robot = await write({ subject: `[Ticket#2026030110000012] Re: La V2 perde [#${ticket}]`, more: ['Auto-Submitted: auto-replied'] });
  assert.deepEqual([robot.ticket, robot.outcome], [ticket, 'appended']);
  assert.match(header(await answer(ticket, 'Domani alle nove.'), 'Subject'), new RegExp(`^Re: La V2 perde \\[Ticket#2026030110000012\\] \\[#${ticket}\\]$`));

  // A person there answers inside their system: another subject, no References, no number of ours.
  const person = await write({ subject: '[ticket#2026030110000012] Va bene' });
  assert.deepEqual([person.ticket, person.outcome], [ticket, 'appended']);
  // Another number is another matter; and the number alone lets nobody in.
  assert.notEqual((await write({ subject: '[Ticket#2026030110000013] Altro' })).ticket, ticket);
  for (const from of ['evil@x.test', 'altro@cliente.test'])
    assert.notEqual((await write({ from, subject: '[Ticket#2026030110000012] Eccomi' })).ticket, ticket, from);
  assert.equal(sink.messages.filter(({ data, to }) => to.includes(DESK) && headersOf(data).has('auto-submitted')).length, 2, 'one acknowledgement a request');
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});
