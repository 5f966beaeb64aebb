// SPDX-License-Identifier: EUPL-1.2
// What Outlook packs into winmail.dat reaches the request as if it had been sent as files and text; what cannot be opened
// stays the file it is, and the page says so. Issue 3.
// timeout: 180
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { png } from './support/html_letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';
import { plainRtf, tnef, tnefLetter } from './support/tnef.js';

async function startDesk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  return { filo, desk: await filo.signIn() };
}

const inner = () => tnef({ subject: 'Offerta n. 7', text: 'Ecco l’offerta.', files: [{ name: 'offerta.txt', body: 'sconto 3%' }] });

function packed() {
  return tnef({ subject: 'Caldaia ferma', text: 'Buongiorno,\r\nla caldaia è ferma.\r\n', html: '<p>la caldaia è <b>ferma</b><img src="cid:foto@x"></p>',
    files: [{ name: '../../preventivo più lungo.pdf', type: 'application/pdf', body: '%PDF-1.4 preventivo' },
      { name: 'foto.png', type: 'image/png', cid: 'foto@x', body: png(8, 8) }, { name: 'Offerta', message: inner() }] });
}

async function filesOf(filo, taken) {
  return filo.rows(`SELECT a.attachment_id, a.name, a.size, a.encoding, a.sha256 FROM attachment a JOIN message m ON m.message_id = a.message_id
    WHERE m.ticket_id = ${Number(taken.out.ticket)} ORDER BY a.attachment_id`);
}

const cookie = (desk) => [...desk.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

async function download(filo, desk, file) {
  const got = await fetch(`${filo.url}/attachments/${file.attachment_id}`, { headers: { Cookie: cookie(desk) } });
  assert.equal(got.status, 200, file.name);
  return { bytes: Buffer.from(await got.arrayBuffer()), type: got.headers.get('content-type'), disposition: got.headers.get('content-disposition') };
}

eachEngine('the files and words of a winmail.dat are those of the message', async (t, engine) => {
  const { filo, desk } = await startDesk(t, engine);
  const winmail = packed();
  const taken = await filo.mailIn(tnefLetter({ tnef: winmail }));
  const page = (await desk.get(`/tickets/${taken.out.ticket}`)).text;
  assert.match(textOf(page), /Buongiorno, la caldaia è ferma\./);
  for (const name of ['winmail.dat', 'preventivo più lungo.pdf', 'foto.png', 'Offerta n. 7.eml', 'offerta.txt']) assert.ok(textOf(page).includes(name), name);
  assert.ok(!/Il suo winmail\.dat/.test(textOf(page)), 'nothing is missing');

  const files = await filesOf(filo, taken);
  assert.deepEqual(files.map(({ name, encoding }) => [name, encoding]), [['winmail.dat', 'base64'], ['preventivo più lungo.pdf', 'base64+tnef:1'],
    ['foto.png', 'base64+tnef:2'], ['Offerta n. 7.eml', 'base64+tnef:3'], ['offerta.txt', 'base64+tnef:4']]);
  assert.ok(files.every(({ sha256 }) => sha256 === null), 'only the raw mail is stored');
  const got = [];
  for (const file of files) got.push(await download(filo, desk, file));
  assert.ok(got[0].bytes.equals(winmail), 'the original as it came');
  assert.equal(got[1].bytes.toString(), '%PDF-1.4 preventivo');
  assert.equal(got[1].type, 'application/pdf');
  assert.match(got[1].disposition, /^attachment/);
  assert.ok(got[2].bytes.equals(png(8, 8)));
  assert.equal(got[2].type, 'image/png');
  assert.match(got[3].bytes.toString(), /^Subject: Offerta n\. 7$/m);
  assert.match(got[3].bytes.toString(), /Ecco l=E2=80=99offerta\./); // quoted-printable of ’
  assert.equal(got[4].bytes.toString(), 'sconto 3%');
  for (const [i, { bytes }] of got.entries()) assert.equal(Number(files[i].size), bytes.length, files[i].name);

  const [, at] = /href="(\/tickets\/\d+\/messages\/\d+)"/.exec(page); // as it was written, with its picture
  const sheet = (await desk.get(`${at}/sheet`)).text;
  assert.match(sheet, /<b>ferma<\/b>/);
  assert.ok(sheet.includes(`data:image/png;base64,${png(8, 8).toString('base64')}`));
});

eachEngine('a text beside it stays the text, and a body of RTF becomes one', async (t, engine) => {
  const { filo, desk } = await startDesk(t, engine);
  const beside = await filo.mailIn(tnefLetter({ text: 'Vedi allegato.', tnef: packed() }));
  const page = textOf((await desk.get(`/tickets/${beside.out.ticket}`)).text);
  assert.match(page, /Vedi allegato\./);
  assert.ok(!page.includes('la caldaia è ferma'));
  assert.equal((await filesOf(filo, beside)).length, 5);

  const rtf = plainRtf(String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Il forno \'e8 fermo.\par Grazie}`);
  const alone = await filo.mailIn(tnefLetter({ from: 'Anna <anna@altro.test>', tnef: tnef({ rtf }) }));
  assert.match(textOf((await desk.get(`/tickets/${alone.out.ticket}`)).text), /Il forno è fermo\. Grazie/);
});

eachEngine('one that is broken stays a file, what was whole in it is there, and the page says so in both languages', async (t, engine) => {
  const { filo, desk } = await startDesk(t, engine);
  const whole = packed();
  const cut = whole.subarray(0, whole.indexOf('sconto'));
  const broken = await filo.mailIn(tnefLetter({ text: 'Vedi allegato.', tnef: cut }));
  const none = await filo.mailIn(tnefLetter({ from: 'Anna <anna@altro.test>', text: 'Anche questo.', tnef: Buffer.from('questo non lo è') }));
  for (const [taken, bytes, names] of [[broken, cut, ['winmail.dat', 'preventivo più lungo.pdf', 'foto.png']],
    [none, Buffer.from('questo non lo è'), ['winmail.dat']]]) {
    const page = textOf((await desk.get(`/tickets/${taken.out.ticket}`)).text);
    assert.match(page, /Il suo winmail\.dat non si è potuto aprire, o solo in parte: è allegato com’è arrivato/);
    const files = await filesOf(filo, taken);
    assert.deepEqual(files.map(({ name }) => name), names);
    assert.ok((await download(filo, desk, files[0])).bytes.equals(bytes));
  }
  await desk.post('/preferences', { lang: 'en', return_to: '/tickets' });
  assert.match(textOf((await desk.get(`/tickets/${none.out.ticket}`)).text), /Its winmail\.dat could not be opened, or only in part: it is attached as it came/);
});
