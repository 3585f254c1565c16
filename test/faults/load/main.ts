import process from 'node:process';
import { Crowd } from './crowd.js';
import type { Order, Report } from './orders.js';

// The load generator: a process of its own, told what to do over IPC, so that what it costs is not
// on the account of whoever measures.

let crowd: Crowd | null = null;
let last = Promise.resolve();

// Only the figures write here, and they write orders.
process.on('message', (order: Order) => {
  last = last.then(async () => {
    process.send?.(await carryOut(order).catch(failed));
  });
});
process.on('disconnect', () => process.exit(0));

async function carryOut(order: Order): Promise<Report> {
  if (order.kind === 'open') {
    crowd = new Crowd(order.audience);
    await crowd.open();
    return { kind: 'done' };
  }
  if (crowd === null) throw new Error('nobody is connected');
  switch (order.kind) {
    case 'publish':
      crowd.publish(order.traffic);
      return { kind: 'done' };
    case 'watch':
      return { kind: 'count', count: crowd.watch(order.instance) };
    case 'caught up':
      return { kind: 'times', ...(await crowd.caughtUp(order.sinceNs)) };
    case 'rehome':
      await crowd.rehome();
      return { kind: 'done' };
    case 'storm':
      return { kind: 'times', ...(await crowd.storm()) };
    case 'stall':
      crowd.stall(order.clients);
      return { kind: 'done' };
    case 'settle':
      return { kind: 'account', account: await crowd.settle() };
    case 'close':
      await crowd.close();
      crowd = null;
      return { kind: 'done' };
  }
}

function failed(error: unknown): Report {
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}
