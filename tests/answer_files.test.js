// SPDX-License-Identifier: EUPL-1.2
// A file that goes with an answer reaches the customer whole, and one with a note stays in the house.
// timeout: 120
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startSink } from './support/smtp_sink.js';

const MANUAL = Buffer.from([...Array(90000).keys()].map((i) => (i * 31 + 7) % 256)); // over 64 KiB: a file of its own

function formOf(html, action) {
  const form = html.slice(html.indexOf(`action="${action}"`));
  const hidden = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(form)[1];
  return { version: hidden('version'), key: hidden('key'), seen: hidden('seen') };
}

// The bytes of the message's only base64 part.
function fileIn(message) {
  const raw = message.data.toString('latin1');
  const part = raw.slice(raw.search(/^Content-Disposition: attachment/im));
  return Buffer.from(part.slice(part.indexOf('\r\n\r\n') + 4).split('\r\n--')[0], 'base64');
}

eachEngine('a file goes with the answer, and its note with nobody', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const taken = await filo.mailIn(letter({ from: 'Luca <luca@bar.test>', subject: 'Manuale della V2', id: 'm1@bar.test', text: 'Me lo manda?' }));
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const browser = await filo.signIn();
  const action = `/tickets/${taken.out.ticket}/messages`;
  const open = async () => formOf((await browser.get(`/tickets/${taken.out.ticket}`)).text, action);

  const noted = await browser.postFiles(action, { ...await open(), kind: 'note', text: 'Costo interno, non inviare' },
    [{ name: 'costi.txt', type: 'text/plain', body: 'riservato' }]);
  assert.equal(noted.status, 303, noted.text);
  const sent = await browser.postFiles(action, { ...await open(), kind: 'reply', text: 'Eccolo.' },
    [{ name: 'Manuale è V2.pdf', type: 'application/pdf', body: MANUAL }]);
  assert.equal(sent.status, 303, sent.text);
  await filo.until(() => sink.messages.length === 2, 'the answer');
  assert.deepEqual(fileIn(sink.messages[1]), MANUAL);
  assert.ok(!sink.messages[1].data.includes('riservato') && !sink.messages[1].data.includes(Buffer.from('riservato').toString('base64')));

  const page = (await browser.get(`/tickets/${taken.out.ticket}`)).text;
  assert.match(page, /Manuale è V2\.pdf/);
  assert.match(page, /costi\.txt/);
});
