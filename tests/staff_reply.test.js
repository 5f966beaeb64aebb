// SPDX-License-Identifier: EUPL-1.2
// A technician answers the notice of a customer's message from a phone, and it becomes the answer to the customer: only
// by the notice's unguessable address and from the technician's own one. Everything else is shown to the staff, and no
// word of it leaves.
// timeout: 120
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const SARA = 'sara@caffemeccanica.test';

async function desk(t, engine, { asks = { own: '1' }, plus = true } = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.execute(`UPDATE staff SET email = '${SARA}' WHERE login = '${ADMIN.login}'`);
  if (!plus) await filo.execute(`UPDATE channel_account SET config = REPLACE(config, '{', '{"plus_addressing":"0",')`);
  await filo.start();
  const browser = await filo.signIn();
  if (asks) {
    const page = await browser.get('/account');
    assert.match(textOf(page.text), /Arrivano a sara@caffemeccanica\.test/);
    assert.equal((await browser.post('/account/notices', asks)).status, 303);
  }
  const { ticket } = (await filo.mailIn(letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'La V2', text: 'Non scalda.' }))).out;
  return { sink, filo, browser, ticket };
}

const sent = (sink, to) => sink.messages.filter((message) => message.to.includes(to));
const replyAddress = (message) => /[^<>\s"]+\+t\.[^<>\s"]+/.exec(header(message.data, 'Reply-To'))[0];

// Sara has it in charge, the customer writes again, and she is told.
async function told(here) {
  const { sink, filo, browser, ticket } = here;
  const { fields } = findForm((await browser.get(`/tickets/${ticket}`)).text, /\/take$/);
  assert.equal((await browser.post(`/tickets/${ticket}/take`, fields)).status, 303);
  await filo.until(() => sent(sink, 'luca@bar.test').length === 1, 'the acknowledgement');
  const back = await filo.mailIn(letter({ from: 'Luca Bianchi <luca@bar.test>', to: replyAddress(sent(sink, 'luca@bar.test')[0]),
    subject: 'Re: La V2', text: 'E adesso perde acqua.\r\n\r\nIl 2 marzo 2026 alle 9:00 Filo ha scritto:\r\n> parole vecchie' }));
  assert.equal(back.out.ticket, ticket);
  await filo.until(() => sent(sink, SARA).length === 1, 'the notice');
  return sent(sink, SARA)[0];
}

eachEngine('a reply from the phone to the notice becomes the answer to the customer', async (t, engine) => {
  const here = await desk(t, engine);
  const { sink, filo, browser, ticket } = here;
  assert.equal(sent(sink, SARA).length, 0, 'nobody had it in charge: she asked for her own ones');
  await browser.post(`/tickets/${ticket}/messages`, { ...findForm((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/).fields, kind: 'note', text: 'Nota interna' });
  const notice = await told(here);
  const words = textBody(notice.data).replaceAll('\r\n', '\n');
  assert.match(words, /Luca Bianchi ha scritto sulla richiesta \d+:\n\nE adesso perde acqua\.\n/);
  assert.doesNotMatch(words, /parole vecchie|Non scalda|Nota interna/, 'nothing beyond the new message');
  assert.equal(headersOf(notice.data).get('auto-submitted')[0], 'auto-generated');
  assert.match(header(notice.data, 'Subject'), new RegExp(`\\[#${ticket}\\] Luca Bianchi: La V2`));

  const picture = Buffer.from('immagine della valvola').toString('base64');
  const quoted = words.trimEnd().split('\n').map((line) => `> ${line}`).join('\r\n');
  const raw = letter({ from: `Sara <${SARA.toUpperCase()}>`, to: replyAddress(notice), subject: 'Re: avviso' }).split('\r\n\r\n')[0]
    .replace(/Content-Type:[^\r]*/, 'Content-Type: multipart/mixed; boundary=BB').replace(/\r\nContent-Transfer-Encoding:[^\r]*/, '');
  const mail = `${raw}\r\n\r\n--BB\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nChiuda il rubinetto, arrivo alle 9.\r\n\r\nIl giorno ven 27 nov 2026 alle ore 10:00 Caffemeccanica ha scritto:\r\n${quoted}\r\n`
    + `--BB\r\nContent-Type: image/jpeg; name="valvola.jpg"\r\nContent-Disposition: attachment; filename="valvola.jpg"\r\nContent-Transfer-Encoding: base64\r\n\r\n${picture}\r\n--BB--\r\n`;
  const taken = await filo.mailIn(mail);
  assert.deepEqual([taken.out.outcome, taken.out.ticket], ['answered', ticket]);
  await filo.until(() => sent(sink, 'luca@bar.test').length === 2, 'the answer to the customer');
  const answer = sent(sink, 'luca@bar.test')[1];
  const said = textBody(answer.data).replaceAll('\r\n', '\n');
  assert.match(said, /^-- ✂ --.*\n\nChiuda il rubinetto, arrivo alle 9\.\n\nIl .* Luca Bianchi ha scritto:\n> E adesso perde acqua\.\n+$/);
  assert.doesNotMatch(said + header(answer.data, 'From'), /caffemeccanica\.test|\/tickets\//, 'neither her address nor the notice\'s own words');
  assert.match(header(answer.data, 'From'), /<assistenza@filo\.test>/);
  assert.match(answer.data.toString(), new RegExp(picture), 'the photo goes along');
  assert.equal(headersOf(answer.data).has('auto-submitted'), false, 'a person wrote it');
  const page = textOf((await browser.get(`/tickets/${ticket}`)).text);
  assert.match(page, /Sara Conti.*Chiuda il rubinetto/);
  assert.match(page, /valvola\.jpg/);
  await filo.mailIn(mail); // the phone sends it twice
  assert.equal(sent(sink, 'luca@bar.test').length, 2);
  assert.equal(sent(sink, SARA).length, 1, 'no notice of one\'s own words');
  const { code, stdout, stderr } = await filo.check();
  assert.equal(code, 0, stdout + stderr);
});

// Thunderbird answers below the quotation, some answer between its lines, and some programs quote with no ">" at all.
eachEngine('what is written below or between the notice is the answer, and nothing of the notice leaves', async (t, engine) => {
  const here = await desk(t, engine);
  const { sink, filo, browser, ticket } = here;
  const notice = await told(here);
  const lines = textBody(notice.data).trimEnd().split(/\r?\n/);
  const quoted = lines.map((line) => `> ${line}`);
  const reply = (text) => filo.mailIn(letter({ from: SARA, to: replyAddress(notice), subject: 'Re: avviso', text }));
  const leaves = async (text) => {
    const before = sent(sink, 'luca@bar.test').length;
    assert.equal((await reply(text)).out.outcome, 'answered');
    await filo.until(() => sent(sink, 'luca@bar.test').length > before, 'the answer to the customer');
    return textBody(sent(sink, 'luca@bar.test')[before].data).replaceAll('\r\n', '\n');
  };
  const below = await leaves(['Il 27/11/2026 10:00, Caffemeccanica ha scritto:', ...quoted, '', 'Chiuda il rubinetto.'].join('\r\n'));
  assert.match(below, /Chiuda il rubinetto\./);
  const between = await leaves([...quoted.slice(0, 4), 'Da dove?', ...quoted.slice(4), '', 'Attendo sue.'].join('\r\n'));
  assert.match(between, /Da dove\?\n+Attendo sue\./);
  for (const said of [below, between]) assert.doesNotMatch(said, /ha scritto sulla richiesta|\/tickets\/|Risponda a questa mail/);

  const before = sink.messages.length;
  const unclear = await reply(['-----Messaggio originale-----', ...lines, '', 'Arrivo tra un\'ora.'].join('\r\n'));
  assert.equal(unclear.out.outcome, 'appended', 'it cannot be told apart: a note for a person');
  assert.match(textOf((await browser.get(`/tickets/${ticket}`)).text), /Arrivo tra un'ora\./);
  await filo.until(() => sent(sink, SARA).length === 2, 'she hears of it');
  const said = sent(sink, SARA)[1];
  assert.match(header(said.data, 'Subject'), new RegExp(`\\[#${ticket}\\] Non arrivata al cliente: La V2`));
  assert.match(textBody(said.data), /non è partita: è rimasta come nota[^]*Arrivo tra un'ora\./);
  assert.equal(sink.messages.length, before + 1, 'nothing to the customer');
  const second = await filo.mailIn(letter({ from: SARA, to: replyAddress(said), subject: 'Re: avviso', text: 'Arrivo tra un\'ora, davvero.' }));
  assert.equal(second.out.outcome, 'answered', 'her answer to that goes to the customer');
  await filo.until(() => sent(sink, 'luca@bar.test').some(({ data }) => /davvero/.test(textBody(data))), 'the answer');
});

// Refused when it is handed over, or reported later; one mail for each reply, and none of what was written on the page.
eachEngine('a reply by mail that does not reach the customer is told its author, once', async (t, engine) => {
  const here = await desk(t, engine);
  const { sink, filo, browser, ticket } = here;
  const notice = await told(here);
  const unsent = () => sent(sink, SARA).filter(({ data }) => /Non arrivata al cliente/.test(header(data, 'Subject')));
  const reply = async (text) => assert.equal((await filo.mailIn(letter({ from: SARA, to: replyAddress(notice), subject: 'Re: avviso', text }))).out.outcome, 'answered');
  sink.rules.push({ at: 'rcpt', match: /luca@/, reply: '550 5.7.1 non accettiamo posta da voi', times: 3 });
  await reply('Passo domani.');
  await filo.until(() => unsent().length === 1, 'she hears that it was refused');
  assert.match(textBody(unsent()[0].data), /non è arrivata al cliente[^]*Passo domani\.[^]*\/tickets\//);
  assert.equal(headersOf(unsent()[0].data).get('auto-submitted')[0], 'auto-generated');

  const [{ id }] = await filo.rows("SELECT outbox_id AS id FROM outbox WHERE purpose = 'answer' AND state = 'failed'");
  assert.equal((await browser.post(`/tray/outgoing/${id}/again`, {})).status, 303);
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'failed' AND attempts = 2")) === 1, 'it to be refused again');
  assert.equal((await browser.submit((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/, { kind: 'reply', text: 'Scritta qui.' })).status, 303);
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'failed'")) === 2, 'that of the page to be refused');

  sink.rules.length = 0;
  await reply('Passo dopodomani.');
  await filo.until(() => sent(sink, 'luca@bar.test').length === 2, 'this one was taken');
  const answer = sent(sink, 'luca@bar.test')[1];
  await filo.until(async () => Number(await filo.count(`FROM outbox WHERE external_id = '${header(answer.data, 'Message-ID').slice(1, -1)}' AND state = 'sent'`)) === 1, 'it to be noted');
  const report = `Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: ${answer.from}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n`
    + 'Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n'
    + '--B\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n'
    + 'Final-Recipient: rfc822; luca@bar.test\r\nAction: failed\r\nStatus: 5.1.1\r\n'
    + `--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${header(answer.data, 'Message-ID')}\r\n--B--\r\n`;
  await filo.mailIn(report);
  await filo.until(() => unsent().length === 2, 'she hears of the report');
  assert.match(textBody(unsent()[1].data), /Passo dopodomani\./);
  assert.equal(Number(await filo.count("FROM outbox WHERE idempotency_key LIKE 'unsent:%'")), 2, 'one for each reply by mail');
  const { code, stdout, stderr } = await filo.check();
  assert.equal(code, 0, stdout + stderr);
});

eachEngine('from any other address it never leaves, and a robot\'s is nothing', async (t, engine) => {
  const here = await desk(t, engine);
  const { sink, filo, browser, ticket } = here;
  const notice = await told(here);
  const to = replyAddress(notice);
  const before = sink.messages.length;
  for (const from of ['ladro@x.test', 'luca@bar.test']) {
    const { out } = await filo.mailIn(letter({ from, to, subject: 'Re', text: `Parole di ${from}` }));
    assert.deepEqual([out.ticket, out.outcome], [ticket, 'appended']);
  }
  const away = await filo.mailIn(letter({ from: SARA, to, subject: 'Assente', text: 'Sono in ferie.', more: ['Auto-Submitted: auto-replied'] }));
  assert.equal(away.out.outcome, 'ignored');
  // Her address alone, an answer to the notice's id, without its secret address (A05).
  const guessed = await filo.mailIn(letter({ from: SARA, subject: `Re: [#${ticket}]`, text: 'Senza indirizzo', inReplyTo: header(notice.data, 'Message-ID') }));
  assert.notEqual(guessed.out.ticket, ticket);
  await filo.until(() => sent(sink, SARA).length === 2, 'the acknowledgement of that new request');
  await new Promise((done) => { setTimeout(done, 500); });
  assert.equal(sink.messages.length, before + 1, 'nothing else left');
  const page = textOf((await browser.get(`/tickets/${ticket}`)).text);
  assert.match(page, /Parole di ladro@x\.test/, 'the staff sees it');
  assert.doesNotMatch(page, /Sono in ferie/);
  assert.equal(Number(await filo.count(`FROM participant WHERE ticket_id = ${ticket} AND address_key = 'ladro@x.test'`)), 0);
  assert.equal(Number(await filo.count(`FROM message WHERE ticket_id = ${ticket} AND direction = 'out'`)), 0);
});

// Aruba, Register and Libero take no address with a plus: a reply would be a new request, so none is asked for.
eachEngine('a mailbox without plus addresses asks for the answer on the page', async (t, engine) => {
  const { sink, filo, browser, ticket } = await desk(t, engine, { plus: false });
  await browser.submit((await browser.get(`/tickets/${ticket}`)).text, /\/take$/, {});
  await filo.mailIn(letter({ from: 'luca@bar.test', subject: `Re: [#${ticket}]`, text: 'E adesso perde acqua.' }));
  await filo.until(() => sent(sink, SARA).length === 1, 'the notice');
  const notice = sent(sink, SARA)[0], words = textBody(notice.data);
  assert.doesNotMatch(words, /Risponda a questa mail/);
  assert.match(words, /Per rispondere al cliente apra la richiesta: una risposta a questa mail non gli arriva\.\s+http\S+\/tickets\//);
  assert.equal(headersOf(notice.data).has('reply-to'), false, 'there is no address for it');
});

eachEngine('nobody is told who did not ask, and a team only of what nobody has', async (t, engine) => {
  const quiet = await desk(t, engine, { asks: null });
  await quiet.filo.until(() => quiet.sink.messages.length === 1, 'the acknowledgement alone');
  const here = await desk(t, engine, { asks: { team: '1' } });
  await here.filo.until(() => sent(here.sink, SARA).length === 1, 'the notice to the team');
  const { fields } = findForm((await here.browser.get(`/tickets/${here.ticket}`)).text, /\/take$/);
  await here.browser.post(`/tickets/${here.ticket}/take`, fields);
  await here.filo.mailIn(letter({ from: 'luca@bar.test', subject: `[#${here.ticket}]`, text: 'Ancora io' }));
  await new Promise((done) => { setTimeout(done, 500); });
  assert.equal(sent(here.sink, SARA).length, 1);
  assert.equal(quiet.sink.messages.length, 1);
});
