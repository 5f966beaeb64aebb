// SPDX-License-Identifier: EUPL-1.2
// A certified mailbox set up in the browser, read from a real Dovecot by IMAP. Its provider is the simulator between the two:
// what Filo hands to its SMTP server comes back as envelopes and receipts, and the test of the mailbox turns green by the
// envelope alone, as with a true provider, who changes every Message-ID.
// timeout: 300
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { findForm, textOf } from './support/page.js';
import { openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';

const ANNA = 'anna@pec.bar.test';
const CARLO = 'carlo@pec.bar.test';
const oursAt = (engine) => `pec.${engine}@pec.filo.test`;
let mail;

before(async () => {
  mail = await startMailStack({ users: { [oursAt('sqlite')]: 'segreta', [oursAt('postgresql')]: 'segreta' } });
});
after(() => mail?.stop());

async function setUp(t, engine) {
  const ours = oursAt(engine);
  const sink = await startSink({ auth: { user: ours, password: 'segreta' } });
  t.after(() => sink.close());
  const provider = openProvider(t, { name: 'Gestore A S.p.A.', domain: 'pec.gestore-a.test' });
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  const comes = (raw) => mail.lay(ours, [{ at: Date.now(), data: raw }]);
  const referenceOf = (message) => header(message.data, 'Message-ID').slice(1, -1);
  const page = async (ticket) => textOf((await admin.get(`/tickets/${ticket}`)).text);
  const receipt = (type, message, to, more = {}) =>
    comes(provider.receipt(type, { reference: referenceOf(message), sender: ours, to: message.to, about: to, subject: 'Re: Diffida', ...more }));
  return { ours, sink, provider, filo, admin, comes, referenceOf, page, receipt };
}

eachEngine('set up, tested, written to and answered; each receipt read from the mailbox', async (t, engine) => {
  const { ours, sink, provider, filo, admin, comes, referenceOf, page, receipt } = await setUp(t, engine);
  const offered = await admin.get('/settings/mailboxes/new?provider=legalmail');
  const { fields } = findForm(offered.text, /mailboxes$/);
  assert.deepEqual([fields.channel, fields.smtp_host, fields.imap_host], ['pec', 'sendm.cert.legalmail.it', 'mbox.cert.legalmail.it']);
  const made = await admin.submit(offered.text, /mailboxes$/, { address: ours, smtp_host: '127.0.0.1', smtp_port: `${sink.port}`, smtp_tls: 'none',
    imap_host: '127.0.0.1', imap_port: `${mail.imapPort}`, imap_tls: 'none', smtp_password: 'segreta', send_per_minute: '' });
  assert.equal(made.status, 303, (made.text.match(/-error"><svg.*?<\/p>/g) ?? []).join());
  const settings = '/settings/mailboxes/1';
  await filo.until(async () => /Letta: /.test(textOf((await admin.get(settings)).text)), 'it is read');

  // The receipts of the test come first, and are not its arrival.
  const tried = admin.submit((await admin.get(settings)).text, /test$/, { to: '' });
  await filo.until(() => sink.messages.length === 1, 'the test at the provider');
  const test = sink.messages[0];
  await receipt('accettazione', test, null);
  await receipt('avvenuta-consegna', test, ours);
  await comes(provider.envelope(test.data, { from: ours, to: ours }));
  assert.match(textOf((await tried).text), /Funziona: il messaggio per .* è partito ed è arrivato in \d+ s/);
  assert.equal(await filo.count('FROM ticket'), 0, 'neither the test nor its receipts are a request');

  // A customer's letter with a second recipient in copy; our answer goes to both, and each has a receipt of their own.
  const raw = Buffer.from(letter({ from: `Anna Neri <${ANNA}>`, to: ours, subject: 'Diffida', text: 'Riparate la macchina.', id: `d.${engine}@pec.bar.test`, more: [`Cc: ${CARLO}`] }));
  await comes(provider.envelope(raw, { from: ANNA, to: ours }));
  await filo.until(async () => await filo.count('FROM ticket') === 1, 'the request');
  const [{ ticket_id: ticket }] = await filo.rows('SELECT ticket_id FROM ticket');
  const composer = findForm((await admin.get(`/tickets/${ticket}`)).text, /\/messages$/).fields;
  assert.equal((await admin.post(`/tickets/${ticket}/messages`, { ...composer, kind: 'reply', text: 'Passiamo domani.', cc: CARLO })).status, 303);
  const answers = () => sink.messages.slice(1).filter((message) => !headersOf(message.data).has('auto-submitted'));
  await filo.until(() => answers().length === 1, 'the answer at the provider');
  await filo.until(async () => await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'sent'") === 1, 'it to be noted');
  const [answer] = answers();
  assert.ok(answer.to.includes(ANNA));

  await receipt('accettazione', answer, null);
  await filo.until(async () => /Accettata/.test(await page(ticket)), 'the acceptance');
  await receipt('avvenuta-consegna', answer, ANNA, { message: answer.data });
  await filo.until(async () => new RegExp(`Consegnata a ${ANNA.replaceAll('.', '\\.')}`).test(await page(ticket)), 'the delivery');
  assert.ok(answer.to.includes(CARLO));
  await receipt('errore-consegna', answer, CARLO, { errorText: '5.1.1 - casella inesistente' });
  await filo.until(async () => /casella inesistente/.test(await page(ticket)), 'the failure for the other');
  assert.equal(await filo.count('FROM ticket'), 1, 'no receipt is a request');
  assert.ok(referenceOf(answer).includes('@'));
  assert.equal((await filo.check()).code, 0);
});
