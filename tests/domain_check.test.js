// SPDX-License-Identifier: EUPL-1.2
// The page that says whether others trust mail from the company's domain: what stands in DNS comes in, what is right, what
// is wrong and the line that mends it is seen, in words. A DNS that does not answer makes nothing red.
// timeout: 300
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findForm, textOf } from './support/page.js';
import { openChromium, THEMES } from './support/chromium.js';
import { startDns } from './support/dns_server.js';
import { ADMIN, eachEngine, ENGINES, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startSink } from './support/smtp_sink.js';

const PAGE = '/settings/mail/domain';
const API = '/api/v1/mail/domains';
// RFC 6376, appendix C: 1024 bits. The other was made by OpenSSL: 2048.
const KEY_1024 = 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';
const KEY_2048 = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuKZBqzUAIalPpnod3n9YLt7QMwIB4jkVXmGcA/XZSSh1dockcm1nzIXNY+GfbI3s6kjv9+phCZLPg5R3QJXj8jrY56zIsi/Fs6o7EKNRtpcphJe0sHtlczJDBsU/EHyzW54D11foLQ6fcGrAYx3ahv2mjVBGoIZ65bmXosA7sCzg49QfQFdTanJq0Ty7qNRRVrL/qbhCPQoAWvJofH3f60mxf905ocSjBE2BgGiQjmStBnUYFuj3pXnND1XcX/c+om64ruzrHacvr8sxVkTeP1t5GQnsHUh3dJgkCw34/iCo8fb9w5pbx3WoDQfqZ/5u7ey6H70/+5nCTRcwq44cfQIDAQAB';

const GOOD = () => ({
  'bar.test': { MX: [[10, 'mx.bar.test']], TXT: ['site-verification=1', 'v=spf1 include:_spf.aruba.it ~all'] },
  '_spf.aruba.it': { TXT: ['v=spf1 ip4:192.0.2.0/24 ~all'] },
  's1._domainkey.bar.test': { CNAME: 'bar.keys.test' },
  'bar.keys.test': { TXT: [`v=DKIM1; k=rsa; p=${KEY_2048}`] },
  '_dmarc.bar.test': { TXT: ['v=DMARC1; p=quarantine; rua=mailto:info@bar.test'] },
});

async function addMailbox(filo, name, address, host) {
  await filo.stop();
  await filo.command(['mailbox', '--name', name, '--address', address, '--smtp-host', host, '--smtp-port', '465', '--smtp-tls', 'implicit'],
    { mustWork: true });
  await filo.start();
}

// A company with one mailbox at bar.test that sends through Aruba; nobody connects there.
async function startDesk(t, engine, zone, { address = 'info@bar.test', host = 'smtps.aruba.it' } = {}) {
  const dns = await startDns(zone);
  t.after(() => dns.close());
  const filo = await startFilo({ engine, env: { FILO_DNS: dns.address } });
  t.after(() => filo.remove());
  await addMailbox(filo, 'info', address, host);
  return { dns, filo, admin: await filo.signIn() };
}

async function findings(filo, query = '') {
  const made = await filo.command(['token', 'create', '--name', `dns${Math.random()}`, '--scopes', 'settings.read', '--as', ADMIN.login], { mustWork: true });
  const answer = await filo.browser().request('GET', `${API}${query}`, { headers: { Authorization: `Bearer ${made.stdout.trim()}` } });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).items;
}

eachEngine('a domain in order is said to be, and what is published wrong is told with the line that mends it', async (t, engine) => {
  const { dns, filo, admin } = await startDesk(t, engine, GOOD());
  const seen = textOf((await admin.get(PAGE)).text);
  assert.match(seen, /La posta di bar\.test ha tutto ciò che serve/);
  assert.match(seen, /Le risposte dei clienti arrivano a: mx\.bar\.test/);
  assert.match(seen, /Comprende il server da cui spedite, smtps\.aruba\.it/);
  assert.match(seen, /s1\._domainkey\.bar\.test: 2\.048 bit/);
  assert.match(seen, /finisce nello spam \(p=quarantine\)/);
  assert.doesNotMatch(seen, /Da rimediare|Non si è potuto/);

  dns.zone['bar.test'].TXT = ['v=spf1 a +all'];
  dns.zone['_dmarc.bar.test'].TXT = ['v=DMARC1; p=none'];
  dns.zone['bar.keys.test'].TXT = [`p=${KEY_1024}`];
  const wrong = (await admin.get(PAGE)).text;
  assert.match(textOf(wrong), /Gli altri possono rifiutare la posta di bar\.test/);
  assert.match(textOf(wrong), /Finisce con \+all/);
  assert.match(textOf(wrong), /ma di 1\.024 bit/);
  assert.match(wrong, /<code>v=spf1 a include:_spf\.aruba\.it ~all<\/code>/);
  assert.match(wrong, /<code>_dmarc\.bar\.test<\/code>/);
  const [one] = await findings(filo);
  assert.equal(one.mark, 'bad');
  assert.deepEqual(one.findings.filter(({ part }) => part === 'spf').map(({ mark, line_value: line }) => [mark, line]), [
    ['bad', 'v=spf1 a include:_spf.aruba.it ~all'], ['bad', 'v=spf1 a include:_spf.aruba.it ~all']]);
});

eachEngine('a DNS that refuses, lies or says nothing makes nothing red, and the page comes all the same', async (t, engine) => {
  const { dns, filo, admin } = await startDesk(t, engine, GOOD());
  for (const how of ['servfail', 'refuse', 'cut', 'other', 'silent']) {
    dns.how = { '*': how };
    const seen = textOf((await admin.get(PAGE)).text);
    assert.match(seen, /Di bar\.test non si è potuto sapere tutto/, how);
    assert.doesNotMatch(seen, /Da rimediare/, how);
    const [one] = await findings(filo);
    assert.deepEqual([...new Set(one.findings.map(({ mark }) => mark))], ['unknown'], how);
  }
  dns.how = { '_dmarc.bar.test': 'servfail' };
  const [one] = await findings(filo);
  assert.deepEqual(one.findings.filter(({ mark }) => mark !== 'good').map(({ part, mark }) => [part, mark]), [['dmarc', 'unknown']]);
});

eachEngine('an answer that is cut is asked for again by TCP', async (t, engine) => {
  const zone = GOOD();
  zone['bar.test'].TXT.unshift(...Array.from({ length: 9 }, (_, at) => `verification-${at}=${'x'.repeat(90)}`));
  const { dns, admin } = await startDesk(t, engine, zone);
  dns.how = { '_dmarc.bar.test': 'truncate' };
  assert.match(textOf((await admin.get(PAGE)).text), /La posta di bar\.test ha tutto ciò che serve/);
  assert.ok(dns.asked.includes('tcp bar.test TXT') && dns.asked.includes('tcp _dmarc.bar.test TXT'), dns.asked.join('\n'));
  assert.ok(!dns.asked.includes('tcp bar.test MX'), 'what fits is not asked for twice');
});

eachEngine('the selector that somebody knows is looked at; one that is none is told so', async (t, engine) => {
  const zone = GOOD();
  delete zone['s1._domainkey.bar.test'];
  zone['filo2026._domainkey.bar.test'] = { TXT: ['v=DKIM1; p='] };
  const { filo, admin } = await startDesk(t, engine, zone);
  const before = await admin.get(PAGE);
  assert.match(textOf(before.text), /Con i nomi più comuni non si è trovata nessuna chiave/);
  assert.equal(findForm(before.text, /\/settings\/mail\/domain$/).fields.selector, '');
  assert.match(textOf((await admin.get(`${PAGE}?selector=filo2026`)).text), /filo2026\._domainkey\.bar\.test è stata ritirata/);
  const bad = await admin.get(`${PAGE}?selector=${encodeURIComponent('a b;')}`);
  assert.equal(bad.status, 422);
  assert.match(textOf(bad.text), /Un selettore ha lettere, cifre/);
  assert.equal((await findings(filo, '?selector=filo2026'))[0].findings.find(({ part }) => part === 'dkim').mark, 'bad');
});

eachEngine("the selector is learnt from the mailbox's own test that came back, and from nothing that others write", async (t, engine) => {
  const zone = GOOD();
  delete zone['s1._domainkey.bar.test'];
  zone['k7._domainkey.bar.test'] = { TXT: [`v=DKIM1; k=rsa; p=${KEY_2048}`] };
  const { filo, admin } = await startDesk(t, engine, zone);
  const sink = await startSink();
  t.after(() => sink.close());
  await filo.stop();
  await filo.setMailbox('info', { port: sink.port, address: 'info@bar.test' });
  await filo.start();
  const signed = (selector, data) => `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=bar.test;\r\n\ts=${selector}; h=from:to; bh=MTIz; b=YWJj\r\n${data}`;
  const known = async () => (await filo.rows("SELECT value FROM setting WHERE setting_key = 'mail.dkim_selectors'")).map(({ value }) => value);

  await filo.mailIn(signed('evil', letter({ from: 'Eva <eva@ladri.test>', to: 'info@bar.test', id: 'eva@ladri.test' })), { mailbox: 'info' });
  assert.deepEqual(await known(), []);
  const mailbox = '/settings/mailboxes/1';
  const tried = admin.get(mailbox).then(({ text }) => admin.submit(text, /test$/, { to: '' }));
  const isTest = ({ data }) => /^Message-ID: <0\.0\./m.test(data.toString());
  await filo.until(() => sink.messages.some(isTest), 'the test to leave');
  await filo.mailIn(signed('k7', sink.messages.find(isTest).data.toString()), { mailbox: 'info' });
  await filo.until(() => sink.messages.filter(isTest).length === 2, 'the one to the plus address');
  await filo.mailIn(sink.messages.filter(isTest)[1].data, { mailbox: 'info' });
  await tried;
  assert.deepEqual(await known(), ['bar.test k7']);
  const seen = textOf((await admin.get(PAGE)).text);
  assert.match(seen, /k7\._domainkey\.bar\.test: 2\.048 bit/);
  assert.match(seen, /Il selettore k7 è quello con cui è firmato un vostro messaggio/);
});

eachEngine('reports that would go to somebody who does not want them are told, with the line that allows them', async (t, engine) => {
  const { dns, filo, admin } = await startDesk(t, engine, GOOD());
  dns.zone['_dmarc.bar.test'].TXT = ['v=DMARC1; p=reject; rua=mailto:bar@resoconti.test'];
  const page = (await admin.get(PAGE)).text;
  assert.match(textOf(page), /I resoconti andrebbero a resoconti\.test, che non ha scritto nel DNS di volerli/);
  const [{ findings: told }] = await findings(filo);
  const { mark, line_name: name, line_value: value } = told.find(({ text }) => /resoconti/.test(text));
  assert.deepEqual([mark, name, value], ['advice', 'bar.test._report._dmarc.resoconti.test', 'v=DMARC1']);
  dns.zone[name] = { TXT: [value] };
  assert.match(textOf((await admin.get(PAGE)).text), /La posta di bar\.test ha tutto ciò che serve/);
});

test("a provider's domain is not blamed nor asked about; the company's beside it is", async (t) => {
  const { dns, filo, admin } = await startDesk(t, ENGINES[0], GOOD(), { address: 'bar@gmail.com', host: 'smtp.gmail.com' });
  const seen = (await admin.get(PAGE)).text;
  assert.match(textOf(seen), /gmail\.com è di un fornitore, non della vostra azienda/);
  assert.doesNotMatch(seen, /name="selector"/);
  assert.deepEqual(dns.asked, []);
  await addMailbox(filo, 'due', 'info@bar.test', 'smtps.aruba.it');
  const both = await findings(filo);
  assert.deepEqual(both.map(({ domain, kind, mark }) => [domain, kind, mark]), [['gmail.com', 'everybodys', 'good'], ['bar.test', 'ours', 'good']]);
});

test('a server that is no address is refused at the start', async (t) => {
  const filo = await startFilo({});
  t.after(() => filo.remove());
  await filo.stop();
  const wrong = await filo.command(['serve', '--dns', 'casa']);
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.stderr, /--dns 'casa' is no ADDRESS:PORT/);
});

for (const language of ['it', 'en'])
  for (const theme of THEMES)
    for (const width of [1440, 375])
      test(`the page at ${width} px, ${theme}, ${language}`, async (t) => {
        const zone = GOOD();
        zone['bar.test'].TXT = ['v=spf1 a:www.bar.test +all'];
        zone['www.bar.test'] = { A: ['192.0.2.7'] };
        delete zone['_dmarc.bar.test'];
        const { dns, filo } = await startDesk(t, ENGINES[0], zone);
        dns.how = { '_spf.aruba.it': 'servfail' };
        const chromium = await openChromium(t, { theme, width, language });
        await chromium.signIn(filo);
        await chromium.page.evaluate((body) => fetch('/preferences', { method: 'POST', body: new URLSearchParams(body) }), { lang: language, return_to: '/' });
        await chromium.page.goto(`${filo.url}${PAGE}`);
        assert.equal(await chromium.page.locator('code', { hasText: 'v=spf1 a:www.bar.test include:_spf.aruba.it ~all' }).count() > 0, true);
        await chromium.fits('domain');
        await chromium.axe('domain');
        await chromium.shot(`settings-domain-${language}`);
        assert.deepEqual(chromium.faults, []);
      });
