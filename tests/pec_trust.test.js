// SPDX-License-Identifier: EUPL-1.2
// Whom to trust of the providers of certified mail, said in the mailbox's page: from then on signatures are checked, until
// the last certificate is taken away; what is no certificate is told, and nothing of it is kept.
// timeout: 300
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';

const OURS = 'filo@pec.filo.test';
const ANNA = 'anna@pec.bar.test';
const PAGE = '/settings/mailboxes/1';
const UNCHECKED = /Non c'è nessun certificato: le firme non si controllano/;

// openssl ca -selfsign -startdate 20200101000000Z -enddate 20201231233000Z: in Rome it is the year after by then
const EXPIRED = `-----BEGIN CERTIFICATE-----
MIIBPjCB5gIBATAKBggqhkjOPQQDAjAsMRAwDgYDVQQDDAdTY2FkdXRhMRgwFgYD
VQQKDA9HZXN0b3JlIFZlY2NoaW8wHhcNMjAwMTAxMDAwMDAwWhcNMjAxMjMxMjMz
MDAwWjAsMRAwDgYDVQQDDAdTY2FkdXRhMRgwFgYDVQQKDA9HZXN0b3JlIFZlY2No
aW8wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATixdtaOg+5Yf406/n1E/WJ6KFb
EecJtbXxJIPt1du2SaFqoEmW7VlhsdB3oxVyO9DQJRz8nDp8uZnf10shaLaYMAoG
CCqGSM49BAMCA0cAMEQCIGKvfXau6y/cRu+65u8jIrQ48G10GCKk45QEqXz5AsTM
AiAedK/nAk659eXXY055o+UhMPHLsr9fx634ot6BJuVPjA==
-----END CERTIFICATE-----
`;

const openssl = (...argv) => execFileSync('openssl', argv, { stdio: ['ignore', 'pipe', 'ignore'] });
const derOf = (file) => openssl('x509', '-in', file, '-outform', 'DER');

// A company with a certified box at a provider, and somebody who may set it up.
async function withBox(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const a = openProvider(t, { name: 'Gestore A S.p.A.', domain: 'pec.gestore-a.test' });
  const b = openProvider(t, { name: 'Gestore B S.r.l.', domain: 'pec.gestore-b.test' });
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  const box = { filo, a, b };
  box.set = (more = []) => filo.setMailbox('pec', { port: sink.port, address: OURS, more: ['--channel', 'pec', ...more] });
  await box.set();
  await filo.start();
  box.admin = await filo.signIn();
  box.page = async () => (await box.admin.get(PAGE)).text;
  box.upload = async (...files) => box.admin.postFiles(`${PAGE}/trust`, findForm(await box.page(), /\/trust$/).fields,
    files.map(([name, body]) => ({ name, type: 'application/octet-stream', body })));
  box.held = async () => listForms(await box.page()).filter((form) => /\/trust\/remove$/.test(form.action));
  box.remove = async (which) => box.admin.post(`${PAGE}/trust/remove`, (await box.held())[which].fields);
  box.config = async () => JSON.parse((await filo.rows('SELECT config FROM channel_account'))[0].config);
  box.audits = () => filo.rows("SELECT payload FROM audit WHERE action = 'mailbox.trust' ORDER BY audit_id");
  let letters = 0;
  // What the signature of a new envelope of this provider is found to be.
  box.verdict = async (provider) => {
    letters += 1;
    const inside = Buffer.from(letter({ from: `Anna Neri <${ANNA}>`, to: OURS, subject: `Lettera ${letters}`, id: `l${letters}@pec.bar.test` }));
    const taken = await filo.mailIn(provider.envelope(inside, { from: ANNA, to: OURS }), { mailbox: 'pec' });
    assert.equal(taken.code, 0, taken.stderr);
    return (await filo.rows('SELECT signature FROM receipt ORDER BY receipt_id')).at(-1).signature;
  };
  return box;
}

eachEngine('the page says whom to trust: signatures are checked from then on, and no more once it is taken back', async (t, engine) => {
  const box = await withBox(t, engine);
  const { a, b, filo } = box;
  assert.match(textOf(await box.page()), UNCHECKED);
  assert.equal(await box.verdict(a), 'not_checked');

  const added = await box.upload(['gestore-a.pem', readFileSync(a.caFile)]);
  assert.equal(added.status, 303, textOf(added.text));
  const words = textOf(await box.page());
  assert.doesNotMatch(words, UNCHECKED);
  assert.match(words, /Autorità di Gestore A S\.p\.A\. Gestore A S\.p\.A\.(?: [0-9a-f]{8}){8} /);
  assert.equal(await box.verdict(a), 'valid');
  assert.equal(await box.verdict(b), 'untrusted');

  // the same again, in another form, is there once; another joins it
  assert.equal((await box.upload(['gestore-a.cer', derOf(a.caFile)])).status, 303);
  assert.equal((await box.held()).length, 1);
  assert.equal((await box.upload(['vecchia.pem', EXPIRED], ['gestore-a.crt', readFileSync(a.caFile)])).status, 303);
  assert.match(textOf(await box.page()), /Scaduta Gestore Vecchio(?: [0-9a-f]{8}){8} 1 gennaio 2021 scaduto/);
  const sum = openssl('x509', '-in', a.caFile, '-noout', '-fingerprint', '-sha256').toString().split('=')[1].trim();
  assert.equal((await box.held())[0].fields.fingerprint, sum.replaceAll(':', '').toLowerCase());

  // what else is changed leaves it: the page's own form, and the command, whose list counts beside it
  const saved = await box.admin.submit(await box.page(), /mailboxes\/1$/, { signature: 'Caffemeccanica' });
  assert.equal(saved.status, 303, textOf(saved.text));
  assert.equal((await box.held()).length, 2);
  await filo.stop();
  await box.set(['--pec-ca-file', b.caFile]);
  await filo.start();
  assert.equal((await box.held()).length, 2);
  assert.ok(textOf(await box.page()).includes(`Valgono anche i certificati in ${b.caFile}`));
  assert.deepEqual([await box.verdict(a), await box.verdict(b)], ['valid', 'valid']);
  await filo.stop();
  await box.set();
  await filo.start();

  // taken away, one by one; a page of before is told so
  const stale = (await box.held())[1];
  assert.equal((await box.remove(0)).status, 303);
  assert.equal(await box.verdict(a), 'untrusted');
  assert.equal((await box.admin.post(`${PAGE}/trust/remove`, stale.fields)).status, 409);
  assert.equal((await box.remove(0)).status, 303);
  assert.match(textOf(await box.page()), UNCHECKED);
  assert.equal((await box.config()).pec_ca, undefined);
  assert.equal(await box.verdict(a), 'not_checked');
  assert.deepEqual((await box.audits()).map(({ payload }) => JSON.parse(payload)),
    [{ before: 0, after: 1 }, { before: 1, after: 2 }, { before: 2, after: 1 }, { before: 1, after: 0 }]);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('what is no certificate is told, and nothing of it is kept', async (t, engine) => {
  const box = await withBox(t, engine);
  const { a, b, filo } = box;
  const bundle = path.join(a.dir, 'lista.p7b');
  openssl('crl2pkcs7', '-nocrl', '-certfile', a.caFile, '-certfile', b.caFile, '-outform', 'DER', '-out', bundle);
  assert.equal((await box.upload(['lista.p7b', readFileSync(bundle)])).status, 303);
  assert.equal((await box.held()).length, 2);
  assert.deepEqual([await box.verdict(a), await box.verdict(b)], ['valid', 'valid']);

  const key = readFileSync(path.join(a.dir, 'ca.key'));
  const mine = path.join(a.dir, 'mia.p12');
  openssl('pkcs12', '-export', '-in', a.caFile, '-inkey', path.join(a.dir, 'ca.key'), '-passout', 'pass:x', '-out', mine);
  const before = await box.config();
  for (const [name, body, said] of [
    ['appunti.txt', 'I certificati ve li mando domani.', /In appunti\.txt non c'è nessun certificato/],
    ['tagliato.cer', derOf(a.caFile).subarray(0, 300), /In tagliato\.cer non c'è nessun certificato/],
    ['ca.key', key, /In ca\.key c'è una chiave privata/],
    ['insieme.pem', Buffer.concat([Buffer.from(EXPIRED), key]), /In insieme\.pem c'è una chiave privata/],
    ['mia.p12', readFileSync(mine), /In mia\.p12 c'è una chiave privata/],
    ['<b>.pem', '', /In <b>\.pem non c'è nessun certificato/],
    ['grande.pem', Buffer.alloc(10 << 20, 'A'), /grande\.pem è troppo grande/],
  ]) {
    const refused = await box.upload(['buona.pem', EXPIRED], [name, body]);
    assert.equal(refused.status, 422, name);
    assert.match(textOf(refused.text), said, name);
  }
  assert.match(textOf((await box.admin.postFiles(`${PAGE}/trust`, { version: '2' }, [])).text), /Scelga almeno un file/);
  assert.deepEqual(await box.config(), before);
  assert.equal((await box.audits()).length, 1);
  assert.ok(!JSON.stringify(await filo.rows('SELECT config FROM channel_account')).includes('PRIVATE KEY'));
});
