// SPDX-License-Identifier: EUPL-1.2
// A certified answer to two: what the providers say of each decides to whom "send again" writes. A certified letter that comes
// twice is two letters, and one that never comes is none.
// timeout: 300
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';

const OURS = 'filo@pec.filo.test';
const ANNA = 'anna@pec.bar.test';
const LUCA = 'luca@pec.hotel.test';
const AGAIN = /\/tray\/outgoing\/\d+\/again$/;
const FULL = { error: 'altro', errorText: 'casella piena' };
const VIRUS = { error: 'virus', errorText: 'virus EICAR', more: ['X-VerificaSicurezza: errore'] };

// A company with a certified box at provider A; Anna's and Luca's are at provider B.
async function company(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const ours = openProvider(t, { name: 'Gestore A S.p.A.', domain: 'pec.gestore-a.test' });
  const theirs = openProvider(t, { name: 'Gestore B S.r.l.', domain: 'pec.gestore-b.test' });
  const trusted = path.join(ours.dir, 'fidati');
  mkdirSync(trusted);
  copyFileSync(ours.caFile, path.join(trusted, 'a.pem'));
  copyFileSync(theirs.caFile, path.join(trusted, 'b.pem'));
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('pec', { port: sink.port, address: OURS, more: ['--channel', 'pec', '--pec-ca-file', trusted] });
  await filo.start();
  return { sink, ours, theirs, filo, browser: await filo.signIn(), letters: 0 };
}

const answersAt = (sink) => sink.messages.filter(({ data }) => !headersOf(data).has('auto-submitted'));

// An answer of ours to Anna with a copy for Luca, and what can be said and done about it.
class Answer {
  static async send(place) {
    const { sink, theirs, filo, browser } = place;
    place.letters += 1;
    const asked = Buffer.from(letter({ from: `Anna Neri <${ANNA}>`, to: OURS, subject: `Diffida ${place.letters}`, text: 'Riparate la macchina.',
      id: `d${place.letters}@pec.bar.test` }));
    const opened = await filo.mailIn(theirs.envelope(asked, { from: ANNA, to: OURS }), { mailbox: 'pec' });
    assert.equal(opened.out?.outcome, 'opened', opened.stderr);
    const answer = Object.assign(new Answer(), place, { ticket: opened.out.ticket, before: answersAt(sink).length });
    const { fields } = findForm(await answer.page(), /\/messages$/);
    const sent = await browser.post(`/tickets/${answer.ticket}/messages`, { ...fields, kind: 'reply', text: 'Passiamo domani.', cc_new: LUCA });
    assert.equal(sent.status, 303, textOf(sent.text));
    await answer.leaves(1);
    return answer;
  }

  // Its every leaving: whom the provider was told to bring it to.
  sent() {
    return answersAt(this.sink).slice(this.before);
  }

  async leaves(times) {
    await this.filo.until(() => this.sent().length === times, `the answer to leave for the ${times}. time`);
    await this.filo.until(async () => (await this.state()) === 'sent', 'that to be written down');
    this.transmission = this.ours.identifier();
  }

  async page() {
    return (await this.browser.get(`/tickets/${this.ticket}`)).text;
  }

  async state() {
    return (await this.filo.rows(`SELECT state FROM outbox WHERE ticket_id = ${this.ticket} AND purpose = 'answer'`))[0].state;
  }

  // What a provider says of the last transmission, of whom; about null: it names nobody.
  async hears(type, about, more = {}) {
    const provider = ['accettazione', 'non-accettazione', 'errore-consegna'].includes(type) ? this.ours : this.theirs;
    const raw = provider.receipt(type, { reference: header(this.sent()[0].data, 'Message-ID').slice(1, -1), sender: OURS, to: [ANNA, LUCA],
      identifier: this.transmission, about, ...more });
    const taken = await this.filo.mailIn(raw, { mailbox: 'pec' });
    assert.deepEqual([taken.out?.outcome, taken.out?.ticket], ['receipt', this.ticket], taken.stderr);
  }

  async press() {
    assert.equal((await this.browser.submit((await this.browser.get('/tray')).text, AGAIN)).status, 303);
  }

  // Pressed, it leaves once more: for those.
  async again(whom) {
    const times = this.sent().length;
    await this.press();
    await this.leaves(times + 1);
    const { to, data } = this.sent().at(-1), [first] = this.sent();
    assert.deepEqual([...to].sort(), whom);
    assert.equal(header(data, 'Message-ID'), header(first.data, 'Message-ID'), 'it is the same letter');
    assert.equal(textBody(data), textBody(first.data));
  }

  async failed(words) {
    assert.equal(await this.state(), 'failed');
    const tray = textOf((await this.browser.get('/tray')).text);
    for (const each of words) assert.ok(tray.includes(each), `${each}: ${tray}`);
  }
}

const NOTHING = /Tutto partito, tutto letto/;

eachEngine('one has it and one has not: it is sent again to the one', async (t, engine) => {
  const place = await company(t, engine);
  const answer = await Answer.send(place);
  assert.deepEqual([...answer.sent()[0].to].sort(), [ANNA, LUCA]);
  await answer.hears('accettazione', null);
  await answer.hears('avvenuta-consegna', ANNA);
  assert.match(textOf(await answer.page()), /Accettata dal gestore PEC/, 'not everybody has it yet');
  await answer.hears('errore-consegna', LUCA, FULL);
  await answer.failed([LUCA, 'casella piena']);

  await answer.again([LUCA]);
  await answer.hears('accettazione', null);
  await answer.hears('avvenuta-consegna', LUCA);
  assert.match(textOf(await answer.page()), /Consegnata alla casella PEC/);
  await answer.hears('errore-consegna', ANNA, FULL); // of who has it
  assert.equal(await answer.state(), 'sent');
  assert.match(textOf((await place.browser.get('/tray')).text), NOTHING);
  const kept = await place.filo.rows(`SELECT kind, recipient FROM receipt WHERE ticket_id = ${answer.ticket} AND kind <> 'envelope' ORDER BY receipt_id`);
  assert.deepEqual(kept.map(({ kind, recipient }) => [kind, recipient]),
    [['accepted', ''], ['delivered', ANNA], ['failed', LUCA], ['accepted', ''], ['delivered', LUCA], ['failed', ANNA]]);
  assert.equal((await place.filo.check()).code, 0);
});

eachEngine('whom the provider took it for has it, until a provider says otherwise', async (t, engine) => {
  const answer = await Answer.send(await company(t, engine));
  await answer.hears('accettazione', null);
  await answer.hears('presa-in-carico', ANNA);
  await answer.hears('preavviso-errore-consegna', LUCA, FULL);
  assert.equal(await answer.state(), 'sent', 'late is not lost');
  await answer.hears('errore-consegna', LUCA, FULL);
  await answer.again([LUCA]);
  await answer.hears('avvenuta-consegna', LUCA);
  assert.match(textOf(await answer.page()), /Accettata dal gestore PEC/, 'Anna has no delivery yet');

  await answer.hears('errore-consegna', ANNA, FULL);
  await answer.failed([ANNA]);
  await answer.again([ANNA]);
  await answer.hears('avvenuta-consegna', ANNA);
  assert.match(textOf(await answer.page()), /Consegnata alla casella PEC/);
});

eachEngine('a virus notice, whether it names somebody or not, is not for who has it; nor is a refusal of the second time', async (t, engine) => {
  const place = await company(t, engine);
  for (const about of [LUCA, null]) {
    const answer = await Answer.send(place);
    await answer.hears('avvenuta-consegna', ANNA.replace('anna', 'Anna').replace('pec', 'PEC')); // as her provider writes it
    await answer.hears('rilevazione-virus', about, VIRUS);
    await answer.failed(['virus EICAR']);
    await answer.again([LUCA]);
    await answer.hears('non-accettazione', null, { error: 'altro', errorText: 'servizio sospeso' });
    await answer.failed(['servizio sospeso']);
    await answer.again([LUCA]);
    await answer.hears('avvenuta-consegna', LUCA);
    assert.match(textOf((await place.browser.get('/tray')).text), NOTHING);
  }
});

eachEngine('refused for all, it is sent again to all; what fails while it waits to leave goes along', async (t, engine) => {
  const place = await company(t, engine);
  const answer = await Answer.send(place);
  await answer.hears('non-accettazione', null, { error: 'altro', errorText: 'servizio sospeso' });
  await answer.again([ANNA, LUCA]);

  await answer.hears('errore-consegna', LUCA, FULL);
  place.sink.rules.push({ at: 'mail', reply: '451 4.3.0 riprovare', times: 1 });
  await answer.press();
  await place.filo.until(async () => Number(await place.filo.count("FROM outbox WHERE state = 'queued' AND attempts = 3")) === 1, 'it to be put off');
  await answer.hears('errore-consegna', ANNA, FULL);
  await place.filo.stop();
  await place.filo.execute("UPDATE outbox SET not_before = 0 WHERE state = 'queued'"); // its time has come
  await place.filo.start();
  await answer.leaves(3);
  assert.deepEqual([...answer.sent()[2].to].sort(), [ANNA, LUCA]);
  assert.equal((await place.filo.check()).code, 0);
});
