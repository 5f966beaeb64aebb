// SPDX-License-Identifier: EUPL-1.2
// winmail.dat as Outlook makes it, written attribute by attribute from [MS-OXTNEF].
//
//   tnef({ subject: 'E07', text: 'Non scalda', html: '<p>x</p>', files: [{ name: 'a.pdf', type: 'application/pdf', cid: 'a@x', body }] })
//   tnefLetter({ tnef: bytes, text: null, name: 'winmail.dat' })   // a message that carries it
const LEVEL = { message: 1, attachment: 2 };

function number(value, bytes) {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
}

function attribute(level, id, content) {
  const sum = content.reduce((all, byte) => (all + byte) & 0xffff, 0);
  return Buffer.concat([number(level, 1), number(id, 4), number(content.length, 4), content, number(sum, 2)]);
}

const padded = (content) => Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
const property = (type, id, content) => Buffer.concat([number(type, 2), number(id, 2), number(1, 4), number(content.length, 4), padded(content)]);
const words = (id, text) => property(0x1f, id, Buffer.from(`${text}\0`, 'utf16le'));
const ascii = (id, text) => property(0x1e, id, Buffer.from(`${text}\0`, 'latin1'));
const list = (properties) => Buffer.concat([number(properties.length, 4), ...properties]);

const MESSAGE_OBJECT = Buffer.from('0703020000000000c000000000000046', 'hex'); // IID_IMessage

function attachment({ name, type = null, cid = null, body = null, message = null }) {
  const properties = [words(0x3707, name), ...(type ? [ascii(0x370e, type)] : []), ...(cid ? [ascii(0x3712, cid)] : []),
    ...(message ? [property(0x0d, 0x3701, Buffer.concat([MESSAGE_OBJECT, message]))] : [])];
  return Buffer.concat([attribute(LEVEL.attachment, 0x00069002, Buffer.from('0100ffffffff0000000000000000', 'hex')),
    attribute(LEVEL.attachment, 0x00018010, Buffer.from(`${name.slice(0, 8)}\0`, 'latin1')),
    ...(body === null ? [] : [attribute(LEVEL.attachment, 0x0006800f, Buffer.from(body))]),
    attribute(LEVEL.attachment, 0x00069005, list(properties))]);
}

export function tnef({ subject = null, text = null, html = null, rtf = null, files = [] }) {
  const properties = [...(subject ? [words(0x0037, subject)] : []), ...(text ? [words(0x1000, text)] : []),
    ...(html ? [property(0x102, 0x1013, Buffer.from(html)), Buffer.concat([number(0x3, 2), number(0x3fde, 2), number(65001, 4)])] : []),
    ...(rtf ? [property(0x102, 0x1009, rtf)] : [])];
  return Buffer.concat([number(0x223e9f78, 4), number(1, 2), attribute(LEVEL.message, 0x00089006, number(0x10000, 4)),
    attribute(LEVEL.message, 0x00069007, Buffer.from('e404000000000000', 'hex')), // code page 1252
    attribute(LEVEL.message, 0x00069003, list(properties)), ...files.map(attachment)]);
}

// RTF that is not packed ("MELA"): [MS-OXRTFCP].
export function plainRtf(text) {
  const body = Buffer.from(text, 'latin1');
  return Buffer.concat([number(body.length + 12, 4), number(body.length, 4), Buffer.from('MELA'), number(0, 4), body]);
}

let made = 0;

export function tnefLetter({ from = 'Luca Bianchi <luca@bar.test>', subject = 'Richiesta', text = null, tnef: bytes, name = 'winmail.dat',
  type = 'application/ms-tnef' }) {
  made += 1;
  const folded = bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  return [`From: ${from}`, 'To: assistenza@filo.test', `Subject: ${subject}`, `Message-ID: <t${process.pid}.${made}@bar.test>`,
    'Date: Mon, 02 Mar 2026 09:00:00 +0100', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=tnef', '',
    ...(text === null ? [] : ['--tnef', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', text]),
    '--tnef', `Content-Type: ${type}; name="${name}"`, 'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`, '', folded, '--tnef--', ''].join('\r\n');
}
