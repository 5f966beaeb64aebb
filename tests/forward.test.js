// SPDX-License-Identifier: EUPL-1.2
// A colleague gets a customer's mail in their own mailbox and passes it on to ours: the request is the customer's, where our
// own mail server vouches for the colleague; else that is offered, and one press makes it so. A stranger passes nothing on.
// Issue 3; ADR 0009. The blocks above a forwarded mail are as the programs write them; more of them: src/parse/forward_test.c.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';
import { tnef, tnefLetter } from './support/tnef.js';

const SARA = 'sara@caffe.test';
const LUCA = 'Luca Bianchi <luca@bar.test>';
const JUDGE = 'mx.filo.test';
const verdict = (domain, result = 'pass') => `Authentication-Results: ${JUDGE}; dmarc=${result} header.from=${domain}; dkim=${result} header.d=${domain}`;

async function desk(t, engine, more = ['--auth-server', JUDGE]) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more });
  await filo.execute(`UPDATE staff SET email = '${SARA}' WHERE login = '${ADMIN.login}'`);
  await filo.start();
  const browser = await filo.signIn();
  const write = async (given) => (await filo.mailIn(letter({ from: `Sara Conti <${SARA}>`, more: [verdict('caffe.test')], ...given }))).out;
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const row = async (ticket) => (await filo.rows(`SELECT t.state, t.subject, t.occurred_at, t.reopened, p.name FROM ticket t LEFT JOIN party p ON p.party_id = t.party_id WHERE t.ticket_id = ${ticket}`))[0];
  const sent = (to) => sink.messages.filter((message) => message.to.includes(to));
  return { sink, filo, browser, write, page, row, sent };
}

// Gmail in Italian.
const gmail = ({ from = LUCA, subject = 'La V2 perde', text = 'Perde acqua dal gruppo.', above = 'Chi lo prende?', date = 'mar 3 mar 2026 alle ore 10:12' } = {}) =>
  `${above}\r\n\r\n---------- Forwarded message ---------\r\nDa: ${from}\r\nDate: ${date}\r\nSubject: ${subject}\r\nTo: <${SARA}>\r\n\r\n\r\n${text}\r\n`;
const outlook = ({ from = LUCA, subject = 'Caldaia ferma' } = {}) =>
  `Get Outlook for iOS\r\n________________________________\r\nFrom: ${from}\r\nSent: Tuesday, March 3, 2026 10:12:00 AM\r\nTo: Sara Conti <${SARA}>\r\nSubject: ${subject}\r\n\r\nIt is cold.\r\n`;

const attached = ({ id = 'luca-1@bar.test', subject = 'La foto', references = '', more = '' } = {}) => [`From: Sara Conti <${SARA}>`, 'To: assistenza@filo.test', `Subject: I: ${subject}`,
  'Date: Tue, 03 Mar 2026 11:00:00 +0100', `Message-ID: <sara-${id}>`, verdict('caffe.test'), 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=OUT', '', '--OUT',
  'Content-Type: text/plain; charset=utf-8', '', 'In allegato.', '', '--OUT', 'Content-Type: message/rfc822; name="foto.eml"', 'Content-Disposition: attachment; filename="foto.eml"', '',
  `From: ${LUCA}`, `To: ${SARA}`, `Subject: ${subject}`, 'Date: Tue, 03 Mar 2026 10:12:00 +0100', `Message-ID: <${id}>`, ...(references ? [`References: ${references}`] : []), ...(more ? [more] : []),
  'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=IN', '', '--IN', 'Content-Type: text/plain; charset=utf-8', '', 'Ecco la foto.', '', '--IN',
  'Content-Type: image/jpeg; name="gruppo.jpg"', 'Content-Disposition: attachment; filename="gruppo.jpg"', 'Content-Transfer-Encoding: base64', '',
  Buffer.from('la foto del gruppo').toString('base64'), '--IN--', '', '--OUT--', ''].join('\r\n');

const presses = (html) => listForms(html).filter(({ action }) => /\/tickets\/\d+\/forward$/.test(action));

eachEngine('what a colleague passes on is the customer\'s: who, what, when, and told once', async (t, engine) => {
  const { filo, browser, write, page, row, sent } = await desk(t, engine);
  const { ticket, outcome } = await write({ subject: 'Fwd: La V2 perde', text: gmail() });
  assert.equal(outcome, 'opened');
  // 2026-03-03 10:12 in Rome is 09:12 UTC: date -u -d '2026-03-03 09:12' +%s
  const { state, subject, occurred_at: occurred, name } = await row(ticket);
  assert.deepEqual([state, subject, Number(occurred), name], ['new', 'La V2 perde', 1772529120000, 'Luca Bianchi']);
  await filo.until(() => sent('luca@bar.test').length === 1, 'the acknowledgement');
  const html = await page(ticket), seen = textOf(html);
  assert.match(seen, /Luca Bianchi <luca@bar\.test>/);
  assert.match(seen, /Inoltrata da Sara Conti; scritta .*nessuno lo ha verificato/);
  assert.match(seen, /Perde acqua dal gruppo\./);
  assert.match(seen, /Chi lo prende\?/);
  assert.doesNotMatch(seen, /Forwarded message/);
  assert.equal(presses(html).length, 0);
  const said = await filo.rows(`SELECT direction, text, sender_address, flags FROM message WHERE ticket_id = ${ticket} ORDER BY message_id`);
  assert.deepEqual(said.map(({ direction, text, sender_address: from }) => [direction, text.trim(), from]),
    [['in', 'Perde acqua dal gruppo.', 'luca@bar.test'], ['note', 'Chi lo prende?', '']]);
  assert.equal(Number(said[0].flags) & 4, 4, 'marked as of a sender nobody vouches for');
  assert.deepEqual((await filo.rows(`SELECT address_key, confirmed FROM participant WHERE ticket_id = ${ticket}`)).map((one) => [one.address_key, Number(one.confirmed)]), [['luca@bar.test', 1]]);

  // The customer's link shows that there is a request, and not the words somebody put in their mouth.
  const link = /https?:\/\/\S+\/r\/\S+|https?:\/\/\S+\/t\/\S+|https?:\/\/\S+/.exec(textBody(sent('luca@bar.test')[0].data))[0].replace(/[.>]+$/, '');
  const shown = await (await fetch(link)).text();
  assert.doesNotMatch(shown, /Perde acqua dal gruppo|Chi lo prende/);

  // The answer goes to the customer alone, and quotes no unverified words; their own answer is theirs again.
  const { fields } = findForm(html, /\/messages$/);
  assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...fields, kind: 'reply', text: 'Chiuda il rubinetto.' })).status, 303);
  await filo.until(() => sent('luca@bar.test').length === 2, 'the answer');
  const answer = sent('luca@bar.test')[1];
  assert.deepEqual(answer.to, ['luca@bar.test']);
  assert.doesNotMatch(textBody(answer.data), /Chi lo prende/);
  assert.equal(sent(SARA).length, 0, 'whoever passed it on is told nothing by a robot');
  const back = await filo.mailIn(letter({ from: LUCA, to: /<?([^<>\s]+@[^<>\s]+)>?$/.exec(header(answer.data, 'Reply-To'))[1], subject: 'Re: La V2 perde', text: 'Fatto.' }));
  assert.equal(back.out.ticket, ticket);
  const { code, stdout, stderr } = await filo.check();
  assert.equal(code, 0, stdout + stderr);
});

eachEngine('passed on as an attachment, with its files; a later one joins by its own ids and moves the request', async (t, engine) => {
  const { filo, browser, write, page, row, sent } = await desk(t, engine);
  const { ticket } = (await filo.mailIn(attached())).out;
  await filo.until(() => sent('luca@bar.test').length === 1, 'the acknowledgement');
  assert.deepEqual([(await row(ticket)).name, (await row(ticket)).subject], ['Luca Bianchi', 'La foto']);
  const html = await page(ticket);
  assert.match(textOf(html), /Ecco la foto\..*gruppo\.jpg/s);
  const files = [...html.matchAll(/href="(\/attachments\/\d+)"/g)].map((found) => found[1]);
  const bodies = await Promise.all([...new Set(files)].map(async (file) => (await browser.get(file)).text));
  assert.ok(bodies.includes('la foto del gruppo'), 'the file inside the attached message opens');

  // Waiting for the customer; their next mail went to Sara again.
  assert.equal((await browser.submit(await page(ticket), /\/take$/)).status, 303);
  assert.equal((await browser.submit(await page(ticket), /\/wait$/, { state: 'waiting_customer', reason: 'La matricola', until: '2099-03-05T09:00' })).status, 303);
  const next = (await filo.mailIn(attached({ id: 'luca-2@bar.test', subject: 'Re: La foto', references: '<luca-1@bar.test>' }))).out;
  assert.deepEqual([next.ticket, next.outcome], [ticket, 'appended']);
  assert.notEqual((await row(ticket)).state, 'waiting_customer', 'Sara brought it: it moves by her right');
  assert.equal(sent('luca@bar.test').length, 1, 'acknowledged once');

  // Inline, by the number in the forwarded subject; a customer who takes no part does not get in by it.
  const inline = await write({ subject: `I: [#${ticket}] La foto`, text: gmail({ subject: `Re: [#${ticket}] La foto`, text: 'Ancora io.' }) });
  assert.equal(inline.ticket, ticket);
  const other = await write({ subject: `I: [#${ticket}] La foto`, text: gmail({ from: 'Ugo <ugo@forno.test>', subject: `Re: [#${ticket}] La foto`, text: 'E io?' }) });
  assert.notEqual(other.ticket, ticket);
  assert.equal((await row(other.ticket)).name, 'Ugo');
});

eachEngine('passed on as an attachment that Outlook had packed: its words and its files are the customer\'s', async (t, engine) => {
  const { filo, browser, page, row } = await desk(t, engine);
  const packed = tnefLetter({ from: LUCA, subject: 'La V2 perde', tnef: tnef({ text: 'Perde dal gruppo.', files: [{ name: 'preventivo.txt', body: 'sconto 3%' }, { name: 'matricola.txt', body: 'V2-7' }] }) });
  const { ticket } = (await filo.mailIn([`From: Sara Conti <${SARA}>`, 'To: assistenza@filo.test', 'Subject: I: La V2 perde', 'Message-ID: <sara-packed@caffe.test>', verdict('caffe.test'), 'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=OUT', '', '--OUT', 'Content-Type: text/plain; charset=utf-8', '', 'In allegato.', '', '--OUT',
    'Content-Type: message/rfc822; name="perde.eml"', 'Content-Disposition: attachment; filename="perde.eml"', '', packed, '--OUT--', ''].join('\r\n'))).out;
  assert.equal((await row(ticket)).name, 'Luca Bianchi');
  const html = await page(ticket);
  assert.match(textOf(html), /Perde dal gruppo\./);
  const files = await filo.rows(`SELECT a.attachment_id, a.name FROM attachment a JOIN message m ON m.message_id = a.message_id WHERE m.ticket_id = ${ticket} AND m.direction = 'in' ORDER BY a.attachment_id`);
  const bodies = Object.fromEntries(await Promise.all(files.map(async ({ attachment_id: id, name }) => [name, (await browser.get(`/attachments/${id}`)).text])));
  assert.deepEqual(files.map(({ name }) => name), ['perde.eml', 'winmail.dat', 'preventivo.txt', 'matricola.txt']);
  assert.deepEqual([bodies['preventivo.txt'], bodies['matricola.txt']], ['sconto 3%', 'V2-7']);
});

eachEngine('what moves nobody: strangers, doubts, ourselves, colleagues, robots, replies', async (t, engine) => {
  const { filo, write, page, row, sent } = await desk(t, engine);
  const who = async ({ ticket }) => (await row(ticket)).name;
  // A stranger, for whom their own server vouches; one who only says to be Sara; Sara's name at another address.
  const stranger = await write({ from: 'Eva <eva@ladri.test>', subject: 'Fwd: La V2', text: gmail(), more: [verdict('ladri.test')] });
  assert.equal(await who(stranger), 'Eva');
  assert.equal(presses(await page(stranger.ticket)).length, 0, 'nor is it offered');
  const forged = await write({ subject: 'Fwd: Uno', text: gmail({ subject: 'Uno' }), more: [verdict('caffe.test', 'fail'), verdict('caffe.test')] });
  assert.equal(await who(forged), 'Sara Conti');
  assert.equal(presses(await page(forged.ticket)).length, 0, 'our server doubts that it is Sara');
  const other = await write({ from: '"sara@caffe.test" <sara@caffe.ladri.test>', subject: 'Fwd: Due', text: gmail(), more: [verdict('caffe.ladri.test')] });
  assert.notEqual(await who(other), 'Luca Bianchi');
  // One of our own addresses, the colleague's own, nobody's: it stays Sara's.
  for (const from of ['Assistenza <assistenza@filo.test>', `Sara Conti <${SARA}>`, 'Luca Bianchi']) {
    const made = await write({ subject: `Fwd: Di ${from.slice(0, 4)}`, text: gmail({ from, text: `Testo di ${from.slice(0, 4)}` }) });
    assert.equal(await who(made), 'Sara Conti', from);
    assert.equal(presses(await page(made.ticket)).length, 0, from);
  }
  // A reply that quotes in Outlook's way, and a robot of Sara's.
  assert.equal(await who(await write({ subject: 'R: Caldaia ferma', text: outlook() })), 'Sara Conti');
  assert.notEqual((await row((await write({ subject: 'Fwd: x', text: gmail({ text: 'dal robot' }), more: [verdict('caffe.test'), 'Auto-Submitted: auto-generated'] })).ticket)).name, 'Luca Bianchi');
  assert.equal(sent('luca@bar.test').length, 0, 'nobody wrote to him');

  // A robot's mail passed on is the robot's request, and nobody answers it by itself.
  const robot = await write({ subject: 'Fwd: Ordine', text: gmail({ from: 'Negozio <noreply@negozio.test>', subject: 'Ordine', text: 'Ordine 12' }) });
  assert.equal(await who(robot), 'Negozio');
  const human = await write({ subject: 'FW: Caldaia ferma', text: outlook() });
  assert.deepEqual([await who(human), (await row(human.ticket)).subject], ['Luca Bianchi', 'Caldaia ferma']);
  await filo.until(() => sent('luca@bar.test').length === 1, 'the acknowledgement of the last');
  assert.equal(sent('noreply@negozio.test').length, 0);
  assert.equal(headersOf(sent('luca@bar.test')[0].data).get('auto-submitted')[0], 'auto-replied');
});

eachEngine('where nobody vouches it is offered: one press, or one call, and the request is the customer\'s', async (t, engine) => {
  const { filo, browser, write, page, row, sent } = await desk(t, engine, []);
  const { ticket } = await write({ subject: 'Fwd: La V2 perde', text: gmail(), more: [] });
  assert.equal((await row(ticket)).name, 'Sara Conti');
  const html = await page(ticket);
  assert.equal(presses(html).length, 1);
  assert.match(textOf(presses(html)[0].body), /Sembra l’inoltro di una mail di Luca Bianchi <luca@bar\.test>\. *Il cliente è Luca Bianchi/);
  assert.equal((await browser.post('/preferences', { lang: 'en', return_to: '/' })).status, 303);
  assert.match(textOf(await page(ticket)), /This looks like a forwarded mail of Luca Bianchi <luca@bar\.test>\. *The customer is Luca Bianchi/);
  assert.equal((await browser.post('/preferences', { lang: 'it', return_to: '/' })).status, 303);

  assert.equal((await browser.post(`/tickets/${ticket}/forward`, presses(html)[0].fields)).status, 303);
  assert.deepEqual([(await row(ticket)).name, (await row(ticket)).subject], ['Luca Bianchi', 'La V2 perde']);
  const after = await page(ticket);
  assert.equal(presses(after).length, 0);
  assert.match(textOf(after), /Inoltrata da Sara Conti; scritta/);
  assert.equal((await browser.post(`/tickets/${ticket}/forward`, presses(html)[0].fields)).status, 409, 'pressed twice, it is done once');
  const { fields } = findForm(after, /\/messages$/);
  assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...fields, kind: 'reply', text: 'Arriviamo.' })).status, 303);
  await filo.until(() => sent('luca@bar.test').length === 1, 'the answer');
  assert.deepEqual(sent('luca@bar.test')[0].to, ['luca@bar.test']);

  // The same for a program.
  const second = await write({ subject: 'I: Caldaia ferma', text: outlook({ from: 'Ugo Neri <ugo@forno.test>' }), more: [] });
  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read,ticket.write', '--as', 'sara'], { mustWork: true });
  const call = async (method, path, body) => {
    const answer = await fetch(`${filo.url}/api/v1/tickets/${second.ticket}${path}`, { method, headers: { Authorization: `Bearer ${stdout.trim()}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
    return { status: answer.status, json: await answer.json() };
  };
  const [message] = (await call('GET', '')).json.messages;
  assert.deepEqual([message.proposed_sender_address, message.proposed_sender_name, message.sender_address], ['ugo@forno.test', 'Ugo Neri', SARA]);
  assert.equal((await call('POST', '/forward', { message_id: message.id })).status, 200);
  const told = (await call('GET', '')).json;
  assert.deepEqual([told.messages[0].sender_address, told.messages[0].proposed_sender_address, told.messages[0].unverified], ['ugo@forno.test', null, true]);
  assert.ok(told.messages[0].forwarded_by_id > 0);
  assert.equal((await row(second.ticket)).name, 'Ugo Neri');
  assert.equal((await call('POST', '/forward', { message_id: message.id })).status, 422);
  const { code, stdout: out, stderr } = await filo.check();
  assert.equal(code, 0, out + stderr);
});

eachEngine('redirected, the mail is the customer\'s as it always was', async (t, engine) => {
  const { filo, row, sent } = await desk(t, engine);
  const { out } = await filo.mailIn(letter({ from: LUCA, subject: 'La V2 perde', more: [`Resent-From: ${SARA}`, 'Resent-To: assistenza@filo.test', verdict('bar.test')] }));
  assert.equal((await row(out.ticket)).name, 'Luca Bianchi');
  await filo.until(() => sent('luca@bar.test').length === 1, 'the acknowledgement');
});
