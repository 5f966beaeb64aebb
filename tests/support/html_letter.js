// SPDX-License-Identifier: EUPL-1.2
// Messages written in HTML, with files.
//
//   htmlLetter({ html: '<p>x</p>', files: [{ name: 'a.png', type: 'image/png', cid: 'a@x', body: png(8, 8) }] })
import { deflateSync } from 'node:zlib';

let made = 0;

const folded = (bytes) => Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n');

function part({ type, name, cid, body, disposition = cid ? 'inline' : 'attachment' }) {
  const encoded = name && encodeURIComponent(name).replace(/'/g, '%27');
  return [`Content-Type: ${type}`, 'Content-Transfer-Encoding: base64',
    ...(name ? [`Content-Disposition: ${disposition}; filename*=UTF-8''${encoded}`] : []), ...(cid ? [`Content-ID: <${cid}>`] : []),
    '', folded(body)].join('\r\n');
}

export function htmlLetter({ from = 'Luca Bianchi <luca@bar.test>', subject = 'Richiesta', html, text = null, files = [] }) {
  made += 1;
  const bodies = [...(text === null ? [] : [{ type: 'text/plain; charset=utf-8', body: text }]), { type: 'text/html; charset=utf-8', body: html }];
  const head = [`From: ${from}`, 'To: assistenza@filo.test', `Subject: ${subject}`, `Message-ID: <h${process.pid}.${made}@bar.test>`,
    'Date: Mon, 02 Mar 2026 09:00:00 +0100', 'MIME-Version: 1.0'];
  const inner = `Content-Type: multipart/alternative; boundary=alt\r\n\r\n${bodies.map((one) => `--alt\r\n${part(one)}\r\n`).join('')}--alt--`;
  return [...head, 'Content-Type: multipart/related; boundary=rel', '', ...['', ...files.map(part)].map((one, i) => `--rel\r\n${i ? one : inner}`),
    '--rel--', ''].join('\r\n');
}

const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(sum(body), body.length + 4);
  return out;
};

// CRC-32 of PNG (ISO/IEC 15948, annex D).
function sum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// A picture of one colour.
export function png(width, height, [red, green, blue] = [11, 100, 112]) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3).map((_, i) => [red, green, blue][i % 3])]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}
