// SPDX-License-Identifier: EUPL-1.2
// Somebody unknown writes from a customer's domain: the desk proposes them as theirs, and nothing is theirs until a person
// says so. Free mail is nobody's. Issue 3; security A37 and its class.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more: ['--auth-server', 'mx.filo.test'] });
  await filo.start();
  const browser = await filo.signIn();
  const company = async (name, email) => {
    const { fields } = findForm((await browser.get('/parties/new')).text, /\/parties$/);
    const made = await browser.post('/parties', { ...fields, name, kind: 'company', email });
    assert.equal(made.status, 303, textOf(made.text));
    return Number(/\/parties\/(\d+)/.exec(made.headers.location)[1]);
  };
  const write = async (given) => (await filo.mailIn(letter(given))).out.ticket;
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const row = async (ticket) => (await filo.rows(`SELECT party_id, contact_id FROM ticket WHERE ticket_id = ${ticket}`))[0];
  return { sink, filo, browser, company, write, page, row };
}

const proposals = (html) => listForms(html).filter(({ action }) => /\/company$/.test(action));

eachEngine('proposed, and joined by one press; before that nothing of the company is theirs', async (t, engine) => {
  const { filo, browser, company, write, page, row } = await desk(t, engine);
  const bar = await company('Bar Sport srl', 'info@barsport.test');
  const ours = await write({ from: 'info@barsport.test', subject: 'La V2 perde' });
  assert.equal(Number((await row(ours)).party_id), bar);

  const ticket = await write({ from: 'Mario Rossi <rossi@barsport.test>', subject: 'Macinino' });
  const html = await page(ticket);
  assert.equal(proposals(html).length, 1);
  assert.match(textOf(html), /rossi@barsport\.test scrive dal dominio di Bar Sport srl, ma non è tra i suoi contatti\. .* È un contatto di Bar Sport srl/);
  assert.doesNotMatch(textOf(html), /La V2 perde/, 'the company\'s requests are not shown as his');
  // He writes into the company's request: a stranger's still (A01, A02).
  assert.notEqual(await write({ from: 'rossi@barsport.test', subject: `Re: [#${ours}] La V2 perde` }), ours);

  const { action, fields } = proposals(html)[0];
  const stale = await browser.post(action, { ...fields, company: '1' === fields.company ? '2' : '1' });
  assert.equal(stale.status, 409);
  assert.equal(Number(await filo.count('FROM membership')), 0);
  assert.equal((await browser.post(action, fields)).status, 303);
  const after = await row(ticket);
  assert.equal(Number(after.party_id), bar);
  assert.notEqual(Number(after.contact_id), bar);
  const joined = await page(ticket);
  assert.equal(proposals(joined).length, 0);
  assert.match(textOf(joined), /Bar Sport srl Mario Rossi.*La V2 perde/);
  assert.equal((await browser.post(action, fields)).status, 409, 'pressed twice');
  assert.equal(Number(await filo.count("FROM audit WHERE action = 'party.join'")), 1);
  // What he writes from now on is the company's; he takes part in no request but his own.
  assert.equal(Number((await row(await write({ from: 'rossi@barsport.test', subject: 'Un\'altra' }))).party_id), bar);
  assert.notEqual(await write({ from: 'rossi@barsport.test', subject: `[#${ours}]` }), ours);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('free mail, two companies, and a sender our server doubts are proposed to nobody', async (t, engine) => {
  const { browser, company, write, page } = await desk(t, engine);
  await company('Ditta Neri', 'ditta.neri@libero.it');
  assert.equal(proposals(await page(await write({ from: 'rossi@libero.it', subject: 'Uno' }))).length, 0);
  await company('Forno', 'info@forno.test');
  const failed = ['Authentication-Results: mx.filo.test; dmarc=fail'];
  const doubted = await write({ from: 'ugo@forno.test', subject: 'Due', more: failed });
  assert.equal(proposals(await page(doubted)).length, 0);
  const shown = await page(await write({ from: 'ada@forno.test', subject: 'Tre' }));
  assert.equal(proposals(shown).length, 1);
  await company('Forno due', 'due@forno.test');
  assert.equal(proposals(await page(await write({ from: 'eva@forno.test', subject: 'Quattro' }))).length, 0);
  const late = await browser.post(proposals(shown)[0].action, proposals(shown)[0].fields);
  assert.equal(late.status, 409, 'it is no longer one company\'s');
  assert.match(textOf(late.text), /Non è più così/);
  assert.equal((await browser.post('/preferences', { lang: 'en', return_to: '/' })).status, 303);
  await company('Bar', 'info@bar.test');
  assert.match(textOf(await page(await write({ from: 'x@bar.test', subject: 'Cinque' }))), /x@bar\.test writes from the domain of Bar, but is not one of its contacts/);
});
