// SPDX-License-Identifier: EUPL-1.2
// Messages as customers' programs write them, and the headers of those that came out.
//
//   letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'E07', text: 'Non scalda', id: 'a1@bar.test' })
//   headersOf(data)     // Map of lower-case name → [unfolded value, …]
//   textBody(data)      // the text/plain part, transfer encoding undone
let made = 0;

export function letter({ from = 'Luca Bianchi <luca@bar.test>', to = 'assistenza@filo.test', subject = 'Richiesta', text = 'Buongiorno',
  id = null, inReplyTo = null, references = null, more = [] } = {}) {
  made += 1;
  const lines = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Date: Mon, 02 Mar 2026 09:${String(made % 60).padStart(2, '0')}:00 +0100`,
    `Message-ID: <${id ?? `${process.pid}.${made}@bar.test`}>`, ...(inReplyTo ? [`In-Reply-To: ${inReplyTo}`] : []),
    ...(references ? [`References: ${references}`] : []), ...more, 'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', text, ''];
  return lines.join('\r\n');
}

export function headersOf(data) {
  const head = data.toString('latin1').split('\r\n\r\n')[0].replace(/\r\n[ \t]+/g, ' ');
  const found = new Map();
  for (const line of head.split('\r\n')) {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name) found.set(name.toLowerCase(), [...(found.get(name.toLowerCase()) ?? []), value]);
  }
  return found;
}

function decoded(body, encoding) {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(encoding)) return Buffer.from(body, 'latin1').toString('utf8');
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function textBody(data) {
  const raw = data.toString('latin1');
  const [head, ...rest] = raw.split('\r\n\r\n');
  const boundary = /boundary="?([^";\r\n]+)/i.exec(head)?.[1];
  if (!boundary) return decoded(rest.join('\r\n\r\n'), /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1] ?? '');
  const part = rest.join('\r\n\r\n').split(`--${boundary}`).find((piece) => /content-type:\s*text\/plain/i.test(piece));
  const [partHead, ...partRest] = (part ?? '').replace(/^\r\n/, '').split('\r\n\r\n');
  return decoded(partRest.join('\r\n\r\n'), /^content-transfer-encoding:\s*(\S+)/im.exec(partHead)?.[1] ?? '');
}

// The one value of a header that must stand exactly once.
export function header(data, name) {
  const values = headersOf(data).get(name.toLowerCase()) ?? [];
  if (values.length !== 1) throw new Error(`${name} stands ${values.length} times`);
  return values[0];
}
