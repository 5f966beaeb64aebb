// SPDX-License-Identifier: EUPL-1.2
// What may become of a request besides being solved: merged and taken apart, not ours, set aside and taken back, waiting
// with a reason, opened again, put right. By plain forms, as without JavaScript. domain.md 2.1, users-ask.md A1, A28.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const ANNA = 'anna@bar.test';
const LUCA = 'luca@forno.test';

const colleague = (login) => `INSERT INTO staff (login, display_name, sort_key, email, role, team_id, language, password_hash, active, epoch, created_at, version)
  SELECT '${login}', '${login}', '${login}', '', 'operator', team_id, language, password_hash, 1, epoch, created_at, 1
    FROM staff WHERE login = '${ADMIN.login}';`;

async function deskWith(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.execute(`INSERT INTO product (name, sort_key, role, kind, active, version)
    VALUES ('Macchina V2', 'macchina v2', 'made', 'goods', 1, 1);
    ${['luca', 'carla'].map(colleague).join('')}`);
  await filo.start();
  const staff = await filo.signIn();
  return { filo, sink, staff, at: (ticket, more = '') => `/tickets/${ticket}${more}` };
}

async function write(filo, from, subject, text, to) {
  const { out } = await filo.mailIn(letter({ from, subject, text, ...(to ? { to } : {}) }));
  return out;
}

const rowOf = async (filo, ticket) => (await filo.rows(`SELECT * FROM ticket WHERE ticket_id = ${ticket}`))[0];

// Opens the page, fills one of its forms, sends it; the page that comes of it.
async function send(desk, ticket, action, fields = {}) {
  const page = await desk.staff.get(desk.at(ticket));
  const sent = await desk.staff.submit(page.text, new RegExp(`/${action}$`), fields);
  return sent.status === 303 ? desk.staff.get(sent.headers.location) : sent;
}

async function assertClean(filo) {
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
}

const answersTo = (sink, who) => sink.messages.filter(({ to, data }) => to.includes(who) && !headersOf(data).has('auto-submitted'));
const linkIn = (sink, who, at = 0) => /\/track\/[a-z2-7]{32}/.exec(sink.messages.filter(({ to }) => to.includes(who))[at]
  .data.toString().replace(/=\r\n/g, ''))[0];

eachEngine('a message without end and a talk without end make no page without end; the rest is one link away', async (t, engine) => {
  const { filo, staff, at } = await deskWith(t, engine);
  const lines = Array.from({ length: 60000 }, (_, i) => `riga ${i + 1} fine`);
  const { ticket } = await write(filo, ANNA, 'Il registro della macchina', lines.join('\r\n')); // 1.0 MB
  const page = await staff.get(at(ticket));
  assert.ok(page.text.length < 100_000, `${page.text.length}`);
  assert.match(page.text, /riga 1 fine/);
  assert.doesNotMatch(page.text, /riga 50000 fine/);
  const [, whole, anchor] = /href="(\/tickets\/\d+\?whole=\d+)#(m\d+)">Il messaggio continua/.exec(page.text);
  const all = await staff.get(whole);
  assert.match(all.text, new RegExp(`id="${anchor}"`));
  assert.match(all.text, /riga 50000 fine/);
  assert.doesNotMatch(all.text, /Il messaggio continua/);
  assert.match((await staff.get(at(ticket, '?whole=999999'))).text, /Il messaggio continua/);

  for (let i = 1; i <= 205; i++) {
    const noted = await staff.submit(page.text, /\/messages$/, { kind: 'note', text: `Nota ${i}.`, key: `nota-${i}` });
    assert.equal(noted.status, 303, textOf(noted.text));
  }
  const last = await staff.get(at(ticket));
  assert.ok(!last.text.includes('Nota 5.') && last.text.includes('Nota 6.') && last.text.includes('Nota 205.'));
  assert.match(textOf(last.text), /(\d+) voci precedenti: mostra tutto/);
  const everything = await staff.get(at(ticket, '?all=1'));
  for (const said of ['riga 1 fine', 'Nota 1.', 'Nota 205.']) assert.ok(everything.text.includes(said), said);
  assert.doesNotMatch(textOf(everything.text), /voci precedenti/);
  assert.match((await staff.get(whole)).text, /riga 50000 fine/); // the message is shown wherever it stands
  await assertClean(filo);
});

eachEngine('what a reply repeats is folded, never deleted; an answer written inside the quotation stays', async (t, engine) => {
  const { filo, staff, at } = await deskWith(t, engine);
  const { ticket } = await write(filo, ANNA, 'La V2 perde', ['Perde ancora.', '', 'Il giorno 2 marzo 2026 Sara Conti ha scritto:',
    '> Ha provato a chiudere il rubinetto?', '> Sara'].join('\r\n'));
  const parts = /<div class="message-body">([^]*?)<\/div>\s*<details class="quoted">([^]*?)<\/details>/.exec((await staff.get(at(ticket))).text);
  assert.match(parts[1], /Perde ancora\./);
  assert.doesNotMatch(parts[1], /ha scritto|rubinetto/);
  assert.match(parts[2], /ha scritto:[^]*chiudere il rubinetto/);
  const { ticket: inside } = await write(filo, LUCA, 'Re: domande', ['> È accesa?', 'Sì.', '> Fischia?', 'No.'].join('\r\n'));
  assert.doesNotMatch((await staff.get(at(inside))).text, /class="quoted"/);
  await assertClean(filo);
});

eachEngine('two requests become one, and come apart again', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, sink, staff, at } = desk;
  const { ticket: first } = await write(filo, ANNA, 'La V2 perde', 'Perde acqua da stamattina.');
  const { ticket: second } = await write(filo, ANNA, 'Ancora la V2', 'È di nuovo un lago.');
  const { ticket: foreign } = await write(filo, LUCA, 'Il macinino fischia', 'Fischia forte.');
  await filo.until(() => sink.messages.length === 3, 'the acknowledgements');

  // What cannot be says why, and keeps the number that was typed.
  for (const [into, why] of [[second, /sé stessa/], [99999, /è un doppione|Scelga la richiesta/]]) {
    const refused = await send(desk, second, 'merge', { into: `${into}` });
    assert.equal(refused.status, 409);
    assert.match(textOf(refused.text), why);
    assert.equal(findForm(refused.text, /\/merge$/).fields.into, `${into}`);
  }
  const asked = await send(desk, second, 'merge', { into: `${foreign}` });
  assert.equal(asked.status, 409);
  assert.match(textOf(asked.text), /altro cliente/);
  assert.match(asked.text, /name="other_customer"/);

  const merged = await send(desk, second, 'merge', { into: `${first}` });
  assert.equal(merged.status, 200);
  assert.equal((await rowOf(filo, second)).state, 'duplicate');
  const master = textOf((await staff.get(at(first))).text);
  for (const said of ['Perde acqua da stamattina.', 'È di nuovo un lago.', `dalla richiesta ${second}`]) assert.ok(master.includes(said), said);
  assert.ok(textOf(merged.text).includes('È di nuovo un lago.'), 'its own page keeps what was said on it');

  // A merged one can be no target, and what is answered to its number reaches the one that goes on.
  assert.match(textOf((await send(desk, foreign, 'merge', { into: `${second}`, other_customer: '1' })).text), /già unita/);
  const back = await write(filo, ANNA, `Re: [#${second}] Ancora la V2`, 'Arrivate oggi?');
  assert.deepEqual([back.ticket, back.outcome], [first, 'appended']);

  // The customer's link to the merged one still works, says where it went on, and shows what was said there.
  const link = linkIn(sink, ANNA, 1);
  const tracked = textOf((await filo.browser().get(link)).text);
  for (const said of [`unita alla richiesta ${first}`, 'Arrivate oggi?', 'Perde acqua da stamattina.', 'È di nuovo un lago.'])
    assert.ok(tracked.includes(said), `${said}: ${tracked}`);

  const apart = await send(desk, second, 'restore', { why: 'Sono due macchine' });
  assert.equal(apart.status, 200);
  assert.equal((await rowOf(filo, second)).state, 'new');
  assert.ok(textOf(apart.text).includes('Sono due macchine'), 'the reason is kept as a note');
  assert.ok(!textOf((await staff.get(at(first))).text).includes('È di nuovo un lago.'));
  await assertClean(filo);
});

eachEngine('another customer\'s is merged on purpose only, and stays unseen', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, sink } = desk;
  const { ticket: anna } = await write(filo, ANNA, 'La V2 perde', 'Il mio segreto.');
  const { ticket: luca } = await write(filo, LUCA, 'La V2 perde', 'Chiamo per Anna.');
  await filo.until(() => sink.messages.length === 2, 'the acknowledgements');
  assert.equal((await send(desk, luca, 'merge', { into: `${anna}` })).status, 409);
  assert.equal((await rowOf(filo, luca)).state, 'new');
  assert.equal((await send(desk, luca, 'merge', { into: `${anna}`, other_customer: '1' })).status, 200);
  assert.equal((await rowOf(filo, luca)).state, 'duplicate');
  const seen = textOf((await filo.browser().get(linkIn(sink, LUCA))).text);
  assert.ok(seen.includes('Chiamo per Anna.') && !seen.includes('segreto'), seen);
  const annas = textOf((await filo.browser().get(linkIn(sink, ANNA))).text);
  assert.ok(annas.includes('Il mio segreto.') && !annas.includes('Chiamo per Anna.'), annas);
  await assertClean(filo);
});

eachEngine('not ours says where to go; spam comes back', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, sink, staff, at } = desk;
  const { ticket } = await write(filo, ANNA, 'La lavastoviglie non scarica', 'Resta piena.');
  const nowhere = await send(desk, ticket, 'not-ours', { pointer: '  ' });
  assert.equal(nowhere.status, 409);
  assert.match(textOf(nowhere.text), /a chi il cliente si può rivolgere/);
  assert.equal((await rowOf(filo, ticket)).state, 'new');
  const told = await send(desk, ticket, 'not-ours', { pointer: 'Lavastoviglie Rossi, 0733 200100' });
  assert.equal(told.status, 200);
  assert.match(textOf(told.text), /Non è di nostra competenza.*Lavastoviglie Rossi, 0733 200100/);
  await filo.until(() => answersTo(sink, ANNA).length === 1, 'the mail that says where to go');
  assert.match(textBody(answersTo(sink, ANNA)[0].data), /Lavastoviglie Rossi, 0733 200100/);

  const { ticket: odd } = await write(filo, LUCA, 'Offerta', 'Compri ora.');
  await send(desk, odd, 'spam');
  assert.equal((await rowOf(filo, odd)).state, 'spam');
  assert.ok(!(await staff.get('/tickets?list=unowned')).text.includes('Offerta'));
  await send(desk, odd, 'request');
  const back = await rowOf(filo, odd);
  assert.equal(back.state, 'new');
  assert.ok(Number(back.next_update_at) > 0, 'open again: the customer hears from us by a date');

  const { ticket: given } = await write(filo, 'carla@bar.test', 'Serve un preventivo', 'Anzi no.');
  assert.equal((await send(desk, given, 'cancel', { why: ' ' })).status, 409);
  assert.match(textOf((await send(desk, given, 'cancel', { why: 'Ha rinunciato' })).text), /Ha rinunciato/);
  assert.equal((await rowOf(filo, given)).state, 'cancelled');
  await assertClean(filo);
});

eachEngine('a wait has a reason, a since and a promise; the customer reads them', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, sink } = desk;
  const { ticket } = await write(filo, ANNA, 'La V2 perde', 'Perde acqua.');
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  await send(desk, ticket, 'take');
  const past = await send(desk, ticket, 'wait', { state: 'waiting_part', reason: 'La valvola', until: '2020-01-01T09:00' });
  assert.equal(past.status, 409);
  assert.equal(findForm(past.text, /\/wait$/).fields.reason, 'La valvola');
  const waits = await send(desk, ticket, 'wait', { state: 'waiting_part', reason: 'La valvola arriva giovedì', until: '2099-03-05T09:00' });
  assert.match(textOf(waits.text), /In attesa del ricambio.*La valvola arriva giovedì da /);
  // From one wait to another without a detour.
  const other = await send(desk, ticket, 'wait', { state: 'waiting_customer', reason: 'Ci mandi una foto', until: '2099-03-06T09:00' });
  assert.match(textOf(other.text), /In attesa del cliente.*Ci mandi una foto/);
  const tracked = textOf((await filo.browser().get(linkIn(sink, ANNA))).text);
  assert.ok(tracked.includes('Ci mandi una foto'), tracked);
  const dated = await send(desk, ticket, 'wait', { state: 'scheduled', reason: 'Passa il tecnico', until: '2099-03-07T09:00' });
  assert.match(textOf(dated.text), /Pianificata.*Passa il tecnico/);
  assert.equal((await rowOf(filo, ticket)).state, 'scheduled');
  await assertClean(filo);
});

eachEngine('put right while open; what is typed survives a refusal and a colleague', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, staff, at } = desk;
  const { ticket } = await write(filo, ANNA, 'Aiuto', 'La V2 perde acqua.');
  await write(filo, LUCA, 'Altro', 'Un\'altra cosa.');
  const wrong = await send(desk, ticket, 'facts', { subject: 'La V2 perde', customer: 'Nessuno così', product: 'Lavatrice', kind: 'fault' });
  assert.equal(wrong.status, 409);
  assert.match(textOf(wrong.text), /Nessun cliente ha questo nome.*prodotto/i);
  const kept = findForm(wrong.text, /\/facts$/).fields;
  assert.deepEqual([kept.subject, kept.customer, kept.product, kept.kind], ['La V2 perde', 'Nessuno così', 'Lavatrice', 'fault']);
  assert.equal((await rowOf(filo, ticket)).subject, 'Aiuto');

  const right = await send(desk, ticket, 'facts', { subject: 'La V2 perde', product: 'Macchina V2', kind: 'fault', complaint: '1' });
  assert.equal(right.status, 200);
  assert.match(textOf(right.text), /La V2 perde.*Guasto · Reclamo.*Macchina V2/);
  const row = await rowOf(filo, ticket);
  assert.deepEqual([row.subject, row.kind, Number(row.complaint), row.ownership], ['La V2 perde', 'fault', 1, 'ours']);
  assert.match(textOf((await staff.get('/search?q=perde')).text), /La V2 perde/);

  // Two people look; the second one's form is stale, is refused, and keeps what it held.
  const seen = (await staff.get(at(ticket))).text;
  await send(desk, ticket, 'take');
  const stale = await staff.submit(seen, /\/facts$/, { subject: 'Riscritta da me' });
  assert.equal(stale.status, 409);
  assert.match(textOf(stale.text), /è cambiata mentre/);
  assert.equal(findForm(stale.text, /\/facts$/).fields.subject, 'Riscritta da me');

  // Somebody writes while an answer is being written: it stops, shows what they wrote, keeps the text.
  const composing = (await staff.get(at(ticket))).text;
  const more = await write(filo, ANNA, `Re: [#${ticket}] La V2 perde`, 'Lasciate stare, ho chiuso il rubinetto.');
  assert.equal(more.ticket, ticket);
  const stopped = await staff.submit(composing, /\/messages$/, { kind: 'reply', text: 'Arriviamo subito.' });
  assert.equal(stopped.status, 409);
  assert.match(textOf(stopped.text), /«Lasciate stare, ho chiuso il rubinetto\.»/);
  assert.equal(findForm(stopped.text, /\/messages$/).fields.text, 'Arriviamo subito.');
  await assertClean(filo);
});

eachEngine('closing keeps what was typed, proposes the problem, and can be undone with a reason', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, sink, staff, at } = desk;
  const options = (html, name) => [...new RegExp(`<select id="${name}"[^>]*>([^]*?)</select>`).exec(html)[1]
    .matchAll(/<option value="(\d+)"( selected)?>([^<]*)/g)].map(([, id, chosen, label]) => ({ id, chosen: !!chosen, label }));
  const solve = async (ticket, symptom) => {
    const page = (await staff.get(at(ticket))).text;
    return send(desk, ticket, 'resolve', { symptom, remedy: options(page, 'remedy')[0].id, product: 'Macchina V2', minutes: '20', solution: '' });
  };
  const { ticket: old } = await write(filo, LUCA, 'La valvola fischia', 'Fischia.');
  const leak = options((await staff.get(at(old))).text, 'symptom')[2];
  const half = await send(desk, old, 'resolve', { symptom: leak.id, product: 'Macchina V2', solution: 'Stretta la ghiera.', remedy: '', minutes: '' });
  assert.equal(half.status, 422);
  const kept = findForm(half.text, /\/resolve$/).fields;
  assert.deepEqual([kept.symptom, kept.product, kept.solution], [leak.id, 'Macchina V2', 'Stretta la ghiera.']);
  assert.match(textOf(half.text), /come l'abbiamo risolto.*non è costata nulla/, 'everything that is missing, at once');
  assert.match((await solve(old, leak.id)).text, /Risolta/);

  const { ticket } = await write(filo, ANNA, 'Problema', 'La valvola fischia di nuovo.');
  await send(desk, ticket, 'facts', { product: 'Macchina V2' });
  const offered = (await staff.get(at(ticket))).text;
  assert.ok(options(offered, 'symptom').find(({ chosen }) => chosen)?.id === leak.id, 'the problem it was the other time');
  assert.match(textOf(offered), /Proposto: 1 volta con «(valvola|fischia)»/);
  assert.ok(offered.includes(`href="/tickets/${old}"`), 'the solved one like it');
  assert.equal((await solve(ticket, leak.id)).status, 200);
  assert.equal((await send(desk, ticket, 'reopen', { why: ' ' })).status, 409);
  assert.match(textOf((await send(desk, ticket, 'reopen', { why: 'Perde ancora' })).text), /Perde ancora/);
  assert.equal((await rowOf(filo, ticket)).state, 'in_progress');
  assert.ok(header(sink.messages.at(-1).data, 'Subject'));
  await assertClean(filo);
});

eachEngine('passed from hand to hand three times, the page and the list say so', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, staff } = desk;
  const people = Object.fromEntries((await filo.rows('SELECT staff_id AS id, login FROM staff')).map(({ id, login }) => [login, `${id}`]));
  const { ticket } = await write(filo, ANNA, 'La V2 perde', 'Perde.');
  const hands = ['sara', 'luca', 'sara', 'carla'];
  for (const [passages, login] of hands.entries()) {
    const page = textOf((await send(desk, ticket, 'assign', { person: people[login], why: `motivo ${passages}` })).text);
    assert.ok(page.includes(`motivo ${passages}`), 'the reason of a passage is kept');
    assert.equal(/Rimbalzata 3 volte/.test(page), passages === 3, `${passages} passages`);
  }
  assert.equal(Number((await rowOf(filo, ticket)).handovers), 3);
  assert.match(textOf((await staff.get('/tickets?list=open')).text), /Rimbalzata 3 volte/);
  await assertClean(filo);
});

eachEngine('whoever is signed in keeps the menu where nothing is, and the filters when the language changes', async (t, engine) => {
  const desk = await deskWith(t, engine);
  const { filo, staff } = desk;
  const { ticket } = await write(filo, ANNA, 'La V2 perde', 'Perde.');
  const nowhere = await staff.get('/tickets/99999');
  assert.equal(nowhere.status, 404);
  for (const said of [/Questa pagina non c'è/, /href="\/tickets"/, /action="\/sign-out"/]) assert.match(nowhere.text, said);
  const stranger = await filo.browser().get('/track/none');
  assert.equal(stranger.status, 404);
  assert.ok(!/href="\/tickets"/.test(stranger.text));
  const returns = async (answer) => findForm((await answer).text, /\/preferences$/).fields.return_to;
  assert.equal(await returns(staff.get('/search?q=perde+%26+tubo')), '/search?q=perde%20%26%20tubo');
  assert.equal(await returns(send(desk, ticket, 'merge', { into: `${ticket}` })), `/tickets/${ticket}`);
});
