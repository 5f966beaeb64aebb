// SPDX-License-Identifier: EUPL-1.2
// A mail server that is broken, or means harm, for some connections and honest from then on: imap_sink.js in this process,
// written from RFC 3501 and its extensions, with the lies of a case over it.
//
//   const server = await startHostileImap({ messages: { 7: letter(…) }, rules: [{ at: 'SELECT', reply: 'x', endless: true }], hostileFor: 2 });
//   server.port, server.caFile
//   server.options.messages[11] = letter(…); server.announce();   // to those who idle, if it is honest by now
//   server.heard          // [{connection, text, secure}], each command
//   server.hostile = false; … server.turnHostile();       // honest at first; server.isHonestAgain()
//   await server.close();
//
// options: those of imap_sink.js, and hostileFor: the rules hold for so many connections (Infinity: all), and for those that
// begin before isSeen() is true. Messages are new and unread, and every session sees what is there when it asks.
import { Session, Sink } from './imap_sink.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function internalDate(at) {
  const two = (n) => String(n).padStart(2, '0');
  const day = `${String(at.getUTCDate()).padStart(2)}-${MONTHS[at.getUTCMonth()]}-${at.getUTCFullYear()}`;
  return `"${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000"`;
}

class HostileSession extends Session {
  isHostile() {
    this.lies ??= this.sink.isLying(this.number);
    return this.lies;
  }

  // What came meanwhile is there for whoever asks.
  usual(tag, text) {
    this.uids = Object.keys(this.messages).map(Number);
    if (text === 'DONE') {
      this.waiting = false;
      return `${tag} OK done\r\n`;
    }
    return super.usual(tag, text);
  }

  IDLE() {
    this.waiting = true;
    this.announce();
    return '+ idling\r\n';
  }

  NOOP(tag) {
    return `* ${this.uids.length} EXISTS\r\n${tag} OK done\r\n`;
  }

  announce() {
    const count = Object.keys(this.sink.options.messages).length;
    setImmediate(() => { if (this.waiting && !this.socket.destroyed) this.socket.write(`* ${count} EXISTS\r\n`); });
  }
}

class HostileImap extends Sink {
  constructor(options) {
    super({ hostileFor: Infinity, isSeen: () => true, flags: '', date: internalDate(new Date()), auth: { user: 'casella', password: 'segreta' }, ...options });
    Object.assign(this, { heard: [], sessions: [], hostile: true, honestFor: 0 });
  }

  // From the next connection on, for as many as were said. What lies there came just now.
  turnHostile() {
    this.options.date = internalDate(new Date());
    Object.assign(this, { hostile: true, honestFor: this.connections });
  }

  isLying(number) {
    return this.hostile && (number - this.honestFor <= this.options.hostileFor || !this.options.isSeen());
  }

  isHonestAgain() {
    return this.hostile && this.connections - this.honestFor > this.options.hostileFor && !this.sessions.at(-1).isHostile();
  }

  print({ event, text, secure, connection }) {
    if (event === 'ready') this.onReady();
    if (event === 'command') this.heard.push({ connection, text, secure });
  }

  rule(text, session) {
    return session.isHostile() ? super.rule(text) : undefined;
  }

  session(socket, secure) {
    const session = new HostileSession(this, socket, secure);
    this.sessions.push(session);
    return session;
  }

  announce() {
    for (const session of this.sessions) session.announce();
  }

  start() {
    return new Promise((done) => {
      this.onReady = () => {
        this.port = this.server.address().port;
        done(this);
      };
      this.listen();
    });
  }

  close() {
    for (const { socket } of this.sessions) socket.destroy();
    this.clear();
    return new Promise((done) => { this.server.close(done); });
  }
}

export function startHostileImap(options) {
  return new HostileImap(options).start();
}
