// SPDX-License-Identifier: EUPL-1.2
// An authorisation server on loopback, as RFC 6749 and RFC 7636 want one: strict where they say MUST, over TLS, with codes
// and refresh tokens that are good once. Its access tokens are what `mail.token` of mail_stack.js makes: JWTs that the
// tests' Dovecot judges by itself.
//
//   const server = await startOauthServer({ mail, redirects: [`${filo.url}/settings/oauth/own`] });
//   server.url, server.client, server.secret
//   await server.allow(link, 'assistenza@filo.test')   // as its owner in a browser: where they are sent back to
//   server.rules.deny = 'access_denied'                // what it says instead of giving a code
//   server.lives.push([1, 600])    // of the next token: seconds it says, seconds the mail server takes it
//   server.calls                   // [{grant, ok, error}] of the token endpoint, in the order they were answered
//   server.given                   // every token and code that was handed out
//   server.strayed                 // requests to any other address
//
//   server.onRenewal = async (stage) => false          // 'arrived' (nothing is done yet), 'decided' (before it is told): false: the line ends
//   server.grace = 1               // so many refresh tokens may be used once more, as where answers may be lost
//
// rules: {deny, iss, codeUsed (codes are given that somebody has used already), delayMs (before a token), status (says
// only that), elsewhere (sends the form on to another address), endless (answers 100 KB), passing (no refresh token), withdrawn (what is given is withdrawn at once), scope}
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';

const SCOPE = 'mail offline_access';
const secretText = () => randomBytes(24).toString('base64url');

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

// Every field once (RFC 6749 3.2): else the request is invalid.
function fieldsOf(text) {
  const fields = new URLSearchParams(text);
  const names = [...fields.keys()];
  return new Set(names).size === names.length ? Object.fromEntries(fields) : null;
}

class OauthServer {
  constructor({ mail, redirects }) {
    Object.assign(this, { mail, redirects, client: 'filo-prova', secret: 'segreto:del/client &', rules: {}, lives: [], calls: [], given: [], strayed: 0, grace: 0, onRenewal: null });
    this.codes = new Map();
    this.refreshes = new Map(); // text: {user, used}
    this.certificate = { key: readFileSync(path.join(mail.base, 'tls/key.pem')), cert: readFileSync(mail.caFile) };
  }

  listen() {
    this.server = https.createServer(this.certificate, (request, response) => this.answer(request, response)
      .catch((error) => response.destroy(error)));
    return new Promise((done) => { this.server.listen(0, '127.0.0.1', () => {
      this.url = `https://127.0.0.1:${this.server.address().port}`;
      done(this);
    }); });
  }

  async answer(request, response) {
    const url = new URL(request.url, this.url);
    if (request.method === 'GET' && url.pathname === '/authorize') this.authorize(url.searchParams, response);
    else if (request.method === 'POST' && url.pathname === '/token') await this.token(request, response);
    else this.stray(response);
  }

  stray(response) {
    this.strayed += 1;
    response.writeHead(404).end();
  }

  // RFC 6749 4.1.1, RFC 7636 4.3. Who must not be sent back is told so here.
  authorize(query, response) {
    const redirect = query.get('redirect_uri');
    const challenge = query.get('code_challenge') ?? '';
    const sound = query.get('response_type') === 'code' && query.get('client_id') === this.client && this.redirects.includes(redirect)
      && query.get('code_challenge_method') === 'S256' && /^[\w-]{43}$/.test(challenge) && query.get('scope') === SCOPE && query.get('state');
    if (!sound) {
      response.writeHead(400).end(`refused: ${query}`);
      return;
    }
    const back = new URL(redirect);
    if (this.rules.deny) {
      back.searchParams.set('error', this.rules.deny);
      back.searchParams.set('error_description', `perché <b>no</b>`);
    } else {
      const code = secretText();
      this.codes.set(code, { redirect, challenge, user: query.get('login_hint'), used: Boolean(this.rules.codeUsed) });
      this.given.push(code);
      back.searchParams.set('code', code);
    }
    back.searchParams.set('state', query.get('state'));
    back.searchParams.set('iss', this.rules.iss ?? this.url);
    response.writeHead(302, { Location: back.href }).end();
  }

  // RFC 6749 2.3.1: the header, in the writing of forms.
  isClient(request) {
    const header = /^Basic (.*)$/.exec(request.headers.authorization ?? '');
    if (!header) return false;
    const [id, secret] = Buffer.from(header[1], 'base64').toString().split(':').map((text) => new URLSearchParams(`x=${text}`).get('x'));
    return id === this.client && secret === this.secret;
  }

  async token(request, response) {
    const fields = fieldsOf(await bodyOf(request));
    const goesOn = async (stage) => fields?.grant_type !== 'refresh_token' || !this.onRenewal || await this.onRenewal(stage);
    const say = async (status, body, grant = fields?.grant_type) => {
      this.calls.push({ grant, ok: status === 200, error: body.error });
      if (!await goesOn('decided')) return void response.destroy();
      response.writeHead(status, { 'Content-Type': 'application/json;charset=UTF-8', 'Cache-Control': 'no-store' }).end(JSON.stringify(body));
    };
    if (!await goesOn('arrived')) return void response.destroy();
    if (this.rules.delayMs) await new Promise((done) => { setTimeout(done, this.rules.delayMs); });
    if (this.rules.elsewhere) response.writeHead(307, { Location: `${this.url}/elsewhere` }).end();
    else if (this.rules.endless) response.writeHead(200, { 'Content-Type': 'application/json' }).end(`"${'x'.repeat(100_000)}"`);
    else if (this.rules.status) await say(this.rules.status, {});
    else if (!fields || request.headers['content-type'] !== 'application/x-www-form-urlencoded') await say(400, { error: 'invalid_request' });
    else if (!this.isClient(request)) await say(401, { error: 'invalid_client' });
    else if (fields.grant_type === 'authorization_code') await this.fromCode(fields, say);
    else if (fields.grant_type === 'refresh_token') await this.fromRefresh(fields, say);
    else await say(400, { error: 'unsupported_grant_type' });
  }

  fromCode({ code, redirect_uri: redirect, code_verifier: verifier = '' }, say) {
    const known = this.codes.get(code);
    const right = known && !known.used && known.redirect === redirect && /^[\w.~-]{43,128}$/.test(verifier)
      && createHash('sha256').update(verifier).digest('base64url') === known.challenge;
    if (known) known.used = true;
    return right ? this.give(known.user, say) : say(400, { error: 'invalid_grant', error_description: 'codice già usato' });
  }

  // RFC 9700 4.14.2: one that was used already means that somebody stole it, and ends all of them.
  fromRefresh({ refresh_token: text }, say) {
    const known = this.refreshes.get(text);
    if (known?.used && this.grace > 0) {
      this.grace -= 1;
      known.used = false;
    }
    if (known?.used) this.revoke();
    if (!known || known.used) return say(400, { error: 'invalid_grant', error_description: 'Token has been revoked' });
    known.used = true;
    return this.give(known.user, say);
  }

  give(user, say) {
    const [lasts, really] = this.lives.shift() ?? [3600, 3600];
    const answer = { access_token: this.mail.token(user, really), token_type: 'Bearer', expires_in: lasts };
    if (this.rules.scope) answer.scope = this.rules.scope;
    if (!this.rules.passing) {
      answer.refresh_token = secretText();
      this.refreshes.set(answer.refresh_token, { user, used: Boolean(this.rules.withdrawn) });
      this.given.push(answer.refresh_token);
    }
    this.given.push(answer.access_token);
    return say(200, answer);
  }

  revoke() {
    for (const known of this.refreshes.values()) known.used = true;
  }

  // The owner follows the link and says yes (or what the rules say); where the browser is sent then.
  allow(link) {
    return new Promise((done, fail) => {
      https.get(link, { ca: this.certificate.cert, agent: false }, (response) => {
        response.resume();
        if (response.statusCode === 302) done(new URL(response.headers.location));
        else fail(new Error(`the authorisation server says ${response.statusCode} to ${link}`));
      }).on('error', fail);
    });
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => { this.server.close(done); });
  }
}

export function startOauthServer(options) {
  return new OauthServer(options).listen();
}
