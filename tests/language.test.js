// SPDX-License-Identifier: EUPL-1.2
// Who is written to in which language: what a person said of the customer, else their own words, else the house's; and from
// the first acknowledgement to the last notice the same one, until a person corrects it. The house speaks Italian.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const JOHN = 'john@bar.test';
const SARA = 'sara@caffe.test';
const ENGLISH = 'Hello,\r\n\r\nmy coffee machine does not work and it is leaking. Could you help us?\r\n\r\nJohn';
const ITALIAN = 'Buongiorno,\r\n\r\nla macchina del caffè non parte e perde acqua.\r\n\r\nLuca';
const ACKNOWLEDGED = { en: /We have received your request/, it: /Abbiamo ricevuto la Sua richiesta/ };
const MARKER = { en: '-- ✂ -- You can reply above this line', it: '-- ✂ -- Può rispondere scrivendo sopra questa riga' };

async function desk(t, engine, mailbox = []) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more: mailbox });
  await filo.execute(`INSERT INTO product (name, sort_key, role, kind, active, version)
    VALUES ('Macchina Espresso 2', 'macchina espresso 2', 'resold', 'goods', 1, 1)`);
  await filo.execute(`UPDATE staff SET email = '${SARA}' WHERE login = '${ADMIN.login}'`);
  await filo.start();
  const browser = await filo.signIn();
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const languageOf = async (ticket) => (await filo.rows(`SELECT language FROM ticket WHERE ticket_id = ${ticket}`))[0].language;
  // The nth mail to somebody, from 0 on; earlier ones were looked at.
  const mail = async (to, at) => {
    const mails = () => sink.messages.filter((message) => message.to.includes(to));
    await filo.until(() => mails().length > at, `mail ${at} to ${to}`);
    return mails()[at].data;
  };
  const open = async (from, given) => {
    const { out } = await filo.mailIn(letter({ from, ...given }));
    assert.equal(out.outcome, 'opened');
    return { ticket: out.ticket, acknowledgement: await mail(from, 0) };
  };
  const answer = async (ticket, text) =>
    assert.equal((await browser.submit(await page(ticket), /\/messages$/, { text })).status, 303);
  return { filo, browser, page, languageOf, mail, open, answer };
}

const languageFrom = (data) => {
  const spoken = ['en', 'it'].filter((one) => ACKNOWLEDGED[one].test(header(data, 'Subject')));
  assert.equal(spoken.length, 1, header(data, 'Subject'));
  assert.ok(textBody(data).includes(MARKER[spoken[0]]), 'the marker speaks another language than the subject');
  return spoken[0];
};

const optionOf = (html, select) => [...new RegExp(`<select[^>]*name="${select}"[^>]*>([^]*?)</select>`).exec(html)[1]
  .matchAll(/<option value="([^"]+)"/g)][0][1];

eachEngine('a letter in English is answered in English to the end, though the house speaks Italian', async (t, engine) => {
  const { filo, browser, page, languageOf, mail, open, answer } = await desk(t, engine);
  const { ticket, acknowledgement } = await open(JOHN, { subject: 'V2', text: ENGLISH });
  assert.equal(languageFrom(acknowledgement), 'en');
  assert.match(textBody(acknowledgement), /You will hear from us by/);
  assert.match(textOf(await page(ticket)), /Lingua Inglese/);

  await answer(ticket, 'We come tomorrow at nine.');
  const answered = textBody(await mail(JOHN, 1));
  assert.ok(answered.includes(MARKER.en), answered);
  assert.match(answered, /On \d+ \w+ \d{4} at [\d:]+ john@bar\.test wrote:/);

  // The link's page: in their language, unless they choose the other.
  const [link] = /http\S+\/track\/\S+/.exec(textBody(acknowledgement));
  const path = new URL(link).pathname;
  const guest = filo.browser();
  assert.match((await guest.get(path, { headers: { 'Accept-Language': 'it' } })).text, /<html lang="en"/);
  assert.equal((await guest.post('/preferences', { lang: 'it', return_to: path })).status, 303);
  assert.match((await guest.get(path)).text, /<html lang="it"/);

  const html = await page(ticket);
  assert.equal((await browser.submit(html, /\/resolve$/, { product: 'Macchina Espresso 2', solution_id: '', solution: 'Descaled',
    symptom: optionOf(html, 'symptom'), cause: optionOf(html, 'cause'), remedy: optionOf(html, 'remedy'), minutes: '25' })).status, 303);
  assert.match(textBody(await mail(JOHN, 2)), new RegExp(`we have marked your request ${ticket} as solved`));

  // They go on in Italian: the request keeps its language, which a person may change.
  assert.equal((await filo.mailIn(letter({ from: JOHN, subject: `Re: [#${ticket}]`, text: ITALIAN }))).out.outcome, 'reopened');
  assert.equal(await languageOf(ticket), 'en');
  assert.equal((await filo.check()).code, 0);
});

eachEngine('Italian stays Italian; what does not tell is answered in the house\'s language, or in what the mail says of itself', async (t, engine) => {
  const { languageOf, open } = await desk(t, engine);
  const cases = [
    ['italian@bar.test', { text: ITALIAN }, 'it'],
    ['three@bar.test', { subject: 'E12', text: 'Please call me' }, 'it'],
    ['numbers@bar.test', { subject: '33612', text: '33612 0733 960000' }, 'it'],
    ['french@bar.test', { subject: 'V2', text: 'Bonjour, la machine ne marche pas et le voyant est rouge. Merci' }, 'it'],
    ['header@bar.test', { subject: '33612', text: '33612', more: ['Content-Language: en-GB'] }, 'en'],
    ['outlook@bar.test', { subject: 'V2', text: ITALIAN, more: ['Content-Language: en-US'] }, 'it'],
    ['quoting@bar.test', { subject: 'V2', text: `Still broken, and we need it.\r\n\r\nOn 2 Mar 2026 at 10:12, Anna wrote:\r\n${ITALIAN.replace(/^/gm, '> ')}` }, 'en'],
  ];
  for (const [from, given, expected] of cases) {
    const { ticket, acknowledgement } = await open(from, given);
    assert.equal(languageFrom(acknowledgement), expected, from);
    assert.equal(await languageOf(ticket), expected, from);
  }
});

eachEngine('what a person wrote down of the customer counts more than their words; who wrote by themselves is nobody\'s word', async (t, engine) => {
  const { filo, browser, languageOf, open } = await desk(t, engine);
  const ofParty = async (address) => (await filo.rows(`SELECT p.party_id, p.language FROM party p, contact_point c
    WHERE c.party_id = p.party_id AND c.value_key = '${address}'`))[0];
  const first = await open(JOHN, { subject: 'V2', text: ITALIAN });
  assert.equal(languageFrom(first.acknowledgement), 'it');
  assert.equal((await ofParty(JOHN)).language, '', 'the customer was made from a mail');

  // Their form says that nobody said; saved as it is, it still does.
  const { party_id: john } = await ofParty(JOHN);
  const form = async () => (await browser.get(`/parties/${john}/edit`)).text;
  assert.match(await form(), /<option value="" selected>Quella in cui scrive/);
  assert.equal((await browser.submit(await form(), new RegExp(`/parties/${john}$`))).status, 303);
  assert.equal((await ofParty(JOHN)).language, '');
  assert.equal((await browser.submit(await form(), new RegExp(`/parties/${john}$`), { language: 'en' })).status, 303);
  assert.equal((await ofParty(JOHN)).language, 'en');

  const second = (await filo.mailIn(letter({ from: JOHN, subject: 'Altro', text: 'Grazie, buongiorno' }))).out;
  assert.equal(second.outcome, 'opened');
  assert.equal(await languageOf(second.ticket), 'en');
  assert.equal(await languageOf(first.ticket), 'it', 'an open request does not change by itself');
});

eachEngine('corrected on the request, by page or by program, the next mail is in that language', async (t, engine) => {
  const { filo, browser, page, languageOf, mail, open, answer } = await desk(t, engine);
  const { ticket, acknowledgement } = await open(JOHN, { subject: 'E12', text: 'E12 33612' });
  assert.equal(languageFrom(acknowledgement), 'it');
  const facts = async () => findForm(await page(ticket), /\/facts$/).fields;
  assert.equal((await facts()).language, 'it');
  assert.equal((await browser.submit(await page(ticket), /\/facts$/, { language: 'en' })).status, 303);
  assert.equal((await facts()).language, 'en');
  assert.match(textOf(await page(ticket)), /lingua della richiesta: Inglese/);
  await answer(ticket, 'We come tomorrow.');
  assert.ok(textBody(await mail(JOHN, 1)).includes(MARKER.en));

  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read,ticket.write', '--as', 'sara'], { mustWork: true });
  const api = async (path, body) => {
    const told = await fetch(`${filo.url}/api/v1/tickets${path}`, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${stdout.trim()}`, 'Content-Type': 'application/json' } });
    return { status: told.status, json: await told.json() };
  };
  assert.equal((await api(`/${ticket}/details`, { language: 'fr' })).status, 400);
  assert.equal(await languageOf(ticket), 'en');
  assert.equal((await api(`/${ticket}/details`, { language: 'it' })).status, 200);
  assert.equal((await api(`/${ticket}`)).json.language, 'it');
  await answer(ticket, 'Veniamo domani.');
  assert.ok(textBody(await mail(JOHN, 2)).includes(MARKER.it));

  // A request that a program brings: its text tells, unless the program does.
  const brought = async (more) => (await api('', { subject: 'V2', text: ENGLISH, name: 'Ann', ...more })).json.id;
  assert.equal(await languageOf(await brought({ email: 'ann@bar.test' })), 'en');
  assert.equal(await languageOf(await brought({ email: 'ann@bar.test', language: 'it' })), 'it');
  assert.equal((await filo.check()).code, 0);
});

eachEngine('what a colleague passes on is in the customer\'s language, not in the colleague\'s', async (t, engine) => {
  const { filo, browser, page, languageOf, mail } = await desk(t, engine, ['--auth-server', 'mx.filo.test']);
  const pass = async (from, ...more) => (await filo.mailIn(letter({ from: `Sara Conti <${SARA}>`, subject: 'I: V2', more: ['Content-Language: it', ...more],
    text: `Buongiorno, questa \u00e8 della macchina nuova: chi la prende?\r\n\r\n---------- Forwarded message ---------\r\nDa: John Brown <${from}>\r\nDate: mar 3 mar 2026 alle ore 10:12\r\nSubject: V2\r\nTo: <${SARA}>\r\n\r\n\r\n${ENGLISH}\r\n` }))).out;
  const vouched = await pass(JOHN, 'Authentication-Results: mx.filo.test; dmarc=pass header.from=caffe.test; dkim=pass header.d=caffe.test');
  assert.equal(languageFrom(await mail(JOHN, 0)), 'en');
  assert.equal(await languageOf(vouched.ticket), 'en');

  // Where nobody vouches it is Sara's own request until it is pressed.
  const { ticket } = await pass('ann@bar.test');
  assert.equal(await languageOf(ticket), 'it');
  assert.equal((await browser.submit(await page(ticket), /\/forward$/)).status, 303);
  assert.equal(await languageOf(ticket), 'en');
  assert.equal((await filo.check()).code, 0);
});
