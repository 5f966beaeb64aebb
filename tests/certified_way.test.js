// SPDX-License-Identifier: EUPL-1.2
// Which way an answer leaves: the one the customer's last word came. What one of us answers by telephone, a robot's notice and
// a sender nobody vouches for change nothing of that. And a certified letter is never put aside unseen.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';

const PEC = 'filo@pec.filo.test';
const PLAIN = 'assistenza@filo.test';
const ANNA = 'anna@pec.bar.test';
const SARA = 'sara@caffe.test';
const JUDGE = 'mx.filo.test';

// A certified mailbox and a plain one; Sara hears of what is hers.
async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const provider = openProvider(t, { name: 'Gestore B S.r.l.', domain: 'pec.gestore-b.test' });
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more: ['--auth-server', JUDGE] });
  await filo.setMailbox('pec', { port: sink.port, address: PEC, more: ['--channel', 'pec', '--pec-ca-file', provider.caFile] });
  await filo.execute(`UPDATE staff SET email = '${SARA}' WHERE login = '${ADMIN.login}'`);
  await filo.start();
  const browser = await filo.signIn();
  assert.equal((await browser.post('/account/notices', { own: '1' })).status, 303);
  const certified = async ({ at = new Date(), ...given }) => {
    const raw = Buffer.from(letter({ from: `Anna Neri <${ANNA}>`, to: PEC, ...given }));
    const taken = await filo.mailIn(provider.envelope(raw, { from: ANNA, to: PEC, at }), { mailbox: 'pec' });
    assert.equal(taken.code, 0, taken.stderr);
    return taken.out;
  };
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const state = async (ticket) => (await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${ticket}`))[0].state;
  const sentTo = (to) => sink.messages.filter((message) => message.to.includes(to));
  const answers = () => sentTo(ANNA).filter((message) => !headersOf(message.data).has('auto-submitted'));
  // Sara's answer from the page, as the mail server got it.
  const answer = async (ticket, text) => {
    const before = answers().length;
    const { fields } = findForm(await page(ticket), /\/messages$/);
    assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...fields, kind: 'reply', text })).status, 303);
    await filo.until(() => answers().length > before, 'the answer');
    return answers()[before];
  };
  return { sink, filo, provider, browser, certified, page, state, sentTo, answers, answer };
}

const fromOf = (message) => /[^<>\s]+@[^<>\s]+/.exec(header(message.data, 'From').replace(/.*</, '<'))[0];
const replyAddress = (message) => /[^<>\s"]+\+t\.[^<>\s"]+/.exec(header(message.data, 'Reply-To'))[0];

eachEngine('what came certified is answered certified, whoever writes by plain mail in between', async (t, engine) => {
  const { filo, browser, certified, page, sentTo, answers, answer } = await desk(t, engine);
  const { ticket } = await certified({ subject: 'Diffida', text: 'Riparate la macchina.', id: 'a1@pec.bar.test' });
  assert.equal((await browser.submit(await page(ticket), /\/take$/)).status, 303);
  const first = await answer(ticket, 'Passiamo domani.');
  assert.equal(fromOf(first), PEC);
  const reference = header(first.data, 'Message-ID').slice(1, -1);
  await certified({ subject: 'Re: Diffida', text: 'A che ora?', id: 'a2@pec.bar.test', inReplyTo: `<${reference}>` });
  await filo.until(() => sentTo(SARA).length === 1, 'the notice');
  const notice = sentTo(SARA)[0];
  assert.equal(fromOf(notice), PLAIN, 'one of us is told by plain mail');

  // From her telephone, by the plain mailbox; then her telephone's own notice of absence.
  const phoned = await filo.mailIn(letter({ from: SARA, to: replyAddress(notice), subject: 'Re', text: 'Alle nove.' }));
  assert.deepEqual([phoned.out.outcome, phoned.out.ticket], ['answered', ticket]);
  await filo.until(() => answers().length === 2, 'her answer');
  assert.equal(fromOf(answers()[1]), PEC);
  const away = await filo.mailIn(letter({ from: SARA, to: replyAddress(notice), subject: 'Assente', text: 'Sono in ferie.', more: ['Auto-Submitted: auto-replied'] }));
  assert.equal(away.out.outcome, 'ignored');
  assert.equal(fromOf(await answer(ticket, 'Confermo.')), PEC);

  // Somebody who says to be Anna, and whom our mail server does not believe.
  const forged = await filo.mailIn(letter({ from: `Anna Neri <${ANNA}>`, subject: 'Re: Diffida',
    inReplyTo: `<${reference}>`, text: 'Scrivetemi qui.', more: [`Authentication-Results: ${JUDGE}; dmarc=fail header.from=pec.bar.test`] }));
  assert.equal(forged.out.ticket, ticket);
  assert.equal(fromOf(await answer(ticket, 'Ancora noi.')), PEC);

  // She herself goes on by plain mail, and is believed: from there on so do we.
  const plain = await filo.mailIn(letter({ from: `Anna Neri <${ANNA}>`, subject: 'Re: Diffida', inReplyTo: `<${reference}>`, text: 'Va bene anche qui.',
    more: [`Authentication-Results: ${JUDGE}; dmarc=pass header.from=pec.bar.test`] }));
  assert.equal(plain.out.ticket, ticket);
  assert.equal(fromOf(await answer(ticket, 'Grazie.')), PLAIN);
  assert.equal((await filo.check()).code, 0);
});

// The term is fifteen days, the usual one of a formal notice; what day that is: desk/receipt/letter_test.c.
eachEngine('a certified letter wants an answer by a day: on the request, in the list, for a program, until we answered', async (t, engine) => {
  const { filo, browser, certified, page, answer } = await desk(t, engine);
  // 2 March 2026 at nine in Rome: the last day is 17 March
  const { ticket } = await certified({ at: new Date(Date.UTC(2026, 2, 2, 8)), subject: 'Diffida', text: 'Riparate la macchina.', id: 'a1@pec.bar.test' });
  const { stdout } = await filo.command(['token', 'create', '--name', 'prova', '--scopes', 'ticket.read', '--as', ADMIN.login], { mustWork: true });
  const token = stdout.trim();
  const told = async () => (await (await fetch(`${filo.url}/api/v1/tickets/${ticket}`, { headers: { Authorization: `Bearer ${token}` } })).json()).certified_answer_by;
  const list = async () => textOf((await browser.get('/tickets?view=open&order=newest')).text);
  assert.match(textOf(await page(ticket)), /PEC: andava data risposta entro .*17 marzo 2026/);
  assert.match(await list(), /PEC: andava data risposta entro .*17 marzo 2026/);
  assert.equal(new Date(await told()).getTime(), Date.UTC(2026, 2, 17, 23), 'midnight in Rome');

  await answer(ticket, 'Passiamo domani.');
  assert.doesNotMatch(textOf(await page(ticket)), /PEC: (andava|rispondere)/);
  assert.doesNotMatch(await list(), /PEC: (andava|rispondere)/);
  assert.equal(await told(), null);
  const settings = await browser.get('/settings/company');
  assert.match(textOf(settings.text), /Giorni entro cui rispondere a una PEC/);
  const again = await certified({ subject: `Re: [#${ticket}] Diffida`, text: 'Allora?', id: 'a3@pec.bar.test' });
  assert.equal(again.ticket, ticket);
  assert.match(textOf(await page(ticket)), /PEC: rispondere entro /);
  const wrong = await browser.submit(settings.text, /\/settings\/company$/, { letter_days: '400' });
  assert.equal(wrong.status, 422);
  assert.equal((await browser.submit(settings.text, /\/settings\/company$/, { letter_days: '0' })).status, 303);
  await filo.until(async () => !/PEC: (andava|rispondere)/.test(textOf(await page(ticket))), 'no term any more');
});

eachEngine('a certified letter waits on a request of another channel too, and an answer that did not arrive ends no term', async (t, engine) => {
  const { filo, provider, browser, certified, page, answer } = await desk(t, engine);
  const { ticket } = (await filo.mailIn(letter({ from: `Anna Neri <${ANNA}>`, subject: 'Macchina ferma', text: 'Perde acqua.',
    more: [`Authentication-Results: ${JUDGE}; dmarc=pass header.from=pec.bar.test`] }))).out;
  const warned = await certified({ at: new Date(Date.UTC(2026, 2, 2, 8)), subject: `Re: [#${ticket}] Macchina ferma`, text: 'Vi diffido.', id: 'a1@pec.bar.test' });
  assert.equal(warned.ticket, ticket);
  const late = /PEC: andava data risposta entro .*17 marzo 2026/;
  const list = async () => textOf((await browser.get('/tickets?view=open&order=newest')).text);
  assert.match(textOf(await page(ticket)), late);
  assert.match(await list(), late);

  const sent = await answer(ticket, 'Passiamo domani.');
  assert.doesNotMatch(textOf(await page(ticket)), late);
  const refused = await filo.mailIn(provider.receipt('errore-consegna', { reference: header(sent.data, 'Message-ID').slice(1, -1), sender: PEC, to: [ANNA],
    about: ANNA, error: 'no-dest', errorText: 'casella piena' }), { mailbox: 'pec' });
  assert.equal(refused.out.outcome, 'receipt', refused.stderr);
  assert.match(textOf(await page(ticket)), late);
  assert.match(await list(), late);
  await answer(ticket, 'Di nuovo: passiamo domani.');
  assert.doesNotMatch(textOf(await page(ticket)), late);
  assert.doesNotMatch(await list(), late);
});

eachEngine('a certified letter is seen by a person, whatever its sender, its headers or its subject', async (t, engine) => {
  const { filo, browser, certified, page, state, sentTo } = await desk(t, engine);
  const offer = await certified({ subject: 'Offerta imperdibile', text: 'Comprate.', id: 'o1@pec.bar.test' });
  assert.equal((await browser.submit(await page(offer.ticket), /\/spam$|\/aside$/)).status, 303);
  assert.equal(await state(offer.ticket), 'spam');
  assert.equal(await filo.count(`FROM sender_rule WHERE pattern = '${ANNA}'`), 1);
  const warned = await certified({ subject: 'Diffida', text: 'Riparate la macchina.', id: 'd1@pec.bar.test' });
  assert.equal(await state(warned.ticket), 'new');
  const plain = await filo.mailIn(letter({ from: ANNA, subject: 'Ultima offerta', text: 'Comprate.', more: [`Authentication-Results: ${JUDGE}; dmarc=pass header.from=pec.bar.test`] }));
  assert.equal(await state(plain.out.ticket), 'spam', 'the rule holds for what is not certified');

  const odd = [{ subject: 'Fuori sede', id: 'd2@pec.bar.test' }, { subject: 'Reclamo', id: 'd3@pec.bar.test', more: ['X-Failed-Recipients: luca@bar.test'] }];
  for (const given of odd) {
    const { ticket } = await certified({ text: `Vi scrivo per reclamare: ${given.id}.`, ...given });
    assert.equal(await state(ticket), 'new', given.subject);
    assert.doesNotMatch(textOf(await page(ticket)), /Risposta automatica|Avviso di consegna/, given.subject);
  }
  assert.equal(sentTo(SARA).length, 0);
});

// Put aside by mistake, they answer what we had told them: nobody looks there, so it comes back by itself.
eachEngine('who answers on a request that was put aside brings it back; a robot does not', async (t, engine) => {
  const { filo, browser, page, state, sentTo } = await desk(t, engine);
  const { ticket } = (await filo.mailIn(letter({ from: 'Luca <luca@bar.test>', subject: 'Proposta', text: 'La macchina perde.' }))).out;
  await filo.until(() => sentTo('luca@bar.test').length === 1, 'the acknowledgement');
  const to = replyAddress(sentTo('luca@bar.test')[0]);
  assert.equal((await browser.submit(await page(ticket), /\/take$/)).status, 303);
  assert.equal((await browser.submit(await page(ticket), /\/spam$|\/aside$/)).status, 303);
  assert.equal(await state(ticket), 'spam');

  await filo.mailIn(letter({ from: 'luca@bar.test', to, subject: 'Assente', text: 'Torno lunedì.', more: ['Auto-Submitted: auto-replied'] }));
  await filo.mailIn(letter({ from: 'altri@x.test', subject: `Re: [#${ticket}]`, text: 'Sono io.' }));
  assert.equal(await state(ticket), 'spam');
  const back = await filo.mailIn(letter({ from: 'luca@bar.test', to, subject: 'Re: Proposta', text: 'Allora, venite?' }));
  assert.deepEqual([back.out.ticket, back.out.outcome], [ticket, 'appended']);
  assert.equal(await state(ticket), 'owned', 'hers again, as it was');
  assert.match(textOf(await page(ticket)), /Allora, venite\?/);
  await filo.until(() => sentTo(SARA).length === 1, 'the notice of his words');
  assert.equal((await filo.check()).code, 0);
});
