// SPDX-License-Identifier: EUPL-1.2
// A customer's calendar writes: what it invites to stands on the request in words, and the press of its button moves nothing.
// timeout: 120
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

// RFC 5546 3.2.2: 15:20 in UTC on 3 April 2026 is 17:20 in Rome.
function calendar(method, lines) {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Esempio//IT', `METHOD:${method}`, 'BEGIN:VEVENT', 'UID:sopralluogo@bar.test',
    'DTSTAMP:20260302T080000Z', 'DTSTART:20260403T152000Z', 'DTEND:20260403T162000Z', 'SUMMARY:Sopralluogo\\, sala forni',
    'ORGANIZER;CN=Luca Bianchi:mailto:luca@bar.test', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
}

function withCalendar({ text, method, lines, ...head }) {
  const plain = letter({ ...head, text });
  const at = plain.indexOf('Content-Type: text/plain');
  const part = (type, content) => `--b1\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}\r\n`;
  return `${plain.slice(0, at)}Content-Type: multipart/alternative; boundary=b1\r\n\r\n${text ? part('text/plain', text) : ''}` +
    `${part(`text/calendar; method=${method}`, calendar(method, lines))}--b1--\r\n`;
}

eachEngine('an invitation says what, when and where; the press of a button moves nothing, words with it do', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const state = async () => (await filo.rows('SELECT state FROM ticket'))[0].state;
  const invited = await filo.mailIn(withCalendar({ subject: 'Sopralluogo', id: 'invito@bar.test', text: 'Vi aspetto.', method: 'REQUEST',
    lines: ['LOCATION:Via Roma 1', 'ATTENDEE;CN=Assistenza:mailto:assistenza@filo.test'] }));
  const page = async () => textOf((await browser.get(`/tickets/${invited.out.ticket}`)).text);
  assert.match(await page(), /Invito: Sopralluogo, sala forni Quando: ven 3 apr 2026, 17:20 – 18:20 Dove: Via Roma 1 Organizza: Luca Bianchi <luca@bar\.test> Partecipano: Assistenza <assistenza@filo\.test> Vi aspetto\./);

  const form = (await browser.get(`/tickets/${invited.out.ticket}`)).text;
  assert.equal((await browser.submit(form, /\/take$/)).status, 303);
  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read ticket.write', '--as', 'sara'],
    { mustWork: true });
  const waits = await fetch(`${filo.url}/api/v1/tickets/${invited.out.ticket}/state`, { method: 'POST',
    body: JSON.stringify({ action: 'wait_customer', reason: 'Conferma il giorno?' }),
    headers: { Authorization: `Bearer ${stdout.trim()}`, 'Content-Type': 'application/json' } });
  assert.equal(waits.status, 200, await waits.text());
  const waiting = await state();
  const answer = (more) => filo.mailIn(withCalendar({ subject: 'Accettato: Sopralluogo', inReplyTo: '<invito@bar.test>', method: 'REPLY',
    lines: ['ATTENDEE;PARTSTAT=ACCEPTED;CN=Luca Bianchi:mailto:luca@bar.test', ...more], text: '' }));
  assert.equal((await answer([])).out.ticket, invited.out.ticket);
  assert.match(await page(), /Ha accettato: Sopralluogo, sala forni/);
  assert.equal(await state(), waiting, 'a button is no answer');
  await answer(['COMMENT:Meglio alle 18.']);
  assert.match(await page(), /Meglio alle 18\./);
  assert.notEqual(await state(), waiting, 'what a person wrote with it is one');
});
