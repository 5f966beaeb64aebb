// SPDX-License-Identifier: EUPL-1.2
// Certified mail (PEC): a customer's envelope is opened and becomes a ticket, the answer leaves from the certified box, and
// what its provider certifies of it is evidence on the ticket, whatever the outcome. And what forgers try.
// timeout: 900
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { changeWord, daticert, openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';
import { tnef } from './support/tnef.js';

const OURS = 'filo@pec.filo.test';
const ANNA = 'anna@pec.bar.test';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// A company with a certified box at provider A; its customers have theirs at provider B. trust: the list the administrator
// made, 'both' or 'none'.
async function withBox(t, engine, { trust = 'both' } = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const a = openProvider(t, { name: 'Gestore A S.p.A.', domain: 'pec.gestore-a.test' });
  const b = openProvider(t, { name: 'Gestore B S.r.l.', domain: 'pec.gestore-b.test' });
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  const more = ['--channel', 'pec'];
  if (trust === 'both') {
    const folder = path.join(a.dir, 'fidati');
    mkdirSync(folder);
    copyFileSync(a.caFile, path.join(folder, 'gestore-a.pem'));
    copyFileSync(b.caFile, path.join(folder, 'gestore-b.pem'));
    more.push('--pec-ca-file', folder);
  } else if (trust !== 'none') {
    more.push('--pec-ca-file', trust);
  }
  await filo.setMailbox('pec', { port: sink.port, address: OURS, more });
  await filo.start();
  const box = { filo, sink, a, b, browser: await filo.signIn() };
  box.takeIn = async (raw) => {
    const taken = await filo.mailIn(raw, { mailbox: 'pec' });
    assert.equal(taken.code, 0, taken.stderr);
    return taken.out;
  };
  box.page = async (ticket) => (await box.browser.get(`/tickets/${ticket}`)).text;
  box.receipts = (ticket) => filo.rows(`SELECT kind, recipient, provider, identifier, legal_at, error_text, raw_sha256, signature, signer,
    standing, outbox_id, message_id FROM receipt WHERE ticket_id = ${ticket} ORDER BY receipt_id`);
  box.sending = async (ticket) => (await filo.rows(`SELECT state, error FROM outbox WHERE ticket_id = ${ticket} AND purpose = 'answer'`))[0];
  return box;
}

const complaint = (text = 'Vi diffido a riparare la macchina entro 15 giorni.') => Buffer.from(letter({ from: `Anna Neri <${ANNA}>`, to: OURS,
  subject: 'Diffida: macchina ferma', id: 'diffida-1@pec.bar.test', text }));

// A letter with a PDF (base64), a file as it stands and a winmail.dat.
function pdfLetter(text, winmail) {
  const part = (type, name, coding, body) => ['--X', `Content-Type: ${type}; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`,
    `Content-Transfer-Encoding: ${coding}`, '', body];
  return Buffer.from([`From: Anna Neri <${ANNA}>`, `To: ${OURS}`, 'Subject: Diffida: macchina ferma', 'Message-ID: <d7@pec.bar.test>', 'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=X', '', '--X', 'Content-Type: text/plain; charset=utf-8', '', text,
    ...part('application/pdf', 'contratto.pdf', 'base64', Buffer.from('%PDF il contratto').toString('base64')), ...part('text/plain', 'firma.txt', '7bit', 'Anna Neri'),
    ...part('application/ms-tnef', 'winmail.dat', 'base64', winmail.toString('base64').replace(/.{76}/g, '$&\r\n')), '--X--', ''].join('\r\n'));
}

// A customer's letter, and our answer to it as provider A got it.
async function answered(box, text = 'Passiamo domani alle 9.') {
  const { ticket } = await box.takeIn(box.b.envelope(complaint(), { from: ANNA, to: OURS }));
  const before = box.sink.messages.length;
  const page = await box.page(ticket);
  const sent = await box.browser.post(`/tickets/${ticket}/messages`, { ...findForm(page, /\/messages$/).fields, kind: 'reply', text });
  assert.equal(sent.status, 303, sent.text);
  const isAnswer = (message) => !headersOf(message.data).has('auto-submitted');
  await box.filo.until(() => box.sink.messages.slice(before).some(isAnswer), 'the answer at the provider');
  await box.filo.until(async () => (await box.sending(ticket)).state === 'sent', 'the answer marked as sent');
  const message = box.sink.messages.slice(before).find(isAnswer);
  return { ticket, message, reference: header(message.data, 'Message-ID').slice(1, -1) };
}

const about = (answer, more = {}) => ({ reference: answer.reference, sender: OURS, to: [ANNA], subject: 'Re: Diffida', ...more });

eachEngine('an envelope is opened: what is inside is the ticket, the envelope its original', async (t, engine) => {
  const box = await withBox(t, engine);
  const file = ['--X', 'Content-Type: application/pdf; name="contratto.pdf"', 'Content-Disposition: attachment; filename="contratto.pdf"',
    'Content-Transfer-Encoding: base64', '', Buffer.from('%PDF il contratto').toString('base64'), '--X--', ''].join('\r\n');
  const inside = Buffer.from([`From: Anna Neri <${ANNA}>`, `To: ${OURS}`, 'Subject: Diffida: macchina ferma', 'Message-ID: <d1@pec.bar.test>',
    'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=X', '', '--X', 'Content-Type: text/plain; charset=utf-8', '',
    'Vi diffido a riparare la macchina.', file].join('\r\n'));
  const at = new Date('2026-11-20T09:30:15Z');
  const raw = box.b.envelope(inside, { from: ANNA, to: OURS, at });
  const taken = await box.takeIn(raw);
  assert.equal(taken.outcome, 'opened');
  const [ticket] = await box.filo.rows(`SELECT channel, subject, complaint FROM ticket WHERE ticket_id = ${taken.ticket}`);
  assert.deepEqual([ticket.channel, ticket.subject, Number(ticket.complaint)], ['pec', 'Diffida: macchina ferma', 0]);
  const [message] = await box.filo.rows(`SELECT channel, sender_address, sender_name, text, raw_sha256, external_id FROM message`);
  assert.deepEqual([message.channel, message.sender_address, message.sender_name, message.external_id], ['pec', ANNA, 'Anna Neri', 'd1@pec.bar.test']);
  assert.match(message.text, /Vi diffido a riparare la macchina\./);
  assert.equal(message.raw_sha256, sha256(raw));
  const files = await box.filo.rows('SELECT attachment_id, name FROM attachment ORDER BY attachment_id');
  assert.deepEqual(files.map((each) => each.name), ['contratto.pdf']);
  assert.equal((await box.browser.get(`/attachments/${files[0].attachment_id}`)).text, '%PDF il contratto');
  const [proof] = await box.receipts(taken.ticket);
  assert.deepEqual([proof.kind, proof.signature, proof.signer, proof.provider, Number(proof.legal_at)],
    ['envelope', 'valid', 'Posta Certificata', 'Gestore B S.r.l.', at.getTime()]);

  await box.filo.until(() => box.sink.messages.length === 1, 'the acknowledgement');
  const [acknowledgement] = box.sink.messages;
  assert.deepEqual([acknowledgement.from, acknowledgement.to], [OURS, [ANNA]]);
  assert.equal(headersOf(acknowledgement.data).has('reply-to'), false); // no plus addresses there
  assert.equal((await box.takeIn(raw)).outcome, 'already');
  const checked = await box.filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

eachEngine('sent, accepted, delivered: each receipt is evidence on the ticket and no message', async (t, engine) => {
  const box = await withBox(t, engine);
  const answer = await answered(box);
  assert.deepEqual([answer.message.from, answer.message.to], [OURS, [ANNA]]);
  assert.match(header(answer.message.data, 'From'), /<filo@pec\.filo\.test>/);
  assert.match(textBody(answer.message.data), /Passiamo domani alle 9\./);
  const identifier = box.a.identifier();
  const acceptance = box.a.receipt('accettazione', about(answer, { identifier, at: new Date('2026-11-20T10:00:00Z') }));
  const delivery = box.b.receipt('avvenuta-consegna', about(answer, { identifier, about: ANNA, at: new Date('2026-11-20T10:00:07Z'),
    message: answer.message.data }));
  const accepted = await box.takeIn(acceptance);
  assert.deepEqual([accepted.outcome, accepted.ticket], ['receipt', answer.ticket]);
  await box.takeIn(delivery);
  assert.equal((await box.takeIn(delivery)).outcome, 'already');
  const kept = (await box.receipts(answer.ticket)).filter((each) => each.kind !== 'envelope');
  assert.deepEqual(kept.map((each) => [each.kind, each.recipient, each.provider, each.signature, each.standing, Number(each.legal_at)]), [
    ['accepted', '', 'Gestore A S.p.A.', 'valid', 'counts', Date.parse('2026-11-20T10:00:00Z')],
    ['delivered', ANNA, 'Gestore B S.r.l.', 'valid', 'counts', Date.parse('2026-11-20T10:00:07Z')]]);
  assert.deepEqual(kept.map((each) => each.raw_sha256), [sha256(acceptance), sha256(delivery)]);
  assert.equal(await box.filo.count('FROM ticket'), 1);
  assert.equal(await box.filo.count("FROM message WHERE direction = 'in'"), 1);

  const page = await box.page(answer.ticket), words = textOf(page);
  for (const said of ['Accettata da Gestore A S.p.A., 20/11/2026 11:00:00 (+01:00)', `Consegnata a ${ANNA}, 20/11/2026 11:00:07 (+01:00), Gestore B S.r.l.`,
    'Firma del gestore verificata: Posta Certificata', 'Consegnata alla casella PEC', `SHA-256 ${sha256(delivery)}`,
    'PEC: può essere un reclamo formale'])
    assert.ok(words.includes(said), said);
  const originals = [...page.matchAll(/href="(\/tickets\/\d+\/receipts\/\d+)"/g)].map(([, url]) => url);
  assert.equal(originals.length, 3);
  const fetched = await Promise.all(originals.map(async (url) => (await box.browser.get(url)).text));
  assert.ok(fetched.some((text) => text === delivery.toString('utf8')), 'the delivery as it came');
  assert.equal((await box.sending(answer.ticket)).state, 'sent');

  const reply = Buffer.from(letter({ from: `Anna Neri <${ANNA}>`, to: OURS, subject: 'Re: la vostra', id: 'd2@pec.bar.test', text: 'Vi aspetto.',
    inReplyTo: `<${identifier}>` })); // some programs answer to the provider's transmission
  const back = await box.takeIn(box.b.envelope(reply, { from: ANNA, to: OURS }));
  assert.deepEqual([back.outcome, back.ticket], ['appended', answer.ticket]);
  const checked = await box.filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

const FAILURES = [
  ['non-accettazione', { error: 'altro', errorText: 'indirizzo del mittente non valido' }, 'refused'],
  ['errore-consegna', { error: 'no-dest', errorText: '5.1.1 casella inesistente', about: ANNA }, 'failed'],
  ['errore-consegna', { error: 'virus', errorText: 'virus EICAR', about: ANNA, more: ['X-VerificaSicurezza: errore'] }, 'failed'],
  ['rilevazione-virus', { error: 'virus', errorText: 'virus EICAR', about: ANNA, more: ['X-VerificaSicurezza: errore'] }, 'virus'],
];

eachEngine('every failure that a provider knows of is told on the ticket and in the tray', async (t, engine) => {
  const box = await withBox(t, engine);
  for (const [type, details, kind] of FAILURES) {
    const answer = await answered(box);
    const late = box.a.receipt('preavviso-errore-consegna', about(answer, { about: ANNA, error: 'altro', errorText: 'non consegnato in 12 ore' }));
    await box.takeIn(late);
    await box.takeIn(box.b.receipt('presa-in-carico', about(answer, { about: ANNA })));
    assert.equal((await box.sending(answer.ticket)).state, 'sent', 'a late notice decides nothing');
    const failed = await box.takeIn(box.a.receipt(type, about(answer, details)));
    assert.equal(failed.outcome, 'receipt');
    const kinds = (await box.receipts(answer.ticket)).map((each) => each.kind);
    assert.deepEqual(kinds.slice(-3), ['late', 'taken', kind]);
    const sending = await box.sending(answer.ticket);
    assert.equal(sending.state, 'failed');
    assert.ok(sending.error.includes(details.errorText), sending.error);
    assert.ok(textOf((await box.browser.get('/tray')).text).includes(details.errorText), 'the tray does not show it');
    assert.match(textOf(await box.page(answer.ticket)), /Consegna non riuscita/);
  }
});

eachEngine('a receipt that proves nothing is kept, shown and moves nothing', async (t, engine) => {
  const box = await withBox(t, engine);
  const stranger = openProvider(t, { name: 'Finto S.p.A.', domain: 'pec.finto.test', address: 'posta-certificata@pec.gestore-a.test' });
  const answer = await answered(box);
  const forged = [
    ['untrusted', 'unproved', stranger.receipt('errore-consegna', about(answer, { about: ANNA, errorText: 'falsa' }))],
    ['changed', 'unproved', changeWord(box.a.receipt('avvenuta-consegna', about(answer, { about: ANNA })), 'daticert', 'avvenuta-consegna', 'errore-consegna')],
    ['other_address', 'unproved', changeWord(box.a.receipt('errore-consegna', about(answer, { about: ANNA })), 'text', `From: ${box.a.address}`, 'From: altro@pec.gestore-a.test')],
    ['valid', 'not_ours', box.a.receipt('errore-consegna', about(answer, { about: ANNA, sender: 'ladro@pec.gestore-a.test' }))],
    ['valid', 'elsewhere', box.a.receipt('errore-consegna', about(answer, { about: ANNA, reference: 'sua@pec.altri.test', headerReference: answer.reference }))],
    ['absent', 'unproved', Buffer.from(`From: ${box.a.address}\r\nTo: ${OURS}\r\nX-Ricevuta: avvenuta-consegna\r\n` +
      `X-Riferimento-Message-ID: <${answer.reference}>\r\nSubject: CONSEGNA\r\n\r\nConsegnato, davvero.\r\n`)],
  ];
  for (const [signature, standing, raw] of forged) {
    const taken = await box.takeIn(raw);
    assert.deepEqual([taken.outcome, taken.ticket], ['receipt', answer.ticket], `${signature} ${standing}`);
    const last = (await box.receipts(answer.ticket)).at(-1);
    assert.deepEqual([last.signature, last.standing], [signature, standing]);
    assert.equal((await box.sending(answer.ticket)).state, 'sent', `${signature} ${standing} moved the delivery`);
  }
  assert.equal((await box.receipts(answer.ticket)).length, forged.length + 1);
  assert.equal(await box.filo.count('FROM ticket'), 1);
});

eachEngine('a receipt of nothing of ours waits in the tray, and no machine answers anything', async (t, engine) => {
  const box = await withBox(t, engine);
  const loose = await box.takeIn(box.a.receipt('avvenuta-consegna', { reference: 'altro@pec.filo.test', sender: OURS, to: [ANNA], about: ANNA }));
  assert.equal(loose.note, 'in the tray');
  const tray = textOf((await box.browser.get('/tray')).text);
  assert.match(tray, /Una ricevuta PEC che non riguarda nulla di spedito da qui/);
  const ordinary = await box.takeIn(box.a.anomaly(Buffer.from(letter({ from: 'Luca <luca@bar.test>', to: OURS, subject: 'Senza PEC', text: 'Buongiorno' })),
    { from: 'luca@bar.test', to: OURS }));
  assert.equal(ordinary.outcome, 'opened');
  const [message] = await box.filo.rows('SELECT sender_address, text FROM message');
  assert.deepEqual([message.sender_address, message.text.trim()], ['luca@bar.test', 'Buongiorno']);
  assert.deepEqual((await box.receipts(ordinary.ticket)).map((each) => [each.kind, each.signature]), [['uncertified', 'valid']]);
  await new Promise((done) => { setTimeout(done, 1500); });
  assert.equal(box.sink.messages.length, 0, 'something was answered');
});

eachEngine('without a list of providers nothing is checked, and the chain still works', async (t, engine) => {
  const box = await withBox(t, engine, { trust: 'none' });
  const answer = await answered(box);
  await box.takeIn(box.a.receipt('accettazione', about(answer)));
  await box.takeIn(box.b.receipt('errore-consegna', about(answer, { about: ANNA, error: 'no-dest', errorText: 'inesistente' })));
  assert.deepEqual((await box.receipts(answer.ticket)).map((each) => [each.kind, each.signature, each.standing]),
    [['envelope', 'not_checked', 'counts'], ['accepted', 'not_checked', 'counts'], ['failed', 'not_checked', 'counts']]);
  assert.equal((await box.sending(answer.ticket)).state, 'failed');
});

eachEngine('a list that cannot be read proves nothing and loses nothing', async (t, engine) => {
  const box = await withBox(t, engine, { trust: '/nonexistent/fidati.pem' });
  const taken = await box.takeIn(box.b.envelope(complaint(), { from: ANNA, to: OURS }));
  assert.equal(taken.outcome, 'opened');
  assert.deepEqual((await box.receipts(taken.ticket)).map((each) => [each.kind, each.signature, each.standing]),
    [['envelope', 'list_unreadable', 'unproved']]);
  assert.match(box.filo.log, /pec\.trust/);
});

eachEngine('hostile envelopes: DTD, ten megabytes, an envelope in an envelope, a forged sender', async (t, engine) => {
  const box = await withBox(t, engine);
  const laughs = '<!DOCTYPE postacert [<!ENTITY a "ah"><!ENTITY b "&a;&a;&a;&a;">]>' + daticert('posta-certificata', { provider: 'B', sender: ANNA,
    recipients: [OURS], subject: 'x', at: new Date(), identifier: 'i@b.test', reference: 'r@b.test' }).replace(/^<\?xml.*\?>\r\n/, '');
  const doctype = await box.takeIn(box.b.envelope(complaint('Uno.'), { from: ANNA, to: OURS, certificate: laughs }));
  assert.deepEqual((await box.receipts(doctype.ticket)).map((each) => each.kind), ['uncertified']);
  const huge = `<postacert tipo="posta-certificata"><dati><identificativo>${'x'.repeat(10 << 20)}</identificativo></dati></postacert>`;
  const large = await box.takeIn(box.b.envelope(complaint('Due.'), { from: ANNA, to: OURS, certificate: huge }));
  assert.equal(large.status, 'stored');
  assert.deepEqual((await box.receipts(large.ticket)).map((each) => each.kind).at(-1), 'uncertified');

  const MARIO = 'mario@pec.terzi.test';
  const innermost = Buffer.from(letter({ from: `Mario <${MARIO}>`, to: ANNA, subject: 'A voi', id: 'm1@pec.terzi.test', text: 'Il più interno.' }));
  const twice = box.b.envelope(box.a.envelope(innermost, { from: MARIO, to: ANNA }), { from: ANNA, to: OURS, subject: 'POSTA CERTIFICATA: A voi' });
  const nested = await box.takeIn(twice);
  const [message] = await box.filo.rows(`SELECT message_id, sender_address, text FROM message WHERE ticket_id = ${nested.ticket} ORDER BY message_id DESC LIMIT 1`);
  assert.equal(message.sender_address, ANNA); // whom the outer provider certifies
  assert.doesNotMatch(message.text, /Il più interno/);
  const files = await box.filo.rows(`SELECT attachment_id, name FROM attachment WHERE message_id = ${message.message_id} ORDER BY attachment_id`);
  assert.deepEqual(files.map((each) => each.name), ['daticert.xml', 'postacert.eml', 'smime.p7s']);
  assert.match((await box.browser.get(`/attachments/${files[1].attachment_id}`)).text, /Il più interno\./);

  const forged = await box.takeIn(changeWord(box.b.envelope(complaint('Tre.'), { from: ANNA, to: OURS }), 'text', 'Tre.', 'Tre!'));
  const flags = await box.filo.rows(`SELECT flags FROM message WHERE ticket_id = ${forged.ticket} ORDER BY message_id DESC LIMIT 1`);
  assert.equal(Number(flags[0].flags) & 4, 4, 'its sender is not called unverified'); // MESSAGE_SENDER_UNVERIFIED
  assert.deepEqual((await box.receipts(forged.ticket)).at(-1).signature, 'changed');
});

eachEngine('a message inside that is coded as a whole is read too, and each of its files is one', async (t, engine) => {
  const box = await withBox(t, engine);
  const inside = pdfLetter('Tutto codificato.', tnef({ files: [{ name: 'preventivo.txt', body: 'sconto 3%' }] }));
  const taken = await box.takeIn(box.b.envelope(inside, { from: ANNA, to: OURS, coded: true }));
  const [message] = await box.filo.rows('SELECT text, sender_address FROM message');
  assert.match(message.text, /Tutto codificato\./);
  assert.equal(message.sender_address, ANNA);
  const files = await box.filo.rows('SELECT attachment_id, name, size, sha256 FROM attachment ORDER BY attachment_id');
  assert.deepEqual(files.map(({ name, size, sha256: stored }) => [name, Number(size), stored]),
    [['contratto.pdf', 17, null], ['firma.txt', 9, null], ['winmail.dat', Number(files[2].size), null], ['preventivo.txt', 9, null]]);
  const given = [];
  for (const file of files) given.push((await box.browser.get(`/attachments/${file.attachment_id}`)).text);
  assert.deepEqual([given[0], given[1], given[3]], ['%PDF il contratto', 'Anna Neri', 'sconto 3%']);
  for (const { name } of files) assert.ok(textOf(await box.page(taken.ticket)).includes(name), name);
  assert.deepEqual((await box.receipts(taken.ticket)).map((each) => each.kind), ['envelope']);
});

function samples() {
  const root = path.join(process.env.FILO_DATA ?? path.resolve(import.meta.dirname, '../../shared/data'), 'pec');
  if (!existsSync(root)) return null;
  return readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.eml')).sort().map((name) => path.join(root, name));
}

// What each real sample is, by hand: its headers and its daticert.xml.
const TRAY = 'in the tray';
const EXPECTED = {
  'accettazione.eml': TRAY, 'consegna.eml': TRAY, 'email_2.eml': TRAY, 'email_3.eml': 'opened',
  'Delivery Status Notification (Failure).eml': 'opened', 'Test - Simple Mail (2).eml': 'opened', 'Test - Simple Mail (3).eml': 'opened',
  'Test - Simple Mail.eml': 'opened',
};

test('the real samples: receipts of others wait in the tray, letters become tickets', { skip: samples() ? false : 'no $FILO_DATA/pec here' }, async (t) => {
  const box = await withBox(t, 'sqlite', { trust: 'none' });
  const seen = new Set();
  for (const file of samples()) {
    const raw = readFileSync(file), name = path.basename(file), again = seen.has(name);
    const out = await box.takeIn(raw);
    assert.equal(out.status, 'stored', name);
    if (!again) assert.equal(out.note ?? out.outcome, EXPECTED[name], `${name}: ${JSON.stringify(out)}`);
    seen.add(name);
  }
  assert.deepEqual([...seen].sort(), Object.keys(EXPECTED).sort());
  const [nested] = await box.filo.rows("SELECT ticket_id, text FROM message WHERE subject LIKE 'POSTA CERTIFICATA%' OR subject LIKE '%EXAMPLE%' OR subject LIKE '%SUBJECT%' LIMIT 1");
  assert.ok(nested, 'the PEC inside a PEC opened no ticket');
  const proofs = await box.receipts(nested.ticket_id);
  assert.deepEqual([proofs[0].kind, Number(proofs[0].legal_at)], ['envelope', 1620986528000]); // date -u -d '2021-05-14 10:02:08' +%s
  assert.equal(await box.filo.count("FROM inbound WHERE state = 'tray'"), 5); // the two folders' acceptances and failures differ in their bytes
});
