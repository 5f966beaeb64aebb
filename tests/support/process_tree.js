// SPDX-License-Identifier: EUPL-1.2
// A process and everything below it, as /proc shows it now.
import { readFileSync, readdirSync } from 'node:fs';

function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  } catch {
    return []; // it has just gone
  }
}

// pid first, then its descendants, parents before children.
export function listTree(pid) {
  const found = [pid];
  for (let i = 0; i < found.length; i += 1) found.push(...childrenOf(found[i]));
  return found;
}

export function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

// Parents are stopped first, so that none can start a child that escapes; then all are killed.
export function killTree(pid) {
  const hit = (signal) => (each) => {
    try {
      process.kill(each, signal);
    } catch {
      // gone already
    }
  };
  hit('SIGSTOP')(pid);
  const tree = listTree(pid);
  tree.forEach(hit('SIGKILL'));
  return tree;
}
