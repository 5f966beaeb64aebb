// SPDX-License-Identifier: EUPL-1.2
// timeout: 240
// A mailbox signs in with what its owner allowed (OAuth 2.0): an authorisation server written from the RFCs, whose tokens a
// real Dovecot judges by itself, for IMAP (OAUTHBEARER) and for Postfix's submission (XOAUTH2).
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { startOauthServer } from './support/oauth_server.js';
import { findForm, textOf, unescapeHtml } from './support/page.js';
import { parseMetrics } from './support/prometheus.js';
import { startSink } from './support/smtp_sink.js';

const PAGE = '/settings/mailboxes/1';
const SENT = /Funziona: il server 127.0.0.1 ha preso in consegna il messaggio per \w+\./;
const WAY_BACK = '/settings/oauth/own';
const addressOf = (engine, name = 'assistenza') => `${name}.${engine}@filo.test`;
const customerOf = (engine, name = 'luca') => `${name}.${engine}@bar.test`;
let mail;

before(async () => {
  const users = {};
  for (const engine of ['sqlite', 'postgresql'])
    for (const user of [addressOf(engine), addressOf(engine, 'rinnovo'), addressOf(engine, 'altrove'), addressOf(engine, 'interrotta'),
      customerOf(engine), customerOf(engine, 'anna'), customerOf(engine, 'rita'), customerOf(engine, 'nina')]) users[user] = 'segreta';
  mail = await startMailStack({ users, oauthbearer: true });
});
after(() => mail?.stop());

// A desk whose mailbox signs in with a password; its certificate authority can only be said on the command line.
class Desk {
  static async open(t, engine, name) {
    const desk = new Desk();
    desk.address = addressOf(engine, name);
    desk.filo = await startFilo({ engine, serve: false });
    t.after(() => desk.filo.remove());
    await desk.command();
    await desk.filo.start();
    desk.admin = await desk.filo.signIn();
    desk.server = await startOauthServer({ mail, redirects: [`${desk.filo.url}${WAY_BACK}`] });
    t.after(() => desk.server.close());
    return desk;
  }

  async command() {
    const password = this.filo.secretFile('password', 'segreta');
    await this.filo.command(['mailbox', '--name', 'assistenza', '--address', this.address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
      '--smtp-user', this.address, '--smtp-password-file', password, '--smtp-ca-file', mail.caFile, '--imap-host', '127.0.0.1',
      '--imap-port', `${mail.imapsPort}`, '--send-per-minute', '0'], { mustWork: true });
  }

  async text(path = PAGE) {
    return textOf((await this.admin.get(path)).text);
  }

  async change(fields) {
    return this.admin.submit((await this.admin.get(PAGE)).text, /mailboxes\/1$/, fields);
  }

  register(more = {}) {
    return this.change({ oauth_provider: 'own', oauth_client_id: this.server.client, oauth_client_secret: this.server.secret,
      oauth_authorize_url: `${this.server.url}/authorize`, oauth_token_url: `${this.server.url}/token`, oauth_scope: 'mail offline_access', ...more });
  }

  // Presses the button: the link to the provider.
  async begin(browser = this.admin) {
    const page = await browser.submit((await browser.get(PAGE)).text, /connect$/);
    assert.equal(page.status, 200, textOf(page.text));
    return unescapeHtml(/<a class="button primary" href="([^"]*)"/.exec(page.text)[1]);
  }

  comeBack(url, browser = this.admin) {
    return browser.get(`${url.pathname}${url.search}`, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
  }

  // There and back; what the page says then.
  async connect({ edit = () => {}, ...rules } = {}) {
    this.server.rules = rules;
    const url = await this.server.allow(await this.begin());
    edit(url);
    const answer = await this.comeBack(url);
    this.server.rules = {};
    return { answer, url, text: textOf(answer.text) };
  }

  // The page's test: to the mailbox itself, whose arrival is waited for, or to somebody.
  async attempt(to = '') {
    return textOf((await this.admin.submit((await this.admin.get(PAGE)).text, /test$/, { to })).text);
  }

  // Somebody writes: [number of the requests, what they get back] grow by one.
  async write(from, subject) {
    await mail.send({ from, to: [this.address], data: letter({ from: `Luca <${from}>`, to: this.address, subject }) });
  }

  async count(table) {
    return Number((await this.filo.rows(`SELECT count(*) AS n FROM ${table}`))[0].n);
  }

  // The token there is has ended, by our clock.
  ended() {
    return this.filo.until(async () => Number((await this.filo.rows('SELECT expires_at FROM mailbox_grant'))[0].expires_at) < Date.now(), 'the token ends');
  }

  renewals() {
    return this.server.calls.filter(({ grant }) => grant === 'refresh_token');
  }

  sent() {
    return this.filo.rows("SELECT outbox_id FROM outbox WHERE state = 'sent'");
  }
}

// They mostly wait for a mail server: all at once takes a quarter of the time, and no case sees another's mailbox.
describe('a mailbox and its permission', { concurrency: true }, () => {
  eachEngine('registered, connected, written to, answered: and nothing that comes back uninvited counts', async (t, engine) => {
    const desk = await Desk.open(t, engine);
    const { filo, admin, server } = desk;

    const addresses = await desk.text();
    for (const provider of ['google', 'microsoft', 'own']) assert.ok(addresses.includes(`${filo.url}/settings/oauth/${provider}`), provider);
    assert.match(textOf((await desk.register({ oauth_client_secret: '' })).text), /Scriva il segreto dell'applicazione/);
    assert.match(textOf((await desk.register({ oauth_token_url: 'http://10.0.0.1/token' })).text), /comincia con https/);
    assert.match(textOf((await desk.register({ oauth_provider: 'microsoft', oauth_tenant: '../x' })).text), /ID della directory o un suo dominio/);
    assert.equal((await desk.register()).status, 303);
    assert.deepEqual(await filo.rows('SELECT sealed_secret FROM channel_account'), [{ sealed_secret: null }], 'no password is kept beside it');
    assert.match(await desk.text(), /non è ancora collegata/);
    await filo.until(async () => /Manca il permesso/.test(await desk.text('/settings/mailboxes')), 'the list says what is missing');
    assert.match(await desk.attempt(), /Manca il permesso/);

    // what comes back uninvited
    const link = await desk.begin();
    const state = new URL(link).searchParams.get('state');
    assert.ok(!link.includes(encodeURIComponent(server.secret)) && !/verifier/.test(link));
    assert.equal(new URL(link).searchParams.get('code_challenge_method'), 'S256');
    const back = await server.allow(link);
    const uninvited = /Filo non aspettava questa risposta/;
    const wrong = new URL(back);
    wrong.searchParams.set('state', 'a'.repeat(32));
    for (const url of [wrong, new URL(WAY_BACK, filo.url), new URL(`${WAY_BACK}?code=x&state=%3Cb%3E`, filo.url)]) {
      const answer = await desk.comeBack(url);
      assert.equal(answer.status, 422);
      assert.match(textOf(answer.text), uninvited);
    }
    const other = await filo.signIn(); // the same person, another session
    assert.match(textOf((await desk.comeBack(back, other)).text), uninvited);
    assert.equal((await desk.comeBack(back, filo.browser())).status, 303, 'a stranger is asked to sign in');
    assert.equal((await admin.request('HEAD', `${back.pathname}${back.search}`)).status, 400, 'a look changes nothing');
    assert.deepEqual(server.calls, [], 'nobody asked for a token');

    // the invited one counts, once
    const done = await desk.comeBack(back);
    assert.equal(done.status, 303, textOf(done.text));
    assert.match(done.headers.location, /^\/settings\/mailboxes\/1\?/);
    assert.match(await desk.text(), /La casella è collegata/);
    assert.match(textOf((await desk.comeBack(back)).text), uninvited);
    assert.deepEqual(server.calls.map(({ grant, ok }) => [grant, ok]), [['authorization_code', true]]);
    assert.ok(state);

    // mail comes in and goes out
    await filo.until(async () => (await desk.count('mailbox_folder')) === 1, 'the mailbox is open');
    await desk.write(customerOf(engine), 'Non scalda');
    await filo.until(async () => (await desk.count('ticket')) === 1, 'the request');
    await mail.waitForMessages(customerOf(engine), 1);
    assert.match(mail.log(), new RegExp(`imap-login: Info: Login: user=<${desk.address.replaceAll('.', '\\.')}>, method=OAUTHBEARER`));
    assert.match(mail.log(), new RegExp(`sasl_method=XOAUTH2, sasl_username=${desk.address.replaceAll('.', '\\.')}`, 'i'));
    assert.match(await desk.attempt(), /Funziona/);
    assert.deepEqual(desk.renewals(), [], 'a good token is not renewed');

    // another no each time; what there was goes on
    assert.match((await desk.connect({ deny: 'access_denied' })).text, /Il permesso non è stato dato.* perché <b>no<\/b>/);
    const replayed = await desk.connect({ codeUsed: true });
    assert.match(replayed.text, /non accetta più il codice .* codice già usato/);
    assert.match((await desk.connect({ iss: 'https://accounts.google.com' })).text, /non viene da/);
    assert.match((await desk.connect({ edit: (url) => { url.pathname = '/settings/oauth/google'; } })).text, /non viene da/);
    assert.match((await desk.connect({ status: 503 })).text, /non risponde/);
    assert.match((await desk.connect({ passing: true })).text, /non si rinnova/);
    assert.match((await desk.connect({ scope: 'offline_access calendar' })).text, /non basta per leggere/);
    const right = server.secret;
    server.secret = 'scaduto';
    assert.match((await desk.connect()).text, /non accetta l'ID o il segreto/);
    server.secret = right;
    assert.match((await desk.connect({ elsewhere: true })).text, /non risponde/);
    assert.match((await desk.connect({ endless: true })).text, /non risponde/);
    assert.equal(server.strayed, 0, 'no redirect is followed with a secret');
    assert.match(await desk.attempt(customerOf(engine)), SENT);

    // the settings changed while somebody was away: the yes was for others
    const late = await server.allow(await desk.begin());
    assert.equal((await desk.change({ oauth_scope: 'mail' })).status, 303);
    assert.match(textOf((await desk.comeBack(late)).text), /Nel frattempo le impostazioni/);
    for (const text of [...server.given, right]) assert.ok(!filo.log.includes(text), 'no secret is logged');
    assert.equal((await filo.check()).code, 0);
  });

  eachEngine('a token ends, is refused, is withdrawn: renewed once for all, and said when a person must do something', async (t, engine) => {
    const desk = await Desk.open(t, engine, 'rinnovo');
    const { filo, server } = desk;
    const customer = customerOf(engine, 'anna');
    assert.equal((await desk.register()).status, 303);

    // the first ends by our clock, the second the mail server will not have, the third is good
    server.lives = [[1, 600], [3600, -60], [2, 600]];
    assert.equal((await desk.connect()).answer.status, 303);
    await filo.until(async () => (await desk.count('mailbox_folder')) === 1, 'the mailbox is open', 30_000);
    await filo.until(async () => /Funziona/.test(await desk.attempt()), 'both ways work');
    await filo.until(() => desk.renewals().length >= 2, 'it was renewed');

    // many at once (as many as one sender gets in an hour), when the third has ended: one of them renews
    await filo.until(async () => Number((await filo.rows('SELECT renew_at FROM mailbox_grant'))[0].renew_at) < Date.now() || desk.renewals().length === 3, 'it ends');
    server.rules = { delayMs: 300 };
    await Promise.all(Array.from({ length: 5 }, (_, i) => desk.write(customer, `Insieme ${i}`)));
    await filo.until(async () => (await desk.sent()).length === 5, 'five acknowledgements', 30_000);
    server.rules = {};
    assert.deepEqual(desk.renewals().map(({ ok }) => ok), [true, true, true]);

    // the provider is away for a moment: later is soon enough
    server.lives = [[1, 600]];
    assert.equal((await desk.connect()).answer.status, 303);
    server.rules = { status: 503 };
    await desk.ended();
    assert.match(await desk.attempt(customer), /non rinnova il permesso: riprovi/);
    server.rules = {};
    assert.match(await desk.attempt(customer), SENT);

    // withdrawn: said, and not asked for again and again
    server.lives = [[1, 600]];
    assert.equal((await desk.connect({ withdrawn: true })).answer.status, 303);
    await desk.ended();
    assert.match(await desk.attempt(), /permesso di entrare nella casella è stato ritirato/);
    const page = (await desk.admin.get(PAGE)).text;
    assert.match(textOf(page), /Il permesso è stato ritirato .* colleghi di nuovo la casella/);
    assert.match(findForm(page, /connect$/).body, /Collega di nuovo/);
    const asked = server.calls.length;
    await desk.attempt();
    assert.equal(server.calls.length, asked);
    assert.equal((await desk.connect()).answer.status, 303);
    assert.match(await desk.attempt(customer), SENT);
    for (const text of server.given) assert.ok(!filo.log.includes(text), 'no secret is logged');

    // each renewal was counted as what it was
    const made = await filo.command(['token', 'create', '--name', 'metrics', '--scopes', 'metrics.read', '--as', ADMIN.login], { mustWork: true });
    const figures = parseMetrics((await filo.browser().request('GET', '/metrics', { headers: { Authorization: `Bearer ${made.stdout.trim()}` } })).text);
    const counted = Object.fromEntries(figures.series('filo_oauth_renewals_total').map(({ labels, value }) => [labels.outcome, value]));
    assert.deepEqual([counted.given, counted.withdrawn], [desk.renewals().filter(({ ok }) => ok).length, 1]);
    assert.ok(counted.away >= 1 && !counted.lost && !counted.client, JSON.stringify(counted));
  });

  eachEngine('killed in the middle of a renewal: it goes on, or says that a person must allow it anew', async (t, engine) => {
    const desk = await Desk.open(t, engine, 'interrotta');
    const { filo, server } = desk;
    assert.equal((await desk.register()).status, 303);

    // Its token ends, the renewal comes to this stage, everything is killed there; what it left says `busy_until`.
    const dieAt = async (stage, lives) => {
      server.redirects = [`${filo.url}${WAY_BACK}`];
      server.lives = lives;
      const dead = new Promise((done) => {
        server.onRenewal = async (now) => {
          if (now !== stage) return true;
          server.onRenewal = null;
          await filo.kill();
          done();
          return false;
        };
      });
      const { answer, text } = await desk.connect();
      assert.equal(answer.status, 303, text);
      // Who got in before the token ended needs no other for a long time: then the mailbox's test asks for one.
      const ended = async () => Number((await filo.rows('SELECT expires_at FROM mailbox_grant'))[0].expires_at) < Date.now();
      await Promise.race([dead, filo.until(ended, 'the token to end').then(() => desk.attempt().catch(() => {})).then(() => dead)]);
    };
    const comesIn = async (subject) => {
      await desk.write(customerOf(engine, 'nina'), subject);
      await filo.until(async () => (await filo.rows(`SELECT ticket_id FROM ticket WHERE subject = '${subject}'`)).length === 1, subject, 60_000);
    };
    const goOn = async (shortcut) => {
      if (shortcut) await filo.execute('UPDATE mailbox_grant SET busy_until = NULL'); // as if that time were over
      await filo.start();
      desk.admin = await filo.signIn();
    };

    // nobody heard the request: the same refresh token does, once nobody can be waiting for an answer to it any more
    await dieAt('arrived', [[1, 600]]);
    const [{ busy_until: busyUntil }] = await filo.rows('SELECT busy_until FROM mailbox_grant');
    assert.ok(Number(busyUntil) > Date.now(), 'it was killed in its renewal');
    await goOn(false);
    await comesIn('Mai sentita');
    assert.deepEqual(desk.renewals().map(({ ok }) => ok), [true]);
    assert.ok(Date.now() >= Number(busyUntil), 'and not before');

    // the provider has changed the token, which nobody got to know: the old one is theft to it, and a person is asked, once
    await dieAt('decided', [[1, 600]]);
    await goOn(true);
    await filo.until(async () => /Il permesso è stato ritirato .* colleghi di nuovo la casella/.test(await desk.text()), 'it is said', 30_000);
    assert.deepEqual(desk.renewals().map(({ ok }) => ok), [true, true, false]);
    const asked = server.calls.length;
    assert.match(await desk.attempt(), /permesso di entrare nella casella è stato ritirato/);
    await filo.restart();
    desk.admin = await filo.signIn();
    assert.match(await desk.attempt(), /permesso di entrare nella casella è stato ritirato/);
    assert.equal(server.calls.length, asked, 'the provider is not asked again');

    // a provider that bears with lost answers: nobody notices
    await dieAt('decided', [[1, 600]]);
    server.grace = 1;
    await goOn(true);
    await comesIn('Risposta persa');
    assert.deepEqual(desk.renewals().map(({ ok }) => ok), [true, true, false, true, true]);

    // kept, and killed before anybody used it
    server.redirects = [`${filo.url}${WAY_BACK}`];
    server.lives = [[1, 600]];
    assert.equal((await desk.connect()).answer.status, 303);
    await filo.until(async () => Number((await filo.rows('SELECT expires_at FROM mailbox_grant'))[0].expires_at) > Date.now() + 3_000_000, 'the new one is kept', 30_000);
    await filo.kill();
    await goOn(false);
    await comesIn('Tenuta');
    assert.equal(desk.renewals().length, 6);
    assert.equal(server.strayed, 0);
    for (const text of [...server.given, server.secret]) assert.ok(!filo.log.includes(text), 'no secret is logged');
    assert.equal((await filo.check()).code, 0);
  });

  eachEngine('what was allowed for one server goes to no other', async (t, engine) => {
    const desk = await Desk.open(t, engine, 'altrove');
    const { filo, server } = desk;
    const sink = await startSink({ auth: { user: 'u', password: 'p' } });
    t.after(() => sink.close());
    assert.equal((await desk.register()).status, 303);
    assert.equal((await desk.connect()).answer.status, 303);

    const elsewhere = await desk.change({ oauth_token_url: `${server.url}/altrove` });
    assert.equal(elsewhere.status, 422);
    assert.match(textOf(elsewhere.text), /quello conservato non va altrove/);
    assert.match(await desk.text(), /La casella è collegata/);

    assert.equal((await desk.change({ smtp_port: `${sink.port}`, smtp_tls: 'none' })).status, 303);
    assert.match(await desk.text(), /non è ancora collegata/);
    assert.deepEqual(await filo.rows('SELECT sealed_access, sealed_refresh FROM mailbox_grant'), [{ sealed_access: null, sealed_refresh: null }]);
    assert.match(await desk.attempt(), /Manca il permesso/);

    // changed behind the page's back, the token there is stays where it was for
    assert.equal((await desk.change({ smtp_port: `${mail.submissionPort}`, smtp_tls: 'starttls' })).status, 303);
    assert.equal((await desk.connect()).answer.status, 303);
    assert.match(await desk.attempt(customerOf(engine, 'rita')), SENT);
    await filo.stop();
    await filo.execute(`UPDATE channel_account SET config = REPLACE(config, '"smtp_port":"${mail.submissionPort}"', '"smtp_port":"${sink.port}"')`);
    await filo.start();
    desk.admin = await filo.signIn();
    assert.match(await desk.attempt(), /Manca il permesso/);
    assert.equal(sink.connections ?? 0, 0, 'nobody even called there');

    // with a password again, nothing of the permission is left
    const [nothing, all] = [[{ n: 0 }], [{ n: 3 }]];
    const kept = () => filo.rows(`SELECT CASE WHEN sealed_client IS NULL THEN 0 ELSE 1 END + CASE WHEN sealed_access IS NULL THEN 0 ELSE 1 END
      + CASE WHEN sealed_refresh IS NULL THEN 0 ELSE 1 END AS n FROM mailbox_grant`);
    assert.deepEqual(await kept(), all);
    const back = await desk.change({ oauth_provider: '', smtp_port: `${mail.submissionPort}`, smtp_password: 'segreta' });
    assert.equal(back.status, 303, textOf(back.text));
    assert.deepEqual(await kept(), nothing);
    assert.match(await desk.attempt(customerOf(engine, 'rita')), SENT);

    // by command as well
    desk.server.redirects = [`${filo.url}${WAY_BACK}`];
    assert.equal((await desk.register()).status, 303);
    assert.equal((await desk.connect()).answer.status, 303);
    assert.deepEqual(await kept(), all);
    await filo.stop();
    await desk.command();
    await filo.start();
    assert.deepEqual(await kept(), nothing);
  });
});
