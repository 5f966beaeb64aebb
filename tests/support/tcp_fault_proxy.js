// SPDX-License-Identifier: EUPL-1.2
// A TCP relay on loopback that fails as networks do.
//
//   import { startFaultProxy } from './tcp_fault_proxy.js';
//   const proxy = await startFaultProxy(sink.port, { toServer: { cutAfter: 120 } });
//   … connect to proxy.port …
//   proxy.faults = {};          // for the connections to come
//   await proxy.close();
//
// Faults, each for one direction (toServer, toClient), by bytes of one connection:
//   delayMs: every piece comes so late           bytesPerSecond: no faster than this (1: a crawl)
//   cutAfter: both ends see the end after byte N   resetAfter: both ends see RST after byte N
//   stallAfter: nothing moves after byte N, the connection stays
// and `refuse: true` for the whole: connections are reset as soon as they are made.
import net from 'node:net';

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

function reset(socket) {
  if (socket.resetAndDestroy) socket.resetAndDestroy();
  else socket.destroy();
}

// One direction of one connection. Pieces go in order; the source is paused while one is on its way.
class Direction {
  constructor(source, target, faults, state) {
    Object.assign(this, { source, target, faults: faults ?? {}, state, passed: 0 });
    this.queue = Promise.resolve();
    source.on('data', (piece) => {
      source.pause();
      this.queue = this.queue.then(() => this.pass(piece)).then(() => source.resume());
    });
    source.on('end', () => { this.queue = this.queue.then(() => this.stalled || target.end()); });
    source.on('error', () => target.destroy());
    source.on('close', () => { if (!this.stalled) this.queue.then(() => target.end()); });
  }

  // How many more bytes may pass before a fault of this kind.
  left(kind) {
    return this.faults[kind] === undefined ? Infinity : this.faults[kind] - this.passed;
  }

  async pass(piece) {
    if (this.stalled || this.state.over) return;
    const room = Math.min(piece.length, this.left('cutAfter'), this.left('resetAfter'), this.left('stallAfter'));
    await this.send(piece.subarray(0, room));
    if (this.left('stallAfter') <= 0) this.stalled = true;
    else if (this.left('resetAfter') <= 0) this.end(reset);
    else if (this.left('cutAfter') <= 0) this.end((socket) => socket.destroySoon());
  }

  end(how) {
    this.state.over = true;
    how(this.source);
    how(this.target);
  }

  async send(piece) {
    if (this.faults.delayMs) await wait(this.faults.delayMs);
    const rate = this.faults.bytesPerSecond;
    const step = rate ? Math.max(1, Math.floor(rate / 10)) : piece.length;
    for (let at = 0; at < piece.length && !this.target.destroyed; at += step) {
      if (rate) await wait((step * 1000) / rate);
      const slice = piece.subarray(at, at + step);
      if (!this.target.write(slice)) await this.drained();
      this.passed += slice.length;
    }
  }

  drained() {
    return new Promise((done) => {
      this.target.once('drain', done);
      this.target.once('close', done);
    });
  }
}

// Starts a relay to 127.0.0.1:targetPort.
export async function startFaultProxy(targetPort, faults = {}) {
  const sockets = new Set();
  const proxy = { faults, connections: 0 };
  const keep = (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // failing is the purpose
  };
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    proxy.connections += 1;
    keep(client);
    if (proxy.faults.refuse) {
      reset(client);
      return;
    }
    const upstream = net.connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    keep(upstream);
    const state = { over: false };
    new Direction(client, upstream, proxy.faults.toServer, state);
    new Direction(upstream, client, proxy.faults.toClient, state);
  });
  await new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  proxy.port = server.address().port;
  proxy.close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => { server.close(done); });
  };
  return proxy;
}
