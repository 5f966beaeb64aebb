// SPDX-License-Identifier: EUPL-1.2
// Real mail, certified and not, by every way a message can come: through a pipe, by LMTP and out of a mailbox of a real
// Dovecot. The desk makes the same of it. Issue 3, Proof.
// timeout: 600
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { LmtpClient } from './support/lmtp_client.js';
import { startMailStack } from './support/mail_stack.js';
import { startSink } from './support/smtp_sink.js';

const DATA = process.env.FILO_DATA ?? path.resolve(import.meta.dirname, '../../shared/data');
const HOUR = 3_600_000;
const addressOf = (engine, kind) => `${kind}.${engine}@filo.test`;

let mail;
before(async () => {
  const boxes = ['sqlite', 'postgresql'].flatMap((engine) => ['email', 'pec'].map((kind) => addressOf(engine, kind)));
  mail = await startMailStack({ users: Object.fromEntries(boxes.map((address) => [address, 'segreta'])) });
});
after(() => mail?.stop());

// As a mail server hands them on: in whole lines, which some of the files are not, and without NUL, which IMAP cannot carry.
function asMail(raw, address) {
  const text = raw.toString('latin1');
  const sender = /^Return-Path:[ \t]*<([^<>\s]*)>/im.exec(text.split(/\r?\n\r?\n/)[0])?.[1] ?? 'qualcuno@bar.test';
  const whole = `${text.replaceAll('\0', '?').replace(/\r\n/g, '\n').replace(/\n?$/, '\n')}`;
  return { sender, bare: Buffer.from(whole, 'latin1'), stamped: Buffer.from(`Return-Path: <${sender}>\nDelivered-To: ${address}\n${whole}`, 'latin1') };
}

function corpus(name, pattern, address) {
  const root = path.join(DATA, name);
  const files = existsSync(root) ? readdirSync(root, { recursive: true }).filter((file) => pattern.test(file)).sort() : [];
  return files.map((file) => ({ name: file, ...asMail(readFileSync(path.join(root, file)), address) }));
}

// Ids in the order they are first seen, from 1: PostgreSQL's own have gaps, because a write that was tried again used up
// some.
function ordinals() {
  const seen = new Map();
  return (id) => {
    if (!seen.has(id)) seen.set(id, seen.size + 1);
    return seen.get(id);
  };
}

// What the desk made of it all, without what may differ: instants, hashes, tokens, gaps between ids.
async function storyOf(filo) {
  const ticket = ordinals();
  const message = ordinals();
  const told = {
    messages: await filo.rows(`SELECT ticket_id, sender_address, sender_name, subject, text, quoted_at, external_id, flags, message_id FROM message
      WHERE direction = 'in' ORDER BY message_id`),
    // what is not coded changes its size with its line ends
    files: await filo.rows(`SELECT message_id, name, media_type, encoding, CASE encoding WHEN 'base64' THEN size END AS size
      FROM attachment ORDER BY attachment_id`),
    inbound: await filo.rows('SELECT state, ticket_id FROM inbound ORDER BY inbound_id'),
    receipts: await filo.rows('SELECT kind, recipient, provider, identifier, legal_at, error_text FROM receipt ORDER BY receipt_id'),
  };
  for (const row of [...told.messages, ...told.files, ...told.inbound]) {
    if (row.ticket_id) row.ticket_id = ticket(row.ticket_id);
    if (row.message_id) row.message_id = message(row.message_id);
  }
  return told;
}

const sets = (kind) => (kind === 'pec' ? ['--channel', 'pec'] : []);

async function start(t, engine, kind, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false, ...options });
  t.after(() => filo.remove());
  await filo.setMailbox('casella', { port: sink.port, address: addressOf(engine, kind), more: sets(kind) });
  return filo.start();
}

async function byPipe(t, engine, kind, letters) {
  const filo = await start(t, engine, kind);
  for (const { name, stamped } of letters) {
    const taken = await filo.mailIn(stamped, { mailbox: 'casella' });
    assert.equal(taken.code, 0, `${name}: ${taken.stderr}`);
  }
  return filo;
}

async function byLmtp(t, engine, kind, letters) {
  const filo = await start(t, engine, kind, { lmtp: '127.0.0.1:0' });
  const mx = await LmtpClient.open(filo.lmtpPort);
  assert.match(await mx.say('LHLO mx.test'), /^250/);
  for (const { name, sender, bare } of letters) {
    const [told] = await mx.deliver({ from: sender, to: [addressOf(engine, kind)], data: bare });
    assert.match(told, /^250 2\.0\.0 Kept as \d+$/, name);
  }
  await mx.close();
  return filo;
}

// They come while it is looking, one a second by Dovecot's clock: read in that order. What would be answered does not leave.
async function byImap(t, engine, kind, letters) {
  const address = addressOf(engine, kind);
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('casella', { port: 1, tls: 'starttls', address, more: [...sets(kind), '--smtp-user', address, '--smtp-password-file',
    filo.secretFile('password', 'segreta'), '--smtp-ca-file', mail.caFile, '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`] });
  await filo.start();
  await filo.until(async () => await filo.count('FROM mailbox_folder') === 1, 'the mailbox is open');
  const at = Date.now() - HOUR;
  await mail.lay(address, letters.map(({ stamped }, i) => ({ data: stamped, at: at + i * 1000 })));
  await filo.until(() => mail.flags(address).every((flags) => flags.includes('S')), 'all is kept', 120_000);
  await filo.until(async () => Number(await filo.count("FROM inbound WHERE state = 'stored'")) === 0, 'all is read', 120_000);
  return filo;
}

const CORPORA = [
  { kind: 'email', folder: 'mail', pattern: /\.(eml|raw|txt)$/, least: 200 },
  { kind: 'pec', folder: 'pec', pattern: /\.eml$/, least: 8 },
];

for (const { kind, folder, pattern, least } of CORPORA) {
  eachEngine(`data/${folder}: the same requests by the pipe, by LMTP and out of a mailbox`, async (t, engine) => {
    const letters = corpus(folder, pattern, addressOf(engine, kind));
    if (!letters.length) return t.skip(`FILO_DATA: no ${folder} at ${DATA}`);
    assert.ok(letters.length >= least, `only ${letters.length} messages`);
    const piped = await byPipe(t, engine, kind, letters);
    const expected = await storyOf(piped);
    for (const filo of [await byLmtp(t, engine, kind, letters), await byImap(t, engine, kind, letters)]) {
      const story = await storyOf(filo);
      for (const [what, rows] of Object.entries(expected)) rows.forEach((row, i) => assert.deepEqual(story[what][i], row, `${what} ${i}`));
      for (const what of Object.keys(expected)) assert.equal(story[what].length, expected[what].length, what);
      assert.equal((await filo.check()).code, 0);
    }
    assert.equal((await piped.check()).code, 0);
  });
}
