// SPDX-License-Identifier: EUPL-1.2
// A provider of certified mail, as the technical rules of the decree of 2 November 2005 describe one (in English: RFC 6109):
// with an authority and a signing key of its own it makes the envelopes, receipts and notices that real providers send.
//
//   const provider = openProvider(t, { name: 'Gestore A', domain: 'pec.gestore-a.test' });
//   provider.caFile                                          // what an administrator would trust
//   provider.envelope(letter, { from, to })                  // busta di trasporto around a customer's message
//   provider.anomaly(letter, { from, to })                   // busta di anomalia around ordinary mail
//   provider.receipt('avvenuta-consegna', { reference, sender, to: ['anna@pec.test'], about: 'anna@pec.test' })
//   changeWord(raw, 'daticert', from, to)                    // what a forger does to a signed message
//
// All messages are Buffers with CR LF. Signing is OpenSSL's command line, as far from the program's own code as it gets.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { header } from './letter.js';

const SUBJECTS = {
  accettazione: 'ACCETTAZIONE', 'non-accettazione': 'AVVISO DI NON ACCETTAZIONE', 'presa-in-carico': 'PRESA IN CARICO',
  'avvenuta-consegna': 'CONSEGNA', 'errore-consegna': 'AVVISO DI MANCATA CONSEGNA',
  'preavviso-errore-consegna': 'AVVISO DI MANCATA CONSEGNA PER SUPERAMENTO TEMPO MASSIMO', 'rilevazione-virus': 'PROBLEMA DI SICUREZZA',
};

const xml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const two = (number) => String(number).padStart(2, '0');
const wrapped = (bytes) => bytes.toString('base64').replace(/(.{76})/g, '$1\r\n');
const lines = (...all) => all.flat().join('\r\n');

// An instant as the legal date of the decree, at +0100.
function legalDate(at) {
  const there = new Date(at.getTime() + 3600e3);
  return { day: `${two(there.getUTCDate())}/${two(there.getUTCMonth() + 1)}/${there.getUTCFullYear()}`,
    time: `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}:${two(there.getUTCSeconds())}`, zone: '+0100' };
}

export function daticert(type, { provider, sender, recipients, subject, at, identifier, reference, error = 'nessuno', errorText = null,
  about = null, form = null }) {
  const { day, time, zone } = legalDate(at);
  return lines('<?xml version="1.0" encoding="UTF-8"?>', `<postacert tipo="${type}" errore="${error}">`, '    <intestazione>',
    `        <mittente>${xml(sender)}</mittente>`,
    recipients.map((to) => `        <destinatari tipo="certificato">${xml(to)}</destinatari>`),
    `        <risposte>${xml(sender)}</risposte>`, `        <oggetto>${xml(subject)}</oggetto>`, '    </intestazione>', '    <dati>',
    `        <gestore-emittente>${xml(provider)}</gestore-emittente>`,
    `        <data zona="${zone}">`, `            <giorno>${day}</giorno>`, `            <ora>${time}</ora>`, '        </data>',
    `        <identificativo>${xml(identifier)}</identificativo>`, `        <msgid>${xml(`<${reference}>`)}</msgid>`,
    form ? `        <ricevuta tipo="${form}"/>` : [], about ? `        <consegna>${xml(about)}</consegna>` : [],
    errorText ? `        <errore-esteso>${xml(errorText)}</errore-esteso>` : [], '    </dati>', '</postacert>', '');
}

class Provider {
  constructor(name, domain, { address = `posta-certificata@${domain}` } = {}) {
    this.name = name;
    this.domain = domain;
    this.address = address;
    this.dir = mkdtempSync(path.join(tmpdir(), 'filo-pec-'));
    this.caFile = path.join(this.dir, 'ca.pem');
    this.made = 0;
    this.makeKeys();
  }

  file(name) {
    return path.join(this.dir, name);
  }

  openssl(...argv) {
    return execFileSync('openssl', argv, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 256 << 20 });
  }

  makeKeys() {
    this.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-keyout', this.file('ca.key'), '-out', this.caFile,
      '-subj', `/O=${this.name}/CN=Autorità di ${this.name}`, '-utf8');
    this.openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', this.file('sign.key'), '-out', this.file('sign.csr'),
      '-subj', `/O=${this.name}/CN=Posta Certificata`);
    writeFileSync(this.file('ext'), `basicConstraints=critical,CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=emailProtection\n` +
      `subjectAltName=email:${this.address}\n`);
    this.openssl('x509', '-req', '-in', this.file('sign.csr'), '-CA', this.caFile, '-CAkey', this.file('ca.key'), '-CAcreateserial',
      '-days', '3650', '-sha256', '-extfile', this.file('ext'), '-out', this.file('sign.pem'));
  }

  close() {
    rmSync(this.dir, { recursive: true, force: true });
  }

  identifier() {
    this.made += 1;
    return `opec${this.made}.${process.pid}.${this.domain.replace(/\W/g, '')}@${this.domain}`;
  }

  // multipart/signed around a MIME part.
  signed(headers, part) {
    this.made += 1;
    const boundary = `----SIGNED${this.made}${this.domain.length}X`;
    writeFileSync(this.file('part'), part);
    this.openssl('cms', '-sign', '-binary', '-md', 'sha256', '-in', this.file('part'), '-signer', this.file('sign.pem'),
      '-inkey', this.file('sign.key'), '-outform', 'DER', '-out', this.file('p7s'));
    const head = lines(headers, 'MIME-Version: 1.0',
      `Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256";`, `\tboundary="${boundary}"`, '',
      'This is an S/MIME signed message', '', `--${boundary}`, '');
    const tail = lines('', `--${boundary}`, 'Content-Type: application/x-pkcs7-signature; name="smime.p7s"',
      'Content-Transfer-Encoding: base64', 'Content-Disposition: attachment; filename="smime.p7s"', '', wrapped(readFileSync(this.file('p7s'))),
      `--${boundary}--`, '');
    return Buffer.concat([Buffer.from(head), part, Buffer.from(tail)]);
  }

  // The part that is signed: words for people, daticert.xml, and the message itself where it goes with it.
  content(words, certificate, message, { coded = false } = {}) {
    this.made += 1;
    const outer = `----------=_${this.made}-1`, inner = `----------=_${this.made}-2`;
    const file = certificate === null ? [] : [`--${outer}`, 'Content-Type: application/xml; name="daticert.xml"',
      'Content-Disposition: inline; filename="daticert.xml"', 'Content-Transfer-Encoding: base64', '', wrapped(Buffer.from(certificate)), ''];
    const head = lines(`Content-Type: multipart/mixed; boundary="${outer}"`, 'Content-Transfer-Encoding: binary', '', `--${outer}`,
      `Content-Type: multipart/alternative; boundary="${inner}"`, '', `--${inner}`, 'Content-Type: text/plain; charset="utf-8"',
      'Content-Transfer-Encoding: 8bit', '', words, '', `--${inner}`, 'Content-Type: text/html; charset="utf-8"',
      'Content-Transfer-Encoding: 8bit', '', `<html><body><p>${xml(words)}</p></body></html>`, '', `--${inner}--`, '', file, '');
    const open = message ? lines(`--${outer}`, 'Content-Type: message/rfc822; name="postacert.eml"',
      'Content-Disposition: inline; filename="postacert.eml"', `Content-Transfer-Encoding: ${coded ? 'base64' : '7bit'}`, '', '') : '';
    const body = message ? (coded ? Buffer.from(wrapped(message)) : message) : Buffer.alloc(0);
    return Buffer.concat([Buffer.from(head), Buffer.from(open), body, Buffer.from(lines('', `--${outer}--`, ''))]);
  }

  // Busta di trasporto: a certified box's message on its way to another.
  envelope(message, { from, to, at = new Date(), coded = false, certificate = undefined, subject = header(message, 'Subject') }) {
    const identifier = this.identifier(), reference = header(message, 'Message-ID').slice(1, -1);
    const file = certificate !== undefined ? certificate : daticert('posta-certificata', { provider: this.name, sender: from, recipients: [to],
      subject, at, identifier, reference, form: 'completa' });
    return this.signed([`Return-Path: <${from}>`, `From: "Per conto di: ${from}" <${this.address}>`, `Reply-To: ${from}`, `To: ${to}`,
      `Subject: POSTA CERTIFICATA: ${subject}`, `Date: ${at.toUTCString()}`, `Message-ID: <${identifier}>`,
      'X-Trasporto: posta-certificata', `X-Riferimento-Message-ID: <${reference}>`, 'X-TipoRicevuta: completa'],
      this.content('Questo è un messaggio di posta certificata.', file, message, { coded }));
  }

  // Busta di anomalia: ordinary mail for a certified box. No daticert.xml.
  anomaly(message, { from, to, at = new Date(), subject = header(message, 'Subject') }) {
    return this.signed([`Return-Path: <${from}>`, `From: "Per conto di: ${from}" <${this.address}>`, `Reply-To: ${from}`, `To: ${to}`,
      `Subject: ANOMALIA MESSAGGIO: ${subject}`, `Date: ${at.toUTCString()}`, `Message-ID: <${this.identifier()}>`, 'X-Trasporto: errore'],
      this.content('Anomalia nel messaggio: non è posta certificata.', null, message));
  }

  // A receipt or notice of a message. headerReference: what the unsigned header says instead.
  receipt(type, { reference, sender, to, about = null, subject = 'Re', at = new Date(), identifier = this.identifier(), error = 'nessuno',
    errorText = null, message = null, headerReference = reference, headerType = type, certificate = undefined, more = [] }) {
    const file = certificate !== undefined ? certificate : daticert(type, { provider: this.name, sender, recipients: to, subject, at,
      identifier, reference, about, error, errorText, form: type === 'avvenuta-consegna' ? 'completa' : null });
    return this.signed(['Return-Path: <>', `From: ${this.address}`, `To: ${sender}`,
      `Subject: ${SUBJECTS[type] ?? type}: ${subject}`, `Date: ${at.toUTCString()}`, `Message-ID: <${this.identifier()}>`,
      `X-Ricevuta: ${headerType}`, `X-Riferimento-Message-ID: <${headerReference}>`, ...more],
      this.content(`Ricevuta: ${type}`, file, message));
  }
}

export function openProvider(t, { name, domain, ...options }) {
  const provider = new Provider(name, domain, options);
  t.after(() => provider.close());
  return provider;
}

// One word of what was signed, after it was signed: `where` is 'daticert' (inside its base64) or 'text'.
export function changeWord(raw, where, from, to) {
  const text = raw.toString('latin1');
  if (where === 'text') {
    if (!text.includes(from)) throw new Error(`no ${from} to change`);
    return Buffer.from(text.replace(from, to), 'latin1');
  }
  const at = text.indexOf('filename="daticert.xml"'), start = text.indexOf('\r\n\r\n', at) + 4, end = text.indexOf('\r\n\r\n', start);
  const file = Buffer.from(text.slice(start, end), 'base64').toString('utf8');
  if (!file.includes(from)) throw new Error(`no ${from} to change`);
  return Buffer.from(text.slice(0, start) + wrapped(Buffer.from(file.replace(from, to))) + text.slice(end), 'latin1');
}
